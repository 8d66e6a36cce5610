"""An adapter's update added to the weights of its base: a model that needs no PEFT."""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from time import monotonic

import msgspec
import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor

from tehon.engine.adapter import CONFIG
from tehon.engine.device import DTYPES
from tehon.engine.load import LoadedModel, base_digest, load
from tehon.engine.locate import locate
from tehon.errors import ModelNotFound, NotFinite, UsageError
from tehon.leakage.trained_on import TRAINED_ON
from tehon.prompts import ask
from tehon.records.tuning import Adapter, Merged, Precision
from tehon.storage.atomic import write_bytes, write_text
from tehon.storage.manifest import MANIFEST, fingerprint, finish, finished, read_manifest, result, tree_sha256
from tehon.storage.provenance import processor, provenance
from tehon.templates import TEMPLATES
from tehon.tune.card import merged_card
from tehon.tune.export import save_model
from tehon.tune.job import CARD, check_folder

PROMPTS = (
    "日本で一番高い山は富士山です。",
    "次の文章を要約してください。\n今日は朝から雨が降っていたので、傘を持って出かけました。",
    "「猫が好きです。」を英語に訳してください。",
    "Name the three primary colours and explain why they are called so.",
    "1, 1, 2, 3, 5, 8, 13,",
)
"""What the two models are compared on, as they stand and in the tuning's template."""
TYPES: dict[str, Precision] = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
"""What `config.json` calls a precision."""


def merge(
    adapter: Path,
    out: Path,
    *,
    base: str = "",
    precision: Precision = "auto",
    allow_bin: bool = False,
) -> Merged:
    """The adapter merged into its base; `out` then holds a whole model, which can be named as a base itself.

    Sums are taken in fp32, and the weights are rounded once, when they are written. How far the logits of the written
    model lie from those of base and adapter is measured on fixed prompts and stated.

    Args:
        adapter: a folder that `tune` or PEFT wrote.
        out: a new folder, or one of the same merge.
        base: the model to merge into; empty takes the one that the adapter names.
        precision: of the written weights; `auto` is that of the base's own files.
        allow_bin: pickled weights are read, too, as plain tensors.

    Raises:
        UsageError: weights cannot be written in this precision, or `out` holds something else.
        ModelNotFound: there is no such adapter, or it names no base.
        AdapterMismatch: the adapter belongs to another base, or is not complete.
        NotFinite: the written precision cannot hold the merged weights.
    """
    started = monotonic()
    name = base or named_base(adapter)
    chosen = _precision(precision, name, allow_bin=allow_bin)
    inputs = {"base": base_digest(name, allow_bin=allow_bin), **_digests(adapter)}
    config = {"base": name, "precision": chosen, "prompts": list(PROMPTS)}
    if done := finished(out, "merged", fingerprint(config, inputs)):
        return result(done, Merged)
    check_folder(out, "merged")
    merged = _merged(load(name, adapter=adapter, precision="fp32", allow_bin=allow_bin), adapter, chosen, out)
    _describe(merged, adapter, out)
    made = provenance(machine=processor(), wall_seconds=round(monotonic() - started, 3))
    finish(out, "merged", config=config, inputs=inputs, result=merged, provenance=made)
    return merged


def _describe(merged: Merged, adapter: Path, out: Path) -> None:
    """Write the card, and what the adapter was tuned on, as the adapter tells it."""
    write_text(out / CARD, merged_card(merged))
    if (adapter / TRAINED_ON).is_file():
        write_bytes(out / TRAINED_ON, (adapter / TRAINED_ON).read_bytes())


def _merged(model: LoadedModel, adapter: Path, precision: Precision, out: Path) -> Merged:
    """Write the merged model, and measure how far its logits, read back, lie from those of base and adapter.

    Raises:
        NotFinite: the precision cannot hold the merged weights.
    """
    tuning = _tuning(adapter)
    wanted = list(logits(model, tuning))
    add_up(model)
    model.network.model.to(DTYPES[precision])
    save_model(model, out)
    again = load(str(out), precision="fp32")
    difference = max(float((a - b).abs().max()) for a, b in zip(wanted, logits(again, tuning), strict=True))
    if not isfinite(difference):
        problem = f"the merged model's logits must be finite, but are not in {precision}"
        raise NotFinite(str(out), problem, "Merge with --precision fp32")
    return Merged(
        base=model.name,
        base_digest=model.base_digest,
        adapter=adapter.resolve().name,
        adapter_digest=fingerprint({}, _digests(adapter)),
        tuning=tuning,
        precision=precision,
        difference=difference,
        largest_logit=max(float(found.abs().max()) for found in wanted),
        positions=sum(len(found) for found in wanted),
    )


def named_base(adapter: Path) -> str:
    """The base that an adapter's folder names.

    Raises:
        ModelNotFound: the folder holds no adapter, or one that names no base.
    """
    if not (adapter / CONFIG).is_file():
        raise ModelNotFound(str(adapter), f"must hold {CONFIG}, but does not", "Give the folder that tehon tune wrote")
    try:
        named = msgspec.json.decode((adapter / CONFIG).read_bytes())["base_model_name_or_path"]
    except (msgspec.DecodeError, KeyError, TypeError):
        named = ""
    if not isinstance(named, str) or not named:
        raise ModelNotFound(str(adapter / CONFIG), "must name the adapter's base, but names none", "Give --base")
    return named


def logits(model: LoadedModel, tuning: Adapter | None) -> Iterator[Tensor]:
    """(tokens, vocabulary) in fp32 for each fixed prompt, as it stands and in the tuning's template."""
    template = TEMPLATES[tuning.template] if tuning else None
    framed = [ask(template, prompt) for prompt in PROMPTS] if template and template.kind == "strings" else []
    longest = model.context_length
    for ids in model.encoder.apart([*PROMPTS, *framed]):
        inputs = torch.tensor([model.encoder.opened(ids)[:longest]], device=model.network.device)
        with torch.inference_mode():
            yield model.network.model(input_ids=inputs).logits[0].float().cpu()


def add_up(model: LoadedModel) -> None:
    """Add every adapter's update to the weights beside it, and take the adapters out."""
    whole = model.network.model
    for name, layer in [(name, module) for name, module in whole.named_modules() if isinstance(module, LoraLayer)]:
        layer.merge(safe_merge=True)
        whole.set_submodule(name, layer.get_base_layer())


def _precision(asked: Precision, base: str, *, allow_bin: bool) -> Precision:
    if asked in DTYPES:
        return asked
    if asked != "auto":
        problem = f"weights must be written as auto, {', '.join(DTYPES)}, got {asked}"
        raise UsageError("--precision", problem, "Packed weights cannot be added to")
    config = msgspec.json.decode((locate(base, allow_bin=allow_bin) / "config.json").read_bytes())
    written = config.get("dtype") or config.get("torch_dtype") or config.get("text_config", {}).get("dtype")
    return TYPES.get(written, "fp32")


def _digests(adapter: Path) -> dict[str, str]:
    files = {
        f"adapter/{path.name}": path for path in adapter.glob("*") if path.suffix in {".json", ".safetensors", ".bin"}
    }
    return tree_sha256({name: path for name, path in files.items() if path.name != MANIFEST})


def _tuning(adapter: Path) -> Adapter | None:
    """What made the adapter; None where it comes from elsewhere."""
    return result(read_manifest(adapter, "adapter"), Adapter) if (adapter / MANIFEST).is_file() else None
