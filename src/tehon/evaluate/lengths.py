"""How long the prompts of a cell are, counted as its results pass by."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tehon.records.scores import ItemResult, Lengths


class Ruler:
    """Measures results.

    Args:
        trained: the longest prompt that the adapter was tuned on, in tokens; None for a base.
        context_length: of the model, in tokens.
    """

    def __init__(self, trained: int | None, context_length: int) -> None:
        """Measure nothing yet."""
        self.trained = trained
        self.context_length = context_length
        self.counts: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self.longest = 0

    def watch(self, results: Iterable[ItemResult]) -> Iterator[ItemResult]:
        """The same results, without those that were not asked."""
        for result in results:
            self._measure(result)
            if not result.skipped:
                yield result

    def _measure(self, result: ItemResult) -> None:
        self.longest = max(self.longest, result.prompt_tokens)
        self.counts += Counter(
            items=1,
            tokens=result.prompt_tokens,
            over_tuning=self.trained is not None and result.prompt_tokens > self.trained,
            over_context=result.skipped or bool(result.dropped_shots or result.truncated),
            truncated=result.truncated,
            dropped=result.dropped_shots,
            skipped=result.skipped,
            merged=result.merged,
        )
        self.cut.update(result.cut)

    def lengths(self) -> Lengths:
        """What was measured."""
        counts = self.counts
        return Lengths(
            items=counts["items"],
            longest=self.longest,
            mean=counts["tokens"] / counts["items"] if counts["items"] else 0.0,
            tuning_length=self.trained,
            over_tuning=counts["over_tuning"],
            context_length=self.context_length,
            over_context=counts["over_context"],
            truncated=counts["truncated"],
            dropped_shots=counts["dropped"],
            skipped=counts["skipped"],
            cut={part: self.cut[part] for part in ("description", "shots", "query") if self.cut[part]},
        )

    def flags(self) -> Iterator[str]:
        """The paper's * and †, computed, and what else was done with prompts."""
        names = {
            "over_training_length": "over_tuning",
            "over_context": "over_context",
            "dropped_shots": "dropped",
            "skipped": "skipped",
            "merged": "merged",
        }
        for flag, counted in names.items():
            if self.counts[counted]:
                yield f"{flag}:{self.counts[counted]}"
