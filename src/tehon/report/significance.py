"""Would chance alone change as much? Tests on pairs, in plain Python.

scipy has two of them, but would be this package's heaviest dependency for some forty lines.
"""

from collections.abc import Sequence
from math import erfc, fsum, sqrt
from operator import getitem
from random import Random

EXACT_ITEMS = 16
"""Up to so many differences every flip is tried."""
LIMIT_ITEMS = 20_000
"""Above so many differences the sum is normal to more digits than random flips could show."""
FLIPS = 9_999
SEED = 20230909
PERMUTATION = "sign-flip permutation"


def mcnemar(only_first: int, only_second: int) -> float:
    """The p-value of McNemar's exact two-sided test: a fair coin decides every item that only one model got right.

    Source: McNemar 1947, Psychometrika 12, 153–157; the exact form is a binomial test with p = ½.
    """
    tosses = only_first + only_second
    term = tail = 1
    for heads in range(min(only_first, only_second)):
        term = term * (tosses - heads) // (heads + 1)
        tail += term
    # Whole numbers until the last division, so nothing is rounded on the way.
    return min(1.0, 2 * tail / (1 << tosses))


def sign_flip(differences: Sequence[float]) -> tuple[float, str]:
    """The p-value of the two-sided test that the mean difference is zero, and how it was computed.

    Under the null hypothesis every difference could as well have the other sign. The result does not depend on the
    order of the differences.

    Source: Fisher 1935, The Design of Experiments, section 21; (1 + hits) / (1 + flips) after Phipson and Smyth 2010.
    """
    sizes = sorted(abs(difference) for difference in differences if difference)
    observed = abs(fsum(differences))
    # A sum of the same numbers in another order may differ in its last digits; it must count as a tie.
    bound = observed - 1e-12 * fsum(sizes)
    if not sizes:
        return 1.0, f"{PERMUTATION} (exact)"
    if len(sizes) > LIMIT_ITEMS:
        return erfc(observed / sqrt(2 * fsum(size * size for size in sizes))), f"{PERMUTATION} (normal limit)"
    total = fsum(sizes)
    tables = _tables(sizes)
    if len(sizes) <= EXACT_ITEMS:
        masks = range(2 ** len(sizes))
        hits = sum(abs(total - 2 * _flipped(tables, mask)) >= bound for mask in masks)
        return hits / len(masks), f"{PERMUTATION} (exact)"
    random = Random(SEED)
    hits = sum(abs(total - 2 * _flipped(tables, random.getrandbits(len(sizes)))) >= bound for _ in range(FLIPS))
    return (1 + hits) / (1 + FLIPS), f"{PERMUTATION} ({FLIPS:,} flips)"


def _tables(sizes: Sequence[float]) -> list[list[float]]:
    """For every eight sizes the sums of all their 256 subsets, so that one flip of all costs one look-up for eight."""
    tables = []
    for start in range(0, len(sizes), 8):
        sums = [0.0]
        for size in sizes[start : start + 8]:
            sums += [so_far + size for so_far in sums]
        tables.append(sums)
    return tables


def _flipped(tables: list[list[float]], mask: int) -> float:
    """Sum of the sizes whose bit is set."""
    return sum(map(getitem, tables, mask.to_bytes(len(tables), "little")))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number, in their order; at least as large as they were.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65–70.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
