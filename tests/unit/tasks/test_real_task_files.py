"""The paper's tasks on the real files, as published."""

from collections import Counter
from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.records.evaluation import Item
from tehon.tasks import TASKS


def distribution(items: list[Item]) -> Counter[str]:
    return Counter(item.example.response for item in items)


def test_jnli_valid_is_the_one_that_everybody_scores(shared: Path) -> None:
    items = list(TASKS["jnli"].read(shared / "jglue" / "jnli-v1.3" / "valid-v1.3.json", "valid"))
    assert len(items) == 2434
    counts = distribution(items)
    shares = [round(counts[label] / 2434, 4) for label in ("entailment", "contradiction", "neutral")]
    assert shares == [0.1434, 0.3020, 0.5546]
    first = items[0]
    assert first.example.upstream_id == "0"
    assert first.example.split == "valid"
    assert first.fields["hypothesis"] == "屋根の上に看板があり時計もついています。"
    assert (first.answer, first.choices) == (2, ("entailment", "contradiction", "neutral"))


def test_always_contradiction_scores_what_the_paper_prints_for_its_13b_model(shared: Path) -> None:
    items = list(TASKS["jnli"].read(shared / "jglue" / "jnli-v1.3" / "valid-v1.3.json", "valid"))
    assert round(distribution(items)["contradiction"] / len(items), 3) == 0.302


def test_jnli_test_is_labelled_and_can_give_shots(shared: Path) -> None:
    items = list(TASKS["jnli"].read(shared / "jglue" / "jnli-v1.3" / "test-v1.3.first-half.json", "test"))
    assert len(items) == 1254
    assert {item.example.split for item in items} == {"test"}
    assert set(distribution(items)) == {"entailment", "contradiction", "neutral"}


def test_the_vqa_stand_in_reads_from_its_archive(shared: Path) -> None:
    items = list(TASKS["vqa"].read(shared / "derived" / "vqa-schema-standin" / "question_answers.json.zip", "all"))
    assert len(items) == 800
    assert items[0].example.instruction == "ワールドカップは何年に一度開催されるの？"
    assert items[0].example.response == "4年"
    assert all(item.example.instruction and item.example.response for item in items)


def test_the_marc_ja_stand_in_reads_with_its_labels(shared: Path) -> None:
    items = list(TASKS["marc_ja"].read(shared / "derived" / "marc-ja-schema-standin" / "valid.json", "valid"))
    assert distribution(items) == {"ポジティブ": 1032, "ネガティブ": 726}
    assert Counter(item.answer for item in items) == {0: 1032, 1: 726}


@pytest.mark.parametrize("name", ["jnli", "marc_ja", "vqa", "niilc"])
def test_a_file_of_another_corpus_is_refused(name: str, shared: Path) -> None:
    with pytest.raises(BadRawFile):
        list(TASKS[name].read(shared / "jglue" / "jcommonsenseqa-v1.3" / "valid-v1.3.json", "valid"))


def test_jcommonsenseqa_has_five_choices_an_item(shared: Path) -> None:
    items = list(TASKS["jcommonsenseqa"].read(shared / "jglue" / "jcommonsenseqa-v1.3" / "valid-v1.3.json", "valid"))
    assert len(items) == 1119
    assert {len(item.choices) for item in items} == {5}
    assert items[0].example.response == "マザーボード"


def test_niilc_keeps_every_answer(shared: Path) -> None:
    items = list(TASKS["niilc"].read(shared / "niilc-qa" / "NIILC-ECQA2015_test.first-half.xml", "test"))
    assert len(items) == 100
    assert sum(bool(item.references) for item in items) == 19
