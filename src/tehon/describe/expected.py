"""What published releases had, beside what a build gave."""

from collections.abc import Iterator, Mapping

from tehon.records.release import Compared, Expected, Mixture

TOTAL = "total"


def compared(mixture: Mixture, by_part: Mapping[tuple[str, str], int]) -> tuple[Compared, ...]:
    """Every published count that the mixture knows beside the build's own, the count of the whole last.

    Args:
        mixture: with the counts.
        by_part: (source, part) -> examples of the build.
    """
    return tuple(_lines(mixture, by_part))


def counted(expected: Expected, source: str, part: str) -> bool:
    """Whether a published count counts this part of this source."""
    return source in expected.sources and (not expected.parts or part in expected.parts)


def _lines(mixture: Mixture, by_part: Mapping[tuple[str, str], int]) -> Iterator[Compared]:
    reasons = []
    for name, expected in mixture.expected.items():
        actual = sum(count for (source, part), count in by_part.items() if counted(expected, source, part))
        difference = actual - expected.examples
        reason = _reason(mixture, expected) if difference else ""
        reasons += [name] if reason else []
        yield Compared(
            name=name,
            sources=expected.sources,
            parts=expected.parts,
            expected=expected.examples,
            actual=actual,
            difference=difference,
            reason=reason,
        )
    if mixture.expected_total is not None:
        actual = sum(by_part.values())
        difference = actual - mixture.expected_total
        yield Compared(
            name=TOTAL,
            sources=tuple(mixture.sources),
            expected=mixture.expected_total,
            actual=actual,
            difference=difference,
            reason=f"As said of {', '.join(reasons)}." if difference and reasons else "",
        )


def _reason(mixture: Mixture, expected: Expected) -> str:
    """Why a build differs from a published count."""
    absent = [source for source in expected.sources if source not in mixture.sources]
    limited = [
        source
        for source in expected.sources
        if source in mixture.sources and (mixture.sources[source].limit or mixture.sources[source].weight != 1)
    ]
    told = [f"{' and '.join(absent)} left out."] if absent else []
    told += [f"Not all of {' and '.join(limited)} is taken."] if limited else []
    return " ".join([*told, expected.reason]).strip()
