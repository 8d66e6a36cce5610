"""Summaries of Japanese Wikipedia: the title of a page, and how its article begins.

Read from what WikiExtractor makes of a dump: `text/AA/wiki_00`, `AA/wiki_00` or `wiki_00`. Disambiguation pages are
left out.

Two of the paper's generators are known, as variants of `published`. `v0_1_0` is the one that the released rows agree
with: the first line that is not empty, even if it is a blank, the title again, or has lost its head, with `&amp;` as it
stands; cleaning counts the blanks. `v1_0_2` takes every line that is not empty up to the first heading, and leaves out
what is blank.

`fixed` asks in several wordings, and takes the first paragraph: the lines up to an empty line or a heading, which
WikiExtractor ends with an ASCII full stop. It unescapes entities and takes out parentheses that lost their content. It
leaves out descriptions that are blank, that say no more than the title, or whose head is cut off.

As a document, a page is its whole article: a paragraph a line, cleaned like a description, headings without the full
stop that WikiExtractor puts behind them.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import dropwhile, takewhile
from pathlib import Path

from tehon.formats.finding import chosen, find_all, variant_of
from tehon.formats.pieces import cut, spans, whole
from tehon.formats.wikiextractor import Page, read_pages
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Document, Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples

DUMP = "jawiki-20230401-pages-articles.xml.bz2"
FILES = ("text/*/wiki_*", "*/wiki_*", "wiki_*")
WORDINGS = (
    "入力されたワードを説明してください。",
    "次の項目について、百科事典のように説明してください。",
    "次の言葉は何を指していますか。簡潔に説明してください。",
    "百科事典に次の項目があります。その書き出しの段落を書いてください。",
)
FIRST_LINE, TO_HEADING = "v0_1_0", "v1_0_2"
DISAMBIGUATION = "(曖昧さ回避)"
NO_TEXT, TITLE_ALONE = "no text", "says no more than the title"
HEADLESS = ("は、", "とは、", "、", "。", "（")
"""How a description begins whose subject was a template that WikiExtractor left out."""
_SUSPECT = re.compile(r"[（(、,，\s][）)、,，;；:：\s]")
"""Stands wherever the two below find anything; most texts have none."""
_HOLLOW = re.compile(r"[（(][\s、,，;；:：]*[）)]")
_HEADING = re.compile(r"(?m)(?<=[\u3005-\u30ff\u4e00-\u9fff])\.$")
"""A full stop behind a Japanese letter is no author's."""
_COMMAS = re.compile(r"(?<=[（(])[\s、,，]+|[\s、,，]+(?=[）)])|(?<=[、,，])\s*[、,，]+")


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every page, file by file."""
    found = _pages(folder, options)
    return examples(
        SOURCE, (page if isinstance(page, LeftOut) else _row(page, split, options) for split, page in found)
    )


def texts(folder: Path, options: ReadOptions) -> Iterator[Document | Drop]:
    """Every article, file by file."""
    found = _pages(folder, options)
    return documents(SOURCE, (page if isinstance(page, LeftOut) else _text(page, split) for split, page in found))


def pieces(folder: Path, options: ReadOptions) -> tuple[str, ...]:
    """Files that stand one behind the other."""
    del options
    return cut(find_all(folder, *FILES), whole)


def _pages(folder: Path, options: ReadOptions) -> Iterator[tuple[str, Page | LeftOut]]:
    """Every page with its split; those that tell of nothing but other pages are left out."""
    for split in chosen(SOURCE.splits, options.splits):
        for span in spans(find_all(folder, *FILES), whole, options.piece):
            for page in read_pages(span.path, span.path.relative_to(folder).as_posix()):
                if isinstance(page, Page) and DISAMBIGUATION in page.title:
                    yield split, LeftOut(place=page.place, reason="disambiguation page")
                else:
                    yield split, page


def _text(page: Page, split: str) -> Text | LeftOut:
    title, text = unescape(page.title), article(page.text)
    if not text:
        return LeftOut(place=page.place, reason=NO_TEXT)
    if text.strip("。 ") == title:
        return LeftOut(place=page.place, reason=TITLE_ALONE)
    return Text(upstream_id=page.id, title=title, text=text, split=split)


def article(text: str) -> str:
    """The whole article, a paragraph a line."""
    lines = (line.strip() for line in text.split("\n"))
    return repaired(_HEADING.sub("", "\n".join(line for line in lines if line)))


def _row(page: Page, split: str, options: ReadOptions) -> Row | LeftOut:
    if options.rendering == "published":
        title, said = page.title, published(page.text, variant_of(SOURCE.variants, options.variant))
        reason = "" if said else NO_TEXT
    else:
        title, said = unescape(page.title), first_paragraph(page.lines)
        reason = fault(title, said)
    if reason:
        return LeftOut(place=page.place, reason=reason)
    asked = worded(WORDINGS, options, SOURCE.name, page.id)
    return Row(
        upstream_id=page.id,
        instruction=asked.pattern,
        input=title,
        response=said,
        part="summaries",
        split=split,
        wording=asked.noted,
    )


def published(text: str, variant: str) -> str:
    """The description as one of the paper's generators made it; empty where it made none."""
    if variant == FIRST_LINE:
        return text.lstrip("\n").partition("\n")[0]
    lines = takewhile(lambda line: not line.endswith("."), text.split("\n"))
    said = "\n".join(line for line in lines if line)
    return said if said.strip() else ""


def first_paragraph(lines: list[str]) -> str:
    """The first paragraph with its entities unescaped and without hollow parentheses."""
    told = dropwhile(lambda line: not line.strip(), lines)
    return repaired(
        "\n".join(line.strip() for line in takewhile(lambda line: line.strip() and not line.endswith("."), told))
    )


def repaired(text: str) -> str:
    """A text with its entities unescaped and without hollow parentheses."""
    text = unescape(text)
    return _HOLLOW.sub("", _COMMAS.sub("", text)) if _SUSPECT.search(text) else text


def fault(title: str, said: str) -> str:
    """Why a description describes nothing; empty if it does."""
    if not said.strip():
        return NO_TEXT
    if said.startswith(HEADLESS):
        return "head cut off"
    return TITLE_ALONE if said.strip("。 ") == title else ""


SOURCE = Source(
    name="wikipedia_summary",
    title="Japanese Wikipedia, beginnings of articles",
    licence=Licence(
        spdx="CC-BY-SA-3.0",
        url="https://dumps.wikimedia.org/legal.html",
        attribution="The contributors of Japanese Wikipedia, https://ja.wikipedia.org, CC BY-SA 3.0",
        share_alike=True,
    ),
    citation="ウィキペディア日本語版, 2023-04-01. https://ja.wikipedia.org.",
    homepage="https://dumps.wikimedia.org/jawiki/",
    splits={"all": True},
    downloads=(
        Download(
            url=f"https://dumps.wikimedia.org/jawiki/20230401/{DUMP}",
            mirrors=(f"https://archive.org/download/jawiki-20230401/{DUMP}",),
            then="Unpack it with WikiExtractor (--processes 1: more of them may stall) into the folder text beside it",
        ),
    ),
    parts=(Part(name="summaries", cluster="summarisation", wording=APART.join(WORDINGS)),),
    variants={
        FIRST_LINE: "the first line that is not empty",
        TO_HEADING: "every line up to the first heading, unless all are blank",
    },
    sample={
        "text/AA/wiki_00": (
            '<doc id="1" url="https://example.org/?curid=1" title="見本塔">\n見本塔\n\n'
            "見本塔（、みほんとう）は、見本町にある塔で、&quot;鐘&quot;が名高い。\n高さは二十間である。\n\n"
            "塔の上からは海が見える。\n\n\n</doc>\n"
            '<doc id="2" url="https://example.org/?curid=2" title="見本 (曖昧さ回避)">\n見本 (曖昧さ回避)\n\n'
            "見本（みほん）\n\n</doc>\n"
            '<doc id="3" url="https://example.org/?curid=3" title="見本川">\n見本川\n\n見本川\n\n</doc>\n'
            '<doc id="4" url="https://example.org/?curid=4" title="見本山">\n見本山\n\n'
            "は、見本町の北にある山。\n\n</doc>\n"
            '<doc id="5" url="https://example.org/?curid=5" title="空の項目">\n空の項目\n\n</doc>\n'
        ).encode(),
        "text/AA/wiki_01": (
            '<doc id="6" url="https://example.org/?curid=6" title="見本湾">\n見本湾\n\n'
            "見本湾（みほんわん）は、半島の南にある湾。\n歴史.\n江戸時代に港が築かれた。\n</doc>\n"
            '<doc id="7" url="https://example.org/?curid=7" title="途切れた項目">\n途切れた項目\n\n途中で'
        ).encode(),
    },
    read=read,
    pieces=pieces,
    documents=texts,
)
