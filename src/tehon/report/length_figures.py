"""Lengths: of prompts beside what the models know, of what was tuned on, and of answers beside their perplexity."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from tehon.records.counted import ByLength, LengthBin, PromptLengths
from tehon.records.reporting import ModelColumn, Report, TuningSummary
from tehon.report import wording
from tehon.report.looks import HIGH, PANEL, Spec, dashed, model_scales, name, number, plain_scales, values
from tehon.writing.colours import SOFT
from tehon.writing.figures import Figure
from tehon.writing.words import listing

Prompts = tuple[str, str, int, tuple[tuple[str, tuple[int, ...]], ...]]
"""What tells prompts apart: task, template, width of a bin, and the histograms."""
Line = tuple[ModelColumn, ByLength]
PROMPT, SEQUENCE = "tokens of the prompt", "tokens of the sequence"
MOST_TICKS = 7
ROOM = 1.15
"""Times the highest and the lowest value, so that no point lies on the edge."""


def prompt_figures(report: Report) -> Iterator[Figure]:
    """How long the prompts of each task are; models whose prompts are equally long share one."""
    together: dict[Prompts, list[PromptLengths]] = {}
    for each in report.prompt_lengths:
        key = (each.task, each.template, each.width, tuple(each.counts.items()))
        together.setdefault(key, []).append(each)
    for alike in together.values():
        everybody = len(alike) == len(report.models)
        readers = "" if everybody else f", as read by {listing([each.model for each in alike])}"
        yield _prompts(alike, f"{wording.task_title(alike[0].task)}, prompt {alike[0].template}{readers}")


def _prompts(alike: Sequence[PromptLengths], title: str) -> Figure:
    one = alike[0]
    names = {shots: f"{shots}-shot" for shots in one.counts}
    rows = [
        {"of": names[shots], "from": bin_ * one.width, "items": items}
        for shots, counts in one.counts.items()
        for bin_, items in enumerate((*counts, 0))
    ]
    longest = max(len(counts) for counts in one.counts.values()) * one.width
    bounds = {each.tuning_length: "tuned on at most" for each in alike if each.tuning_length}
    bounds |= {each.context_length: "read at most" for each in alike if each.context_length}
    # A context of many times the longest prompt would press everything else together.
    near = {bound: said for bound, said in bounds.items() if bound <= 2 * longest}
    ranges = plain_scales(list(names.values()))
    chart = {
        "data": values(rows),
        "width": PANEL,
        "height": HIGH,
        "layer": [*_steps(PROMPT, "items", ranges), *_bounds(near, PROMPT)],
    }
    return Figure(chart, title, _lengths_said(one, bounds))


def _steps(across: str, up: str, ranges: Spec) -> Iterator[Spec]:
    """The outline of a histogram of rows with `of`, `from` and `items`, and a light area under it."""
    places = {"x": number("from", across, scale={"nice": False}), "y": number("items", up, stack=None)}
    area = {"type": "area", "interpolate": "step-after", "fillOpacity": 0.12}
    yield {"mark": area, "encoding": {**places, "color": ranges["color"]}}
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 1.5}
    yield {"mark": line, "encoding": {**places, **ranges}}


def _bounds(bounds: dict[int, str], across: str) -> Iterator[Spec]:
    if bounds:
        yield dashed("x", list(bounds), across)
        yield {
            "data": values([{"at": bound, "said": f"{said} {bound:,}"} for bound, said in bounds.items()]),
            "mark": {
                "type": "text",
                "color": SOFT.light,
                "angle": 270,
                "align": "right",
                "baseline": "bottom",
                "dy": -3,
            },
            "encoding": {"x": number("at", across), "y": {"value": 2}, "text": {"field": "said"}},
        }


def _lengths_said(one: PromptLengths, bounds: dict[int, str]) -> str:
    said = []
    for shots, counts in one.counts.items():
        usual = max(range(len(counts)), key=counts.__getitem__) * one.width
        said.append(
            f"{shots}-shot: most often {usual} to {usual + one.width} tokens, at most {len(counts) * one.width}"
        )
    said += [f"{what} {bound:,} tokens" for bound, what in bounds.items()]
    return "; ".join(said) + "."


def tuned_figures(tunings: Sequence[TuningSummary]) -> Iterator[Figure]:
    """How long what was tuned on is, up to the sequence length; tunings on the same share one figure."""
    together: dict[tuple[str, int, tuple[int, ...]], list[TuningSummary]] = {}
    for tuning in tunings:
        recipe, counts = tuning.adapter.recipe, tuning.adapter.counts
        if sum(counts.lengths):
            together.setdefault((tuning.adapter.release, recipe.sequence_length, counts.lengths), []).append(tuning)
    for (release, longest, lengths), alike in together.items():
        folders = listing([tuning.folder for tuning in alike])
        yield _tuned(alike[0], longest, lengths, f"{release}, as {folders} read it: tokens of what was tuned on")


def _tuned(tuning: TuningSummary, longest: int, lengths: Sequence[int], title: str) -> Figure:
    width = longest / len(lengths)
    rows = [{"of": "", "from": at * width, "items": items} for at, items in enumerate((*lengths, 0))]
    chart = {
        "data": values(rows),
        "width": 2 * PANEL,
        "height": 0.8 * HIGH,
        "layer": [*_steps(SEQUENCE, "sequences", plain_scales([""])), *_bounds({longest: "at most"}, SEQUENCE)],
    }
    cut = tuning.adapter.counts.cut_right + tuning.adapter.counts.input_shortened
    said = (
        f"Of {sum(lengths):,} sequences {lengths[-1]:,} are within {width:.0f} tokens of the longest allowed, "
        f"{longest:,}; {cut:,} had to be shortened to that."
    )
    return Figure(chart, title, said)


def answer_figures(report: Report, models: Sequence[ModelColumn]) -> Iterator[Figure]:
    """Perplexity by the length of the right answer, without its end and with it, on one scale."""
    by_name = {model.model: model for model in models}
    cells: dict[tuple[str, int], list[Line]] = {}
    for each in report.by_length:
        if each.model in by_name and len(each.bins) > 1:
            cells.setdefault((each.task, each.shots), []).append((by_name[each.model], each))
    for (task, shots), lines in cells.items():
        title = f"{wording.cell_title(task, shots)}: the answer"
        yield _answers(lines, f"{title} without its end", end=False)
        if all(one.with_end is not None for one in _bins(lines)):
            yield _answers(lines, f"{title} with its end", end=True)


def _bins(lines: Sequence[Line]) -> list[LengthBin]:
    return [one for _, line in lines for one in line.bins]


def _answers(lines: Sequence[Line], title: str, *, end: bool) -> Figure:
    rows = [
        {"of": name(model), "length": length(one), "value": _value(one, end=end)}
        for model, line in lines
        for one in line.bins
    ]
    scales = model_scales([model for model, _ in lines])
    labels = [length(one) for one in sorted(_bins(lines), key=lambda one: one.low)]
    scale = _scale(_bins(lines))
    across = {"title": "tokens of the answer", "axis": {"labelAngle": 0}}
    chart = {
        "data": values(rows),
        "width": PANEL,
        "height": HIGH,
        "encoding": {
            "x": {"field": "length", "type": "ordinal", "sort": list(dict.fromkeys(labels)), **across},
            "y": number("value", "perplexity", scale=scale, axis={"values": ticks(*scale["domain"])}),
            "color": scales["color"],
        },
        "layer": [
            {"mark": "line", "encoding": {"strokeDash": scales["strokeDash"]}},
            {"mark": "point", "encoding": {"shape": scales["shape"]}},
        ],
    }
    said = (f"{model.model}: {', '.join(_points(line, end=end))}" for model, line in lines)
    return Figure(chart, title, "; ".join(said) + ".")


def _value(one: LengthBin, *, end: bool) -> float:
    return one.with_end if end and one.with_end is not None else one.perplexity


def _points(line: ByLength, *, end: bool) -> Iterator[str]:
    for one in line.bins:
        yield f"{wording.number('item_perplexity', _value(one, end=end))} at {length(one)} tokens"


def _scale(bins: Sequence[LengthBin]) -> Spec:
    """The same for both figures of a cell: logarithmic, with room to both sides."""
    shown = [value for one in bins for value in (one.perplexity, one.with_end) if value]
    return {"type": "log", "domain": [min(shown) / ROOM, max(shown) * ROOM], "nice": False}


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two bounds for a logarithmic axis: 1, 2, 5, 10, …; powers of ten alone where many fit."""
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
    found = [power * factor for power in powers for factor in (1, 2, 5) if low <= power * factor <= high]
    if len(found) > MOST_TICKS:
        return [tick for tick in found if tick in powers]
    return found if len(found) > 1 else _even_ticks(low, high)


def _even_ticks(low: float, high: float) -> list[float]:
    """Between bounds that lie close to each other: some multiples of a round number."""
    step = 10.0 ** floor(log10(high - low)) / 2
    return [round(place * step, 9) for place in range(ceil(low / step), floor(high / step) + 1)]


def length(one: LengthBin) -> str:
    """`3`, `5–8`, `129+`."""
    if one.high is None:
        return f"{one.low}+"
    return str(one.low) if one.low == one.high else f"{one.low}–{one.high}"
