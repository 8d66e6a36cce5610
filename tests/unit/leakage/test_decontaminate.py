from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tehon.leakage.decontaminate import BLOCK, drop_held_out
from tehon.leakage.held_out import HeldOut, read_index, write_index
from tehon.records.corpus import Drop, Example, ReadOptions
from tehon.sources import SOURCES
from tehon.tasks import TASKS


def index_of(raw: Path, path: Path, *tasks: str) -> HeldOut:
    write_index([TASKS[name] for name in tasks], [], raw, path)
    return read_index(path)


def link(raw: Path, name: str, target: Path) -> Path:
    raw.mkdir(exist_ok=True)
    (raw / name).symlink_to(target)
    return raw


def test_contents_keep_their_order_over_many_blocks(tmp_path: Path, make_example: Callable[..., Example]) -> None:
    index = index_of(tmp_path, tmp_path / "index", "qualitative")
    rows = [make_example(number, f"{number}番目に来たのは誰ですか") for number in range(2 * BLOCK + 3)]
    rows[BLOCK] = make_example(BLOCK, "あなたは誰ですか。")
    passed = list(drop_held_out(iter(rows), index, Counter()))
    assert passed[:BLOCK] + passed[BLOCK + 1 :] == rows[:BLOCK] + rows[BLOCK + 1 :]
    assert passed[BLOCK] == Drop(example_id=f"test/{BLOCK:06d}", step="decontaminate", reason="asked by qualitative")


def test_a_passage_that_stays_is_counted(tmp_path: Path, make_example: Callable[..., Example]) -> None:
    passage = "港の市場は朝の五時に開く。魚を売る店が並び、料理人たちが買いに来る。昼には静かになる。"
    file = tmp_path / "mine.jsonl"
    file.write_bytes(msgspec.json.encode({"question": "市場が開くのは朝の何時ですか？", "context": passage}))
    write_index([], [file], None, tmp_path / "index")
    shared: Counter[str] = Counter()
    rows = [
        make_example(0, "誰が買いに来ますか？", passage),
        make_example(1, "市場が開くのは朝の何時ですか？", passage),
    ]
    passed = list(drop_held_out(rows, read_index(tmp_path / "index"), shared))
    assert [type(row) for row in passed] == [Example, Drop]
    assert shared == {"mine.jsonl": 1}


def test_jsts_holds_1487_of_jnlis_valid_pairs_and_all_are_found(shared: Path, tmp_path: Path) -> None:
    jglue = shared / "jglue"
    jnli = jglue / "jnli-v1.3"
    index = index_of(link(tmp_path / "raw", "jnli", jnli), tmp_path / "index", "jnli")
    pairs = [row for row in SOURCES["jsts"].read(jglue / "jsts-v1.3", ReadOptions()) if isinstance(row, Example)]
    dropped = {row.example_id: row.reason for row in drop_held_out(pairs, index, Counter()) if isinstance(row, Drop)}
    found = {pair(row.input) for row in pairs if row.id in dropped}
    valid = [pair(item.example.input) for item in TASKS["jnli"].read(jnli / "valid-v1.3.json", "valid")]
    assert len(valid) == 2434
    assert sum(asked in found for asked in valid) == 1487
    assert Counter(dropped.values())["nearly asked by jnli"] < 40


def pair(text: str) -> frozenset[str]:
    return frozenset(line.partition("：")[2] for line in text.splitlines())


BOTH = ReadOptions(splits=("train", "test"))


def test_every_review_of_the_marc_ja_stand_in_is_a_chabsa_sentence(shared: Path, tmp_path: Path) -> None:
    folder = shared / "derived" / "marc-ja-schema-standin"
    index = index_of(link(tmp_path / "raw", "marc_ja", folder), tmp_path / "index", "marc_ja")
    rows = [row for row in SOURCES["chabsa"].read(shared / "chabsa", BOTH) if isinstance(row, Example)]
    dropped = [row.example_id for row in drop_held_out(rows, index, Counter()) if isinstance(row, Drop)]
    sentences = {row.input for row in rows if row.id in set(dropped)}
    reviews = [item.example.input for item in TASKS["marc_ja"].read(folder / "valid.json", "valid")]
    assert len(reviews) == 1758
    assert set(reviews) <= sentences
    assert len(dropped) == 1758


def test_niilc_is_found_behind_the_vqa_stand_in(shared: Path, tmp_path: Path) -> None:
    folder = shared / "derived" / "vqa-schema-standin"
    index = index_of(link(tmp_path / "raw", "vqa", folder), tmp_path / "index", "vqa")
    rows = [row for row in SOURCES["niilc"].read(shared / "niilc-qa", ReadOptions()) if isinstance(row, Example)]
    reasons = Counter(row.reason for row in drop_held_out(rows, index, Counter()) if isinstance(row, Drop))
    assert reasons == {"asked by vqa": 800}


@pytest.mark.parametrize(
    ("source", "folder", "most"), [("jaquad", "jaquad", 5), ("tab_delimited", "tatoeba-manythings", 5)]
)
def test_a_corpus_that_shares_nothing_with_the_tasks_stays_whole(
    shared: Path, tmp_path: Path, source: str, folder: str, most: int
) -> None:
    raw = link(tmp_path / "raw", "jnli", shared / "jglue" / "jnli-v1.3")
    link(raw, "jcommonsenseqa", shared / "jglue" / "jcommonsenseqa-v1.3")
    link(raw, "niilc", shared / "niilc-qa")
    index = index_of(raw, tmp_path / "index", "jnli", "jcommonsenseqa", "niilc", "ordinary_questions")
    rows = [row for row in SOURCES[source].read(shared / folder, ReadOptions()) if isinstance(row, Example)][:20_000]
    assert sum(isinstance(row, Drop) for row in drop_held_out(rows, index, Counter())) <= most
