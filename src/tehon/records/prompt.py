"""Where training and evaluation meet: templates and prompts."""

from typing import Literal

from tehon.records.record import Record


class Template(Record, kw_only=True):
    """How an example becomes text; strings only, models depend on them to the letter.

    Attributes:
        name: the file's name on the shelf.
        title: one line for the docs.
        language: BCP 47 code of the frame.
        with_input: the context, with `{instruction}` and `{input}`.
        without_input: the context, with `{instruction}`.
        separator: stands between one turn (or shot) and the next.
        stop: strings that end a generated answer.
        kind: `strings`, or `chat` for the tokenizer's own chat template.
        source: where the strings come from.
    """

    name: str
    title: str
    language: str
    with_input: str = ""
    without_input: str = ""
    separator: str = "\n\n"
    stop: tuple[str, ...] = ()
    kind: Literal["strings", "chat"] = "strings"
    source: str = ""


class Segment(Record, kw_only=True):
    """A piece of a prompt.

    Attributes:
        text: its text.
        scored: its tokens count towards the loss and the score.
        end: the tokenizer's end token follows, and counts if the segment does.
        special: the text means the special tokens in it, as a chat template does; in any other text they are letters.
    """

    text: str
    scored: bool = False
    end: bool = False
    special: bool = False


class Prompt(Record, kw_only=True):
    """What a model reads: segments in order, usually one context and one scored response."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """All segments joined, end tokens left out."""
        return "".join(segment.text for segment in self.segments)
