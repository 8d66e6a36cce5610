"""The corpora that come as archives, workbooks or packed tables."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from rows import Counted, Fate, Past, fates
from tehon.formats.gz import pack_gz
from tehon.formats.tar import pack_tar
from tehon.formats.xlsx import pack_xlsx
from tehon.formats.zip import pack_zip
from words import Writer

THEMES = ("Arts", "Crafts", "Foods", "History", "Music", "Nature", "People", "Science", "Sports")
EMPTY_ROWS = 9
"""Of JQAC, for each question."""
TRANSLATIONS = 3
RULER = "-" * 55
SENSES = ((1, 2), (2, 1), (3, 1), (4, 1))
"""Definitions and words of four senses in turn."""
USAGES = 3
"""Definitions for one example sentence."""
T15 = 50_000 / 84_300


def jqac(folder: Path, examples: int, writer: Writer) -> Counted:
    """Nine CSV files in a tar archive; nine of ten rows are empty, broken ones have too many cells."""
    drawn, counted = fates(examples, writer, "repeated", "blank", "broken")
    past = Past(writer)
    header = '"Theme (Category)",Topic (Title),"Question (What, Who, Where, Whose, How, Yes/No)",Answer,Difficulty,,URL'
    tables: dict[str, list[str]] = {theme: [header] for theme in THEMES}
    for number, fate in enumerate(drawn):
        question = writer.text(6).replace("。", "、")
        row = (writer.name(), question, "　" if fate == "blank" else writer.name())
        topic, question, answer = past.again() if fate == "repeated" else row
        if fate == "sound":
            past.add(*row)
        cells = f'{THEMES[number % 9]},{topic},"{question}",{answer},1,,https://example.org/{number}'
        tables[THEMES[number % 9]] += [cells + ",,,," if fate == "broken" else cells, *[",,,,,,"] * EMPTY_ROWS]
    files = {f"jqac/{theme}.csv": "\r\n".join((*lines, "")).encode() for theme, lines in tables.items()}
    (folder / "jqac20180625.tgz").write_bytes(pack_tar(files))
    return counted._replace(left_out=counted.left_out + EMPTY_ROWS * len(drawn))


def paranatcom(folder: Path, examples: int, writer: Writer) -> Counted:
    """A zip archive with Medline's file and three translations of every abstract; six examples each."""
    root, files = "ParaNatCom-20201127", {}
    articles = max(1, examples // (2 * TRANSLATIONS))
    for number in range(articles):
        files[f"{root}/articles/s{number}.xml"] = (
            '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://example.org/p.dtd">\n'
            f"<PubmedArticleSet><PubmedArticle><Article><ArticleTitle>{writer.english(9)}.</ArticleTitle>"
            f"<Abstract><AbstractText>{' '.join(writer.english(25) for _ in range(6))}</AbstractText></Abstract>"
            f'<ELocationID EIdType="doi" ValidYN="Y">10.1038/s{number}</ELocationID></Article></PubmedArticle>'
            "</PubmedArticleSet>\n"
        ).encode()
        for translation in range(1, TRANSLATIONS + 1):
            text = f"{writer.text(4)}：\n{writer.text(30)}\n{writer.text(30)}\n"
            files[f"{root}/abstracts-ja-{translation}/s{number}.txt"] = text.encode()
    (folder / f"{root}.zip").write_bytes(pack_zip(files))
    return Counted(2 * TRANSLATIONS * articles)


def aozora(folder: Path, examples: int, writer: Writer) -> Counted:
    """A zip archive of works of about 7,000 bytes, with rulers, ruby and a colophon; two examples each."""
    works, files = examples // 2, {}
    for number in range(works):
        body = "\r\n".join(f"　{writer.text(60)[:10]}《ルビ》{writer.text(60)}" for _ in range(8))
        files[f"AozoraTxt/person_utf8/{number // 20:06d}/work_{number}.txt"] = (
            f"{writer.name()}{number}\r\n{writer.name()}\r\n\r\n{RULER}\r\n【テキスト中に現れる記号について】\r\n\r\n"
            f"《》：ルビ\r\n{RULER}\r\n\r\n［＃３字下げ］一\r\n\r\n{body}\r\n\r\n底本：「{writer.name()}」\r\n"
        ).encode()
    (folder / "AozoraTxt_UTF8.zip").write_bytes(pack_zip(files))
    return Counted(2 * works)


def wordnet(folder: Path, examples: int, writer: Writer) -> Counted:
    """Three packed tables: words, definitions, example sentences; broken rows lack a cell."""
    words: list[str] = []
    definitions: list[str] = []
    given = left_out = 0
    for sense in (f"{number:08d}-n" for number in count(1)):
        many, named = SENSES[len(definitions) % 4] if examples - given >= 4 else (1, 1)  # noqa: PLR2004
        said = writer.texts(many, 8)
        names = [writer.name() for _ in range(named)]
        held = sum(name in text for name in names for text in said)
        definitions += [f"{sense}\t{place}\t{writer.english(7)}\t{text}" for place, text in enumerate(said)]
        words += [f"{sense}\t{name}\thand" for name in names]
        given, left_out = given + many * named - held, left_out + held
        if given == examples:
            break
    broken = examples // 1000
    words += [f"{number:08d}-v\tno" for number in range(broken)]
    usages = [
        f"{line.partition(chr(9))[0]}\t0\t{writer.english(9)}\t{writer.text(5)}" for line in definitions[::USAGES]
    ]
    for kind, lines in ("ok", words), ("def", definitions), ("exe", usages):
        (folder / f"wnjpn-{kind}.tab.gz").write_bytes(pack_gz("\n".join((*lines, "")).encode()))
    return Counted(given, left_out=left_out + broken)


def snow(folder: Path, examples: int, writer: Writer) -> Counted:
    """Two workbooks of sentences, plain ones and English."""
    drawn, counted = fates(examples, writer, "repeated")
    rows = list(_sentences(drawn, writer))
    first = int(T15 * len(rows))
    for name, part in ("T15-2020.1.7.xlsx", rows[:first]), ("T23-2020.1.7.xlsx", rows[first:]):
        header = ("ID", "#日本語(原文)", "#やさしい日本語", "#英語(原文)")
        (folder / name).write_bytes(pack_xlsx(header, *part))
    return counted


def _sentences(drawn: list[Fate], writer: Writer) -> Iterator[tuple[str, str, str, str]]:
    past = Past(writer)
    originals, plain = writer.texts(len(drawn), 4), writer.texts(len(drawn), 4)
    for number, fate in enumerate(drawn):
        row = originals[number], plain[number], writer.english(8)
        original, simple, english = past.again() if fate == "repeated" else past.add(*row)
        yield str(number + 1), original, simple, english
