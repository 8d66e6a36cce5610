from pathlib import Path

import pytest

from tehon.records.corpus import Drop, Example, ReadOptions
from tehon.sources.aio import REWRITES, SOURCE, statement


@pytest.mark.parametrize(("suffix", "replacement"), REWRITES.items())
def test_every_published_ending_is_rewritten(suffix: str, replacement: str) -> None:
    assert statement(f"見本{suffix}") == f"見本{replacement}"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("丸いものを英語で何というでしょう？", "丸いものです。"),
        ("丸いものを総称して何というでしょう?", "丸いものの総称です。"),
        ("丸いのは何でしょう", "丸いものです。"),
        ("丸いのは、何という湖でしょう？", "丸い湖です。"),
        ("丸いものはいくつ？", None),
    ],
)
def test_the_longest_ending_wins_and_question_marks_are_made_equal(question: str, said: str | None) -> None:
    assert statement(question) == said


def test_published_keeps_a_question_as_an_explanation_and_fixed_counts_it(tmp_path: Path) -> None:
    (tmp_path / "aio_02_train.jsonl").write_bytes(
        '{"qid": "1", "original_question": "いくつですか", "original_answer": "三つ"}\n'.encode()
    )
    published = list(SOURCE.read(tmp_path, ReadOptions(rendering="published", splits=("train",))))
    fixed = list(SOURCE.read(tmp_path, ReadOptions()))
    assert [row.response for row in published if isinstance(row, Example)] == ["三つ", "いくつですか？"]
    assert fixed[1:] == [
        Drop(
            example_id="aio/aio_02_train.jsonl:1 reversed",
            step="read",
            reason="no rule turns the question round",
        )
    ]


def test_both_layouts_give_the_same_examples(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "aio_02_train.jsonl").write_bytes(
        '{"qid": "1", "original_question": "\\"丸い\\"のは何でしょう？", "original_answer": "輪"}\n'.encode()
    )
    (tmp_path / "b" / "aio_02_train.txt").write_bytes(
        'qid\toriginal_question\toriginal_answer\r\n1\t"丸い"のは何でしょう？\t輪\r\n'.encode()
    )
    first, second = (list(SOURCE.read(tmp_path / name, ReadOptions())) for name in ("a", "b"))
    assert len(first) == 2
    assert first == second
