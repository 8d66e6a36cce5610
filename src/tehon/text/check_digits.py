"""Numbers that carry a check digit, so that most slips of the pen, and most other numbers, are told from them."""


def is_card_number(digits: str) -> bool:
    """Whether ASCII digits end in the check digit of payment cards (Luhn; ISO/IEC 7812-1)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return sum(map(int, digits[-1::-2])) % 10 == -sum(digit // 10 + digit % 10 for digit in doubled) % 10


def is_my_number(digits: str) -> bool:
    """Whether ASCII digits are twelve that end in the check digit of an Individual Number (マイナンバー).

    Source: ordinance of the Ministry of Internal Affairs and Communications No. 85 of 2014, article 5.
    """
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)  # from the right
    rest = sum(int(digit) * weight for digit, weight in zip(digits[-2::-1], weights, strict=False)) % 11
    return len(digits) == 12 and int(digits[-1]) == (0 if rest < 2 else 11 - rest)  # noqa: PLR2004 - the ordinance's
