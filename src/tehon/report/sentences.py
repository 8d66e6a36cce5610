"""What the page says in sentences of its own."""

from collections.abc import Iterator

from tehon.records.reporting import Report
from tehon.records.tuning import Adapter
from tehon.report import wording
from tehon.report.tables import below_chance, score_table
from tehon.writing.words import amount, listing


def summary(report: Report) -> str:
    """What was compared, in one sentence."""
    tuned = [model for model in report.models if model.role == "tuned"]
    bases = [model for model in report.models if model.role == "base"]
    tasks = dict.fromkeys(wording.task_title(score.task) for model in report.models for score in model.scores)
    asked = f"asked the same items of {listing(list(tasks))}"
    if len(report.models) == 1:
        return f"“{report.models[0].model}” alone, {asked}."
    if len(tuned) == len(bases) == 1 and tuned[0].base == bases[0].base:
        return f"“{tuned[0].model}” was tuned from “{bases[0].model}”; here both are {asked}."
    kinds = [(len(tuned), "tuned model"), (len(bases), "base model")]
    return f"{' beside '.join(amount(count, kind) for count, kind in kinds if count)}, {asked}."


def verdict(report: Report) -> str:
    """How the comparisons came out, and what they are worth beside chance; empty where there are none."""
    table = score_table(report)
    arrows = [entry.arrow for row in table.rows for entry in row.entries if entry.comparison is not None]
    if not arrows:
        return ""
    better, worse = arrows.count("▲"), arrows.count("▼")
    counts = {"better": better, "worse": worse, "within what chance could do": len(arrows) - better - worse}
    found = listing([f"{count} came out {how}" for how, count in counts.items() if count])
    said = f"Of {amount(len(arrows), 'comparison')} with the base, {found}."
    return f"{said} {below_chance(table)}".strip()


def settings(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """The recipe as the paper's Table I has it, then what became of it, name by name."""
    recipe, counts = adapter.recipe, adapter.counts
    yield "base", adapter.base
    yield "learning rate", f"{recipe.learning_rate:g}, {recipe.schedule}"
    yield "sequence length", f"{recipe.sequence_length:,} tokens"
    yield "batch size", f"{recipe.batch_size:,} examples"
    yield "data", f"{adapter.release}, {counts.examples:,} examples"
    yield "epochs", f"{recipe.epochs:,}" if recipe.max_steps is None else f"at most {recipe.max_steps:,} steps"
    if lora := recipe.lora:
        yield "LoRA", f"rank {lora.rank}, alpha {lora.alpha:g}, dropout {lora.dropout:g}"
        yield (
            "targets",
            lora.targets if isinstance(lora.targets, str) else ", ".join(lora.targets) or "the family's own",
        )
    else:
        yield "LoRA", "none: every weight is trained"
    yield "template", adapter.template
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


def caveats(report: Report) -> tuple[str, ...]:
    """What the kinds of numbers in this report hide."""
    metrics = {score.metric for model in report.models for score in model.scores}
    found = [f"Every model was asked under the protocol {report.protocol.name}: {report.protocol.title}."]
    if "accuracy" in metrics:
        found.append(
            "An accuracy near that of always giving the most frequent answer shows nothing; "
            "compare the charts of what was chosen, and the balanced accuracy."
        )
        found.append(
            "A choice is scored by the sum of its tokens' log-likelihoods, which favours choices of few tokens; "
            "the accuracy per character does not."
        )
    if any(map(wording.is_perplexity, metrics)):
        found.append(
            "A base has rarely learnt to stop after an answer, so much of a gap with the end token may be that token; "
            "per-token and per-item values must not be compared across tokenizers."
        )
    if report.comparisons:
        found.append(
            f"All {len(report.comparisons)} p-values were corrected together (Holm); "
            "they speak of these items only, not of another seed or another wording of the prompt."
        )
    return tuple(found)
