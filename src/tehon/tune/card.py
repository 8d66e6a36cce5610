"""The model card: what was tuned, on what, under which licences, how, and how to use it."""

import json
from collections.abc import Iterator, Mapping, Sequence

from tehon.describe.licences import terms
from tehon.errors import BadLicence
from tehon.records.corpus import Licence
from tehon.records.release import Release
from tehon.records.tuning import Adapter, Lora, Merged, Recipe
from tehon.sources import SOURCES
from tehon.templates import TEMPLATES
from tehon.writing.escaping import for_markdown, visible
from tehon.writing.hub import licence_fields, yaml_head
from tehon.writing.markdown import section, table
from tehon.writing.words import MISSING, listing

ByLicence = Mapping[str, Mapping[str, int]]
"""Licence -> source -> examples."""
ADVICE = "This is computed from the sources' own statements; it is no legal advice."


def card(adapter: Adapter, release: Release, by_licence: ByLicence, figure: str = "") -> str:
    """`README.md` of an adapter's or a tuned model's folder, as Markdown with the hub's front matter.

    Args:
        adapter: what was tuned.
        release: what it was tuned on.
        by_licence: where the release's examples come from.
        figure: the loss curve's file beside the card; empty where there is none.
    """
    parts = [
        _head(adapter, release),
        f"# {for_markdown(release.name)} on {for_markdown(adapter.base)}",
        _introduction(adapter, release),
        section("How to load it", _loading(adapter), _frame(adapter)),
        section("Data", _data(adapter)),
        section("Licences", *_licences(release, by_licence)),
        section("Recipe", table(("setting", "value"), settings(adapter.recipe))),
        section("Loss", _losses(adapter), f"![The loss over the steps]({figure})" if figure else ""),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def merged_card(merged: Merged) -> str:
    """`README.md` of a folder that holds an adapter merged into its base."""
    tuning, base = merged.tuning, for_markdown(merged.base)
    made = (
        f"The update of the adapter {for_markdown(merged.adapter)} was added to the weights of {base} in fp32, and the "
        f"sum was rounded once, to {merged.precision}. Over {merged.positions} positions of fixed prompts no logit "
        f"differs by more than {merged.difference:.2g} from base and adapter, where the largest is "
        f"{merged.largest_logit:.2g}."
    )
    parts = [
        yaml_head({"base_model": merged.base, "library_name": "transformers", "tags": ["tehon", "merged"]}),
        f"# {for_markdown(tuning.release) if tuning else 'An adapter'} merged into {base}",
        made,
        "The licences of the base and of the adapter's data hold for it; the adapter's own card names them.",
        section("How to load it", _model_loading(), _frame(tuning) if tuning else ""),
        section("Recipe", table(("setting", "value"), settings(tuning.recipe))) if tuning else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def settings(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """The recipe as the paper's Table I has it, name by name."""
    yield "recipe", recipe.name
    yield "stage", recipe.stage
    yield from _lora_settings(recipe.lora) if recipe.lora else [("LoRA", "none: every weight is trained")]
    if recipe.init == "config":
        yield "base's weights", f"random, drawn by {recipe.seed}"
    yield "learning rate", f"{recipe.learning_rate:g}, {recipe.schedule}, {recipe.warmup_steps} warm-up steps"
    yield "weight decay, clipped at", f"{recipe.weight_decay:g}, {recipe.max_grad_norm or MISSING}"
    yield "batch size", f"{recipe.batch_size} examples"
    yield "epochs", f"{recipe.epochs}" + (f", at most {recipe.max_steps} steps" if recipe.max_steps else "")
    yield "sequence length", f"{recipe.sequence_length} tokens, overlong: {recipe.overlong}"
    yield "weight of the prompt's loss", f"{recipe.prompt_loss_weight:g}"
    yield "precision", recipe.precision
    yield "seed", f"{recipe.seed}"


def _lora_settings(lora: Lora) -> Iterator[tuple[str, str]]:
    yield "rank, alpha, dropout", f"{lora.rank}, {lora.alpha:g}, {lora.dropout:g}"
    yield "targets", lora.targets if isinstance(lora.targets, str) else ", ".join(lora.targets) or "the family's own"
    variants = [name for name, used in (("rsLoRA", lora.rslora), ("DoRA", lora.dora)) if used]
    if lora.b_ratio != 1:
        variants.append(f"LoRA+ with ratio {lora.b_ratio:g}")
    if lora.init != "kaiming":
        variants.append(f"start {lora.init}")
    if variants:
        yield "variant", ", ".join(variants)


def _head(adapter: Adapter, release: Release) -> str:
    licence = licence_fields(release.licence)
    # The hub would look for a file of that name here, but the text lies with the release.
    licence.pop("license_link", None)
    kind = "adapter" if adapter.recipe.lora else "finetune"
    library = "peft" if adapter.recipe.lora else "transformers"
    tags: Sequence[str] = ["lora", "tehon"] if adapter.recipe.lora else ["tehon"]
    relation: dict[str, str | list[str]] = {"base_model": adapter.base, "base_model_relation": kind}
    return yaml_head(relation | {"library_name": library} | licence | {"tags": list(tags)})


def _introduction(adapter: Adapter, release: Release) -> str:
    what = "A LoRA adapter of" if adapter.recipe.lora else "A whole model with"
    return (
        f"{what} {adapter.parameters:,} trained numbers, made with the recipe {_code(adapter.recipe.name)} from the "
        f"release {_code(release.name)} (digest {_code(release.digest[:16])}) on a base with the digest "
        f"{_code(adapter.base_digest[:16])}."
    )


def _loading(adapter: Adapter) -> str:
    """Code where the base is a name that transformers knows; the command line anyhow."""
    if not adapter.recipe.lora:
        return _model_loading()
    command = _code(f"tehon generate --model {adapter.base} --adapter path/or/repository")
    if ":" in adapter.base or adapter.base.endswith(".gguf"):
        return f"{command}; PEFT loads it on the folder that this base is unpacked into."
    code = (
        "from peft import PeftModel\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        f"base = AutoModelForCausalLM.from_pretrained({_quoted(adapter.base)})\n"
        'model = PeftModel.from_pretrained(base, "path/or/repository")\n'
        f"tokenizer = AutoTokenizer.from_pretrained({_quoted(adapter.base)})\n"
    )
    return f"```python\n{code}```\n\nOr: {command}."


def _model_loading() -> str:
    code = (
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        'model = AutoModelForCausalLM.from_pretrained("path/or/repository")\n'
        'tokenizer = AutoTokenizer.from_pretrained("path/or/repository")\n'
    )
    return f"```python\n{code}```\n\nOr: `tehon generate --model path/or/repository`."


def _frame(adapter: Adapter) -> str:
    """The prompt's frame, to the letter."""
    if adapter.recipe.stage == "pretrain":
        return "It has read plain texts and goes on with any; it was not tuned to answer."
    template = TEMPLATES[adapter.template]
    if template.kind == "chat":
        return "Prompts must be framed as in tuning: by the tokenizer's own chat template."
    return (
        f"Prompts must be framed as in tuning, by the template `{template.name}`. Without an input:\n\n"
        f"```text\n{template.without_input}\n```\n\nWith one:\n\n```text\n{template.with_input}\n```"
    )


def _data(adapter: Adapter) -> str:
    counts = adapter.counts
    units = "packed sequences" if adapter.recipe.stage == "pretrain" else "examples"
    return (
        f"{counts.examples:,} {units}, {counts.drawn:,} drawn in {counts.steps:,} steps; {counts.tokens:,} tokens in "
        f"those, {counts.scored_tokens:,} with a loss; {counts.positions:,} positions computed. Of the release's "
        f"{adapter.recipe.trained_on} {counts.cut_right:,} were cut on the right, {counts.input_shortened:,} had their "
        f"input shortened, {counts.dropped:,} were left out."
    )


def _licences(release: Release, by_licence: ByLicence) -> Iterator[str]:
    yield (
        f"The data as a whole: **{for_markdown(release.licence)}**. The base's own licence applies to any use of it. "
        f"{ADVICE}"
    )
    if bound := share_alike(by_licence):
        named = listing([f"{', '.join(names)} ({licence})" for licence, names in bound.items()])
        yield f"**Share-alike data:** {for_markdown(named)}. What is made from them may have to carry their licence."
    rows = [(licence, ", ".join(sources), sum(sources.values())) for licence, sources in sorted(by_licence.items())]
    yield table(("licence", "sources", "examples"), rows)


def share_alike(by_licence: ByLicence) -> dict[str, list[str]]:
    """Licence -> its sources, of those licences that ask changed versions to carry them."""
    bound: dict[str, list[str]] = {}
    for licence, sources in sorted(by_licence.items()):
        names = [name for name in sorted(sources) if _asks(licence, name)]
        if names:
            bound[licence] = names
    return bound


def _asks(licence: str, source: str) -> bool:
    """Whether a source's licence asks for share-alike: terms of its own are known from the shelf alone."""
    stated = SOURCES[source].licence if source in SOURCES else Licence(spdx=licence, url="")
    if stated.spdx != licence:
        stated = Licence(spdx=licence, url="")
    try:
        return any(single.share_alike for single in terms(stated, f"source {source}"))
    except BadLicence:
        return False


def _losses(adapter: Adapter) -> str:
    curve = f"In nats per scored token: {adapter.first_loss:.4f} → {adapter.last_loss:.4f}"
    held_back = adapter.validation_loss
    said = curve if held_back is None else f"{curve}; on held-back examples {held_back:.4f}"
    return f"{said}. Every line is in `metrics.jsonl`."


def _code(text: str) -> str:
    """The text on one line between backticks, which it cannot end."""
    line = " ".join(visible(text).split()).replace("`", "'")
    return f"`{line}`"


def _quoted(text: str) -> str:
    """The text as a string of Python, which cannot end the block that it stands in."""
    return json.dumps(text, ensure_ascii=False).replace("`", "\\u0060")
