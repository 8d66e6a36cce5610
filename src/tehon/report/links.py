"""Addresses within the report."""

from urllib.parse import quote, urlencode

from tehon.records.scores import Score


def items_link(model: str, score: Score) -> str:
    """Where the page shows the items that one model's score is made from."""
    asked = {"task": score.task, "template": score.template, "shots": score.shots, "model": model}
    return "#items?" + urlencode(asked, quote_via=quote)
