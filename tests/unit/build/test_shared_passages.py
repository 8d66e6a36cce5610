"""A passage of a held-out item with another question stays, and the release says where and how often."""

import json
from pathlib import Path

import pytest

from tehon.build.pipeline import build
from tehon.records.release import Mixture, Share

PASSAGE = (
    "見本町の橋は、大正十二年に木の橋として架けられ、戦後に鉄の橋へと架け替えられた。"
    "今の橋は三代目で、夜になると川の両岸から灯りが当てられ、遠くの山からもよく見える。"
)
OTHER = "港の市場では、朝の五時から魚の競りが始まり、七時には小さな店が並んで、客は好きな魚をその場で焼いてもらえる。"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    rows = [
        {"instruction": "今の橋は何代目ですか。", "input": PASSAGE, "output": "三代目"},
        {"instruction": "橋に灯りが当たるのはいつですか。", "input": PASSAGE, "output": "夜"},
        {"instruction": "木の橋はいつ架けられましたか。", "input": PASSAGE, "output": "大正十二年"},
        {"instruction": "競りは何時に始まりますか。", "input": OTHER, "output": "五時"},
    ]
    folder = tmp_path / "raw" / "jsonl"
    folder.mkdir(parents=True)
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return tmp_path / "raw"


def mixture(held_out: Path) -> Mixture:
    return Mixture(name="test", sources={"jsonl": Share()}, shared=False, held_out_files=(str(held_out),))


def write(path: Path, **fields: str) -> Path:
    path.write_text(json.dumps(fields) + "\n", "utf-8")
    return path


def test_the_same_question_goes_and_others_about_its_passage_are_counted(raw: Path, tmp_path: Path) -> None:
    held_out = write(tmp_path / "asked.jsonl", question="木の橋はいつ架けられましたか。", context=PASSAGE)
    release = build(mixture(held_out), raw, tmp_path / "release")
    assert release.examples == 3
    assert release.shared_passages == {"jsonl": {"asked.jsonl": 2}}
    card = (tmp_path / "release" / "README.md").read_text("utf-8")
    assert "asked.jsonl" in card


def test_a_passage_that_is_held_out_alone_goes_wherever_it_stands(raw: Path, tmp_path: Path) -> None:
    release = build(mixture(write(tmp_path / "texts.jsonl", text=PASSAGE)), raw, tmp_path / "release")
    assert release.examples == 1
    assert release.shared_passages == {}


def test_without_a_passage_of_theirs_nothing_is_counted(raw: Path, tmp_path: Path) -> None:
    held_out = write(tmp_path / "asked.jsonl", question="この駅の名前は何ですか。", context="駅の話。" * 12)
    release = build(mixture(held_out), raw, tmp_path / "release")
    assert (release.examples, release.shared_passages) == (4, {})
