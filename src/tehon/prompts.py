"""Template × example → prompt, and few-shot contexts: the one place where training and evaluation meet."""

from collections.abc import Callable, Iterable

from tehon.errors import ModelError
from tehon.records.corpus import Example, Turn
from tehon.records.evaluation import Item, TaskPrompt
from tehon.records.prompt import Prompt, Segment, Template

ChatTemplate = Callable[[list[dict[str, str]], bool], str]
"""A tokenizer's own chat template: messages, and whether the next answer's opening follows -> text."""


def render(template: Template, example: Example, *, chat: ChatTemplate | None = None, respond: bool = True) -> Prompt:
    """The prompt of one example: every assistant turn scored and followed by the end token.

    Where the tokenizer's chat template rewrites earlier turns once later ones follow, only those after that are scored.

    Args:
        template: the frame.
        example: with its history, if it is a conversation.
        chat: the tokenizer's chat template; needed when `template.kind` is `chat`.
        respond: False leaves the last response out: what a model reads before it answers.

    Raises:
        ModelError: the template is `chat` and the tokenizer has none, or it rewrites what stands before an answer.
    """
    segments = _chat_segments(example, chat) if template.kind == "chat" else _string_segments(template, example)
    return Prompt(segments=segments if respond else segments[:-1])


def ask(template: Template, instruction: str, material: str = "") -> str:
    """The context of one question with nothing before it."""
    frame = template.with_input if material else template.without_input
    # Plain replacement, the input last, so that braces in data stay what they are.
    before, slot, after = frame.partition("{instruction}")
    return before + (instruction if slot else "") + after.replace("{input}", material)


def _string_segments(template: Template, example: Example) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    lead = ""
    for turn in example.history:
        if turn.role == "assistant":
            segments += [Segment(text=lead), Segment(text=turn.content, scored=True, end=True)]
            lead = template.separator
        else:
            lead += turn.content + template.separator if turn.role == "system" else ask(template, turn.content)
    segments.append(Segment(text=lead + ask(template, example.instruction, example.input)))
    segments.append(Segment(text=example.response, scored=True, end=True))
    return tuple(segments)


def _chat_segments(example: Example, chat: ChatTemplate | None) -> tuple[Segment, ...]:
    if chat is None:
        remedy = "Choose another template, such as alpaca_ja"
        raise ModelError("template chat", "the tokenizer must have a chat template, but it has none", remedy)
    asked = f"{example.instruction}\n\n{example.input}" if example.input else example.instruction
    last = (Turn(role="user", content=asked), Turn(role="assistant", content=example.response))
    messages: list[dict[str, str]] = []
    segments: list[Segment] = []
    done = ""
    for turn in (*example.history, *last):
        if turn.role == "assistant":
            opened = chat(messages, True)  # noqa: FBT003 - the tokenizer's own signature
            messages.append({"role": turn.role, "content": turn.content})
            whole = chat(messages, False)  # noqa: FBT003 - likewise
            if not whole.startswith(opened):
                remedy = "Choose another template, such as alpaca_ja"
                raise ModelError("template chat", "what stands before an answer changes once it is given", remedy)
            if not opened.startswith(done):
                # Some templates take the thoughts out of earlier turns; what the model will never have written as it
                # stands here is only read.
                segments, done = [], ""
            answer = _ended(whole[len(opened) :], turn.content)
            segments.append(Segment(text=opened[len(done) :], special=True))
            segments.append(Segment(text=answer, scored=True, special=True))
            done = opened + answer
        else:
            messages.append({"role": turn.role, "content": turn.content})
    return tuple(segments)


def _ended(answer: str, content: str) -> str:
    """An answer as a chat template renders it, up to its end token: the breaks behind that are the next turn's."""
    ended = answer.rstrip()
    return answer if ended == content.rstrip() else ended


def few_shot(prompt: TaskPrompt, item: Item, shots: Iterable[Item]) -> str:
    """The context of a task's own prompt: description, shots with their labels, query."""
    blocks = [ask_item(prompt, shot) + shown(prompt, shot) + prompt.separator for shot in shots]
    return prompt.description + "".join(blocks) + ask_item(prompt, item)


def few_shot_template(template: Template, item: Item, shots: Iterable[Item]) -> str:
    """The same in a tuning template: every shot is a full turn."""
    blocks = [
        ask(template, shot.example.instruction, shot.example.input) + shot.example.response + template.separator
        for shot in shots
    ]
    return "".join(blocks) + render(template, item.example, respond=False).text


def ask_item(prompt: TaskPrompt, item: Item) -> str:
    """One item in a task's own prompt, without its label; braces in data stay what they are."""
    return prompt.query.format_map(item.fields)


def choices(prompt: TaskPrompt | None, item: Item) -> tuple[str, ...]:
    """What can be chosen: the prompt version's own words for the labels, else the item's."""
    return prompt.choices if prompt and prompt.choices else item.choices


def gold(prompt: TaskPrompt | None, item: Item) -> str:
    """The right answer in the prompt version's words."""
    return item.example.response if item.answer is None else choices(prompt, item)[item.answer]


def shown(prompt: TaskPrompt, shot: Item) -> str:
    """What a shot answers with."""
    return gold(prompt, shot) if shot.answer is None or not prompt.shown else prompt.shown[shot.answer]
