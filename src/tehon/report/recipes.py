"""How models were tuned: the paper's Table I, as the recipes state it, and what else is to be known."""

from collections.abc import Callable, Iterator, Sequence

from tehon.records.reporting import TuningSummary
from tehon.records.tuning import Adapter
from tehon.writing.words import MISSING, amount

Row = tuple[str, tuple[str, ...]]
"""A setting, and what each adapter was tuned with."""
Settings = Callable[[Adapter], Iterator[tuple[str, str]]]
TITLE = "Table I: how the models were tuned"


def rows(tunings: Sequence[TuningSummary], settings: Settings) -> tuple[Row, ...]:
    """Setting by setting, the adapters in their order."""
    found = [dict(settings(tuning.adapter)) for tuning in tunings]
    names = dict.fromkeys(name for values in found for name in values)
    return tuple((name, tuple(values.get(name, MISSING) for values in found)) for name in names)


def headings(tunings: Sequence[TuningSummary]) -> tuple[str, ...]:
    """What the adapters are called: by their recipes, and by their folders where two have the same."""
    titles = [tuning.adapter.recipe.title or tuning.adapter.recipe.name for tuning in tunings]
    return tuple(
        title if titles.count(title) == 1 else f"{title} ({tuning.folder})"
        for title, tuning in zip(titles, tunings, strict=True)
    )


def stated(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """What the paper's Table I holds."""
    recipe, lora = adapter.recipe, adapter.recipe.lora
    yield "base model", adapter.base
    yield "learning rate", f"{recipe.learning_rate:g}"
    yield "sequence length", f"{recipe.sequence_length:,}"
    yield "batch size", f"{recipe.batch_size:,}"
    yield "data", f"{adapter.counts.examples:,}"
    yield "epochs", f"{recipe.epochs:,}" if recipe.max_steps is None else f"at most {amount(recipe.max_steps, 'step')}"
    if not lora:
        yield "LoRA", "none: every weight is trained"
        return
    yield "LoRA r", f"{lora.rank}"
    yield "LoRA α", f"{lora.alpha:g}"
    yield "LoRA dropout", f"{lora.dropout:g}"
    yield (
        "target modules",
        lora.targets if isinstance(lora.targets, str) else ", ".join(lora.targets) or "the family's own",
    )


def found(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """The other settings, then what became of the examples and of the loss."""
    recipe, counts = adapter.recipe, adapter.counts
    yield "release", adapter.release
    yield "schedule", f"{recipe.schedule}, {amount(recipe.warmup_steps, 'step')} of warm-up"
    yield "template", adapter.template
    yield "too long", {"published": "cut on the right", "keep_response": "input shortened"}[recipe.overlong]
    yield "prompt's weight in the loss", f"{recipe.prompt_loss_weight:g}"
    yield "precision, seed", f"{recipe.precision}, {recipe.seed}"
    yield "trained numbers", f"{adapter.parameters:,}"
    yield "steps, examples drawn", f"{counts.steps:,}, {counts.drawn:,}"
    yield "tokens (scored)", f"{counts.tokens:,} ({counts.scored_tokens:,})"
    yield "positions computed", f"{counts.positions:,}"
    yield "cut on the right", amount(counts.cut_right, "example")
    yield "input shortened", amount(counts.input_shortened, "example")
    yield "dropped", amount(counts.dropped, "example")
    yield "loss, first → last step", f"{adapter.first_loss:.3f} → {adapter.last_loss:.3f} nats per token"
    if adapter.validation_loss is not None:
        yield "validation loss", f"{adapter.validation_loss:.3f} nats per token"
