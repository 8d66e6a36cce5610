"""What was tuned on, source by source: the paper's Figure 1."""

from collections.abc import Iterator

from tehon.records.reporting import ReleaseSummary
from tehon.report.looks import PANEL, Spec, number, values
from tehon.writing.colours import BLUE, INK
from tehon.writing.escaping import visible
from tehon.writing.figures import Figure
from tehon.writing.words import listing

ROW = 20
"""Pixels of one source."""
ROOM = 1.2
"""Times the largest source: the numbers stand behind the bars."""


def source_figure(summary: ReleaseSummary) -> Figure | None:
    """The sources of every task cluster, the largest first; None for a release without any."""
    clusters = {cluster: sources for cluster, sources in summary.clusters.items() if sources}
    if not clusters:
        return None
    largest = max(count for sources in clusters.values() for count in sources.values())
    parts = [_cluster(cluster, sources, largest) for cluster, sources in clusters.items()]
    chart = {"vconcat": parts, "spacing": 14}
    return Figure(
        chart, f"{summary.release.name}: examples by source and task cluster", "; ".join(_said(clusters)) + "."
    )


def _cluster(cluster: str, sources: dict[str, int], largest: int) -> Spec:
    ordered = sorted(sources, key=lambda source: (-sources[source], source))
    rows = [{"source": visible(source), "count": sources[source]} for source in ordered]
    side = {"title": None, "ticks": False, "domain": False, "labelLimit": 150, "minExtent": 150, "maxExtent": 150}
    total = f"{sum(sources.values()):,}"
    return {
        "title": {
            "text": f"{visible(cluster)}, {total}",
            "anchor": "start",
            "fontSize": 12,
            "color": INK.light,
            "offset": 4,
        },
        "data": values(rows),
        "width": PANEL + 30,
        "height": ROW * len(rows),
        "encoding": {
            "y": {"field": "source", "type": "nominal", "sort": [row["source"] for row in rows], "axis": side},
            "x": number("count", None, axis=None, scale={"domain": [0, ROOM * largest], "nice": False}),
        },
        "layer": [
            {"mark": {"type": "bar", "color": BLUE.light, "height": ROW - 6}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": INK.light},
                "encoding": {"text": {"field": "count", "format": ","}},
            },
        ],
    }


def _said(clusters: dict[str, dict[str, int]]) -> Iterator[str]:
    for cluster, sources in clusters.items():
        yield f"{cluster}: " + listing([f"{source} {count:,}" for source, count in sources.items()])
