"""Finished folders become one report."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.errors import Damaged, DataError, OutputTaken, RawFileMissing, UsageError
from tehon.records.evaluation import Protocol
from tehon.records.files import Provenance
from tehon.records.judging import Judged, Tally
from tehon.records.reporting import Report
from tehon.records.scores import ItemResult
from tehon.records.tuning import Adapter
from tehon.report.run import report
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS
from tehon.storage.manifest import MANIFEST, finish, pretty, read_manifest, result, verify
from tehon.storage.provenance import provenance

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "report"
FILES = ("perplexity_by_length.csv", "report.html", "report.json", "report.md", "scores.csv", "table_2.tex")
TUNED_FILES = ("table_1.csv", "table_1.tex")
MADE = Provenance(
    version="0.1.0", python="3.11.2", packages={"torch": "2.13.0"}, machine="2 x Test", command="tehon tune"
)
EXPORTS = ("lm_eval/small/results.json", "lm_eval/small_tuned/results.json")


def contents(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_report_is_its_files_an_export_a_model_and_a_manifest_written_last(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report", title="Weather")
    assert set(contents(tmp_path / "report")) == {*FILES, *EXPORTS, MANIFEST}
    manifest = read_manifest(tmp_path / "report", "report")
    verify(tmp_path / "report", manifest)
    assert sorted(manifest.files) == sorted((*FILES, *EXPORTS))
    assert msgspec.json.decode((tmp_path / "report" / "report.json").read_bytes(), type=Report) == written


def test_two_reports_of_the_same_folders_have_the_same_bytes(
    pair: list[Path], adapter: Path, release: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        report([*pair, adapter, release], tmp_path / name)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert set(one) == {*FILES, *TUNED_FILES, *EXPORTS, MANIFEST}
    assert {name: one[name] for name in one if name != MANIFEST} == {
        name: two[name] for name in two if name != MANIFEST
    }


def test_a_finished_report_is_read_and_not_written_again(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "report").iterdir()}
    assert report(pair, tmp_path / "report") == written
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "report").iterdir()} == before


def test_a_report_of_other_folders_is_never_overwritten(pair: list[Path], tmp_path: Path) -> None:
    report(pair, tmp_path / "report")
    with pytest.raises(OutputTaken):
        report(pair[:1], tmp_path / "report")


def test_a_report_shows_every_section_as_reviewed(
    pair: list[Path], adapter: Path, release: Path, tmp_path: Path
) -> None:
    """The golden files; `make golden` writes them anew."""
    report([*pair, adapter, release], tmp_path / "report", title="小さなモデル", notes=["Everything is made up."])
    for name in ("report.md", "table_1.tex", "table_2.tex"):
        text = (tmp_path / "report" / name).read_text("utf-8")
        if os.environ.get("TEHON_REWRITE_GOLDEN"):
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, "utf-8")
        assert text == (GOLDEN / name).read_text("utf-8")


def test_the_csv_holds_every_score_in_full(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    lines = list(csv.DictReader((tmp_path / "report" / "scores.csv").read_text("utf-8").splitlines()))
    scores = [score for model in written.models for score in model.scores]
    assert [float(line["value"]) for line in lines] == [score.value for score in scores]


def test_the_csv_of_table_one_and_of_lengths_hold_what_the_page_shows(
    pair: list[Path], adapter: Path, tmp_path: Path
) -> None:
    written = report([*pair, adapter], tmp_path / "report")
    table = list(csv.reader((tmp_path / "report" / "table_1.csv").read_text("utf-8").splitlines()))
    assert table[0] == ["setting", "Small"]
    assert ["LoRA r", "4"] in table
    lines = list(csv.DictReader((tmp_path / "report" / "perplexity_by_length.csv").read_text("utf-8").splitlines()))
    bins = [each for one in written.by_length for each in one.bins]
    assert [float(line["perplexity"]) for line in lines] == [each.perplexity for each in bins]


def test_everything_that_is_needed_to_make_a_folder_again_is_on_the_page(
    pair: list[Path], adapter: Path, tmp_path: Path
) -> None:
    manifest = read_manifest(adapter, "adapter")
    config, inputs = {"recipe": {"seed": 7, "title": "<b>"}, "draws": [{"seeds": [1, 2]}]}, {"release": "0" * 64}
    finish(
        tmp_path / "made", "adapter", config=config, inputs=inputs, result=result(manifest, Adapter), provenance=MADE
    )
    report([*pair, tmp_path / "made"], tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    for shown in ("<dt>recipe.seed</dt><dd>7</dd>", "<dt>draws.0.seeds</dt><dd>1, 2</dd>", "&lt;b&gt;", "0" * 64):
        assert shown in page
    for shown in (
        MADE.command,
        MADE.machine,
        MADE.python,
        "torch 2.13.0",
        read_manifest(pair[0], "scores").fingerprint,
    ):
        assert shown in page
    assert "tehon report small small,_tuned made --out DIR" in page


def test_one_base_alone_is_a_report_without_comparisons(pair: list[Path], tmp_path: Path) -> None:
    assert report(pair[:1], tmp_path / "report").comparisons == ()


def test_a_tuned_model_without_its_base_is_shown_and_the_report_says_so(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair[1:], tmp_path / "report")
    assert written.comparisons == ()
    assert any("models/small was not among the evaluations" in note for note in written.notes)


def test_the_words_of_a_stand_in_reach_the_notes(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    folder = write_scores("small", weather(skill=1, seed=1), stand_ins={"weather": "written by hand"})
    assert "weather is a stand-in: written by hand" in report([folder], tmp_path / "report").notes


def test_no_folders_are_no_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one folder of scores"):
        report([], tmp_path / "report")


def test_an_adapter_alone_is_no_report(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one folder of scores"):
        report([adapter], tmp_path / "report")


def test_a_folder_is_given_once(pair: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="given twice"):
        report([pair[0], pair[0] / ".." / pair[0].name], tmp_path / "report")


def test_an_unfinished_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"must be a finished scores or release or adapter"):
        report([tmp_path / "nothing"], tmp_path / "report")


def test_a_report_is_not_made_of_reports(pair: list[Path], tmp_path: Path) -> None:
    report(pair, tmp_path / "report")
    with pytest.raises(DataError, match="its manifest says report"):
        report([tmp_path / "report"], tmp_path / "again")


def test_two_models_of_one_name_are_refused(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=1, seed=1)
    runs = [write_scores("small", items, folder="one"), write_scores("small", items, folder="two")]
    with pytest.raises(UsageError, match="two: every model must have a name of its own, but one has 'small'"):
        report(runs, tmp_path / "report")


def test_other_items_are_refused_and_one_is_named(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=1, seed=1)
    runs = [write_scores("small", items), write_scores("large", items[1:], base="models/large")]
    with pytest.raises(DataError, match="large: weather at 3 shots must hold the same items as in small, but 1 differ"):
        report(runs, tmp_path / "report")


def test_other_right_answers_are_other_items(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=1, seed=1)
    wrong = replace(items[0], gold="雨" if items[0].gold != "雨" else "雪")
    runs = [write_scores("small", items), write_scores("large", [wrong, *items[1:]], base="models/large")]
    with pytest.raises(DataError, match="but 1 differ, such as weather/000000"):
        report(runs, tmp_path / "report")


def test_other_shots_are_refused(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=1, seed=1)
    others = [replace(item, shot_ids=("weather/000999",)) for item in items]
    runs = [write_scores("small", items), write_scores("small, tuned", others, adapter="f")]
    with pytest.raises(DataError, match="must show the same examples before an item as in small, but 60 items"):
        report(runs, tmp_path / "report")


def test_models_asked_under_different_protocols_are_refused(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    items = weather(skill=1, seed=1)
    paper = Protocol(name="paper", title="as published", encode="separate")
    runs = [write_scores("small", items), write_scores("small, tuned", items, adapter="f", protocol=paper)]
    with pytest.raises(DataError, match="asked under one protocol"):
        report(runs, tmp_path / "report")


@pytest.mark.parametrize("name", ["scores.json", ITEMS])
def test_a_changed_file_is_noticed(pair: list[Path], tmp_path: Path, name: str) -> None:
    path = pair[0] / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged, match=f"{name}: must be as its manifest says"):
        report(pair, tmp_path / "report")


def test_a_damaged_manifest_is_named(pair: list[Path], tmp_path: Path) -> None:
    (pair[0] / MANIFEST).write_bytes(b"{")
    with pytest.raises(Damaged, match="must be a manifest"):
        report(pair, tmp_path / "report")


def test_nothing_is_written_when_folders_do_not_fit(pair: list[Path], tmp_path: Path) -> None:
    (pair[1] / ITEMS).unlink()
    with pytest.raises(Damaged):
        report(pair, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_judgement_joins_the_report(pair: list[Path], tmp_path: Path) -> None:
    tally = Tally(task="questions", count=30, first=4, second=21, ties=3, swayed=2, unclear=0, p_value=0.0009)
    judged = Judged(
        judge="judge 7B",
        judge_digest="0" * 64,
        first="small",
        second="small, tuned",
        prompt="どちらが良いですか？ <script>",
        tallies=(tally, replace(tally, task="")),
    )
    write_bytes(tmp_path / "judged" / "judgement.json", pretty(judged))
    finish(tmp_path / "judged", "judgement", config={}, inputs={}, result=judged, provenance=provenance())
    written = report([*pair, tmp_path / "judged"], tmp_path / "report")
    assert written.judgements == (judged,)
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "small and small, tuned, judged by judge 7B" in page
    assert "&lt;script&gt;" in page
    line = "| questions | 30 | 4 | 21 | 3 | 2 | 0 | 0.0009 |"
    text = (tmp_path / "report" / "report.md").read_text("utf-8")
    assert line in text
    assert line.replace("questions", "all") in text
