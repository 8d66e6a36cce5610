"""What DuckDB is asked to match the contents of two releases; the tables are `before` and `after`."""

TEXTS = {
    "examples": "to_json([instruction, input, response, CAST(to_json(history) AS VARCHAR)])",
    "documents": "to_json([title, text])",
}
"""Kind of release -> SQL for all texts of a row as one."""
KEYS = {"examples": "hash(part, upstream_id)", "documents": "hash(upstream_id)"}
SHOWS = {
    "examples": "concat_ws(chr(10), instruction, nullif(input, ''), '→ ' || response)",
    "documents": "concat_ws(chr(10), nullif(title, ''), text)",
}
SHOWN = 5
"""Rows of each kind of difference that are shown."""
ROWS = 2**32
"""More than a shard can hold: a row's place is its shard's number times this, plus its own."""
READ = """
CREATE TABLE {side} AS
SELECT source, md5_number({texts}) AS text, {key} AS key, hash(id) AS ident,
    list_position($files, filename) * {rows} + file_row_number AS place
FROM read_parquet($files, filename = true, file_row_number = true)
"""
REST = """
CREATE TABLE {side}_rest AS
WITH mine AS (
    SELECT source, text, key, min(ident) AS ident, min(place) AS place, count(*) AS n FROM {side} GROUP BY ALL
), theirs AS (SELECT source, text, key, count(*) AS n FROM {other} GROUP BY ALL)
SELECT mine.source, mine.text, mine.key, mine.ident, mine.place, unnest(range(mine.n - coalesce(theirs.n, 0))) AS copy
FROM mine LEFT JOIN theirs USING (source, text, key) WHERE mine.n > coalesce(theirs.n, 0)
"""
PAIR = """
CREATE OR REPLACE TABLE pair AS
WITH b AS (SELECT *, row_number() OVER (PARTITION BY source, {by} ORDER BY place, copy) AS turn FROM before_rest),
a AS (SELECT *, row_number() OVER (PARTITION BY source, {by} ORDER BY place, copy) AS turn FROM after_rest)
SELECT source, b.place AS before_place, b.copy AS before_copy, a.place AS after_place, a.copy AS after_copy
FROM b JOIN a USING (source, {by}, turn)
"""
TAKE = "DELETE FROM {side}_rest AS rest USING pair WHERE rest.place = {side}_place AND rest.copy = {side}_copy"
SHOW = """
SELECT list_position($files, filename) * {rows} + file_row_number AS place, source, id, {shows}
FROM read_parquet($files, filename = true, file_row_number = true) WHERE place IN (SELECT unnest($places))
"""
