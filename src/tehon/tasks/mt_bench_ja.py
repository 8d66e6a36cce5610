"""Japanese MT-bench: 80 questions of eight categories, each with a second turn that builds on the model's own answer.

People or a judge model compare the answers; here is only counted what needs no judge. GPT-4's reference answers, which
judges are shown for mathematics, reasoning and coding, lie beside the questions where they were fetched.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.fastchat import Question, read_conversations
from tehon.formats.json_lines import as_json_lines
from tehon.records.corpus import Download, Licence
from tehon.records.evaluation import Item, Task

UPSTREAM = "https://raw.githubusercontent.com/Stability-AI/FastChat/jp-stable/fastchat/llm_judge/data/japanese_mt_bench"


def read(folder: Path, split: str) -> Iterator[Item]:
    """One item a question."""
    return read_conversations(folder, TASK, split)


TASK = Task(
    name="mt_bench_ja",
    title="Japanese MT-bench",
    kind="generation",
    language="ja",
    splits={"test": "./"},
    split="test",
    items={"test": 80},
    default_template="alpaca_ja",
    licence=Licence(
        spdx="Apache-2.0",
        url="https://github.com/Stability-AI/FastChat/blob/jp-stable/LICENSE",
        attribution="Stability AI Japan, Japanese MT-bench, after MT-bench of LMSYS",
    ),
    citation="Lianmin Zheng and others: Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena. NeurIPS 2023; in "
    "Japanese by Stability AI Japan.",
    homepage="https://github.com/Stability-AI/FastChat/tree/jp-stable/fastchat/llm_judge",
    benchmark="mt_bench",
    downloads=(
        Download(url=f"{UPSTREAM}/question_full.jsonl"),
        Download(url=f"{UPSTREAM}/reference_answer/gpt-4.jsonl", file="reference_answer/gpt-4.jsonl"),
    ),
    sample={
        "question_full.jsonl": as_json_lines(
            Question(1, "writing", ("海辺の朝を三つの文で描いてください。", "それを夜の{海}に書き換えてください。")),
            Question(2, "math", ("十二個の柿を三人で等しく分けると一人何個ですか。", "四人ならどうですか。")),
        ),
        "reference_answer/gpt-4.jsonl": (
            '{"question_id": 2, "choices": [{"index": 0, "turns": ["四個です。", "三個です。"]}]}\n'
        ).encode(),
    },
    read=read,
)
