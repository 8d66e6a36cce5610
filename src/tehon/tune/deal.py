"""A step's passes dealt out to processes, so that each has equally many and about equally much to do."""

from collections.abc import Sequence

from tehon.engine.tokens import Encoded
from tehon.engine.work import Work
from tehon.records.tuning import Layout
from tehon.tune.loss import FILLER
from tehon.tune.plan import Micro, Plan, lay_out

SLACK = (1.0, 1.07, 1.15, 1.3)
"""Over a pass of exactly the mean size: sequences are not cut, so that passes of just that size may be one too many."""


def lay_out_for(sequences: Sequence[Encoded], layout: Layout, budget: int, work: Work, processes: int) -> Plan:
    """The sequences cut into passes of at most `budget` positions, so that the busiest process is done soonest.

    A step that fits into one pass would leave all processes but one without work.
    """
    plan = lay_out(sequences, layout, budget, work)
    if processes == 1 or not plan.micros:
        return plan
    rounds = -(-len(plan.micros) // processes)
    mean = -(-plan.positions // (rounds * processes))
    sizes = sorted({min(budget, round(mean * slack)) for slack in SLACK})
    plans = [plan, *(lay_out(sequences, layout, size, work) for size in sizes)]
    return min(plans, key=lambda plan: sum(_by_work(plan.micros, work)[1][::processes]))


def share(plan: Plan, work: Work, process: int, processes: int) -> list[Micro]:
    """The passes of one process; fillers make it equally many for all.

    Passes of a round, which wait for each other where a model is spread, cost about the same.
    """
    if processes == 1:
        return plan.micros
    micros, _ = _by_work(plan.micros, work)
    rounds = [micros[first : first + processes] for first in range(0, len(micros), processes)]
    dealt = []
    for number, passes in enumerate(rounds):
        # Every other round the other way, so that nobody has the largest pass of each.
        place = process if number % 2 == 0 else processes - 1 - process
        dealt.append(passes[place] if place < len(passes) else FILLER)
    return dealt


def _by_work(micros: list[Micro], work: Work) -> tuple[list[Micro], list[int]]:
    """The passes, most work first, and the work of each."""
    costs = [work.forward(micro) for micro in micros]
    order = sorted(range(len(micros)), key=lambda place: -costs[place])
    return [micros[place] for place in order], [costs[place] for place in order]
