"""The adapter's model card: what was tuned, on what, under which licences, how, and how to use it."""

from tehon.records.release import Release
from tehon.records.tuning import Adapter


def card(adapter: Adapter, release: Release) -> str:
    """`README.md` of the adapter's folder, as Markdown with the hub's front matter."""
    recipe, counts = adapter.recipe, adapter.counts
    licences = "\n".join(f"| {name} | {number:,} |" for name, number in sorted(release.licences.items()))
    settings = "\n".join(f"| {name} | {value} |" for name, value in _settings(adapter).items())
    return f"""---
base_model: {adapter.base}
library_name: peft
license: other
tags: [lora, tehon]
---

# {release.name} on {adapter.base}

A LoRA adapter of {adapter.parameters:,} parameters, tuned with the recipe `{recipe.name}`
on the release `{release.name}` (digest `{release.digest[:16]}`).
Prompts must be framed as in tuning: template `{adapter.template}`.
The base's own licence applies to any use of base and adapter together.

## Data

{counts.examples:,} examples, {counts.drawn:,} drawn; {counts.tokens:,} tokens in those, {counts.scored_tokens:,} with a
loss; {counts.positions:,} positions computed. Of all examples {counts.cut_right:,} were cut on the right,
{counts.input_shortened:,} had their input shortened, {counts.dropped:,} were left out.

The release as a whole is under {release.licence}.

| licence | examples |
|---|---|
{licences}

## Recipe

| setting | value |
|---|---|
{settings}

{counts.steps:,} steps. Loss in nats per scored token: {_losses(adapter)}.
"""


def _settings(adapter: Adapter) -> dict[str, object]:
    recipe, lora = adapter.recipe, adapter.recipe.lora
    return {
        "rank, alpha, dropout": f"{lora.rank}, {lora.alpha:g}, {lora.dropout:g}" if lora else "every weight is trained",
        "targets": ", ".join(lora.targets) or "the family's own" if lora else "",
        "learning rate": f"{recipe.learning_rate:g}, {recipe.schedule}, {recipe.warmup_steps} warm-up steps",
        "batch size": recipe.batch_size,
        "epochs": recipe.epochs if recipe.max_steps is None else f"{recipe.epochs}, at most {recipe.max_steps} steps",
        "sequence length": f"{recipe.sequence_length}, overlong: {recipe.overlong}",
        "weight of the prompt's loss": f"{recipe.prompt_loss_weight:g}",
        "precision of the base": recipe.precision,
        "seed": recipe.seed,
    }


def _losses(adapter: Adapter) -> str:
    curve = f"{adapter.first_loss:.4f} → {adapter.last_loss:.4f}"
    return curve if adapter.validation_loss is None else f"{curve}; on held-back examples {adapter.validation_loss:.4f}"
