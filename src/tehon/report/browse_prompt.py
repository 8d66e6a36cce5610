"""Where a prompt's own question begins: before it stand the description and the shots, or what was said before.

An item's row holds its prompt as the model read it, in one piece. The frame that it was made with says how a question
opens; of several places the last one is the item's own, for a model reads its question last.
"""

from functools import cache

from tehon.prompts import ask
from tehon.records.scores import STOOD_IN
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES


def question_start(context: str, task: str, template: str, instruction: str, material: str) -> int:
    """The place in characters; 0 where nothing stands before the question, or where nobody can say.

    Args:
        context: what the model read.
        task: its name.
        template: prompt version or template name.
        instruction: what was asked, free of any frame.
        material: what the instruction is about.
    """
    if opening := _opening(task.removesuffix(STOOD_IN), template):
        return max(context.rfind(opening), 0)
    if template in TEMPLATES and TEMPLATES[template].kind == "strings":
        question = ask(TEMPLATES[template], instruction, material)
        return len(context) - len(question) if context.endswith(question) else 0
    # A tokenizer's own chat template opens a turn in words that only the tokenizer knows.
    return max(context.rfind(instruction), 0) if instruction else 0


@cache
def _opening(task: str, template: str) -> str:
    """How a question opens in a task's own prompt version; empty where there is none."""
    prompt = TASKS[task].prompts.get(template) if task in TASKS else None
    return prompt.query.partition("{")[0] if prompt else ""
