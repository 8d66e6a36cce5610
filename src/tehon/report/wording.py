"""What numbers are called and how they are written."""

from typing import Literal

from tehon.records.record import Record
from tehon.records.scores import STOOD_IN
from tehon.tasks import TASKS
from tehon.writing.words import MISSING

WITH_END = "_with_end"
"""Ends the name of a perplexity that counts the end token of the response."""
CERTAIN = 0.05
"""A difference with a smaller corrected p-value is called certain."""
TINY_P = 0.0001


class Metric(Record, kw_only=True):
    """How a metric is read.

    Attributes:
        title: its name in headings.
        better: which way is better; empty where neither is.
        meaning: one sentence for a stranger.
    """

    title: str
    better: Literal["higher", "lower", ""]
    meaning: str


METRICS = {
    "accuracy": Metric(title="accuracy", better="higher", meaning="The share of items whose choice is right."),
    "balanced_accuracy": Metric(
        title="balanced accuracy", better="higher", meaning="The mean of every class's own accuracy."
    ),
    "macro_f1": Metric(title="macro F1", better="higher", meaning="The mean of every class's F1."),
    "mcc": Metric(
        title="MCC",
        better="higher",
        meaning="Matthews correlation: 0 for a model that always gives the same answer, 1 for a perfect one.",
    ),
    "accuracy_norm": Metric(
        title="accuracy, per character",
        better="higher",
        meaning="The same when every choice's log-likelihood is divided by its characters, which favours no short one.",
    ),
    "accuracy_byte": Metric(
        title="accuracy, per byte",
        better="higher",
        meaning="The same when every choice's log-likelihood is divided by its UTF-8 bytes.",
    ),
    "accuracy_token": Metric(
        title="accuracy, per token",
        better="higher",
        meaning="The same when every choice's log-likelihood is divided by its tokens.",
    ),
    "accuracy_pmi": Metric(
        title="accuracy, less the choice's own",
        better="higher",
        meaning="The same when what every choice is worth without any context is taken off its log-likelihood.",
    ),
    "output_accuracy": Metric(
        title="accuracy of what it writes",
        better="higher",
        meaning="The share of items whose right choice the model writes; what matches no choice is wrong.",
    ),
    "output_balanced_accuracy": Metric(
        title="balanced accuracy of what it writes",
        better="higher",
        meaning="The mean of every class's own accuracy, by what the model writes.",
    ),
    "output_unmatched": Metric(
        title="writes none of the choices",
        better="lower",
        meaning="The share of answers that are none of the choices, do not begin with one, and do not once normalised.",
    ),
    "bits_per_character": Metric(
        title="bits per character",
        better="lower",
        meaning="What a character costs; like the perplexity per byte, it may be compared across tokenizers.",
    ),
    "calibration_error": Metric(
        title="calibration error",
        better="lower",
        meaning="How far the model's likelihood of its choice lies from how often it is right, on average.",
    ),
    "exact_match": Metric(
        title="exact match",
        better="higher",
        meaning="The share of items whose answer is one of the right ones, once both are normalised.",
    ),
    "f1": Metric(
        title="F1",
        better="higher",
        meaning="How many characters an answer shares with the likest right one, the mean over items.",
    ),
    "pearson": Metric(
        title="Pearson's r",
        better="higher",
        meaning="How well the likelihoods of a scale's steps follow what annotators gave: 0 not at all, 1 perfectly.",
    ),
    "spearman": Metric(
        title="Spearman's ρ", better="higher", meaning="The same when only the order of the items counts."
    ),
    "output_pearson": Metric(
        title="Pearson's r of what is written", better="higher", meaning="The same for the steps that the model wrote."
    ),
    "output_spearman": Metric(
        title="Spearman's ρ of what is written",
        better="higher",
        meaning="The same when only the order of the items counts.",
    ),
    "contains_answer": Metric(
        title="contains the answer", better="higher", meaning="The share of generated answers that hold a right one."
    ),
    "ends": Metric(
        title="ends by itself",
        better="higher",
        meaning="The share of answers that the model ended by itself.",
    ),
    "distinct": Metric(
        title="distinct",
        better="higher",
        meaning="Distinct runs of four characters over all of them: near 0 for an answer that goes in circles.",
    ),
    "token_perplexity": Metric(
        title="per token",
        better="lower",
        meaning="Every token weighs the same, so long answers weigh more.",
    ),
    "item_perplexity": Metric(
        title="per item",
        better="lower",
        meaning="Every answer weighs the same, however long: the mean that the paper reports.",
    ),
    "byte_perplexity": Metric(
        title="per byte",
        better="lower",
        meaning="Every byte of text weighs the same: the only mean that may be compared across tokenizers.",
    ),
}
"""Metric -> how it is read; a metric that is missing here is shown under its own name, without a direction."""

HEADLINES = (
    ("accuracy", "output_accuracy"),
    ("exact_match", "f1"),
    ("pearson", "spearman"),
    ("output_pearson", "output_spearman"),
    ("ends", "contains_answer"),
    ("item_perplexity_with_end", "item_perplexity"),
    ("token_perplexity",),
)
"""A task's columns in the main table show the metrics of the first of these groups that it has any of."""

SHARES = {"accuracy", "output_accuracy", "exact_match", "f1", "ends", "contains_answer"}
"""Metrics that lie between 0 and 1, drawn as dots on a line."""

MARKS = {
    "over_training_length": "*",
    "over_context": "†",
    "constant": "‡",
    "stand-in": "§",
    "other_template": "¶",
    "contaminated": "‼",
    "in_family": "‖",
    "other_data": "~",
    "merged": "#",
    "chosen": "°",
}
"""Flag -> its mark in tables."""

MEANINGS = {
    "*": "some prompts are longer than what the model was tuned on",
    "†": "some prompts are longer than the model's context, so they were cut, shown fewer shots, or left out",
    "‡": "the model gives one and the same answer to every item",
    "§": "the items stand in for a corpus that could not be had; the number says nothing about that corpus",
    "¶": "asked in another template than the model was tuned with",
    "‼": "the model was tuned on these very items, so the number proves nothing",
    "‖": "the model was tuned on another split of the same corpus",
    "~": "the items are of another edition of the corpus than the published figures",
    "#": "in some items a token spans the border between question and answer",
    "°": "this prompt version would be reported; it was chosen on the evaluation set",
    "▲": "better than its base, p < 0.05 after Holm's correction",
    "△": "better than its base, but chance alone could do as much",
    "▼": "worse than its base, p < 0.05 after Holm's correction",
    "▽": "worse than its base, but chance alone could do as much",
}


ANSWER_MARKS = {
    "ends": "the model gave its end token",
    "runs on": "it went on into a new heading, where it was cut off",
    "cut off": "it was still writing at the longest allowed length",
    "empty": "nothing was answered",
    "repeats itself": "fewer than half of its runs of six characters are distinct",
    "echoes the prompt": "the prompt stands in the answer, word for word",
}
"""Mark of an answer -> what it means."""


def metric(name: str) -> Metric:
    """How a metric is read, the end token in words."""
    plain = name.removesuffix(WITH_END)
    known = METRICS.get(plain, Metric(title=plain.replace("_", " "), better="", meaning=""))
    if plain == name:
        return known
    return Metric(title=f"{known.title}, with end token", better=known.better, meaning=known.meaning)


def is_perplexity(name: str) -> bool:
    """Whether a metric is one of the perplexities."""
    return name.removesuffix(WITH_END).endswith("perplexity")


def metric_title(name: str) -> str:
    """A metric's name where nothing around it says that it is a perplexity."""
    return f"perplexity {metric(name).title}" if is_perplexity(name) else metric(name).title


def short_title(name: str) -> str:
    """The same for a narrow terminal."""
    plain = name.removesuffix(WITH_END)
    return metric_title(plain) + ("" if plain == name else " with end")


def task_title(name: str) -> str:
    """A task's own name, such as JNLI, and whether its data stand in; the given one where the shelf lacks it."""
    plain = name.removesuffix(STOOD_IN)
    return TASKS[plain].title + name[len(plain) :] if plain in TASKS else name


def cell_title(task: str, shots: int) -> str:
    """`JNLI, 3-shot`."""
    return f"{task_title(task)}, {shots}-shot"


def number(name: str, value: float) -> str:
    """A metric's value with as many digits as it deserves: `0.459`, `29.9`, `1,499`."""
    if not is_perplexity(name):
        return f"{value:,.3f}"
    digits = 2 if value < 10 else 1 if value < 1000 else 0  # noqa: PLR2004 - three digits or more
    return f"{value:,.{digits}f}"


def chance(name: str, value: float | None) -> str:
    """A metric's value for a model that reads nothing."""
    return MISSING if value is None else number(name, value)


def interval(name: str, ends: tuple[float, float] | None) -> str:
    """`0.437 to 0.481`."""
    return MISSING if ends is None else " to ".join(number(name, end) for end in ends)


def p_value(value: float | None) -> str:
    """A p-value with two digits that mean something."""
    if value is None:
        return MISSING
    return f"< {TINY_P}" if value < TINY_P else f"{value:.2g}"
