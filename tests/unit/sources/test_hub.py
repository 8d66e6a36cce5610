"""Datasets of the hub by description: what `datasets` saved is read, each under its own licence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build
from tehon.check import Given, check
from tehon.errors import BadConfig, BadLicence, BadRawFile, EmptyData, RawFileMissing
from tehon.formats import tables
from tehon.records.corpus import Document, Drop, Example, ReadOptions, Turn
from tehon.sources import SOURCES
from tehon.storage.shards import read_examples

HEAD = """title = "Rivers"
repository = "someone/rivers"
revision = "0123abc"
licence = { spdx = "CC-BY-4.0", url = "https://example.org", attribution = "Someone, Rivers, CC BY 4.0" }
"""
Rows = list[dict[str, Any]]
ROWS: Rows = [
    {"id": "a", "q": "一番長い川は？", "context": "信濃川。", "answers": {"text": ["信濃川"], "at": [0]}, "label": 1},
    {
        "id": "b",
        "q": "一番広い湖は？",
        "context": None,
        "answers": {"text": ["琵琶湖", "湖"], "at": [0, 0]},
        "label": 0,
    },
    {"id": "c", "q": "名のない川は？", "context": "", "answers": {"text": [], "at": []}, "label": 2},
]
MAPPING = (
    HEAD
    + """id = "{id}"
optional = ["context"]
[splits]
train = { files = ["train/*"] }
test = { files = ["test/*"] }
[parts.questions]
cluster = "question answering"
instruction = "{q}"
input = "{context}"
response = "{answers.text.0}"
[parts.water]
cluster = "commonsense"
instruction = ["「{q}」は川についての問いですか。", "次の問いは川を尋ねていますか。{q}"]
response = "{label}"
[labels.label]
0 = "いいえ"
1 = "はい"
"""
)


def dataset(folder: Path, mapping: str, **splits: Rows) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    for split, rows in splits.items():
        (folder / split).mkdir()
        pq.write_table(pa.Table.from_pylist(rows), folder / split / "0000.parquet", row_group_size=2)
    return folder


def read(folder: Path, name: str = "hub/rivers", options: ReadOptions | None = None) -> list[Example | Drop]:
    return list(SOURCES[name].read(folder, options or ReadOptions()))


def kept(rows: list[Example | Drop]) -> list[Example]:
    return [row for row in rows if isinstance(row, Example)]


def test_every_part_is_made_of_every_row_and_nulls_are_counted(tmp_path: Path) -> None:
    rows = read(dataset(tmp_path, MAPPING, train=ROWS, test=ROWS))
    assert [(e.id, e.upstream_id, e.part, e.input, e.response) for e in kept(rows)] == [
        ("hub/rivers/000000", "a", "questions", "信濃川。", "信濃川"),
        ("hub/rivers/000001", "a", "water", "", "はい"),
        ("hub/rivers/000002", "b", "questions", "", "琵琶湖"),
        ("hub/rivers/000003", "b", "water", "", "いいえ"),
    ]
    assert [(row.example_id, row.reason) for row in rows if isinstance(row, Drop)] == [
        ("hub/rivers/train/0000.parquet:3 questions", "a field is missing or null"),
        ("hub/rivers/train/0000.parquet:3 water", "a label without a word"),
    ]
    assert {(e.split, e.licence, e.language, e.source) for e in kept(rows)} == {
        ("train", "CC-BY-4.0", "ja", "hub/rivers")
    }


def test_the_mapping_completes_the_source(tmp_path: Path) -> None:
    stated = SOURCES["hub/rivers"].stated
    assert stated is not None
    source = stated(dataset(tmp_path, MAPPING + '[document]\ntext = "{context}"\n', train=ROWS))
    assert (source.name, source.title, source.licence.spdx) == ("hub/rivers", "Rivers", "CC-BY-4.0")
    assert (source.homepage, dict(source.splits)) == (
        "https://huggingface.co/datasets/someone/rivers", {"train": True, "test": False},
    )  # fmt: skip
    assert [(part.name, part.cluster) for part in source.parts] == [
        ("questions", "question answering"), ("water", "commonsense"),
    ]  # fmt: skip
    assert source.documents is not None


def test_what_datasets_saves_is_read_the_same_from_every_layout(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "q": datasets.Value("string"),
            "context": datasets.Value("string"),
            "answers": datasets.Sequence({"text": datasets.Value("string"), "at": datasets.Value("int32")}),
            "label": datasets.ClassLabel(names=["no", "yes", "perhaps"]),
        }
    )
    made = datasets.Dataset.from_list(ROWS, features=features)
    for name in ("saved", "parquet", "json", "csv"):
        dataset(tmp_path / name, MAPPING.replace("train/*", "train/*.*[!n]" if name == "saved" else "train/*"))
    made.save_to_disk(str(tmp_path / "saved" / "train"))
    (tmp_path / "parquet" / "train").mkdir()
    made.to_parquet(str(tmp_path / "parquet" / "train" / "0.parquet"))
    (tmp_path / "json" / "train").mkdir()
    made.to_json(str(tmp_path / "json" / "train" / "0.jsonl"), force_ascii=False)
    files = {path.name for path in (tmp_path / "saved" / "train").iterdir()}
    assert files == {"data-00000-of-00001.arrow", "dataset_info.json", "state.json"}
    dataset(tmp_path / "saved", MAPPING.replace("train/*", "train/*.arrow"))
    found = [
        [(e.instruction, e.input, e.response, e.upstream_id) for e in kept(read(tmp_path / name))]
        for name in ("saved", "parquet", "json")
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 4


def test_pieces_one_after_the_other_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PIECE_ROWS", 2)
    rows = [{**ROWS[0], "id": str(number), "q": f"{number}番の川は？"} for number in range(7)]
    folder = dataset(tmp_path, MAPPING.replace('["train/*"]', '["train/*", "more.jsonl"]'), train=rows)
    (folder / "more.jsonl").write_text(json.dumps({**ROWS[1], "id": "x"}), "utf-8")
    source = SOURCES["hub/rivers"]
    assert source.pieces is not None
    names = source.pieces(folder, ReadOptions())
    assert names == ("more.jsonl#00000-0-1", *(f"train/0000.parquet#{number}" for number in range(4)))
    apart = [e for name in names for e in kept(read(folder, options=ReadOptions(piece=name)))]
    whole = kept(read(folder))
    assert [(e.upstream_id, e.instruction, e.wording) for e in apart] == [
        (e.upstream_id, e.instruction, e.wording) for e in whole
    ]


def test_conversations_keep_their_turns_and_their_system_prompt(tmp_path: Path) -> None:
    mapping = HEAD + (
        '[splits]\ntrain = { files = ["train/*"] }\n[parts.talk]\ncluster = "dialogue"\n'
        'turns = { field = "talk.turns", role = "by", content = "text", roles = { "客" = "user", "店" = "assistant" },'
        ' system = "{rule}" }\n'
    )
    rows: Rows = [
        {"rule": "短く。", "talk": {"turns": [{"by": "客", "text": "本は？"}, {"by": "店", "text": "棚に。"}]}},
        {"rule": "短く。", "talk": {"turns": [{"by": "客", "text": "本は？"}, {"by": "店", "text": None}]}},
        {"rule": "短く。", "talk": {"turns": [{"by": "誰か", "text": "本は？"}]}},
        {"rule": "短く。", "talk": {"turns": None}},
        {"rule": None, "talk": {"turns": [{"by": "客", "text": "本は？"}]}},
    ]
    found = read(dataset(tmp_path, mapping, train=rows))
    [example] = kept(found)
    assert (example.instruction, example.response) == ("本は？", "棚に。")
    assert example.history == (Turn(role="system", content="短く。"),)
    assert [row.reason for row in found if isinstance(row, Drop)] == [
        "content is not text", "unknown role", "a field is missing or null", "a field is missing or null",
    ]  # fmt: skip


def test_documents_are_read_where_the_mapping_describes_them(tmp_path: Path) -> None:
    mapping = HEAD + '[splits]\ntrain = { files = ["train/*"] }\n[document]\ntext = "{context}"\ntitle = "{q}"\n'
    folder = dataset(tmp_path, mapping, train=ROWS)
    documents = SOURCES["hub/rivers"].documents
    assert documents is not None
    first, null, empty = documents(folder, ReadOptions())
    assert isinstance(first, Document)
    assert (first.id, first.title, first.text, first.licence) == (
        "hub/rivers/000000", "一番長い川は？", "信濃川。", "CC-BY-4.0",
    )  # fmt: skip
    assert [row.reason for row in (null, empty) if isinstance(row, Drop)] == ["a field is missing or null", "no text"]
    with pytest.raises(BadConfig, match="must have parts, since examples are asked for"):
        read(folder)


def test_each_dataset_keeps_its_own_licence_in_one_release(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    dataset(raw / "hub" / "rivers", MAPPING, train=ROWS)
    other = MAPPING.replace("CC-BY-4.0", "CC-BY-SA-4.0").replace("Rivers", "Lakes")
    dataset(raw / "hub" / "lakes", other, train=[{**row, "q": f"湖：{row['q']}"} for row in ROWS])
    release = build(choose_mixture("hub/rivers+hub/lakes"), raw, tmp_path / "out")
    assert release.by_source == {"hub/rivers": 4, "hub/lakes": 4}
    assert release.licences == {"CC-BY-4.0": 4, "CC-BY-SA-4.0": 4}
    assert release.licence == "CC-BY-SA-4.0"
    assert {e.id.rpartition("/")[0] for e in read_examples(tmp_path / "out")} == {"hub/rivers", "hub/lakes"}
    notice = (tmp_path / "out" / "NOTICE.md").read_text("utf-8")
    assert "Someone, Rivers, CC BY 4.0" in notice
    assert "Someone, Lakes, CC BY 4.0" in notice


def test_a_dataset_for_no_profit_stops_a_commercial_release(tmp_path: Path) -> None:
    dataset(tmp_path / "raw" / "hub" / "rivers", MAPPING.replace("CC-BY-4.0", "CC-BY-NC-4.0"), train=ROWS)
    mixture = choose_mixture("hub/rivers", ("commercial=true",))
    with pytest.raises(BadLicence, match="hub/rivers"):
        build(mixture, tmp_path / "raw", tmp_path / "out")


def test_check_shows_what_the_mapping_makes_of_the_files_at_hand(tmp_path: Path) -> None:
    dataset(tmp_path / "hub" / "rivers", MAPPING, train=ROWS)
    plain = HEAD + '[splits]\ntrain = { files = ["train/*"] }\n[document]\ntext = "{context}"\n'
    dataset(tmp_path / "hub" / "plain", plain, train=ROWS)
    examples, documents = check(["hub/rivers", "hub/plain"], Given(raw=tmp_path))
    assert (examples.problem, documents.problem) == ("", "")
    assert "一番長い川は？" in examples.shown[0]
    assert examples.shown[-1] == "hub/rivers: 4 examples, 2 rows dropped, 2 raw files"
    assert documents.shown == ("信濃川。", "hub/plain: 1 documents, 2 rows dropped, 2 raw files")


def test_a_mixture_takes_parts_limits_and_splits_as_from_any_source(tmp_path: Path) -> None:
    dataset(tmp_path / "raw" / "hub" / "rivers", MAPPING, train=ROWS, test=ROWS)
    path = tmp_path / "mine.toml"
    path.write_text('[sources."hub/rivers"]\nparts = ["water"]\nsplits = ["test"]\nlimit = 1\n', "utf-8")
    build(choose_mixture(str(path)), tmp_path / "raw", tmp_path / "out")
    [example] = read_examples(tmp_path / "out")
    assert (example.part, example.split) == ("water", "test")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda text: text.replace("train/*", "data/*"),
            RawFileMissing,
            r"Run hf download someone/rivers --repo-type dataset --revision 0123abc --local-dir .*rivers",
        ),
        (lambda text: text.replace("{q}", "{questoin}"), BadRawFile, "must have the column questoin"),
        (lambda text: text.replace('"train/*"', '"*.toml"'), BadConfig, r"mapping\.toml: must be a file that ends in"),
        (lambda text: text.replace("{answers.text.0}", "{answers.nothing}"), EmptyData, "a field is missing or null"),
    ],
)
def test_what_does_not_fit_the_files_says_what_to_do(
    change: Callable[[str], str], error: type[Exception], message: str, tmp_path: Path
) -> None:
    dataset(tmp_path / "raw" / "hub" / "rivers", change(MAPPING), train=ROWS)
    mixture = choose_mixture("hub/rivers", ('sources.hub/rivers.parts=["questions"]',))
    with pytest.raises(error, match=message):
        build(mixture, tmp_path / "raw", tmp_path / "out")
