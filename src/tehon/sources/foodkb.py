"""Basic Cooking Knowledge Base (基本料理知識ベース): dishes with their ingredients and ways of cooking.

The paper's authors wrote a generator for this corpus but never released its rows (fewer than 1,000). Asked is how to
make the dish, and each of its synonyms, answered with lists of the ingredients and of the ways of cooking: in
`published` with one sentence, in `fixed` in several wordings. Cluster: commonsense.

The layout is known from that generator alone; the file was not at hand. Entries stand between lines of ten hyphens: the
dish in 【】, then `[同義語]` (synonyms, not always), `[材料]` (ingredients), `[調理法]` (cooking), `[属性]` (not
used). Only the first line under such a head is read; its items are separated by spaces, stand in `<>`, and carry
details behind a full stop, which are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.finding import chosen, find_one
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.lines import Line, broken, text_lines
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

BETWEEN = "----------"
WORDINGS = (
    "{dish}の作り方を教えてください。",
    "{dish}はどうやって作りますか。",
    "{dish}の材料と調理法を教えてください。",
)
SYNONYMS, INGREDIENTS, COOKING = "[同義語]", "[材料]", "[調理法]"


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every dish under each of its names, in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "foodkb.dictionary.txt*")
        for found in _entries(path):
            if isinstance(found, LeftOut):
                yield found
                continue
            first, *entry = found
            head, place = first.text.strip(), f"{path.name}:{first.number}"
            if not (head.startswith("【") and head.endswith("】")):
                yield broken(place, "no name of a dish", first.offset)
                continue
            ingredients, cooking = _items(entry, INGREDIENTS), _items(entry, COOKING)
            if not ingredients or not cooking:
                yield LeftOut(place=place, reason="no ingredients or no cooking")
                continue
            for name in (head[1:-1], *_under(entry, SYNONYMS).split()):
                asked = worded(WORDINGS, options, SOURCE.name, name)
                yield Row(
                    upstream_id=name,
                    instruction=asked.pattern.format(dish=name),
                    response="\n".join(
                        (f"{name}の作り方は以下の通りです。", "【材料】", *ingredients, "【調理法】", *cooking)
                    ),
                    part="dishes",
                    split=split,
                    wording=asked.noted,
                )


def _entries(path: Path) -> Iterator[list[Line] | LeftOut]:
    """The lines of every entry that are not blank, and lines that are no text, each of which spoils its entry."""
    entry: list[Line] = []
    spoilt = False
    for line in text_lines(unpacked_lines(path), path.name):
        if isinstance(line, LeftOut):
            yield line
            spoilt = True
        elif line.text.strip() == BETWEEN:
            if entry and not spoilt:
                yield entry
            entry, spoilt = [], False
        elif line.text.strip():
            entry.append(line)
    if entry and not spoilt:
        yield entry


def _under(entry: list[Line], head: str) -> str:
    """The line below a head; empty where the next head or nothing follows."""
    texts = [line.text.strip() for line in entry]
    below = texts[texts.index(head) + 1 :] if head in texts else []
    return below[0] if below and not below[0].startswith("[") else ""


def _items(entry: list[Line], head: str) -> list[str]:
    items = (item.replace("<", "").replace(">", "").partition(".")[0] for item in _under(entry, head).split())
    return [f" - {item}" for item in items if item]


SOURCE = Source(
    name="foodkb",
    title="Basic Cooking Knowledge Base (基本料理知識ベース)",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://nlp.ist.i.kyoto-u.ac.jp/index.php?"
        "%E5%9F%BA%E6%9C%AC%E6%96%99%E7%90%86%E7%9F%A5%E8%AD%98%E3%83%99%E3%83%BC%E3%82%B9",
        attribution="Kurohashi-Chu-Murawaki Laboratory, Kyoto University, Basic Cooking Knowledge Base, CC BY 4.0",
    ),
    citation="京都大学 黒橋・褚・村脇研究室: 基本料理知識ベース.",
    homepage="https://nlp.ist.i.kyoto-u.ac.jp/",
    splits={"all": True},
    downloads=(
        Download(
            url="https://nlp.ist.i.kyoto-u.ac.jp/nl-resource/foodkb/foodkb.dictionary.txt.gz",
            mirrors=("http://nlp.ist.i.kyoto-u.ac.jp/nl-resource/foodkb/foodkb.dictionary.txt.gz",),
        ),
    ),
    parts=(Part(name="dishes", cluster="commonsense", wording=APART.join(WORDINGS)),),
    sample={
        "foodkb.dictionary.txt.gz": pack_gz(
            """【見本汁】
[同義語]
みほんじる 見本スープ
[材料]
<豆腐.主> <味噌.調味料> <だし>
二人分
[調理法]
<煮る.鍋> <混ぜる>
[属性]
<汁物>
----------
【手本焼き】
[材料]
<魚> <塩>
[調理法]
<焼く>
[属性]
<焼き物>
----------
【作り方のない料理】
[材料]
<水>
[調理法]
[属性]
<謎>
----------
名前のない料理
[材料]
<水>
----------
""".encode()
        )
    },
    read=read,
)
