"""The frames that jp-stable, the Japanese branch of the evaluation harness, puts around every task.

Source: Stability-AI/lm-evaluation-harness, branch jp-stable, as of 1 September 2023 (commit 3b52e8c); 0.6 as of
10 October 2023.
"""

from msgspec.structs import replace

from tehon.records.evaluation import TaskPrompt

JSQUAD = "Stability-AI/lm-evaluation-harness, branch jp-stable, task jsquad-"
EXTRACT = "与えられた文脈から、質問に対する答えを抜き出してください。"
"""What JSQuAD's versions 0.3 to 0.6 ask, and JaQuAD's."""
ALPACA = "以下は、タスクを説明する指示と、文脈のある入力の組み合わせです。要求を適切に満たす応答を書きなさい。\n\n"
"""How version 0.3 of every task opens."""
ALPACA_BEFORE = f"{ALPACA}\n"
"""The same before commit 8eaa358 (8 July 2023)."""
LLAMA2 = "<s>[INST] <<SYS>>\nあなたは役立つアシスタントです。\n<</SYS>>\n\n"
"""How version 0.6 of every task opens, with the harness's default system prompt."""


def framed(instruction: str, told: str, asked: str) -> dict[str, TaskPrompt]:
    """Versions 0.3 to 0.6 of a task that asks the same in all of them, without choices.

    Args:
        instruction: what 0.3 and 0.6 ask, before every item.
        told: what 0.4 and 0.5 ask, once.
        asked: one item.
    """
    return {"0.3": alpaca(instruction, asked), **dialogue(told, asked), "0.6": llama2(instruction, asked)}


def alpaca(instruction: str, asked: str) -> TaskPrompt:
    """Version 0.3: instruction, input and response under headings."""
    return TaskPrompt(description=ALPACA, query=f"### 指示:\n{instruction}\n\n### 入力:\n{asked}\n\n### 応答:\n")


def llama2(instruction: str, asked: str) -> TaskPrompt:
    """Version 0.6: as LLaMA 2's chat models are asked."""
    return TaskPrompt(description=LLAMA2, query=f"{instruction}\n\n{asked} [/INST] ", separator=" </s><s>[INST] ")


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


def extraction() -> dict[str, TaskPrompt]:
    """JSQuAD's versions 0.1 to 0.6 as of its version 1.1; `-title` is 1.2, which shows the title from 0.2 on.

    Answers end with the line, in 0.4 with `<NL>`.
    """
    first = TaskPrompt(
        description="[題名]と[問題]から[質問]に対する[答え]を抜き出しなさい\n\n",
        query="[題名]:{title}\n[問題]:{context}\n[質問]:{question}\n[答え]:",
    )
    versions = {
        "0.1": replace(first, source=f"{JSQUAD}1.1"),
        **_extraction("文章", "文章:{context}", "文脈：{context}", "1.1"),
    }
    titled = _extraction("題名と文章", "題名:{title}\n文章:{context}", "文脈：{title}\n{context}", "1.2")
    versions |= {f"{name}-title": prompt for name, prompt in titled.items()}
    return {name: replace(one, stop=("<NL>" if name.startswith("0.4") else "\n",)) for name, one in versions.items()}


def _extraction(read: str, plain: str, framed_context: str, version: str) -> dict[str, TaskPrompt]:
    """Versions 0.2 to 0.6, which are told to read this."""
    short = TaskPrompt(
        description=f"質問に対する回答を{read}から一言で抽出してください。回答は名詞で答えてください。\n\n",
        query=f"{plain}\n質問:{{question}}\n回答:",
    )
    frames = {"0.2": short, **framed(EXTRACT, EXTRACT, f"{framed_context}\n質問：{{question}}")}
    return {name: replace(frame, source=f"{JSQUAD}{version}") for name, frame in frames.items()}
