import pytest

from tehon.build.clean import clean, clean_text
from tehon.records.contents import texts
from tehon.records.corpus import Drop, Example, Turn


def example(instruction: str, response: str, **more: object) -> Example:
    return Example(
        id="s/0", upstream_id="0", instruction=instruction, response=response, source="s", part="p", split="all",
        cluster="general", language="ja", licence="MIT", **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\0b\x07\x1b[0m\ufeff", "ab[0m"),
        ("一\r\n二\r三\t四\n", "一\n二\n三\t四\n"),
        ("か\u3099", "が"),
        ("1467〜1487年 ① ｶﾞ x²　", "1467〜1487年 ① ｶﾞ x²　"),
        ("福\ufa1b か\u3099", "福\ufa1b が"),
    ],
    ids=["control", "line ends", "nfc", "nothing lossy", "names keep their ideographs"],
)
def test_only_what_means_nothing_is_taken_out(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_an_example_without_instruction_or_response_is_left_out() -> None:
    found = list(clean([example("", "a"), example("a", " 　\n"), example("\0", "a"), example(" a", "b ")]))
    reasons = [row.reason if isinstance(row, Drop) else texts(row)[-1] for row in found]
    assert reasons == ["empty instruction", "empty response", "empty instruction", "b "]


def test_history_is_cleaned_as_well() -> None:
    (row,) = clean([example("a", "b", history=(Turn(role="user", content="x\0"),))])
    assert isinstance(row, Example)
    assert row.history == (Turn(role="user", content="x"),)
