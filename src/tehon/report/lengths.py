"""What long prompts have done to a model's scores, in sentences."""

from collections.abc import Iterator, Sequence

from tehon.records.scores import Lengths, Score
from tehon.writing.words import amount, listing


def prompt_notes(scores: Sequence[Score]) -> Iterator[str]:
    """One sentence a cell whose prompts are too long for something, or whose borders or shots had to be settled."""
    told = set()
    for score in scores:
        title = f"{score.task} {score.template} {score.shots}-shot" + (f" seed {score.seed}" if score.seed else "")
        if score.lengths is None or title in told:
            continue
        told.add(title)
        found = [*_long(score.lengths), *_settled(score)]
        if found:
            yield f"{title}: {'; '.join(found)}."


def _long(lengths: Lengths) -> Iterator[str]:
    if lengths.over_tuning:
        yield f"{_share(lengths.over_tuning, lengths)} longer than the {lengths.tuning_length:,} tokens of tuning"
    if lengths.over_context:
        yield f"{_share(lengths.over_context, lengths)} longer than the context of {lengths.context_length:,} tokens"
    if lengths.over_tuning or lengths.over_context:
        yield f"the longest has {lengths.longest:,} tokens"
    done = {
        "cut on the left": amount(lengths.truncated, "token"),
        "taken away": amount(lengths.dropped_shots, "shot"),
        "left out": amount(lengths.skipped, "item"),
    }
    counts = (lengths.truncated, lengths.dropped_shots, lengths.skipped)
    yield from (f"{what} {how}" for count, (how, what) in zip(counts, done.items(), strict=True) if count)
    if lengths.cut:
        yield "lost a part of " + listing([f"the {part} ({amount(n, 'item')})" for part, n in lengths.cut.items()])


def _share(count: int, lengths: Lengths) -> str:
    return f"{count:,} of {lengths.items:,} prompts ({count / lengths.items:.0%})"


def _settled(score: Score) -> Iterator[str]:
    for flag in score.flags:
        name, _, count = flag.partition(":")
        if name == "merged":
            items = amount(int(count), "item")
            yield f'in {items} a token spans the border to the answer, which encode = "joint_safe" never does'
        if name == "own_shot":
            yield f"{amount(int(count), 'item')} drew a shot that asks the same, and got another"
