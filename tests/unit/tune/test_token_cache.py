"""The tokens of a release on disk: made once, mapped by all, made anew when anything that decides them changes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tehon.engine.load import load
from tehon.errors import Damaged
from tehon.progress import Advance
from tehon.records.corpus import Example
from tehon.records.tuning import Recipe
from tehon.tune import cache
from tehon.tune.cache import LeftOut, encoded_release
from tehon.tune.job import Job, open_job

MakeRelease = Callable[[Path, Sequence[Example]], Path]
MakeExample = Callable[..., Example]


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is yet; models lie in the tests' common one."""
    monkeypatch.setattr(cache, "cache_root", lambda: tmp_path / "cache")
    return tmp_path / "cache" / cache.FOLDER


@pytest.fixture
def release(tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path / "release", few_examples)


def recipe(**changes: object) -> Recipe:
    return Recipe(**({"name": "test", "base": "tiny:llama", "template": "alpaca_ja"} | changes))  # type: ignore[arg-type]


def encode(job: Job) -> tuple[list[list[int]], int]:
    """The tokens of every example, and how many of them were encoded for it."""
    encoded = 0

    class Told:
        """A progress line."""

        def __init__(self, title: str, total: int | None, unit: str) -> None:
            assert (title, unit) == ("encode", "examples")
            assert total == job.data.examples

        def __enter__(self) -> Advance:
            return self.advance

        def __exit__(self, *error: object) -> None:
            """Nothing is left to do."""

        def advance(self, done: int, note: str = "") -> None:
            nonlocal encoded
            del note
            encoded += done

    stored, counted = encoded_release(job, load(job.recipe.base).encoder, Told)
    assert counted.read == job.data.examples
    return [stored.piece(number, 1.0).ids.tolist() for number in range(len(stored))], encoded


def test_a_release_is_encoded_once(own_cache: Path, release: Path) -> None:
    job = open_job(recipe(), release)
    first, encoded = encode(job)
    assert encoded == len(first) == 40
    assert encode(job) == (first, 0)
    assert len(list(own_cache.iterdir())) == 2  # the folder and its lock


@pytest.mark.parametrize(
    "changes", [{"template": "alpaca_en"}, {"sequence_length": 60}, {"overlong": "published"}, {"base": "tiny:qwen2"}]
)
def test_what_decides_the_tokens_makes_them_anew(own_cache: Path, release: Path, changes: dict[str, object]) -> None:
    assert encode(open_job(recipe(), release))[1] == 40
    assert encode(open_job(recipe(**changes), release))[1] == 40
    assert len([path for path in own_cache.iterdir() if path.is_dir()]) == 2


def test_what_decides_only_the_training_does_not(own_cache: Path, release: Path) -> None:
    first, _ = encode(open_job(recipe(), release))
    assert encode(open_job(recipe(seed=7, batch_size=3, learning_rate=1e-3, layout="padded"), release)) == (first, 0)
    assert own_cache.exists()


def test_another_release_has_tokens_of_its_own(
    own_cache: Path, release: Path, tmp_path: Path, make_release: MakeRelease, make_example: MakeExample
) -> None:
    other = make_release(tmp_path / "other", [make_example(number, "別の質問です。") for number in range(7)])
    assert encode(open_job(recipe(), release))[1] == 40
    assert encode(open_job(recipe(), other))[1] == 7
    assert own_cache.exists()


def test_what_a_killed_run_left_is_swept_away(own_cache: Path, release: Path) -> None:
    job = open_job(recipe(), release)
    encode(job)
    (folder,) = (path for path in own_cache.iterdir() if path.is_dir())
    wreck = own_cache / f".{folder.name}.wreck.partial"
    folder.rename(wreck)
    assert encode(job)[1] == 40
    assert folder.is_dir()
    assert not wreck.exists()


@pytest.mark.parametrize("name", ["ids.npy", "firsts.npy", cache.COUNTS])
def test_a_damaged_file_is_named_with_the_way_out(own_cache: Path, release: Path, name: str) -> None:
    job = open_job(recipe(), release)
    encode(job)
    (folder,) = (path for path in own_cache.iterdir() if path.is_dir())
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(Damaged, match=r"must hold a release in tokens, but .* Delete the folder; it is made again"):
        encode(job)


def test_what_is_left_out_is_said_every_time(
    own_cache: Path, tmp_path: Path, make_release: MakeRelease, make_example: MakeExample
) -> None:
    examples = [make_example(number, "問", "", "答え" if number else " ") for number in range(150)]
    job = open_job(recipe(), make_release(tmp_path / "release", examples))
    for _ in range(2):
        with pytest.warns(LeftOut, match="1 of 150 are left out, because nothing in them is scored: test/000000"):
            encode(job)
    assert own_cache.exists()
