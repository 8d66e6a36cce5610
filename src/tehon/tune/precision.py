"""In which precision a base may be loaded for what is to be trained of it."""

from tehon.errors import UsageError
from tehon.records.tuning import PACKED, Precision, Recipe

CHANGES_BASE = frozenset({"pissa", "pissa_fast", "olora"})
"""Starts of LoRA that take something out of the base."""


def base_precision(recipe: Recipe) -> Precision:
    """In which precision the base is loaded; weights that are trained are kept in fp32.

    Raises:
        UsageError: what the recipe trains, or how it starts, does not go with its precision.
    """
    where, precision = f"recipe {recipe.name}", recipe.precision
    if recipe.lora is None:
        # fp16 would need its loss scaled, and packed weights cannot be trained.
        if precision not in {"auto", "fp32", "bf16"}:
            problem = f"precision must be auto, fp32 or bf16 where every weight is trained, got {precision}"
            raise UsageError(where, problem, "Add a [lora] table, or change precision")
        return "fp32"
    if precision in PACKED and recipe.lora.init in CHANGES_BASE:
        problem = f"lora.init must leave a base in {precision} as it is, but {recipe.lora.init} changes it"
        raise UsageError(where, problem, 'Set lora.init = "kaiming", or precision = "bf16"')
    if precision == "int8" and recipe.lora.dora:
        # PEFT 0.21 unpacks the weights for their norms, and leaves bitsandbytes without their scales.
        problem = "lora.dora must be false over a base in int8, but is true"
        raise UsageError(where, problem, 'Set precision = "nf4", or lora.dora = false')
    if precision in PACKED and recipe.init == "config":
        problem = f"random weights must be kept as they are drawn, but precision is {precision}"
        raise UsageError(where, problem, 'Set precision = "bf16"')
    return precision
