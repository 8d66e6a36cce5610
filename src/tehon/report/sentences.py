"""What the page says in sentences of its own."""

from tehon.records.reporting import Report
from tehon.report import wording
from tehon.report.legend import below_chance
from tehon.report.tables import score_table
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


def caveats(report: Report) -> tuple[str, ...]:
    """What the kinds of numbers in this report hide."""
    metrics = {score.metric for model in report.models for score in model.scores}
    protocol = report.protocol
    told = protocol.title.removeprefix(f"{protocol.name}: ")
    found = [f"Every model was asked under the protocol {protocol.name}: {told}."]
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
