"""The paper's five questions to a conversational model, for people to read the answers of.

The paper prints them in English alone ("as in [25]"), so these are the paper's lines put back into Japanese by us. They
are asked in the frame of tuning, and as the authors asked them: in FastChat's, which is another one.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.records.corpus import Example, Licence
from tehon.records.evaluation import Item, Task, TaskPrompt

CHAT = "jallm_chat"
"""Name of the authors' own form."""
QUESTIONS = (
    "あなたは誰ですか？",
    "東京から大阪への行き方を教えてください。",
    "東京大学はどこにありますか？",
    "電話が鳴っています。どうすればいいですか？",
    "京都の三大祭りは何ですか？",
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a question; no file is looked at."""
    del file, split
    for place, question in enumerate(QUESTIONS):
        example = Example(
            id=f"qualitative/{place:06d}",
            upstream_id=str(place),
            instruction=question,
            source="qualitative",
            part="qualitative",
            response="",
            split="all",
            cluster="general",
            language="ja",
            licence=TASK.licence.spdx,
        )
        yield Item(example=example, fields={"question": question})


TASK = Task(
    name="qualitative",
    title="The paper's five questions, back-translated",
    kind="generation",
    language="ja",
    splits={"all": ""},
    split="all",
    prompts={
        CHAT: TaskPrompt(
            description="以下はタスクを説明する指示です。要求を適切に満たすような返答を書いてください。\n\n\n###",
            query="指示: {question}\n###返答:",
            separator="\n###",
            stop=("###",),
            source="retarfi/jallm, conversation template japanese of its FastChat 0.2.8 command line",
        )
    },
    default_template="alpaca_ja",
    licence=Licence(spdx="Apache-2.0", url="https://www.apache.org/licenses/LICENSE-2.0"),
    citation="Suzuki, Hirano, Sakaji: From Base to Conversational. arXiv 2309.03412, section 4, back-translated.",
    homepage="https://arxiv.org/abs/2309.03412",
    sample={},
    read=read,
    embedded=True,
)
