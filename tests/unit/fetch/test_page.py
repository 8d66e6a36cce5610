import os
from pathlib import Path

from tehon.fetch.page import table
from tehon.records.corpus import Source
from tehon.records.evaluation import Task
from tehon.sources import SOURCES
from tehon.tasks import TASKS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "fetching.md"
BEGIN, END = "<!-- files -->\n", "<!-- end of files -->\n"
CORPORA: list[Source | Task] = [*SOURCES.values(), *TASKS.values()]
TABLE = table(CORPORA)


def test_the_table_in_the_docs_is_made_from_the_shelves() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    made = f"{before}{BEGIN}{TABLE}{END}{after}"
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        PAGE.write_text(made, "utf-8")
    assert PAGE.read_text("utf-8") == made, "run make golden"


def test_every_corpus_that_is_not_part_of_the_package_has_a_row() -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in TABLE.splitlines()[2:]]
    assert set(rows) == {corpus.name for corpus in CORPORA if corpus.downloads}
    assert rows.count("jnli") == 3
    assert rows.count("jaquad") == 1
    assert all(line.count("|") == 6 for line in TABLE.splitlines())
