"""The corpora that come as JSON or JSON Lines."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from rows import Counted, Fate, Past, broken, fates
from words import Writer

JSON = msgspec.json.Encoder()
DIALOGUES = 8
"""Of one film, in JMRD."""
UTTERANCES = 22
QUESTIONS = 5
"""On one paragraph."""
DEV_QUESTIONS = 1 / 23
"""Of AIO's."""
VALID = 1 / 9
"""Of JGLUE's questions."""
CATEGORIES = ("open_qa", "closed_qa", "summarization", "brainstorming", "general_qa", "classification")


def aio(folder: Path, examples: int, writer: Writer) -> Counted:
    """Questions as JSON Lines in two files; each gives two examples."""
    drawn, counted = fates(examples // 2, writer, "repeated", "blank", "broken")
    past, questions = Past(writer), writer.texts(len(drawn), 9)

    def line(number: int, fate: Fate) -> bytes:
        question = questions[number].removesuffix("。") + ("のことを何というでしょう？" if number % 3 else "ですか?")
        if fate == "repeated":
            question, answer = past.again()
        elif fate == "blank":
            answer = "　"
        else:
            question, answer = past.add(question, writer.name())
        fields = {"qid": f"QA-{number}", "competition": "第0回", "timestamp": "2019/12/25", "section": "決勝"}
        return JSON.encode(
            fields | {"number": number, "original_question": question, "original_answer": answer,
                      "original_additional_info": "", "question": question, "answers": [answer]}
        )  # fmt: skip

    lines, dev = list(_lines(drawn, line)), int(DEV_QUESTIONS * len(drawn))
    (folder / "aio_02_dev_v1.0.jsonl").write_bytes(b"".join(lines[:dev]))
    (folder / "aio_02_train.jsonl").write_bytes(b"".join(lines[dev:]))
    return counted._replace(examples=2 * counted.examples, repeated=2 * counted.repeated)


def jcommonsenseqa(folder: Path, examples: int, writer: Writer) -> Counted:
    """Five-choice questions as JSON Lines in two files."""
    drawn, counted = fates(examples, writer, "repeated", "blank", "broken")
    past, questions = Past(writer), writer.texts(len(drawn), 5)

    def line(number: int, fate: Fate) -> bytes:
        question, *choices = questions[number], *(writer.name() for _ in range(5))
        label = number % 5
        if fate == "repeated":
            question, *choices, label_ = past.again()
            label = int(label_)
        elif fate == "blank":
            choices[label] = "　"
        else:
            past.add(question, *choices, str(label))
        named = {f"choice{place}": choice for place, choice in enumerate(choices)}
        return JSON.encode({"q_id": number, "question": question, **named, "label": label})

    lines, valid = list(_lines(drawn, line)), int(VALID * len(drawn))
    (folder / "train-v1.1.json").write_bytes(b"".join(lines[valid:]))
    (folder / "valid-v1.1.json").write_bytes(b"".join(lines[:valid]))
    return counted


def wikinews(folder: Path, examples: int, writer: Writer) -> Counted:
    """The crawl as JSON Lines, a dateline and three paragraphs an article."""
    drawn, counted = fates(examples, writer, "repeated", "broken")
    past, paragraphs = Past(writer), [writer.texts(len(drawn), mean) for mean in (15, 12, 9)]

    def line(number: int, fate: Fate) -> bytes:
        title, text = writer.name(), "\n".join(("【2023年4月1日】", *(texts[number] for texts in paragraphs)))
        title, text = past.again() if fate == "repeated" else past.add(title, text)
        return JSON.encode({"url": f"https://ja.wikinews.org/wiki/{number}", "title": title, "text": text})

    (folder / "wikinews.jsonl").write_bytes(b"".join(_lines(drawn, line)))
    return counted


def dolly_ja(folder: Path, examples: int, writer: Writer) -> Counted:
    """One indented JSON array; a broken row has no output."""
    drawn, counted = fates(examples, writer, "repeated", "broken")
    past = Past(writer)
    asked, given, answered = (writer.texts(len(drawn), mean) for mean in (7, 18, 24))

    def row(number: int, fate: Fate) -> dict[str, Any]:
        texts = asked[number], given[number] if number % 3 == 0 else "", answered[number]
        instruction, material, output = past.again() if fate == "repeated" else past.add(*texts)
        category = CATEGORIES[number % len(CATEGORIES)]
        said = {"instruction": instruction, "input": material, "output": None if fate == "broken" else output}
        return said | {"category": category, "index": str(number)}

    rows = [row(number, fate) for number, fate in enumerate(drawn)]
    (folder / "databricks-dolly-15k-ja.json").write_bytes(msgspec.json.format(JSON.encode(rows), indent=2))
    return counted


def jmrd(folder: Path, examples: int, writer: Writer) -> Counted:
    """Dialogues about films in three JSON arrays; every film has several, and its last one counts."""
    films = [f"{writer.name()}の{number}" for number in range(examples)]
    dialogues = [films[number % examples] for number in range(DIALOGUES * examples)]

    def row(number: int, film: str) -> dict[str, Any]:
        known = {"タイトル": film, "製作年度": "１９９８年", "監督名": writer.name()}
        cast, story = [writer.name() for _ in range(4)], writer.texts(4, 6)
        said = [
            {"utterance_id": f"{number}_{place:02d}", "speaker": "recommender", "text": text}
            for place, text in enumerate(writer.texts(UTTERANCES, 6))
        ]
        knowledge = known | {"キャスト名": cast, "あらすじ": story}
        return {"dialog_id": str(number), "movie_title": film, "knowledge": knowledge, "dialog": said}

    rows = [row(number, film) for number, film in enumerate(dialogues)]
    few = len(rows) // 20
    for name, part in ("train", rows[: -2 * few or None]), ("valid", rows[-2 * few : -few]), ("test", rows[-few:]):
        (folder / f"{name}.json").write_bytes(JSON.encode(part if few or name == "train" else []))
    return Counted(examples, left_out=len(rows) - examples)


def jsquad(folder: Path, examples: int, writer: Writer) -> Counted:
    """SQuAD's JSON, five questions on a paragraph; those of `valid` have three equal answers, broken ones none."""
    drawn, counted = fates(examples, writer, "repeated", "blank", "broken")
    past, valid = Past(writer), int(VALID * len(drawn))
    for name, part, answers in ("valid", drawn[:valid], 3), ("train", drawn[valid:], 1):
        paragraphs = list(_paragraphs(part, name, answers, writer, past))
        data = [{"title": paragraph["context"][:6], "paragraphs": [paragraph]} for paragraph in paragraphs]
        (folder / f"{name}-v1.1.json").write_bytes(JSON.encode({"version": "1.1", "data": data}))
    return counted


def _paragraphs(drawn: list[Fate], name: str, answers: int, writer: Writer, past: Past) -> Iterator[dict[str, Any]]:
    contexts, asked = writer.texts(len(drawn) // QUESTIONS + 1, 14), writer.texts(len(drawn), 4)
    for start in range(0, len(drawn), QUESTIONS):
        context = (
            f"{writer.name()} [SEP] {contexts[start // QUESTIONS]}（以上は{QUESTIONS}つの問いのための段落である。）"
        )
        questions = []
        for number, fate in enumerate(drawn[start : start + QUESTIONS], start=start):
            if fate == "repeated":
                again, question, response = past.again()
                yield _paragraph(again, question, response, f"{name}{number}", answers)
                continue
            response = "　" if fate == "blank" else context[12 + number % 20 :][:8]
            question = f"{asked[number]}それは何か。"
            if fate == "sound":
                past.add(context, question, response)
            asked_ = _paragraph(context, question, response, f"{name}{number}", answers)["qas"][0]
            questions.append({"id": asked_["id"], "question": question} if fate == "broken" else asked_)
        yield {"context": context, "qas": questions}


def _paragraph(context: str, question: str, response: str, id_: str, answers: int) -> dict[str, Any]:
    answer = {"text": response, "answer_start": max(context.find(response), 0)}
    return {
        "context": context,
        "qas": [{"id": id_, "question": question, "answers": [answer] * answers, "is_impossible": False}],
    }


def _lines(drawn: Iterable[Fate], line: Callable[[int, Fate], bytes]) -> Iterator[bytes]:
    for number, fate in enumerate(drawn):
        text = line(number, fate)
        yield broken(text) if fate == "broken" else text + b"\n"
