"""What a recipe would take, before anyone pays for it."""

from collections.abc import Iterator
from pathlib import Path

from tehon.errors import UsageError
from tehon.records.release import Release
from tehon.records.tuning import DataSize, Estimate, Recipe
from tehon.storage.manifest import read_manifest, result
from tehon.tune.order import Order


def estimate(recipe: Recipe, examples: int, mean_tokens: float, tokens_per_second: float | None = None) -> Estimate:
    """Steps, tokens and hours of a recipe.

    Args:
        recipe: how; examples that it holds back are not trained on, and longer ones than it allows are cut.
        examples: of the release.
        mean_tokens: of one example in the recipe's template.
        tokens_per_second: of the device, in tokens of examples; a prefix that several of them share counts for each.

    Raises:
        UsageError: nothing would be left to train on.
    """
    trained = examples - recipe.validation_size
    if trained < 1:
        problem = f"must leave examples to train on, but holds back {recipe.validation_size} of {examples}"
        raise UsageError(f"recipe {recipe.name}", problem, "Lower validation_size")
    order = Order(trained, recipe.batch_size, recipe.epochs, recipe.seed, recipe.max_steps)
    drawn = order.drawn(order.steps)
    tokens = round(drawn * min(mean_tokens, recipe.sequence_length))
    hours = tokens / tokens_per_second / 3600 if tokens_per_second else None
    return Estimate(steps=order.steps, drawn=drawn, tokens=tokens, hours=hours)


def outlook(recipe: Recipe, release: Path | None, tokens_per_second: float | None) -> Iterator[str]:
    """What the recipe would take, in lines for people; none where no data are known for it.

    Args:
        recipe: how.
        release: folder of a release; None takes the data that the paper names.
        tokens_per_second: of the device.

    Raises:
        RawFileMissing: the folder holds no finished release.
        DataError: it is empty, or holds something else.
    """
    size, known = _size(recipe, release)
    if size is None:
        yield known
        return
    found = estimate(recipe, size.examples, size.mean_tokens, tokens_per_second)
    units = "packed sequences" if recipe.stage == "pretrain" else "examples"
    yield f"{size.examples:,} {units} ({known}) of {size.mean_tokens:.0f} tokens on average"
    yield f"{found.steps:,} steps, {found.drawn:,} {units} drawn, {found.tokens / 1e6:,.1f} million tokens"
    if found.hours is None:
        yield "give --tokens-per-second for the hours that a device needs"
    else:
        yield f"at {tokens_per_second:,.0f} tokens/s: {found.hours:,.1f} hours"


def _size(recipe: Recipe, release: Path | None) -> tuple[DataSize | None, str]:
    """The data, and where their figures come from, or why there are none."""
    if release is None:
        return (
            recipe.published,
            "as published, their length assumed" if recipe.published else "give --release to estimate",
        )
    examples = result(read_manifest(release, "release"), Release).examples
    from tehon.tune.measure import at_hand, data_size  # noqa: PLC0415 - torch takes seconds to import

    if at_hand(recipe.base):
        return data_size(recipe, release), "of the release, measured"
    if recipe.published:
        mean = recipe.published.mean_tokens
        return DataSize(examples=examples, mean_tokens=mean), "of the release, their length assumed"
    return None, f"to estimate on the release, the tokenizer of {recipe.base or 'the base'} must be at hand"
