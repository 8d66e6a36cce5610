from pathlib import Path
from unicodedata import normalize

import pytest
from transformers import AutoTokenizer

from tehon.formats.tokenizer import token_counter, tokenizer_file

NAMES = ["ja-llama-51k", "llm-jp-ver2.2-61k-30kja", "llm-jp-ver3.1-100k", "rinna-sp32k"]
TEXTS = ["", "吾輩は猫である。名前はまだ無い。", "Hello, world!\n\n  123", "🙇\u200d♀️ ㍿ ﷺ が", "<s>以下は</s>"]
every_tokenizer = pytest.mark.parametrize("name", NAMES)


def test_a_text_has_the_tokens_that_transformers_gives_it_without_special_ones(shared: Path) -> None:
    folder = shared / "tokenizers" / "llm-jp-ver2.2-61k-30kja"
    tokenizer, count = AutoTokenizer.from_pretrained(folder), token_counter(tokenizer_file(str(folder)))
    assert len(tokenizer("猫").input_ids) == count("猫") + 1, "it appends its end token by itself"
    assert [count(text) for text in TEXTS] == [
        len(tokenizer(text, add_special_tokens=False).input_ids) for text in TEXTS
    ]


@every_tokenizer
def test_no_text_is_cut_or_filled_up(shared: Path, name: str) -> None:
    count = token_counter(tokenizer_file(str(shared / "tokenizers" / name)))
    assert count("") <= 1
    assert count("猫である。" * 2000) >= 2000


@every_tokenizer
def test_a_text_never_has_more_tokens_than_bytes_as_it_is_and_in_its_longest_form(shared: Path, name: str) -> None:
    count = token_counter(tokenizer_file(str(shared / "tokenizers" / name)))
    characters = [chr(code) for code in range(1, 0x20000, 41) if not 0xD800 <= code < 0xE000]
    for text in [*characters, *TEXTS]:
        for repeated in (text, text * 3):
            size = len(repeated.encode()) + len(normalize("NFKD", repeated).encode()) + 1
            assert count(repeated) <= size, repr(text)
