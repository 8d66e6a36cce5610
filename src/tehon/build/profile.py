"""What a release looks like: counts by part, lengths, one example of each source."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tehon.records.corpus import Example


class Profile:
    """Looks at examples as they pass by.

    Attributes:
        parts: (source, part) -> examples.
        splits: (source, split) -> examples.
        languages: BCP 47 code -> examples.
        characters: source -> characters of instructions, inputs and responses together.
        longest: source -> characters of the longest example.
        first: source -> its first example.
    """

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self.parts: Counter[tuple[str, str]] = Counter()
        self.splits: Counter[tuple[str, str]] = Counter()
        self.languages: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()
        self.longest: dict[str, int] = {}
        self.first: dict[str, Example] = {}

    def watch(self, examples: Iterable[Example]) -> Iterator[Example]:
        """The same examples, looked at."""
        for example in examples:
            source = example.source
            length = len(example.instruction) + len(example.input) + len(example.response)
            self.parts[source, example.part] += 1
            self.splits[source, example.split] += 1
            self.languages[example.language] += 1
            self.characters[source] += length
            self.longest[source] = max(length, self.longest.get(source, 0))
            self.first.setdefault(source, example)
            yield example
