import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import BadConfig, ModelError, ModelNotFound
from tehon.formats.tokenizer import token_counter, tokenizer_file
from tehon.records.corpus import Document, Example, Turn
from tehon.records.step import Changed
from tehon.steps import STEPS
from tehon.steps.length import Length

Run = Callable[..., Changed]
Make = Callable[..., Example]
TEXT = "吾輩は猫である。名前はまだ無い。"


def test_a_limit_is_itself_allowed(run: Run, make_example: Make) -> None:
    example = make_example(0, "一二三", "四五六", "七八九")
    assert run("length", example, most_characters=9, fewest_characters=9) is example
    assert run("length", example, most_characters=8) == "too many characters"
    assert run("length", example, fewest_characters=10) == "too few characters"
    assert run("length", example, most_response_characters=3, fewest_response_characters=3) is example
    assert run("length", example, most_response_characters=2) == "response too long"
    assert run("length", example, fewest_response_characters=4) == "response too short"


def test_earlier_turns_count_and_characters_are_code_points(run: Run, make_example: Make) -> None:
    example = replace(make_example(0, "一", "", "𠮷野家"), history=(Turn(role="user", content="か\u3099"),))
    assert run("length", example, most_characters=6) is example
    assert run("length", example, most_characters=5) == "too many characters"


def test_a_document_s_text_is_its_response(run: Run, make_document: Callable[..., Document]) -> None:
    document = make_document("一二三", "題")
    assert run("length", document, most_response_characters=3, most_characters=4) is document
    assert run("length", document, most_response_characters=2) == "response too long"
    assert run("length", document, most_characters=3) == "too many characters"


def test_without_a_limit_every_row_stays(run: Run, make_document: Callable[..., Document]) -> None:
    for document in (make_document(""), make_document("長" * 1_000_000)):
        assert run("length", document) is document


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fewest_characters": 5, "most_characters": 4}, r"most_characters: must be at least .* 5, but is 4"),
        ({"fewest_response_characters": 5, "most_response_characters": 4}, r"most_response_characters: must be"),
        ({"fewest_response_characters": 5, "most_characters": 4}, r"most_characters: must be at least"),
        ({"tokenizer": "x"}, r"steps\.length: must name both a tokenizer and most_tokens, or neither"),
        ({"most_tokens": 5}, r"steps\.length: must name both"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        Length(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["llm-jp-ver2.2-61k-30kja", "llm-jp-ver3.1-100k", "ja-llama-51k", "rinna-sp32k"])
def test_tokens_of_every_text_are_counted_and_the_limit_is_allowed(
    shared: Path, run: Run, make_example: Make, name: str
) -> None:
    folder = str(shared / "tokenizers" / name)
    example = replace(make_example(0, TEXT, TEXT, TEXT), history=(Turn(role="user", content=TEXT),))
    one = token_counter(tokenizer_file(folder))(TEXT)
    assert 4 <= one <= len(TEXT)
    assert run("length", example, tokenizer=folder, most_tokens=4 * one) is example
    assert run("length", example, tokenizer=folder, most_tokens=4 * one - 1) == "too many tokens"


@pytest.mark.parametrize("name", ["llm-jp-ver2.2-61k-30kja", "llm-jp-ver3.1-100k", "ja-llama-51k", "rinna-sp32k"])
@pytest.mark.parametrize("text", ["ﷺ" * 9, "ˣ" * 9, "㍿" * 9, "が" * 9, "\u3099" * 9, "a" * 99, "🙇\u200d♀️" * 9])
def test_rows_whose_bytes_are_few_are_judged_as_if_their_tokens_had_been_counted(
    shared: Path, run: Run, make_document: Callable[..., Document], name: str, text: str
) -> None:
    folder = str(shared / "tokenizers" / name)
    count, document = token_counter(tokenizer_file(folder)), make_document(text)
    tokens = count(document.title) + count(text)
    assert run("length", document, tokenizer=folder, most_tokens=tokens) is document
    assert run("length", document, tokenizer=folder, most_tokens=tokens - 1) == "too many tokens"


def test_the_tokenizer_s_file_is_named_as_an_input(shared: Path) -> None:
    step = STEPS["length"]
    assert step.files is not None
    folder = shared / "tokenizers" / "llm-jp-ver3.1-100k"
    options = Length(tokenizer=str(folder), most_tokens=5)
    assert step.files(options) == (folder / "llm-jp-tokenizer-100k.ver3.1.model",)
    assert step.files(Length()) == ()


def test_a_tokenizer_that_is_not_there_or_damaged_is_one_clear_sentence(tmp_path: Path) -> None:
    def make(name: str) -> None:
        STEPS["length"].make(Length(tokenizer=name, most_tokens=5))

    with pytest.raises(ModelNotFound, match="must be a tokenizer's folder, its file, or a hub name"):
        make("no such/folder/at all")
    with pytest.raises(ModelNotFound, match=r"must hold tokenizer\.json or one \*\.model, but holds neither"):
        make(str(tmp_path))
    for file in ("tokenizer.json", "a.model"):
        (tmp_path / file).write_bytes(b"{}\n")
        with pytest.raises(ModelError, match="must be a"):
            make(str(tmp_path / file))
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "b.model").touch()
    with pytest.raises(ModelNotFound, match="but holds 2"):
        make(str(tmp_path))


def test_a_hub_name_without_the_hub_is_one_clear_sentence() -> None:
    code = (
        "import os; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "from tehon.formats.tokenizer import tokenizer_file\n"
        "from tehon.errors import ModelNotFound\n"
        "try:\n    tokenizer_file('nobody/has-this')\n"
        "except ModelNotFound as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("nobody/has-this: must be a folder here or a tokenizer.json on the hub, but Local")


def test_a_missing_package_is_named_with_the_command_that_installs_it(shared: Path) -> None:
    file = shared / "tokenizers" / "ja-llama-51k" / "tokenizer.json"
    code = (
        "import sys; sys.modules['tokenizers'] = None\n"
        "from pathlib import Path\n"
        "from tehon.formats.tokenizer import token_counter\n"
        "from tehon.errors import PackageMissing\n"
        f"try:\n    token_counter(Path({str(file)!r}))\n"
        "except PackageMissing as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Run pip install tokenizers." in done.stdout


def test_no_step_imports_a_tokenizer_s_package_before_it_is_wanted() -> None:
    code = (
        "import sys; from tehon.steps import STEPS; [step.make(step.options()) for step in STEPS.values()]\n"
        "print({'torch', 'transformers', 'tokenizers', 'sentencepiece', 'huggingface_hub'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
