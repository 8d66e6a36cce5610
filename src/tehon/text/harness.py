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
    """Versions 0.3 to 0.6 of one task, without choices.

    Args:
        instruction: what 0.3 and 0.6 ask, before every item.
        told: what 0.4 and 0.5 ask, once.
        asked: one item.
    """
    return {
        "0.3": TaskPrompt(
            description=ALPACA, query=f"### 指示:\n{instruction}\n\n### 入力:\n{asked}\n\n### 応答:\n", separator="\n\n"
        ),
        "0.4": _turns(told, asked, "<NL>"),
        "0.5": _turns(told, asked, "\n"),
        "0.6": TaskPrompt(description=LLAMA2, query=f"{instruction}\n\n{asked} [/INST] ", separator=" </s><s>[INST] "),
    }


def _turns(told: str, asked: str, newline: str) -> TaskPrompt:
    return TaskPrompt(
        description=f"ユーザー: {told}\nシステム: 分かりました。\n".replace("\n", newline),
        query=f"ユーザー: {asked}\nシステム: ".replace("\n", newline),
        separator=newline,
    )
