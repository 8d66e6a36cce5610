"""How much of a text is Japanese, as far as its letters tell."""

JAPANESE = (
    (0x3005, 0x3007),  # 々〆〇
    (0x3041, 0x30FF),  # hiragana, katakana
    (0x31F0, 0x31FF),  # small katakana
    (0x3400, 0x4DBF),  # kanji, extension A
    (0x4E00, 0x9FFF),  # kanji
    (0xF900, 0xFAFF),  # compatibility kanji
    (0xFF66, 0xFF9F),  # half-width katakana
    (0x20000, 0x323AF),  # kanji, extensions B to H
)


def japanese_share(text: str) -> float:
    """The share of a text's letters that are kana or kanji; 0 where it has no letters."""
    letters = [ord(character) for character in text if character.isalpha()]
    japanese = sum(any(first <= letter <= last for first, last in JAPANESE) for letter in letters)
    return japanese / len(letters) if letters else 0.0
