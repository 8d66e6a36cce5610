"""What each step costs a row: `python benchmarks/steps.py`, about ten seconds on one core.

The rows are invented Japanese of 700 bytes, once as they are read, with full-width digits and brackets in about half of
them, and once as the step leaves them, so that nothing is left to do. Given is the best of five rounds.
"""

from functools import partial
from timeit import repeat

from tehon.records.contents import texts
from tehon.records.corpus import Example
from tehon.records.step import Content, Step
from tehon.steps import STEPS
from words import Writer

ROWS, ROUNDS = 5000, 5
OPTIONS = {"length": {"most_characters": 1000}}
"""What a step without options would not do."""


def rows(number: int) -> list[Content]:
    """Examples with a short instruction, an input and a response."""
    writer = Writer("steps")
    return [
        Example(
            id=f"benchmark/{place:06d}",
            upstream_id=str(place),
            instruction=writer.text(6),
            input=writer.text(30),
            response=writer.text(12),
            source="benchmark",
            part="questions",
            split="train",
            cluster="reading comprehension",
            language="ja",
            licence="CC0-1.0",
        )
        for place in range(number)
    ]


def run(step: Step, contents: list[Content]) -> tuple[float, list[Content]]:
    """Microseconds a row, and the rows that are left."""
    change = step.make(step.options(**OPTIONS.get(step.name, {})))
    kept = [changed for content in contents if not isinstance(changed := change(content), str)]
    seconds = min(repeat(partial(_all, change, contents), number=1, repeat=ROUNDS))
    return 1e6 * seconds / len(contents), kept


def _all(change: object, contents: list[Content]) -> None:
    for content in contents:
        change(content)  # type: ignore[operator]


if __name__ == "__main__":
    given = rows(ROWS)
    size = sum(len(text.encode()) for content in given for text in texts(content)) / ROWS
    print(f"{ROWS:,} rows of {size:.0f} bytes\n\n{'step':12}{'as read':>12}{'in order':>12}   µs a row")
    for step in STEPS.values():
        read, kept = run(step, given)
        print(f"{step.name:12}{read:12.1f}{run(step, kept)[0]:12.1f}")
