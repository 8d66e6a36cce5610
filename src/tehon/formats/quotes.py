"""One row of delimited text in which quotes may enclose delimiters and line ends, as it grows line by line."""


class QuotedRow:
    """A quote that opens a cell encloses everything up to the next; doubled, it is one. Elsewhere a quote is text.

    Attributes:
        cells: those that have ended; all of them, once the row is not inside a quoted cell.
        inside: the row ends within a quoted cell and goes on with the next line.
        stray: text follows the quote that closes a cell.
        length: of the lines taken, in characters.
    """

    def __init__(self, delimiter: str) -> None:
        """Nothing is taken yet."""
        self.cells: list[str] = []
        self.inside = False
        self.stray = False
        self.length = 0
        self._delimiter = delimiter
        self._cell: list[str] = []

    def take(self, line: str) -> None:
        """Take the next line with its end."""
        self.length += len(line)
        at = 0
        while True:
            if self.inside:
                at = self._enclosed(line, at)
                if self.inside:
                    return
            elif not self._cell and line.startswith('"', at):
                self.inside, at = True, at + 1
                self._cell.append("")
                continue
            at = self._plain(line, at)
            if not at:
                return

    def _plain(self, line: str, at: int) -> int:
        """Take what stands before the next delimiter and end the cell; where to go on, zero at the line's end."""
        end = line.find(self._delimiter, at)
        text = line[at:end] if end >= 0 else line[at:].rstrip("\r\n")
        self.stray = self.stray or bool(self._cell and text)
        self.cells.append("".join((*self._cell, text)))
        self._cell = []
        return end + 1

    def _enclosed(self, line: str, at: int) -> int:
        """Take what stands before the closing quote; where to go on behind it."""
        while True:
            end = line.find('"', at)
            if end < 0:
                self._cell.append(line[at:])
                return len(line)
            self._cell.append(line[at:end])
            if not line.startswith('""', end):
                self.inside = False
                return end + 1
            self._cell.append('"')
            at = end + 2
