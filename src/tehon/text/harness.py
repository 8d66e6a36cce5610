"""The frames that jp-stable, the Japanese branch of the evaluation harness, puts around every task.

Source: Stability-AI/lm-evaluation-harness, branch jp-stable, as of 1 September 2023 (commit 3b52e8c); 0.6 as of
10 October 2023.
"""

from tehon.records.evaluation import TaskPrompt

ALPACA = "以下は、タスクを説明する指示と、文脈のある入力の組み合わせです。要求を適切に満たす応答を書きなさい。\n\n"
"""How version 0.3 of every task opens."""
LLAMA2 = "<s>[INST] <<SYS>>\nあなたは役立つアシスタントです。\n<</SYS>>\n\n"
"""How version 0.6 of every task opens, with the harness's default system prompt."""


def framed(instruction: str, told: str, asked: str) -> dict[str, TaskPrompt]:
    """Versions 0.3 to 0.6 of a task that asks the same in all of them, without choices.

    Args:
        instruction: what 0.3 and 0.6 ask, before every item.
        told: what 0.4 and 0.5 ask, once.
        asked: one item.
    """
    llama2 = TaskPrompt(description=LLAMA2, query=f"{instruction}\n\n{asked} [/INST] ", separator=" </s><s>[INST] ")
    return {"0.3": alpaca(instruction, asked), **dialogue(told, asked), "0.6": llama2}


def alpaca(instruction: str, asked: str) -> TaskPrompt:
    """Version 0.3: instruction, input and response under headings."""
    return TaskPrompt(description=ALPACA, query=f"### 指示:\n{instruction}\n\n### 入力:\n{asked}\n\n### 応答:\n")


def dialogue(told: str, asked: str) -> dict[str, TaskPrompt]:
    """Versions 0.4, whose lines end in `<NL>`, and 0.5: the user tells what to do, the system agrees."""
    return {
        version: TaskPrompt(
            description=f"ユーザー: {told}\nシステム: 分かりました。\n".replace("\n", newline),
            query=f"ユーザー: {asked}\nシステム: ".replace("\n", newline),
            separator=newline,
        )
        for version, newline in (("0.4", "<NL>"), ("0.5", "\n"))
    }
