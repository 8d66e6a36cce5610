"""What the models answered, prompt by prompt, with marks that need no judge."""

from collections.abc import Iterator, Sequence

from tehon.records.reporting import Answered
from tehon.report.outcomes import CellKey, Outcome
from tehon.report.read import Run
from tehon.text.japanese import japanese_share

WINDOW = 6
"""Characters in the runs that are counted to see whether a text goes in circles."""
FEWEST_WINDOWS = 12
"""A text with fewer runs is too short to go in circles."""
SHORTEST_ECHO = 6
"""A shorter prompt may well stand in a good answer."""
FINISHES = {"end": "ends", "stop": "runs on", "length": "cut off"}
"""How an answer finished -> its mark."""


def samples(runs: Sequence[Run]) -> tuple[Answered, ...]:
    """Every generated answer: by task and number of shots, then by prompt, then in the order of the models."""
    cells = dict.fromkeys((key.task, key.shots) for run in runs for key in run.cells)
    return tuple(answered for task, shots in cells for answered in _cell_samples(runs, task, shots))


def _cell_samples(runs: Sequence[Run], task: str, shots: int) -> Iterator[Answered]:
    found: dict[str, list[tuple[str, Outcome]]] = {}
    for run in runs:
        for key in _first_draws(run, task, shots):
            for item, outcome in run.cells[key].items():
                if outcome.finish:
                    found.setdefault(item, []).append((_name(run, key), outcome))
    for item, answers in found.items():
        for model, outcome in answers:
            text = outcome.prediction
            yield Answered(
                item=item,
                prompt=outcome.question,
                model=model,
                text=text,
                marks=marks(text, outcome.finish, outcome.question),
                japanese_share=japanese_share(text),
                tokens=outcome.tokens,
            )


def _first_draws(run: Run, task: str, shots: int) -> list[CellKey]:
    """One cell a template: of several draws of the shots the first."""
    keys = [key for key in run.cells if (key.task, key.shots) == (task, shots)]
    return list({key.template: key for key in reversed(keys)}.values())[::-1]


def _name(run: Run, key: CellKey) -> str:
    several = len(_first_draws(run, key.task, key.shots)) > 1
    return f"{run.scores.model} ({key.template})" if several else run.scores.model


def marks(text: str, finish: str, prompt: str) -> tuple[str, ...]:
    """What can be said of an answer without a judge."""
    found = [FINISHES[finish]]
    if not text.strip():
        found.append("empty")
    if repeats_itself(text):
        found.append("repeats itself")
    if len(prompt) >= SHORTEST_ECHO and prompt in text:
        found.append("echoes the prompt")
    return tuple(found)


def repeats_itself(text: str) -> bool:
    """Whether fewer than half of the text's runs of WINDOW characters are distinct."""
    runs = [text[start : start + WINDOW] for start in range(len(text) - WINDOW + 1)]
    return len(runs) >= FEWEST_WINDOWS and 2 * len(set(runs)) < len(runs)
