"""ParaNatCom: abstracts of Nature Communications with up to three Japanese translations.

From every translation a title is asked for by its abstract, and the abstract by its title. The English is not used, so
nothing is translation. `published` takes a full-width colon from the end of titles of the first translation and an
ASCII one from those of the others, as the paper's generator did; `fixed` takes either from any, and asks in several
wordings.

The ids are the articles' DOIs, from their Medline files, or the files' names where there is none.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tehon.errors import RawFileMissing
from tehon.formats.finding import chosen
from tehon.formats.lines import Line, text_lines
from tehon.formats.tree import Tree, open_tree
from tehon.formats.wordings import APART, worded
from tehon.formats.xml import xml_elements
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

ARCHIVE = "ParaNatCom-20201127"
TRANSLATIONS = ("abstracts-ja-1", "abstracts-ja-2", "abstracts-ja-3")
TITLE = (
    "論文のアブストラクトからタイトルを作ってください。",
    "次の要旨に合う論文の題名を書いてください。",
    "次のアブストラクトは、どのようなタイトルの論文のものでしょうか。",
)
ABSTRACT = (
    "論文のタイトルからアブストラクトを想像して書いてください。",
    "次の題名の論文に付く要旨を、想像して書いてください。",
    "次のタイトルの論文があるとします。その内容をアブストラクトとしてまとめてください。",
)
DOI = {"ELocationID": "EIdType", "ArticleId": "IdType"}
"""Medline's two elements for ids, with the attribute that names the kind."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Translation by translation, article by article, the title, then the abstract."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        with open_tree(folder, "ParaNatCom-*.zip") as tree:
            ids = {PurePosixPath(name).stem: _doi(tree, name) for name in tree.names if "/articles/" in f"/{name}"}
            found = [(kind, name) for kind in TRANSLATIONS for name in tree.names if f"/{kind}/" in f"/{name}"]
            if not found:
                problem = f"must hold translations in {TRANSLATIONS[0]}, but has none"
                raise RawFileMissing(tree.where, problem, "Fetch the archive again")
            for kind, name in found:
                stem = PurePosixPath(name).stem
                lines = list(text_lines(tree.lines(name), name))
                damaged = next((line for line in lines if isinstance(line, LeftOut)), None)
                if damaged:
                    yield damaged
                    continue
                texts = [line.text.strip() for line in lines if isinstance(line, Line)]
                yield from _article(texts, f"{ids.get(stem) or stem} {kind}", split, options)


def _doi(tree: Tree, name: str) -> str:
    """The DOI in an article's Medline file; empty if there is none."""
    for tag, kind in DOI.items():
        for element in xml_elements(tree.lines(name), f"{tree.where}/{name}", tag, doctype=True):
            if element.attributes.get(kind) == "doi":
                return element.text.strip()
    return ""


def _article(lines: list[str], id_: str, split: str, options: ReadOptions) -> Iterator[Row | LeftOut]:
    title = lines[0] if lines else ""
    abstract = "\n".join(line for line in lines[1:] if line)
    if options.rendering == "fixed":
        title = title.rstrip("：: ")
    else:
        title = title.rstrip("：" if id_.endswith(TRANSLATIONS[0]) else ":")
    if not title or not abstract:
        yield LeftOut(place=id_, reason="title or abstract missing")
        return
    for part, wordings, material, response in (
        ("title", TITLE, abstract, title),
        ("abstract", ABSTRACT, title, abstract),
    ):
        asked = worded(wordings, options, SOURCE.name, part, id_)
        yield Row(
            upstream_id=id_,
            instruction=asked.pattern,
            input=material,
            response=response,
            part=part,
            split=split,
            wording=asked.noted,
        )


SOURCE = Source(
    name="paranatcom",
    title="ParaNatCom: Parallel English-Japanese abstract corpus made from Nature Communications articles",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://www2.nict.go.jp/astrec-att/member/mutiyama/paranatcom/",
        attribution="Masao Utiyama (NICT), ParaNatCom, and the authors of the articles in Nature Communications, "
        "CC BY 4.0",
    ),
    citation="Masao Utiyama: ParaNatCom: Parallel English-Japanese abstract corpus made from Nature Communications "
    "articles. 2019.",
    homepage="https://www2.nict.go.jp/astrec-att/member/mutiyama/paranatcom/",
    splits={"all": True},
    downloads=(Download(url=f"https://www2.nict.go.jp/astrec-att/member/mutiyama/paranatcom/{ARCHIVE}.zip"),),
    parts=(
        Part(name="title", cluster="summarisation", wording=APART.join(TITLE)),
        Part(name="abstract", cluster="summarisation", wording=APART.join(ABSTRACT)),
    ),
    sample={
        f"{ARCHIVE}.zip": pack_zip(
            {
                f"{ARCHIVE}/articles/s-1.xml": (
                    b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://example.org/p.dtd">\n'
                    b"<PubmedArticleSet><PubmedArticle><Article><ArticleTitle>A sample.</ArticleTitle>"
                    b'<ELocationID EIdType="doi" ValidYN="Y">10.0000/sample-1</ELocationID></Article>'
                    b"</PubmedArticle></PubmedArticleSet>\n"
                ),
                f"{ARCHIVE}/abstracts-ja-1/s-1.txt": (
                    "見本の貝は潮の満ち引きを覚える：\n貝は潮に合わせて殻を開く。\n暗い水槽でも続いた。\n".encode()
                ),
                f"{ARCHIVE}/abstracts-ja-2/s-1.txt": (
                    "貝の体内時計：\n見本の貝が潮の時刻を覚えることを示す。\n".encode()
                ),
                f"{ARCHIVE}/abstracts-ja-2/s-2.txt": "本文のない論文:\n".encode(),
            }
        )
    },
    read=read,
)
