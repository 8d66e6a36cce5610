"""A model's training data are known again by hashes alone."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import Damaged
from tehon.leakage.held_out import HeldOut
from tehon.leakage.held_out_index import Owner, read, write
from tehon.leakage.trained_on import BLOCK, TRAINED_ON, look_up, write_trained_on
from tehon.leakage.wanted import Wanted, of_item
from tehon.records.corpus import Document, Example, ReadOptions
from tehon.sources import SOURCES
from tehon.tasks import TASKS

Make = Callable[..., Example]
PAIR = Wanted(
    asked=("赤い車が道を走っている。", "車が止まっています。"),
    wholes=("赤い車が道を走っている。\n車が止まっています。",),
)
QUESTION = Wanted(asked=("日本で一番高い山は何ですか？",), wholes=("日本で一番高い山は何ですか？",))


def seen(tmp_path: Path, *contents: Example | Document, **tasks: tuple[Wanted, ...]) -> dict[str, int]:
    write_trained_on(contents, tmp_path / TRAINED_ON)
    return {name: found.total() for name, found in look_up(tmp_path / TRAINED_ON, tasks).items.items()}


@pytest.mark.parametrize(
    "texts",
    [
        ("日本で一番高い山は何ですか？", ""),
        ("次の質問に答えてください。", "日本で一番高い山は何ですか?"),
        ("次の質問に答えてください。\n質問：日本で一番高い山は、何ですか", ""),
        ("丁寧に答えましょう。日本で一番高い山は何ですか？", "富士山を除きます。"),
    ],
)
def test_a_question_is_known_again_however_it_is_framed(
    tmp_path: Path, make_example: Make, texts: tuple[str, str]
) -> None:
    assert seen(tmp_path, make_example(0, *texts), quiz=(QUESTION,)) == {"quiz": 1}


@pytest.mark.parametrize("text", ["日本で二番目に高い山は何ですか？", "日本で一番高い山", "一番高い山は何ですか？"])
def test_another_question_is_another_question(tmp_path: Path, make_example: Make, text: str) -> None:
    assert seen(tmp_path, make_example(0, text), quiz=(QUESTION,)) == {"quiz": 0}


def test_a_pair_is_asked_only_where_both_of_its_texts_stand(tmp_path: Path, make_example: Make) -> None:
    first, second = PAIR.asked
    apart = [make_example(0, "比べてください。", first), make_example(1, "比べてください。", second)]
    assert seen(tmp_path, *apart, pairs=(PAIR,)) == {"pairs": 0}
    assert seen(tmp_path, make_example(0, "比べてください。", f"文2: {second}\n文1: {first}"), pairs=(PAIR,)) == {
        "pairs": 1
    }


def test_an_item_too_short_to_prove_anything_must_be_the_whole_question(tmp_path: Path, make_example: Make) -> None:
    short = Wanted(asked=("首都は？",), wholes=("首都は？",))
    assert seen(tmp_path, make_example(0, "首都は？"), quiz=(short,)) == {"quiz": 1}
    assert seen(tmp_path, make_example(0, "次の質問に答えてください。", "首都は？"), quiz=(short,)) == {"quiz": 0}


def test_items_are_counted_once_and_by_where_they_were_found(tmp_path: Path, make_example: Make) -> None:
    asked = make_example(0, QUESTION.asked[0])
    contents = [asked, asked, replace(asked, source="other", split="valid"), make_example(1, "別の話です。")]
    write_trained_on(contents, tmp_path / TRAINED_ON)
    found = look_up(tmp_path / TRAINED_ON, {"pairs": [PAIR], "quiz": [QUESTION, QUESTION]})
    assert found.items == {"pairs": Counter(), "quiz": Counter({("test", "train"): 1, ("other", "valid"): 1})}
    assert found.contents == {("test", "train"): 3, ("other", "valid"): 1}


def test_documents_prove_nothing_but_are_counted(tmp_path: Path) -> None:
    page = Document(
        id="w/0", upstream_id="0", title="山", text=QUESTION.asked[0], source="wiki", split="train", language="ja",
        licence="CC0-1.0",
    )  # fmt: skip
    write_trained_on([page], tmp_path / TRAINED_ON)
    found = look_up(tmp_path / TRAINED_ON, {"quiz": [QUESTION]})
    assert (found.items["quiz"].total(), found.contents.total()) == (0, 1)


def test_the_same_contents_give_the_same_bytes_and_no_text(tmp_path: Path, make_example: Make) -> None:
    contents = [make_example(n, f"問い{n}は何番目の問いでしょうか？") for n in range(BLOCK + 10)]
    for name in ("a", "b"):
        write_trained_on(contents, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert "問い".encode() not in (tmp_path / "a").read_bytes()
    last = Wanted(asked=(contents[-1].instruction,))
    assert look_up(tmp_path / "a", {"quiz": [last]}).items["quiz"].total() == 1


def test_no_contents_hold_nothing(tmp_path: Path) -> None:
    assert seen(tmp_path, quiz=(QUESTION,)) == {"quiz": 0}


@pytest.mark.parametrize("content", [b"", b"PAR1" * 20])
def test_a_damaged_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / TRAINED_ON).write_bytes(content)
    with pytest.raises(Damaged, match="must hold hashes of contents"):
        look_up(tmp_path / TRAINED_ON, {"quiz": [QUESTION]})


def test_jsts_holds_jnli_as_the_build_s_own_matcher_finds_it(shared: Path, tmp_path: Path) -> None:
    """The corpora share caption pairs: what is found by hashes is what is found exactly in the texts."""
    jnli = [of_item(item) for item in TASKS["jnli"].read(shared / "jglue/jnli-v1.3/valid-v1.3.json", "valid")]
    folder = tmp_path / "jsts"
    folder.mkdir()
    (folder / "train-v1.3.json").symlink_to(shared / "jglue/jsts-v1.3/train-v1.3.json")
    contents = [row for row in SOURCES["jsts"].read(folder, ReadOptions()) if isinstance(row, Example)]
    write_trained_on(contents, tmp_path / TRAINED_ON)
    found = look_up(tmp_path / TRAINED_ON, {"jnli": jnli}).items["jnli"].total()
    # Of the 1,358 different pairs 841 are the same letter by letter, and 919 without case and punctuation.
    assert 919 <= found <= 930
    write(tmp_path / "index", [(Owner(name="jnli", exactly="asked", nearly="nearly"), jnli)])
    reasons = [finding.reason for finding in HeldOut(read(tmp_path / "index")).look(contents)]
    assert 0 <= reasons.count("asked") - found <= 10
