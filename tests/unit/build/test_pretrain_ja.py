"""Plain texts for continued pre-training as a release."""

from collections.abc import Callable
from pathlib import Path

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build
from tehon.storage.shards import read_documents


def test_the_shipped_mixture_of_documents_is_built(sample_raw: Callable[..., Path], tmp_path: Path) -> None:
    mixture = choose_mixture("pretrain_ja")
    release = build(mixture, sample_raw(tmp_path / "raw", *mixture.sources), tmp_path / "release")
    documents = list(read_documents(tmp_path / "release"))
    assert release.by_source == {"aozora": 2, "jaquad": 1, "wikipedia_summary": 3}
    assert [document.source for document in documents] == ["aozora"] * 2 + ["jaquad"] + ["wikipedia_summary"] * 3
    assert all("\n" in document.text or len(document.text) < 40 for document in documents)
    assert release.licence == "CC-BY-SA-3.0"


def test_the_real_corpora_at_hand_become_one_release_of_whole_texts(shared: Path, tmp_path: Path) -> None:
    for name, folder in (
        ("aozora", "aozora"), ("jaquad", "jaquad"), ("wikipedia_summary", "derived/wikiextractor-schema-standin"),
    ):  # fmt: skip
        (tmp_path / "raw").mkdir(exist_ok=True)
        (tmp_path / "raw" / name).symlink_to(shared / folder)
    release = build(choose_mixture("pretrain_ja"), tmp_path / "raw", tmp_path / "release")
    documents = list(read_documents(tmp_path / "release"))
    assert release.examples == len(documents) == 84 + 2077 + 144
    assert sum(len(document.text) for document in documents) > 1_500_000
