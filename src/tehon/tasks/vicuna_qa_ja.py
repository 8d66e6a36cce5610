"""Japanese Vicuna QA: 80 open questions of nine categories, for people or a judge model to compare the answers."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.fastchat import Question, read_conversations
from tehon.formats.github import Repository
from tehon.formats.json_lines import as_json_lines
from tehon.records.corpus import Licence
from tehon.records.evaluation import Item, Task

UPSTREAM = Repository("ku-nlp/ja-vicuna-qa-benchmark", "f4f91e051e0655d69679486bd22a882162fe1423")


def read(folder: Path, split: str) -> Iterator[Item]:
    """One item a question."""
    return read_conversations(folder, TASK, split)


TASK = Task(
    name="vicuna_qa_ja",
    title="Japanese Vicuna QA Benchmark",
    kind="generation",
    language="ja",
    splits={"test": "./"},
    split="test",
    items={"test": 80},
    default_template="alpaca_ja",
    licence=Licence(
        spdx="Apache-2.0",
        url="https://github.com/ku-nlp/ja-vicuna-qa-benchmark/blob/main/LICENSE",
        attribution="Kyoto University, Japanese Vicuna QA Benchmark",
    ),
    citation="Yikun Sun, Zhen Wan, Nobuhiro Ueda, Sakiko Yahata, Fei Cheng, Chenhui Chu, Sadao Kurohashi: Rapidly "
    "Developing High-quality Instruction Data and Evaluation Benchmark for Large Language Models with Minimal Human "
    "Effort: A Case Study on Japanese. LREC-COLING 2024.",
    homepage="https://github.com/ku-nlp/ja-vicuna-qa-benchmark",
    benchmark="vicuna_qa",
    downloads=(UPSTREAM.download("data/jp_bench/question.jsonl"),),
    sample={
        "question.jsonl": as_json_lines(
            Question(1, "generic", ("朝早く起きる習慣を付けるには、どうすればいいですか？",)),
            Question(2, "roleplay", ("{船乗り}になったつもりで、嵐の夜を語ってください。",)),
        )
    },
    read=read,
)
