from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tehon.build.choose import choose_mixture
from tehon.build.folder import DROPS, FILES, QUARANTINE, WORK
from tehon.build.pipeline import build
from tehon.errors import BadLicence, BadRawFile, EmptyData, OutputTaken, RawFileMissing, UnknownName
from tehon.progress import Advance
from tehon.records.corpus import Drop, Example
from tehon.records.release import Mixture, NearDuplicates, Share
from tehon.storage.manifest import read_manifest, verify
from tehon.storage.shards import read_examples

ALL = ("jqac", "aio", "jcommonsenseqa", "jsquad", "jaquad", "niilc", "jsonl")


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def mixture(*names: str, **more: object) -> Mixture:
    return Mixture(name="m", sources={name: Share() for name in names}, **more)  # type: ignore[arg-type]


@pytest.fixture
def raw(tmp_path: Path, sample_raw: Callable[..., Path]) -> Path:
    return sample_raw(tmp_path / "raw", *ALL, "jnli")


def test_two_builds_are_the_same_to_the_byte(raw: Path, tmp_path: Path) -> None:
    wanted = mixture(*ALL, held_out=("jnli",), shard_rows=4)
    first, second = (build(wanted, raw, tmp_path / name) for name in ("a", "b"))
    assert first == second
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert {path.name for path in (tmp_path / "a").iterdir()} == {*FILES, "data", "manifest.json"}


def test_a_release_says_what_is_in_it(raw: Path, tmp_path: Path) -> None:
    release = build(mixture(*ALL, shard_rows=4), raw, tmp_path / "out")
    examples = list(read_examples(tmp_path / "out"))
    drops = [msgspec.json.decode(line, type=Drop) for line in (tmp_path / "out" / DROPS).read_bytes().splitlines()]
    assert release.examples == len(examples) == sum(release.by_source.values()) == sum(release.by_cluster.values())
    assert len({example.id for example in examples}) == len(examples)
    assert [example.source for example in examples] == sorted((e.source for e in examples), key=ALL.index)
    assert sum(sum(line.dropped.values()) for line in release.ledger) == len(drops)
    assert {line.step for line in release.ledger} == {"read", "clean", "deduplicate", "mix"}
    assert release.licence == "LicenseRef-unknown"
    verify(tmp_path / "out", read_manifest(tmp_path / "out", "release"))


def test_the_published_layout_lies_beside_the_shards(raw: Path, tmp_path: Path) -> None:
    build(mixture("jqac"), raw, tmp_path / "out")
    lines = [msgspec.json.decode(line) for line in (tmp_path / "out" / "data.jsonl").read_bytes().splitlines()]
    assert lines == [
        {"instruction": e.instruction, "input": e.input, "output": e.response} for e in read_examples(tmp_path / "out")
    ]


def test_a_finished_release_is_returned_without_reading_a_row(raw: Path, tmp_path: Path) -> None:
    opened: list[str] = []
    told: list[int] = []

    @contextmanager
    def progress(title: str, total: int | None, unit: str) -> Iterator[Advance]:
        assert total == 1
        opened.append(f"{title}, {unit}")

        def advance(done: int, note: str = "") -> None:
            assert note in {"source jqac", "shard 00-jqac-00000"}
            told.append(done)

        yield advance

    releases = [build(mixture("jqac"), raw, tmp_path / "out", progress=progress) for _ in range(2)]
    assert releases[0] == releases[1]
    assert opened == ["reading m, pieces", "writing m, shards"]
    assert told == [1, 1]


def test_another_mixture_or_another_input_never_overwrites_a_release(raw: Path, tmp_path: Path) -> None:
    build(mixture("niilc"), raw, tmp_path / "out")
    with pytest.raises(OutputTaken, match="another configuration or other inputs"):
        build(mixture("niilc", seed=1), raw, tmp_path / "out")
    file = raw / "niilc" / "NIILC-ECQA2015_dev.xml"
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(OutputTaken, match="another configuration or other inputs"):
        build(mixture("niilc"), raw, tmp_path / "out")


@pytest.mark.parametrize(
    "files", [["notes.txt"], ["README.md"], ["data/mine.csv"], ["data/00-jqac-00000.parquet", "README.md"]]
)
def test_a_folder_with_files_of_somebody_else_is_left_alone(raw: Path, tmp_path: Path, files: list[str]) -> None:
    for name in files:
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    with pytest.raises(OutputTaken, match="holds other files"):
        build(mixture("jqac"), raw, tmp_path / "out")
    assert all((tmp_path / "out" / name).read_text() == "mine" for name in files)


def test_what_a_killed_build_left_is_no_part_of_the_next_one(raw: Path, tmp_path: Path) -> None:
    build(mixture("jqac"), raw, tmp_path / "clean")
    left = tmp_path / "out"
    for name in (
        ".work/sift/.x.partial/rows",
        "data/00-jqac-00000.parquet",
        "data/00-jqac-00007.parquet",
        "drops.jsonl",
    ):
        (left / name).parent.mkdir(parents=True, exist_ok=True)
        (left / name).write_bytes(b"left over")
    build(mixture("jqac"), raw, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "clean")


def test_adding_a_source_never_reshuffles_another(raw: Path, tmp_path: Path) -> None:
    alone = Mixture(name="m", sources={"aio": Share(limit=2)})
    together = Mixture(name="m", sources={"jqac": Share(limit=1), "aio": Share(limit=2), "jsonl": Share()})
    build(alone, raw, tmp_path / "a")
    build(together, raw, tmp_path / "b")
    examples = [list(read_examples(tmp_path / name)) for name in ("a", "b")]
    assert [e for e in examples[1] if e.source == "aio"] == examples[0]


def test_parts_and_splits_are_selected_and_the_rest_is_counted(raw: Path, tmp_path: Path) -> None:
    chosen = Mixture(name="m", sources={"aio": Share(parts=("reverse",), splits=("dev",))})
    release = build(chosen, raw, tmp_path / "out")
    (example,) = read_examples(tmp_path / "out")
    assert (example.part, example.split) == ("reverse", "dev")
    assert release.ledger[0].dropped == {"part not in the mixture": 1, "question or answer missing": 1}
    with pytest.raises(UnknownName, match="no part named 'revers'"):
        build(Mixture(name="m", sources={"aio": Share(parts=("revers",))}), raw, tmp_path / "other")


def test_what_a_held_out_task_asks_is_not_in_the_release(raw: Path, tmp_path: Path) -> None:
    pair = "犬が海辺を走っています。海の近くに犬がいます。"
    (raw / "jsonl" / "leak.jsonl").write_text(
        f'{{"prompt": "{pair}", "completion": "含意"}}\n{{"prompt": "別の問い", "completion": "答え"}}\n', "utf-8"
    )
    release = build(mixture("jsonl", held_out=("jnli",)), raw, tmp_path / "out")
    (line,) = [line for line in release.ledger if line.step == "decontaminate"]
    assert line.dropped == {"asked by jnli": 1}
    assert not any(example.instruction == pair for example in read_examples(tmp_path / "out"))
    assert "jnli/valid-v1.3.json" in read_manifest(tmp_path / "out", "release").inputs


def test_conversations_keep_their_turns_on_the_way(raw: Path, tmp_path: Path) -> None:
    build(mixture("jsonl"), raw, tmp_path / "out")
    (talk,) = [example for example in read_examples(tmp_path / "out") if example.part == "messages"]
    assert [turn.role for turn in talk.history] == ["system", "user", "assistant"]


def missing_folder(raw: Path) -> None:
    for path in (raw / "jqac").iterdir():
        path.unlink()
    (raw / "jqac").rmdir()


def truncated(raw: Path) -> None:
    path = raw / "jqac" / "jqac20180625.tgz"
    path.write_bytes(path.read_bytes()[:-20])


def wrong_file(raw: Path) -> None:
    (raw / "jcommonsenseqa" / "train-v1.3.json").write_text("<html>404</html>\n")


@pytest.mark.parametrize(
    ("damage", "error", "said"),
    [
        (
            missing_folder,
            RawFileMissing,
            r"Run tehon fetch jqac --raw .*, or put jqac20180625\.tgz there \(from https://",
        ),
        (truncated, BadRawFile, r"jqac20180625\.tgz.*must be a whole gzip-compressed tar archive"),
        (wrong_file, EmptyData, r"must give examples of jcommonsenseqa, but gives none: not JSON \(1\)"),
    ],
)
def test_bad_input_is_one_clear_error_and_leaves_no_manifest(
    raw: Path, tmp_path: Path, damage: Callable[[Path], None], error: type[Exception], said: str
) -> None:
    damage(raw)
    with pytest.raises(error, match=said):
        build(mixture("jqac", "jcommonsenseqa"), raw, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert {path.name for path in (tmp_path / "out").glob("*")} <= {WORK, QUARANTINE}


def lines(count: int, broken: int) -> bytes:
    """So many rows, the last of them broken."""
    good = [
        f'{{"prompt": "{number}の次は？", "completion": "{number + 1}です。"}}\n'.encode() for number in range(count)
    ]
    return b"".join(good[: count - broken]) + b"".join(b"\xff" + line for line in good[count - broken :])


def test_a_broken_row_is_listed_with_file_offset_and_reason_and_the_rest_is_read(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "jsonl").mkdir(parents=True)
    (raw / "jsonl" / "mine.jsonl").write_bytes(lines(20, broken=2))
    release = build(mixture("jsonl"), raw, tmp_path / "out")
    assert release.examples == 18
    listed = [msgspec.json.decode(line) for line in (tmp_path / "out" / QUARANTINE).read_bytes().splitlines()]
    assert [row["place"] for row in listed] == ["mine.jsonl:19", "mine.jsonl:20"]
    whole = (raw / "jsonl" / "mine.jsonl").read_bytes()
    for row in listed:
        assert row["source"] == "jsonl"
        assert row["reason"]
        assert whole[row["byte_offset"] :].startswith(b"\xff{")


def test_a_source_with_too_many_broken_rows_fails_and_says_where_they_are_listed(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "jsonl").mkdir(parents=True)
    (raw / "jsonl" / "mine.jsonl").write_bytes(lines(400, broken=20))
    with pytest.raises(BadRawFile, match=r"at most 1\.0% of the rows of jsonl may be damaged, but 20 of 400 are"):
        build(mixture("jsonl"), raw, tmp_path / "out")
    assert len((tmp_path / "out" / QUARANTINE).read_bytes().splitlines()) == 20
    release = build(mixture("jsonl", most_damaged=0.1), raw, tmp_path / "out")
    assert release.examples == 380


def test_no_raw_folder_at_all_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match="Run tehon fetch jqac --raw RAW and give RAW with --raw"):
        build(mixture("jqac"), None, tmp_path / "out")


def test_a_release_without_an_example_is_an_error(raw: Path, tmp_path: Path) -> None:
    empty = Mixture(name="m", sources={"jqac": Share(weight=1e-9)})
    with pytest.raises(EmptyData, match="must leave at least one example"):
        build(empty, raw, tmp_path / "out")


def test_a_commercial_release_needs_a_stated_licence(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(BadLicence, match="Leave out jsonl"):
        build(mixture("jqac", "jsonl", commercial=True), raw, tmp_path / "out")
    (raw / "jsonl" / "licence.toml").write_text('spdx = "CC-BY-4.0"\nattribution = "The company"\n', "utf-8")
    release = build(mixture("jqac", "jsonl", commercial=True), raw, tmp_path / "out")
    assert release.licence == "CC-BY-SA-4.0"
    assert set(release.licences) == {"CC-BY-4.0", "CC-BY-SA-4.0"}
    assert "Attribution: The company" in (tmp_path / "out" / "NOTICE.md").read_text("utf-8")


def test_a_wrong_licence_name_beside_the_users_data_is_an_error(raw: Path, tmp_path: Path) -> None:
    (raw / "jsonl" / "licence.toml").write_text('spdx = "CC BY-SA"\n', "utf-8")
    with pytest.raises(BadLicence, match="source jsonl: must state an SPDX licence, but says 'CC BY-SA'"):
        build(mixture("jsonl"), raw, tmp_path / "out")


def test_duplicates_of_an_earlier_source_are_left_out_unless_wanted(raw: Path, tmp_path: Path) -> None:
    (raw / "jsonl" / "twice.jsonl").write_text('{"prompt": "同じ　問い", "completion": "答え"}\n' * 2, "utf-8")
    once = build(mixture("jsonl"), raw, tmp_path / "a")
    twice = build(mixture("jsonl", deduplicate=False), raw, tmp_path / "b")
    assert twice.examples == once.examples + 1


def test_a_drop_names_the_first_example_that_it_repeats(tmp_path: Path) -> None:
    told = "明治政府は鉄道の建設を決めた。測量は海岸に沿って進められ、橋や堤が築かれた。"
    rows = [
        ("何が決まりましたか？", told, "鉄道の建設です。"),
        ("別の質問です。", "", "別の答えです。"),
        ("それは何が決まったのですか？", told, "鉄道の建設です。"),
        ("別の質問です。", "", "別の答えです。"),
        ("何が決まりましたか？", told.replace("築かれた", "作られた"), "鉄道の建設です"),
        ("別の質問です｡", "", "別の答えです。"),
    ]
    lines = [msgspec.json.encode(dict(zip(("instruction", "input", "output"), row, strict=True))) for row in rows]
    folder = tmp_path / "raw" / "jsonl"
    folder.mkdir(parents=True)
    for name, part in (("a.jsonl", lines[:3]), ("b.jsonl", lines[3:])):
        (folder / name).write_bytes(b"\n".join(part) + b"\n")
    build(mixture("jsonl", near_duplicates=NearDuplicates()), tmp_path / "raw", tmp_path / "out")
    kept = [example.id for example in read_examples(tmp_path / "out")]
    drops = [msgspec.json.decode(line, type=Drop) for line in (tmp_path / "out" / DROPS).read_bytes().splitlines()]
    assert kept == ["jsonl/000000", "jsonl/000001", "jsonl/000002"]
    assert {drop.example_id: (drop.reason, drop.repeats) for drop in drops} == {
        "jsonl/000003": ("stood before", "jsonl/000001"),
        "jsonl/000005": ("stood before", "jsonl/000001"),
        "jsonl/000004": ("nearly repeats another", "jsonl/000000"),
    }


def test_repeated_examples_are_counted_beside_the_ledger(raw: Path, tmp_path: Path) -> None:
    wanted = Mixture(name="m", sources={"niilc": Share(weight=3)})
    release = build(wanted, raw, tmp_path / "out")
    kept = release.ledger[-1]
    assert release.examples == 3 * kept.kept
    assert kept.note == f"and {2 * kept.kept} copies by weight"
    assert [e.id for e in read_examples(tmp_path / "out")] == ["niilc/000000", "niilc/000000+1", "niilc/000000+2"]


def test_the_real_mixture_is_about_six_thousand_short_examples(shared: Path, tmp_path: Path) -> None:
    raw = tmp_path / "real"
    raw.mkdir()
    folders = {
        "jqac": "jqac", "aio": "aio", "jaquad": "jaquad", "jsquad": "jglue/jsquad-v1.3",
        "jcommonsenseqa": "jglue/jcommonsenseqa-v1.3", "jnli": "jglue/jnli-v1.3",
    }  # fmt: skip
    for name, folder in folders.items():
        (raw / name).symlink_to(shared / folder)
    release = build(choose_mixture("real_small"), raw, tmp_path / "out")
    assert 5_500 <= release.examples <= 6_500
    assert release.licence == "CC-BY-SA-4.0"
    assert release.by_source["jqac"] == 905
    read = {line.source: line for line in release.ledger if line.step == "read"}
    assert read["jqac"].kept == 906
    assert all(isinstance(example, Example) for example in read_examples(tmp_path / "out"))


def test_the_same_passage_with_another_question_stays(raw: Path, tmp_path: Path) -> None:
    passage = (
        "見本の港は江戸時代の終わりに開かれ、いまでは毎年およそ二百隻の漁船が出入りする、県でいちばん大きな漁港である。"
    )
    held = tmp_path / "held.jsonl"
    held.write_text(f'{{"context": "{passage}", "question": "港はいつ開かれましたか。"}}\n', "utf-8")
    asked = ("港には毎年何隻の漁船が出入りしますか。", "港はいつ開かれましたか。")
    rows = [f'{{"instruction": "{each}", "input": "{passage}", "output": "x"}}\n' for each in asked]
    for old in (raw / "jsonl").iterdir():
        old.unlink()
    (raw / "jsonl" / "mine.jsonl").write_text("".join(rows), "utf-8")
    release = build(mixture("jsonl", held_out_files=(str(held),)), raw, tmp_path / "out")
    assert [example.instruction for example in read_examples(tmp_path / "out")] == [asked[0]]
    assert release.ledger[2].dropped == {"held in held.jsonl": 1}
