"""The same renderings as tehon's `published` ones, read as scripts read: what both opponents start from.

One generator a source, rows of instruction, input and output. Lines that are no JSON are passed over, as a user would
after the first crash. There are no places, counts, licences or upstream ids, and archives are trusted.
"""

import csv
import gzip
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

import pandas as pd

from tehon.sources.aio import statement

Row = dict[str, str]
TYPO = "次の日本語には間違っている部分があります。その部分を直して、正しい日本語の文を出力してください。"
SIMPLIFY = "以下の日本語をやさしい日本語に言い換えてください。"
JQAC = ("Topic (Title)", "Question (What, Who, Where, Whose, How, Yes/No)")
COLUMNS = ["instruction", "input", "output"]


def row(instruction: str, material: str, output: str) -> Row:
    """One row."""
    return {"instruction": instruction, "input": material, "output": output}


def json_lines(lines: Iterable[str | bytes]) -> Iterator[dict[str, str]]:
    """The lines that are JSON."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def wikipedia_summary(paths: Iterable[Path]) -> Iterator[Row]:
    """The first line that is not empty, page by page."""
    for path in paths:
        with path.open(encoding="utf-8") as stream:
            title = said = None
            for line in stream:
                if line.startswith("<doc id="):
                    title, said = next(stream).strip("\n"), None
                elif line.startswith("</doc>"):
                    if title and said and "(曖昧さ回避)" not in title:
                        yield row("入力されたワードを説明してください。", title, said)
                    title = None
                elif title and not said:
                    said = line.strip("\n")


def wikipedia_typo(paths: Iterable[Path]) -> Iterator[Row]:
    """Every line of every member."""
    for path in paths:
        with tarfile.open(next(path.glob("*.tar.gz"))) as archive:
            for member in archive:
                for edit in json_lines(archive.extractfile(member) or ()):
                    yield row(TYPO, edit["pre_text"], edit["post_text"])


def aio(paths: Iterable[Path]) -> Iterator[Row]:
    """Forwards, then turned round, `train` before `dev`."""
    for path in paths:
        for name in "aio_02_train.jsonl", "aio_02_dev_v1.0.jsonl":
            with (path / name).open(encoding="utf-8") as stream:
                quizzes = [(quiz["original_question"], quiz["original_answer"]) for quiz in json_lines(stream)]
            yield from (row(question, "", answer) for question, answer in quizzes)
            for question, answer in quizzes:
                asked = question.replace("?", "？")
                yield row(f"{answer}について説明してください。", "", statement(question) or f"{asked.rstrip('？')}？")


def dolly_ja(paths: Iterable[Path]) -> Iterator[Row]:
    """Unchanged."""
    for path in paths:
        for one in json.loads((path / "databricks-dolly-15k-ja.json").read_text(encoding="utf-8")):
            if one["output"]:
                yield row(one["instruction"], one["input"], one["output"])


def jcommonsenseqa(paths: Iterable[Path]) -> Iterator[Row]:
    """`train`, then `valid`."""
    for path in paths:
        for name in "train-v1.1.json", "valid-v1.1.json":
            with (path / name).open(encoding="utf-8") as stream:
                for one in json_lines(stream):
                    choices = [one[f"choice{number}"] for number in range(5)]
                    yield row(one["question"], "、".join(choices), choices[int(one["label"])])


def jmrd(paths: Iterable[Path]) -> Iterator[Row]:
    """One row a film, with the facts of its last dialogue."""
    for path in paths:
        films = {}
        for name in "train", "valid", "test":
            for one in json.loads((path / f"{name}.json").read_text(encoding="utf-8")):
                films[one["movie_title"]] = one["knowledge"]
        for title, known in films.items():
            said = (
                f"{title}は，{known['製作年度']}に製作された映画で、監督は{known['監督名']}です。"
                f"{'、'.join(known['キャスト名'])}らが出演しています。あらすじは以下の通りです。\n【あらすじ】\n"
                f"{''.join(known['あらすじ'])}"
            )
            yield row(f"{title}について教えてください。", "", said)


def jqac(paths: Iterable[Path]) -> Iterator[Row]:
    """Every question with an answer."""
    for path in paths:
        with tarfile.open(next(path.glob("*.tgz"))) as archive:
            for member in archive:
                lines = TextIOWrapper(archive.extractfile(member) or BytesIO(), encoding="utf-8")
                for cells in csv.DictReader(lines):
                    if None not in cells and cells[JQAC[1]] and cells["Answer"]:
                        yield row(f"{cells[JQAC[0]]}に関して、{cells[JQAC[1]]}", "", cells["Answer"])


def jsquad(paths: Iterable[Path]) -> Iterator[Row]:
    """One row for every answer that is no part of a longer one."""
    for path in paths:
        for name in "train-v1.1.json", "valid-v1.1.json":
            for article in json.loads((path / name).read_text(encoding="utf-8"))["data"]:
                for paragraph in article["paragraphs"]:
                    context = "：".join(piece.strip() for piece in paragraph["context"].split("[SEP]"))
                    for asked in paragraph["qas"]:
                        answers = sorted((answer["text"] for answer in asked.get("answers", ())), key=len)
                        for number, text in enumerate(answers):
                            if not any(text in longer for longer in answers[number + 1 :]):
                                yield row(asked["question"], context, text)


def paranatcom(paths: Iterable[Path]) -> Iterator[Row]:
    """Two rows for each translation."""
    for path in paths:
        with ZipFile(next(path.glob("*.zip"))) as archive:
            for name in sorted(name for name in archive.namelist() if "/abstracts-ja-" in name):
                title, *rest = archive.read(name).decode().splitlines()
                title, abstract = (
                    title.rstrip("：" if "ja-1/" in name else ":"),
                    "\n".join(line for line in rest if line),
                )
                yield row("論文のアブストラクトからタイトルを作ってください。", abstract, title)
                yield row("論文のタイトルからアブストラクトを想像して書いてください。", title, abstract)


def aozora(paths: Iterable[Path]) -> Iterator[Row]:
    """The hundred characters behind the second ruler, asked for and asked about."""
    works = []
    for path in paths:
        with ZipFile(next(path.glob("*.zip"))) as archive:
            for name in sorted(archive.namelist()):
                text = archive.read(name).decode().replace("　", "").replace(" ", "")
                title, author, *rest = text.splitlines()
                second = [number for number, line in enumerate(rest) if line.startswith("-" * 46)][1]
                body = "".join(line for line in rest[second + 1 :] if not line.startswith("［＃"))
                works.append((title, author, body[:100]))
    for title, author, text in works:
        yield row(f"{author}の作品『{title}』の冒頭を教えてください。", "", f"「{text}」です。")
    for title, author, text in works:
        yield row(f"「{text}」で始まる文学作品の作者とタイトルを教えてください。", "", f"{author}の『{title}』です。")


def wikinews(paths: Iterable[Path]) -> Iterator[Row]:
    """The paragraphs but the first, run together."""
    for path in paths:
        with (path / "wikinews.jsonl").open(encoding="utf-8") as stream:
            for one in json_lines(stream):
                text = "".join(one["text"].split("\n")[1:])
                yield row("次のニュース記事にタイトルをつけてください。", text, one["title"])


def wordnet(paths: Iterable[Path]) -> Iterator[Row]:
    """Words joined with their definitions."""
    for path in paths:
        tables = {}
        for kind, names in ("ok", ["sense", "word", "kind"]), ("def", ["sense", "number", "en", "ja"]):
            with gzip.open(path / f"wnjpn-{kind}.tab.gz", "rt", encoding="utf-8") as stream:
                tables[kind] = pd.read_csv(stream, sep="\t", names=names, dtype=str)
        both = tables["ok"].dropna().merge(tables["def"], on="sense", how="outer").dropna()
        for word, said in zip(both["word"], both["ja"], strict=True):
            if word not in said:
                yield row(f"「{word}」の意味を教えてください。", "", said)


def snow(paths: Iterable[Path]) -> Iterator[Row]:
    """Simplifications, T15 before T23."""
    for path in paths:
        for book in sorted(path.glob("*.xlsx")):
            sheet = pd.read_excel(book, engine="calamine", dtype=str)
            for original, plain in zip(sheet["#日本語(原文)"], sheet["#やさしい日本語"], strict=True):
                yield row(SIMPLIFY, original, plain)


RENDERERS: dict[str, Callable[[Iterable[Path]], Iterator[Row]]] = {
    "aio": aio,
    "dolly_ja": dolly_ja,
    "jcommonsenseqa": jcommonsenseqa,
    "jmrd": jmrd,
    "jqac": jqac,
    "jsquad": jsquad,
    "wikipedia_typo": wikipedia_typo,
    "wikipedia_summary": wikipedia_summary,
    "paranatcom": paranatcom,
    "aozora": aozora,
    "wikinews": wikinews,
    "wordnet": wordnet,
    "snow": snow,
}
"""In the order of the mixture."""


def files(raw: Path, name: str) -> list[Path]:
    """What a source's renderer takes: Wikipedia's files, else the source's folder."""
    return sorted((raw / name / "text").glob("*/wiki_*")) if name == "wikipedia_summary" else [raw / name]
