"""Finished evaluations of models that answered a few questions, and pages to ask without a network."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tehon.evaluate import generation
from tehon.records.evaluation import Cell, Protocol, Suite
from tehon.records.scores import ItemResult, Scores
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer
from tehon.storage.manifest import finish, pretty
from tehon.storage.provenance import provenance

QUESTIONS = ("日本で一番高い山は何ですか？", "電話が鳴っています。どうすればよいですか？", "京都の三大祭りは何ですか？")


@pytest.fixture
def write_answers(tmp_path: Path) -> Callable[..., Path]:
    """Writes a finished evaluation of a model of that name, with its answers to QUESTIONS."""

    def write(name: str, texts: Sequence[str], template: str = "alpaca_ja", folder: str = "") -> Path:
        items = [
            ItemResult(
                item=f"questions/{place:06d}",
                task="questions",
                template=template,
                shots=0,
                instruction=question,
                context=f"{template}: {question}",
                prediction=text,
                finish="end",
            )
            for place, (question, text) in enumerate(zip(QUESTIONS, texts, strict=False))
        ]
        scores = Scores(
            model=name,
            base="models/small",
            model_digest=sha256(name.encode()).hexdigest(),
            suite=Suite(name="small", cells=(Cell(task="questions", shots=(0,)),)),
            protocol=Protocol(name="tehon", title="every prompt encoded as in tuning"),
            scores=tuple(generation.score(items)),
            positions=1,
            items=len(items),
        )
        out = tmp_path / (folder or name)
        with item_writer(out / ITEMS) as rows:
            for item in items:
                rows.write(item)
        write_bytes(out / "scores.json", pretty(scores))
        finish(out, "scores", config={"name": name}, inputs={}, result=scores, provenance=provenance())
        return out

    return write
