"""The first sheet of an xlsx workbook, row by row, as text.

A workbook is a zip archive of XML. It is packed anew in memory from members that obey the rules of `members`, so that
the reader meets no link and no member that says that it is smaller than it is; document types, and with them entities,
are refused.
"""

import io
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from tehon.errors import BadRawFile
from tehon.formats.members import check_size, refused
from tehon.formats.zip import opened_zip, pack_zip, zip_errors

MAX_WORKBOOK_BYTES = 512 * 2**20
"""Unpacked; the workbook is held in memory."""
SHEET = "xl/worksheets/sheet1.xml"


def read_xlsx(
    path: Path, columns: Sequence[str], limit_bytes: int = MAX_WORKBOOK_BYTES
) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row below the header as its place (`file:row`) and its cells by column name; an empty cell is empty text.

    A whole number is written without a decimal point, as pandas would give it.

    Args:
        path: the workbook.
        columns: that its header must name.
        limit_bytes: it may unpack to.

    Raises:
        BadRawFile: the file is no workbook, is damaged, breaks a rule of this module, or lacks a column.
    """
    where = str(path)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_packed_anew(path, limit_bytes)))
        rows = workbook.get_sheet_by_index(0).iter_rows()
        header = [_text(cell) for cell in next(rows, [])]
        for column in columns:
            if column not in header:
                raise BadRawFile(where, f"must have the column {column}, but its first row has not", "Fetch it again")
        for number, cells in enumerate(rows, start=2):
            yield f"{path.name}:{number}", dict(zip(header, map(_text, cells), strict=True))
    except CalamineError as error:
        raise BadRawFile(where, f"must be a whole xlsx workbook, but {error}", "Fetch the file again") from error


def _packed_anew(path: Path, limit_bytes: int) -> bytes:
    """The workbook's archive again, stored, with members of their true sizes."""
    packed = io.BytesIO()
    left_bytes = limit_bytes
    with opened_zip(path) as archive, ZipFile(packed, "w", ZIP_STORED) as plain:
        for info in archive.infolist():
            check_size(str(path), info.filename, info.file_size, left_bytes)
            with zip_errors(str(path)):
                data = archive.read(info)  # never more than it says
            left_bytes -= len(data)
            if b"<!DOCTYPE" in data.replace(b"\0", b""):  # UTF-16 writes it with zeros between
                raise refused(str(path), f"XML must not declare a document type, but {info.filename} does")
            plain.writestr(info.filename, data)
    return packed.getvalue()


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def pack_xlsx(*rows: tuple[str, ...]) -> bytes:
    """A workbook of one sheet with these rows as text, the same bytes every time."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    schema = "http://schemas.openxmlformats.org"
    cells = [
        "".join(f'<c t="inlineStr"><is><t>{escape(cell, quote=False)}</t></is></c>' for cell in row) for row in rows
    ]
    lines = "".join(f"<row>{row}</row>" for row in cells)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    office = f"{schema}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{schema}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{schema}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{schema}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{schema}/spreadsheetml/2006/main" xmlns:r="{office}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        SHEET: f'<worksheet xmlns="{schema}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>',
    }
    return pack_zip({name: (head + text).encode() for name, text in parts.items()})
