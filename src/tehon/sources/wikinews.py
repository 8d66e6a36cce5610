r"""Japanese Wikinews: news articles, each to be given its title.

There is no file to fetch: the paper's authors read the site page by page. What is read here is such a crawl as JSON
Lines in `wikinews.jsonl`, one article a line:

    {"url": "https://ja.wikinews.org/wiki/…", "title": "…", "text": "【2023年4月1日】\nFIRST PARAGRAPH\nSECOND …"}

`text` holds every `<p>` of the page on a line of its own. `published` leaves the first out whatever it is, and runs
the rest together. `fixed` leaves it out where it is a dateline, keeps the line ends, leaves out articles whose text is
empty, and asks in several wordings. As a document, an article is its text as `fixed` reads it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.json_lines import json_rows
from tehon.formats.lines import file_lines
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Document, Download, Drop, Example, Licence, Part, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples

WORDINGS = (
    "次のニュース記事にタイトルをつけてください。",
    "次の記事に合う見出しを考えてください。",
    "以下のニュースの内容を、見出し一つで表してください。",
    "新聞に載せるとしたら、次の記事の見出しはどうなりますか。",
)
_DATELINE = re.compile(r"【[^】]*[0-9０-９]+\s*年[^】]*】")


class Article(msgspec.Struct, frozen=True):
    """One line of the crawl."""

    url: str
    title: str
    text: str


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every article in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def texts(folder: Path, options: ReadOptions) -> Iterator[Document | Drop]:
    """Every article in the file's order."""
    return documents(SOURCE, _texts(folder, options))


def body(text: str, rendering: Rendering) -> str:
    """The article without its dateline."""
    paragraphs = text.split("\n")
    if rendering == "published":
        return "".join(paragraphs[1:])
    told = [paragraph.strip() for paragraph in paragraphs if paragraph.strip()]
    return "\n".join(told[1:] if told and _DATELINE.fullmatch(told[0]) else told)


def _articles(folder: Path, options: ReadOptions) -> Iterator[tuple[str, tuple[str, Article] | LeftOut]]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "wikinews*.jsonl")
        for line in json_rows(file_lines(path), path.name, Article):
            yield split, line


def _texts(folder: Path, options: ReadOptions) -> Iterator[Text | LeftOut]:
    for split, line in _articles(folder, options):
        if isinstance(line, LeftOut):
            yield line
        else:
            _, article = line
            yield Text(upstream_id=article.url, title=article.title, text=body(article.text, "fixed"), split=split)


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split, line in _articles(folder, options):
        if isinstance(line, LeftOut):
            yield line
            continue
        place, article = line
        material = body(article.text, options.rendering)
        if not article.title.strip() or (options.rendering == "fixed" and not material):
            yield LeftOut(place=place, reason="title or text missing")
            continue
        asked = worded(WORDINGS, options, SOURCE.name, article.url)
        yield Row(
            upstream_id=article.url,
            instruction=asked.pattern,
            input=material,
            response=article.title,
            part="titles",
            split=split,
            wording=asked.noted,
        )


SOURCE = Source(
    name="wikinews",
    title="Japanese Wikinews",
    licence=Licence(
        spdx="CC-BY-2.5",
        url="https://ja.wikinews.org/wiki/Wikinews:著作権",
        attribution="The contributors of Japanese Wikinews, https://ja.wikinews.org, CC BY 2.5",
    ),
    citation="ウィキニュース日本語版. https://ja.wikinews.org.",
    homepage="https://ja.wikinews.org/",
    splits={"all": True},
    downloads=(
        Download(
            url="https://ja.wikinews.org/wiki/特別:ページ一覧",
            file="wikinews.jsonl",
            by_hand="There is no such file upstream: read the articles page by page, with a pause of a second after "
            'each, and write them one a line as {"url": …, "title": …, "text": …}',
        ),
    ),
    parts=(Part(name="titles", cluster="summarisation", wording=APART.join(WORDINGS)),),
    sample={
        "wikinews.jsonl": (
            '{"url": "https://example.org/1", "title": "見本町で橋が開通", "text": "【2023年4月1日】\\n'
            '見本町で新しい橋が開通した。\\n町長は「川の両岸が近くなった」と述べた。\\n"}\n'
            '{"url": "https://example.org/2", "title": "見本村の祭り", "text": "見本村で祭りが始まった。\\n三日間。"}\n'
            '{"url": "https://example.org/3", "title": "", "text": "【2023年4月2日】\\n題のない記事。"}\n'
            '{"url": "https://example.org/4", "title": "欄のない記事"}\n'
        ).encode()
    },
    read=read,
    documents=texts,
)
