"""JNLI: captions of the same picture, and whether one follows from the other.

The paper named inference as missing and scored JNLI; both renderings are the same. Used: `sentence1` as premise,
`sentence2` as hypothesis, `label` (含意, 矛盾, 中立), under one of three wordings. Cluster: inference. `train` (20,073
rows) may be trained on; its labelled file was not at hand, so its count is upstream's. `valid` (2,434) and `test`
(2,508; 1,254 at hand) may not: everybody evaluates on them.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.inference import NAMES, WORDINGS, WORDS
from tehon.formats.json_lines import json_rows
from tehon.formats.judgement import Judged, Judgement, pair
from tehon.formats.lines import file_lines
from tehon.records.corpus import Download, Drop, Example, Licence, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

URL = "https://raw.githubusercontent.com/yahoojapan/JGLUE/v1.3.0/datasets/jnli-v1.3"
RELATION = Judgement(source="jnli", part="pairs", cluster="inference", wordings=WORDINGS, words=WORDS)


class Captions(msgspec.Struct, frozen=True):
    """One line of the corpus."""

    sentence_pair_id: str
    sentence1: str
    sentence2: str
    label: str | None = None


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of sentences in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, f"{split}-v1.*.json")
        for line in json_rows(file_lines(path), path.name, Captions):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, captions = line
            judged = Judged(
                place=place,
                id=f"{split}-{captions.sentence_pair_id}",
                split=split,
                material=pair(captions.sentence1, captions.sentence2, NAMES),
                label=captions.label or "",
            )
            yield RELATION.row(judged, options.seed)


SOURCE = Source(
    name="jnli",
    title="JNLI (JGLUE)",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/yahoojapan/JGLUE#license",
        attribution="Yahoo Japan Corporation and Waseda University, JGLUE, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Kentaro Kurihara, Daisuke Kawahara, Tomohide Shibata: JGLUE: Japanese General Language Understanding "
    "Evaluation. LREC 2022, pp. 2957-2966.",
    homepage="https://github.com/yahoojapan/JGLUE",
    splits={"train": True, "valid": False, "test": False},
    benchmark="jglue",
    downloads=tuple(Download(url=f"{URL}/{split}-v1.3.json") for split in ("train", "valid", "test")),
    parts=(RELATION.as_part(),),
    sample={
        "train-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "1-2-3", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫が外にいます。", "label": "entailment"}\n'
            '{"sentence_pair_id": "1", "yjcaptions_id": "1-2-4", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫が木に登っています。", "label": "contradiction"}\n'
            '{"sentence_pair_id": "2", "yjcaptions_id": "1-2-5", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫の鈴は赤いです。", "label": "neutral"}\n'
            '{"sentence_pair_id": "3", "yjcaptions_id": "1-2-6", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "札のない組です。"}\n'
        ).encode(),
        "valid-v1.3.json": (  # the task of this name reads the same file
            '{"sentence_pair_id": "0", "yjcaptions_id": "1-2-3", "sentence1": "犬が海辺を走っています。",'
            ' "sentence2": "海の近くに犬がいます。", "label": "entailment"}\n'
        ).encode(),
        "test-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "7-8-10", "sentence1": "机に本が置いてあります。",'
            ' "sentence2": "机の上には何もありません。", "label": "contradiction"}\n'
        ).encode(),
    },
    read=read,
)
