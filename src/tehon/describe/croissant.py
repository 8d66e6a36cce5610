"""croissant.json: a release for machines, in Croissant 1.1 with the vocabulary for responsible AI.

The file lies in the release and speaks of the files beside it, so every address in it is relative. What a build cannot
know is left out: who publishes the release, when, and under which version and address.

Source: http://mlcommons.org/croissant/1.1 and http://mlcommons.org/croissant/RAI/1.0
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tehon import __version__
from tehon.describe import legal
from tehon.describe.caveats import caveats
from tehon.describe.croissant_words import CONTEXT, MEANINGS
from tehon.describe.licences import UNKNOWN
from tehon.describe.profile import Profile
from tehon.records.files import FileEntry
from tehon.records.release import Mixture, Release
from tehon.records.supply import Supply
from tehon.storage.manifest import pretty
from tehon.storage.shards import DATA, LAYOUTS
from tehon.writing.words import amount

Json = dict[str, Any]
SPECIFICATIONS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
SHARDS, HISTORY = "shards", "history"
PARQUET, JSON_LINES = "application/x-parquet", "application/jsonlines"


def croissant(
    release: Release,
    mixture: Mixture,
    supplies: Sequence[Supply],
    profile: Profile,
    files: Mapping[str, FileEntry],
) -> bytes:
    """The whole file.

    Args:
        release: what was built.
        mixture: what was asked for.
        supplies: its sources, in its order.
        profile: what it looks like.
        files: path in the release -> digest and size, of the shards and of `data.jsonl`.
    """
    return pretty(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": SPECIFICATIONS,
            "name": release.name,
            "description": _description(release, mixture),
            "url": "card.html",
            "identifier": f"sha256:{release.digest}",
            "license": _licence_addresses(release, supplies),
            "citation": sorted({supply.source.citation for supply in supplies}),
            "inLanguage": sorted(code for code in profile.languages if code != "und"),
            "keywords": sorted({*release.by_cluster, "instruction tuning" if _examples(mixture) else "pre-training"}),
            "isLiveDataset": False,
            "usageInfo": _usage(release, mixture),
            "prov:wasDerivedFrom": [_origin(supply) for supply in supplies],
            "prov:wasGeneratedBy": {"@type": "prov:Activity", "prov:label": f"tehon {__version__} build"},
            **_responsible(release, mixture, supplies, profile),
            "distribution": [*map(_file, sorted(files), (files[name] for name in sorted(files))), _shard_set()],
            "recordSet": [_record_set(mixture)],
        }
    )


def _examples(mixture: Mixture) -> bool:
    return mixture.kind == "examples"


def _description(release: Release, mixture: Mixture) -> str:
    noun = "example" if _examples(mixture) else "document"
    counts = f"{amount(release.examples, noun)} from {amount(len(release.by_source), 'source')}"
    return f"{mixture.title}. {counts}." if mixture.title else f"{counts}."


def _licence_addresses(release: Release, supplies: Sequence[Supply]) -> list[str]:
    """The legal code of every licence of the whole; the place of the statement for terms that SPDX does not list."""
    stated = {spdx: supply.licence.url for supply in supplies for spdx in legal.parts(supply.licence.spdx)}
    named = legal.parts(release.licence)
    return [legal.code_url(spdx) or stated.get(spdx) or spdx for spdx in named]


def _usage(release: Release, mixture: Mixture) -> Json:
    allowed = mixture.shared and release.licence != UNKNOWN
    shared = f"under {release.licence}" if allowed else "not allowed"
    text = (
        f"Sharing the whole: {shared}. The file LICENSE says more, NOTICE.md holds the attributions. No legal advice."
    )
    return {"@type": "CreativeWork", "url": "LICENSE", "text": text}


def _origin(supply: Supply) -> Json:
    source, licence = supply.source, supply.licence
    return {
        "@type": "prov:Entity",
        "prov:label": source.title,
        **({"url": source.homepage} if source.homepage else {}),
        "license": [legal.code_url(spdx) or licence.url or spdx for spdx in legal.parts(licence.spdx)],
        "citation": source.citation,
        **({"creditText": licence.attribution} if licence.attribution else {}),
    }


def _responsible(release: Release, mixture: Mixture, supplies: Sequence[Supply], profile: Profile) -> Json:
    """The properties of RAI that a build knows the truth of."""
    left_out = sum(sum(line.dropped.values()) for line in release.ledger)
    stand_ins = [f"{supply.source.title}: {supply.stand_in}" for supply in supplies if supply.stand_in]
    titles = [f"{supply.source.title} ({supply.licence.spdx})" for supply in supplies if not supply.stand_in]
    return {
        "rai:dataCollection": "Rows of published corpora, rendered by fixed rules; the build itself asks no model.",
        "rai:dataCollectionType": ["Secondary Data analysis"],
        "rai:dataCollectionRawData": "; ".join(titles + stand_ins),
        "rai:dataCollectionMissingData": f"{left_out:,} rows were left out; drops.jsonl names each with its reason.",
        "rai:dataPreprocessingProtocol": _steps(release, mixture),
        "rai:dataLimitations": caveats(release, mixture, supplies, profile),
        "rai:dataUseCases": ["Fine Tuning" if _examples(mixture) else "Training"],
    }


def _steps(release: Release, mixture: Mixture) -> list[str]:
    """What each step read and kept of all sources, in its order."""
    steps = dict.fromkeys(line.step for line in release.ledger)
    totals = {step: [line for line in release.ledger if line.step == step] for step in steps}
    counts = [
        f"{step}: read {sum(line.read for line in lines):,}, kept {sum(line.kept for line in lines):,}"
        for step, lines in totals.items()
    ]
    return [*counts, f"rendering {mixture.rendering}, seed {mixture.seed}"]


def _file(name: str, entry: FileEntry) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{entry.size_bytes} B",
        "encodingFormat": PARQUET if name.endswith(".parquet") else JSON_LINES,
        "sha256": entry.sha256,
    }


def _shard_set() -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": SHARDS,
        "name": SHARDS,
        "description": "Every shard; their names in order give the order of the release.",
        "encodingFormat": PARQUET,
        "includes": f"{DATA}/*.parquet",
    }


def _record_set(mixture: Mixture) -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": mixture.kind,
        "name": mixture.kind,
        "key": {"@id": f"{mixture.kind}/id"},
        "field": list(_fields(mixture)),
    }


def _fields(mixture: Mixture) -> Iterator[Json]:
    for name in LAYOUTS[mixture.kind].schema.names:
        field = {"@type": "cr:Field", "@id": f"{mixture.kind}/{name}", "name": name, "description": MEANINGS[name]}
        if name == HISTORY:
            turns = [_turn(field["@id"], key) for key in ("role", "content")]
            yield field | {"isArray": True, "arrayShape": "-1", "subField": turns}
        else:
            yield field | {"dataType": "sc:Text", "source": _column(name)}


def _turn(parent: str, key: str) -> Json:
    source = _column(HISTORY) | {"transform": {"jsonPath": key}}
    return {"@type": "cr:Field", "@id": f"{parent}/{key}", "name": key, "dataType": "sc:Text", "source": source}


def _column(name: str) -> Json:
    return {"fileSet": {"@id": SHARDS}, "extract": {"column": name}}
