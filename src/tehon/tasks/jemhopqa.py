"""JEMHopQA: questions that join or compare facts of two Wikipedia articles, answered from memory.

All of `dev` is scored, the two in a hundred that are marked as changing with time included, as others do. YES and NO
are はい and いいえ.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.errors import BadRawFile
from tehon.formats.json_array import file_rows
from tehon.formats.labelled import OURS
from tehon.formats.whole import whole
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Task, TaskPrompt
from tehon.sources.jemhopqa import SOURCE, YES_NO, Question

ASKED = (
    "質問の答えだけを、説明を付けずに書いてください。「はい」か「いいえ」で答えられる質問には、そのどちらかで答えます。"
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a question."""
    for number, (place, row) in enumerate(whole(file_rows(file, Question), file)):
        answer = row.answer or ""
        if not (row.question.strip() and answer.strip()):
            problem = "a question must have a text and an answer, but one of them is missing"
            raise BadRawFile(str(file.parent / place), problem, "Fetch the file again")
        example = Example(
            id=f"jemhopqa/{split}/{number:06d}",
            upstream_id=row.qid,
            instruction=ASKED,
            input=row.question,
            response=YES_NO.get(answer, answer),
            source="jemhopqa",
            part="jemhopqa",
            split=split,
            cluster="question answering",
            language="ja",
            licence=SOURCE.licence.spdx,
        )
        yield Item(example=example, fields={"question": row.question})


TASK = Task(
    name="jemhopqa",
    title=SOURCE.title,
    kind="extraction",
    language="ja",
    splits={"train": "train*.json", "dev": "dev*.json"},
    split="dev",
    shots_split="train",
    items={"train": 1_059, "dev": 120},
    prompts={OURS: TaskPrompt(description=f"{ASKED}\n\n", query="質問：{question}\n答え：", stop=("\n",), source=OURS)},
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "train.json": """[{"qid": "t0", "type": "comparison", "question": "北の湖と南の湖、深いのはどちらですか？",
 "answer": "北の湖", "derivations": [["北の湖", "深さ", ["40m"]], ["南の湖", "深さ", ["12m"]]],
 "page_ids": ["7", "8"], "time_dependent": false},
{"qid": "t1", "type": "comparison", "question": "北の湖と南の湖はどちらも凍りますか？", "answer": "NO",
 "derivations": [], "page_ids": ["7", "8"], "time_dependent": false},
{"qid": "t2", "type": "compositional", "question": "北の湖を描いた画家の生まれた村は？", "answer": "雪村",
 "derivations": [], "page_ids": ["7", "9"], "time_dependent": false}]""".encode(),
        "dev.json": """[{"qid": "d0", "type": "comparison", "question": "東の峠と西の峠はどちらも県境にありますか？",
 "answer": "YES", "derivations": [], "page_ids": ["5", "6"], "time_dependent": false},
{"qid": "d1", "type": "compositional", "question": "{東の峠}の茶屋の主人の名は？", "answer": "峠太郎",
 "derivations": [], "page_ids": ["5", "4"], "time_dependent": true}]""".encode(),
    },
    read=read,
)
