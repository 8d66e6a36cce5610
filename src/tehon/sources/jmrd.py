"""JMRD: dialogues in which films are recommended, of which the facts about the film are used, not the talk.

The paper's generator makes one row a film: `{movie_title}について教えてください。`, answered from the fields of
`knowledge` with a full-width comma after は. `published` reads all three splits and gives a film the place of its first
dialogue and the facts of its last one. `fixed` reads `train` alone, takes the first dialogue's facts, writes the comma
as in the rest of the sentence (、), leaves out films of which a fact is missing, and asks in several wordings.
Cluster: commonsense. Upstream: 4,575, 200 and 300 dialogues; the 200 of `valid`, the file at hand, are about 136 films.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.json_array import file_rows
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Drop, Example, Licence, Part, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, examples

UPSTREAM = Repository("ku-nlp/JMRD", "bc39e03f2f62a0f396ee8cad68a147837267e5ac")

WORDINGS = (
    "{film}について教えてください。",
    "『{film}』はどのような映画ですか。",
    "映画『{film}』を、あらすじも含めて紹介してください。",
    "『{film}』という映画の監督や出演者、あらすじを教えてください。",
)


class Knowledge(
    msgspec.Struct,
    frozen=True,
    rename={"year": "製作年度", "director": "監督名", "cast": "キャスト名", "story": "あらすじ"},
):
    """What a dialogue's recommender could read about the film."""

    year: str = ""
    director: str = ""
    cast: tuple[str, ...] = ()
    story: tuple[str, ...] = ()


class Dialogue(msgspec.Struct, frozen=True):
    """One element of a file's array."""

    movie_title: str
    knowledge: Knowledge


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every film in the order of its first dialogue; then its other dialogues, as drops."""
    return examples(SOURCE, _rows(folder, options))


def description(film: Dialogue, rendering: Rendering) -> str:
    """The film's facts in one sentence, and its story."""
    known, comma = film.knowledge, "，" if rendering == "published" else "、"
    return (
        f"{film.movie_title}は{comma}{known.year}に製作された映画で、監督は{known.director}です。"
        f"{'、'.join(known.cast)}らが出演しています。あらすじは以下の通りです。\n【あらすじ】\n{''.join(known.story)}"
    )


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    published = options.rendering == "published"
    films: dict[str, tuple[str, Dialogue]] = {}
    for split in chosen(SOURCE.splits, options.splits, tuple(SOURCE.splits) if published else ()):
        for row in file_rows(find_one(folder, f"{split}.json"), Dialogue):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, film = row
            known = film.knowledge
            seen = films.get(film.movie_title)
            if seen:
                yield LeftOut(place=place, reason="film of an earlier dialogue")
            elif not published and not (known.year and known.director and known.cast and known.story):
                yield LeftOut(place=place, reason="a fact about the film is missing")
                continue
            if not seen or published:
                films[film.movie_title] = (seen[0] if seen else split, film)
    for split, film in films.values():
        asked = worded(WORDINGS, options, SOURCE.name, film.movie_title)
        yield Row(
            upstream_id=film.movie_title,
            instruction=asked.pattern.format(film=film.movie_title),
            response=description(film, options.rendering),
            part="films",
            split=split,
            wording=asked.noted,
        )


SOURCE = Source(
    name="jmrd",
    title="Japanese Movie Recommendation Dialogue (JMRD)",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/ku-nlp/JMRD#license-",
        attribution="Kurohashi-Chu-Murawaki Laboratory, Kyoto University, JMRD, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Takashi Kodama, Ribeka Tanaka, Sadao Kurohashi: Construction of Hierarchical Structured Knowledge-based "
    "Recommendation Dialogue Dataset and Dialogue System. DialDoc 2022, pp. 83-92.",
    homepage="https://github.com/ku-nlp/JMRD",
    splits={"train": True, "valid": False, "test": False},
    benchmark="jmrd",
    downloads=(
        UPSTREAM.download("data/train.json"),
        UPSTREAM.download(
            "data/valid.json", "6443c59c37247cb278432a91d140c8da08a3ea79874dd13fa2bf37d166e88395", size_bytes=2_155_968
        ),
        UPSTREAM.download("data/test.json"),
    ),
    parts=(Part(name="films", cluster="commonsense", wording=APART.join(WORDINGS)),),
    sample={
        "train.json": """[{"dialog_id": "s0", "movie_title": "見本の旅", "first_speaker": "seeker", "questionnaire": {},
 "knowledge": {"[知識なし]": "[知識なし]", "タイトル": "見本の旅", "製作年度": "２００１年", "監督名": "見本太郎",
 "キャスト名": ["手本花子", "見本次郎"], "あらすじ": ["花子は旅に出る。", "道で猫に会う。"]},
 "dialog": [{"utterance_id": "s0_00", "speaker": "seeker", "text": "こんにちは。"}]},
{"dialog_id": "s1", "movie_title": "名のない監督", "knowledge": {"製作年度": "２００２年", "監督名": "",
 "キャスト名": ["手本花子"], "あらすじ": ["誰も知らない。"]}, "dialog": []},
{"dialog_id": "s2", "movie_title": "見本の旅", "knowledge": {"製作年度": "２００１年", "監督名": "見本太郎",
 "キャスト名": ["手本花子"], "あらすじ": ["花子は旅に出る。"]}, "dialog": []},
{"dialog_id": "s3", "movie_title": "知識の欄がない映画", "dialog": []}]""".encode(),
        "valid.json": """[{"dialog_id": "s4", "movie_title": "手本の海", "knowledge": {"製作年度": "１９９９年",
 "監督名": "手本三郎", "キャスト名": ["見本次郎"], "あらすじ": ["次郎は海を渡る。"]}, "dialog": []}]""".encode(),
        "test.json": """[{"dialog_id": "s5", "movie_title": "手本の海", "knowledge": {"製作年度": "１９９９年",
 "監督名": "手本三郎", "キャスト名": ["見本次郎", "手本花子"], "あらすじ": ["次郎は海を渡る。", "花子は待つ。"]},
 "dialog": []}]""".encode(),
    },
    read=read,
)
