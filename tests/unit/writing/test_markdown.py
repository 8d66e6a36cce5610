from markupsafe import Markup

from tehon.writing.markdown import address, table


def test_no_cell_can_break_out_of_its_table() -> None:
    text = table(("a",), [("x | y\n<script>`\\",), ("長" * 500,)])
    assert text.splitlines()[2] == r"| x \| y &lt;script&gt;\`\\ |"
    assert len(text.splitlines()) == 4
    assert len(text.splitlines()[3]) < 130


def test_columns_of_numbers_stand_right() -> None:
    assert table(("a", "b"), [("x", 1234), ("y", -5)]).splitlines()[1:] == [
        "| --- | --: |",
        "| x | 1,234 |",
        r"| y | -5 |",
    ]
    assert table(("a",), []).splitlines() == ["| a |", "| --- |"]


def test_an_address_is_a_link_unless_it_could_end_one() -> None:
    assert address("https://example.org/a?b=c") == Markup("<https://example.org/a?b=c>")
    assert "<" not in address("https://example.org/> <script>")
    assert "<" not in address("javascript:alert(1)//<b>")
