"""Where in a text stands what leads to a person: e-mail and IP addresses, telephone, card and My Numbers, postal codes.

The functions look at a `plain` text, in which width and dashes are unified character for character, so that the places
they find are those of the text itself. A number is found for its form, its check digit or the word before it, never for
its length alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from tehon.text.check_digits import is_card_number, is_my_number

Spans = Iterator[tuple[int, int]]
"""Start and end of each place."""
SMALL = 20
"""Four numbers below it are more likely a section or a version than an address."""
_PLAIN = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | dict.fromkeys(map(ord, "‐‑‒–—―−－"), ord("-"))
_PLAIN[0x3000] = ord(" ")
_LONG_MARK = re.compile("(?<=[0-9])[ーｰ](?=[0-9])")
_SEVEN_DIGITS = re.compile("[0-9０-９](?:[-()（） \u3000‐‑‒–—―−－ーｰ]{0,2}[0-9０-９]){6}")
_FOUR_NUMBERS = re.compile("[0-9０-９][.．][0-9０-９]{1,3}[.．][0-9０-９]{1,3}[.．]")

_START = r"(?<![0-9A-Za-z/=_#])(?<![0-9][-.,])"
"""No longer number, word, address of a page or decimal fraction goes on here …"""
_END = r"(?![0-9A-Za-z_])(?![-.,][0-9])"
"""… nor here."""
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?!git@)[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
    r"@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,}(?![A-Za-z0-9-])"
)
_VERSION = (
    r"(?<![Vv])(?<![Vv]\.)(?<!(?<![A-Za-z])[Vv]er )(?<![Vv]er\. )(?<![Vv]er\.)(?<![Vv]ersion )(?<!ョン)(?<!ョン )"
)
"""None of the words by which versions are told stands before it."""
_IPV4 = re.compile(rf"{_START}{_VERSION}((?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}){_END}(?! ?[節章項版])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z_:])([23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2,34})(?![0-9A-Za-z_:])")
_CARD = re.compile(
    rf"{_START}("
    r"[0-9]{4}([- ])[0-9]{4}\2[0-9]{4}\2[0-9]{4}"
    r"|[0-9]{4}([- ])[0-9]{6}\3[0-9]{4,5}"
    rf"|[0-9]{{14,16}}){_END}"
)
_ISSUED = re.compile(
    "4[0-9]{15}"  # Visa
    "|5[1-5][0-9]{14}|2[2-7][0-9]{14}"  # Mastercard
    "|35[0-9]{14}"  # JCB
    "|6[0245][0-9]{14}"  # Discover, UnionPay
    "|3[47][0-9]{13}"  # American Express
    "|3[0689][0-9]{12}"  # Diners Club
)
_MY_NUMBER = re.compile(
    rf"{_START}([0-9]{{4}}([- ]?)[0-9]{{4}}\2[0-9]{{4}}){_END}(?! ?[円人年月ドル元枚個件本万億兆%])"
)
_MOMENT = re.compile("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_PHONE = re.compile(
    rf"{_START}("
    r"\+81[- ]?(?:\(0\) ?|0)?[1-9](?:[- ]?[0-9]){8,9}"  # from abroad
    r"|0[5789]0[- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile, or through the internet
    r"|0(?:120|570|800)-[0-9]{2,3}-[0-9]{3,4}"  # free of charge, or the same from everywhere
    r"|0[1-9][0-9]{0,3}(?:-[0-9]{1,4}-|\([0-9]{1,4}\)-?)[0-9]{4}"
    rf"|\(0[1-9][0-9]{{0,3}}\)[- ]?[0-9]{{1,4}}-[0-9]{{4}}){_END}"
)
_TOLD_PHONE = re.compile(
    r"(?:電話|(?<![A-Za-z])(?:TEL|Tel|tel|FAX|Fax|fax)|ファックス|ファクス|携帯)[^0-9\n]{0,6}"
    rf"(?<![0-9])(0[1-9][0-9]{{0,3}}[- ]?[0-9]{{1,4}}[- ]?[0-9]{{3,4}}){_END}"
)
_ELEVEN = re.compile("0[5789]0")
_POSTAL_CODE = re.compile(r"(?:〒|郵便番号)[^0-9\n]{0,6}([0-9]{3}-?[0-9]{4})(?![0-9])(?!-[0-9])")
_ADDRESS = re.compile(
    rf"{_START}([0-9]{{3}}-[0-9]{{4}})(?=[ \n]{{0,2}}(?:北海道|東京都|京都府|大阪府|[一-鿿]{{2,3}}県))"
)


def plain(text: str) -> str:
    """The text with ASCII for its full-width forms and `-` for dashes, each character in its place."""
    return _LONG_MARK.sub("-", text.translate(_PLAIN))


def worth_a_look(text: str) -> bool:
    """Whether the text, plain or not, can hold any of what is found here; costs much less than looking for it."""
    marked = "@" in text or "＠" in text or text.count(":") > 1 or text.count("：") > 1
    return marked or bool(_SEVEN_DIGITS.search(text) or _FOUR_NUMBERS.search(text))


def emails(text: str) -> Spans:
    """E-mail addresses, but not the `git@HOST` of a repository."""
    return (found.span() for found in _EMAIL.finditer(text))


def ip_addresses(text: str) -> Spans:
    """Addresses of version 4 and 6 that can be reached from everywhere: no private networks, no examples."""
    for found in _IPV4.finditer(text):
        if _is_global(IPv4Address, found[1]) and any(int(number) >= SMALL for number in found[1].split(".")):
            yield found.span(1)
    for found in _IPV6.finditer(text):
        if _is_global(IPv6Address, found[1]):
            yield found.span(1)


def _is_global(kind: type[IPv4Address | IPv6Address], text: str) -> bool:
    try:
        return kind(text).is_global
    except AddressValueError:
        return False


def card_numbers(text: str) -> Spans:
    """Numbers of payment cards: of a known issuer, in the groups of the card or in one, with the right check digit."""
    for found in _CARD.finditer(text):
        digits = _digits(found[1])
        if _ISSUED.fullmatch(digits) and is_card_number(digits) and _stands_alone(found):
            yield found.span(1)


def my_numbers(text: str) -> Spans:
    """Twelve digits in groups of four or in one, with the right check digit; no amounts and no points in time."""
    for found in _MY_NUMBER.finditer(text):
        digits = _digits(found[1])
        if is_my_number(digits) and len(set(digits)) > 1 and not _MOMENT.fullmatch(found[1]) and _stands_alone(found):
            yield found.span(1)


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether a number of groups with spaces between them is not part of a longer row of groups."""
    if " " not in found[1]:
        return True
    start, end = found.span(1)
    beside = found.string[max(0, start - 2) : start], found.string[end : end + 2][::-1]
    return not any(pair[1:] == " " and pair[:1].isdigit() for pair in beside)


def phones(text: str) -> Spans:
    """Telephone numbers of Japan: groups marked, or mobile, or told by the word before them."""
    for pattern in (_PHONE, _TOLD_PHONE):
        for found in pattern.finditer(text):
            number = found[1]
            if number.startswith("+") or len(_digits(number)) == (11 if _ELEVEN.match(number) else 10):
                yield found.span(1)


def postal_codes(text: str) -> Spans:
    """Postal codes of Japan after 〒 or 郵便番号, which stay, or before a prefecture."""
    for pattern in (_POSTAL_CODE, _ADDRESS):
        yield from (found.span(1) for found in pattern.finditer(text))


def _digits(number: str) -> str:
    return re.sub("[^0-9]", "", number)


FINDERS: Mapping[str, Callable[[str], Spans]] = {
    "email": emails,
    "ip_address": ip_addresses,
    "credit_card": card_numbers,
    "my_number": my_numbers,
    "phone": phones,
    "postal_code": postal_codes,
}
"""Kind -> its function; where two kinds overlap, the earlier one is meant."""
