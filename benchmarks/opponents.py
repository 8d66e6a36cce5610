"""Two other ways to the same rows, as their users would write them: `python benchmarks/opponents.py WAY RAW OUT`.

Both render, check, hash and deduplicate as tehon does and with tehon's own key, which is several times as fast as the
plain NFKC that they would use. Neither has ids, sources, licences, a ledger, drops, digests, a manifest or a resume.

authors: pandas, one source after the other, JSON arrays of 1,000 rows as in the authors' repository, then one merge
    that reads them all, deduplicates and writes the published JSON Lines. In place of their `jq -s add`, which holds
    every row as a tree of its own, the merge is Python's.
datasets: Hugging Face datasets with two processes: `from_generator`, a batched `map` that returns the key alone (so
    that no text is written twice), deduplication in Arrow, `select`, and Parquet written by two processes.
"""

import json
import os
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import xxhash

from renderings import COLUMNS, RENDERERS, Row, files
from tehon.text.normalise import same_writing

ARRAY_ROWS = 1000
PROCESSES = 2
SHARDS = 8
"""Of the Parquet output; even, so that both processes have the same to do."""
WIKIPEDIA_FIRST = 0.24
"""Share of Wikipedia's files that stands beside the other sources, so that both processes have the same to do."""
BATCH_ROWS = 10_000


def key(instruction: str, material: str, output: str) -> bytes | None:
    """What is the same in two duplicates; None for a row that lacks an instruction or an output."""
    if not instruction.strip() or not output.strip():
        return None
    return xxhash.xxh3_128_digest("\0".join(map(same_writing, (instruction, material, output))).encode())


def authors(raw: Path, out: Path) -> int:
    """JSON arrays source by source, then `data.jsonl`; returns its rows."""
    for name, render in RENDERERS.items():
        table = pd.DataFrame(render(files(raw, name)), columns=COLUMNS)
        table["index"] = range(len(table))
        folder = out / name / "data"
        folder.mkdir(parents=True)
        for number in range(len(table) // ARRAY_ROWS + 1):
            rows = table.iloc[number * ARRAY_ROWS : (number + 1) * ARRAY_ROWS].to_dict(orient="records")
            with (folder / f"{number:06d}.json").open("w", encoding="utf-8") as stream:
                json.dump(rows, stream, ensure_ascii=False, indent=2)
        del table
    rows = []
    for name in RENDERERS:
        for path in sorted((out / name / "data").glob("*.json")):
            rows += json.loads(path.read_text(encoding="utf-8"))
    table = pd.DataFrame(rows, columns=COLUMNS)
    del rows
    table["key"] = [key(*texts) for texts in table.itertuples(index=False)]
    table = table.dropna(subset=["key"]).drop_duplicates("key")
    table[COLUMNS].to_json(out / "data.jsonl", orient="records", lines=True, force_ascii=False)
    return len(table)


def hugging_face(raw: Path, out: Path) -> int:
    """Parquet shards; returns their rows."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(out / "cache")}
    import datasets  # noqa: PLC0415 - reads the environment

    datasets.disable_progress_bars()
    wikipedia = files(raw, "wikipedia_summary")
    few = int(WIKIPEDIA_FIRST * len(wikipedia))
    others = [(name, files(raw, name)) for name in RENDERERS if name != "wikipedia_summary"]
    halves = [[*others, ("wikipedia_summary", wikipedia[:few])], [("wikipedia_summary", wikipedia[few:])]]
    data = datasets.Dataset.from_generator(
        rendered, gen_kwargs={"halves": halves}, num_proc=PROCESSES, cache_dir=str(out / "cache")
    )
    keys = data.map(
        keyed,
        batched=True,
        batch_size=BATCH_ROWS,
        writer_batch_size=BATCH_ROWS,
        num_proc=PROCESSES,
        input_columns=COLUMNS,
        remove_columns=COLUMNS,
    )
    table = pa.table({"key": keys.with_format("arrow")[:]["key"], "row": pa.array(range(len(keys)))})
    first = table.filter(table["key"].is_valid()).group_by("key").aggregate([("row", "min")])["row_min"]
    kept = data.select(first.combine_chunks().sort().to_numpy())
    with get_context("fork").Pool(PROCESSES) as pool:
        pool.starmap(write_shard, [(kept, number, out / f"{number:05d}.parquet") for number in range(SHARDS)])
    return len(kept)


def rendered(halves: list[list[tuple[str, list[Path]]]]) -> Iterator[Row]:
    """The rows of a process's sources."""
    for half in halves:
        for name, paths in half:
            yield from RENDERERS[name](paths)


def keyed(*columns: list[str]) -> dict[str, list[bytes | None]]:
    """The keys of a batch."""
    return {"key": [key(*texts) for texts in zip(*columns, strict=True)]}


def write_shard(data: Any, number: int, path: Path) -> None:  # noqa: ANN401 - datasets.Dataset, imported above
    """One shard as Parquet."""
    data.shard(SHARDS, number).to_parquet(path, batch_size=BATCH_ROWS)


WAYS = {"authors": authors, "datasets": hugging_face}

if __name__ == "__main__":
    way, raw_, out_ = sys.argv[1:]
    print(WAYS[way](Path(raw_), Path(out_)))
