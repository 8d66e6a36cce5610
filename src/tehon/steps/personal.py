"""Masks what leads to a person: addresses, telephone numbers, My Numbers, card numbers; nothing is dropped.

Full-width digits, letters and dashes count like their narrow forms. Masked are

- e-mail addresses, but not the `git@HOST` of a repository;
- IP addresses that can be reached from everywhere; not those of private networks and examples, nor four numbers below
  20, which are more likely a section or a version;
- card numbers: of a known issuer, in the groups of the card or in one, with the right check digit;
- My Numbers (個人番号): twelve digits in groups of four or in one, with the right check digit;
- telephone numbers of Japan whose groups are marked (`03-1234-5678`, `(03)1234-5678`, `+81 3 1234 5678`); mobile ones
  without marks, too; others without marks after 電話, TEL, FAX or 携帯;
- postal codes after 〒 or 郵便番号, or before a prefecture.

Years, amounts, dates, ISBN and ids stay; but one in eleven other numbers of twelve digits has the check digit of a My
Number. Names of people and places are not looked for.
"""

import re
from collections.abc import Callable, Mapping

from msgspec.structs import asdict

from tehon.errors import BadConfig
from tehon.records.contents import with_texts
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step
from tehon.text.personal import FINDERS, plain, worth_a_look


class Personal(Record, kw_only=True):
    """What stands in the place of what is masked; an empty mask leaves that kind alone.

    Attributes:
        email: for e-mail addresses.
        ip_address: for IP addresses, of version 4 and 6.
        credit_card: for card numbers.
        my_number: for My Numbers.
        phone: for telephone numbers of Japan.
        postal_code: for postal codes of Japan; the mark 〒 stays.
    """

    email: str = "<メールアドレス>"
    ip_address: str = "<IPアドレス>"
    credit_card: str = "<カード番号>"
    my_number: str = "<個人番号>"
    phone: str = "<電話番号>"
    postal_code: str = "<郵便番号>"

    def __post_init__(self) -> None:
        """Check what types cannot say.

        Raises:
            BadConfig: a mask could be masked itself.
        """
        for kind, mask in asdict(self).items():
            if re.search("[0-9０-９@＠]", mask):
                problem = f"must hold neither digits nor @, or it could be masked again, but is {mask!r}"
                raise BadConfig(f"steps.personal.{kind}", problem, "Take other words")


def make(options: Personal) -> Callable[[Content], Changed]:
    """The step for these options."""
    masks = {kind: mask for kind, mask in asdict(options).items() if mask}

    def change(text: str) -> str:
        if not worth_a_look(text):
            return text
        masked = _masked(text, masks)
        while masked != text:  # what stood beside a number can have hidden another; each round leaves fewer digits
            text, masked = masked, _masked(masked, masks)
        return text

    return lambda content: with_texts(content, change)


def _masked(text: str, masks: Mapping[str, str]) -> str:
    seen = plain(text)
    taken = bytearray(len(text))
    chosen: list[tuple[int, int, str]] = []
    for kind, mask in masks.items():
        for start, end in FINDERS[kind](seen):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                chosen.append((start, end, mask))
    pieces, last = [], 0
    for start, end, mask in sorted(chosen):
        pieces += [text[last:start], mask]
        last = end
    return "".join((*pieces, text[last:]))


STEP = Step(
    name="personal",
    title="Masks e-mail and IP addresses, card, My and telephone numbers, postal codes",
    options=Personal,
    make=make,
)
