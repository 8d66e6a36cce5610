"""LoRA on a frozen base: PEFT's own modules, their matrices in fp32."""

from difflib import get_close_matches

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from torch import nn

from tehon.engine.network import Network
from tehon.engine.quiet import quiet
from tehon.errors import TargetsMissing
from tehon.records.tuning import Lora, Recipe
from tehon.tune.dropout import install
from tehon.tune.precision import CHANGES_BASE
from tehon.tune.tuned import Tuned

INITS: dict[str, bool | str] = {
    "kaiming": True,
    "gaussian": "gaussian",
    "pissa": "pissa",
    "pissa_fast": "pissa_niter_16",
    "olora": "olora",
}
"""The recipe's word -> PEFT's."""
FACTORS = (".lora_A.weight", ".lora_B.weight")


def add(net: Network, recipe: Recipe, lora: Lora) -> Tuned:
    """The base with adapters; they start from the recipe's seed so that nothing is changed yet.

    Args:
        net: the base, changed in place.
        recipe: seed and the kind of dropout.
        lora: its settings.

    Raises:
        TargetsMissing: a target is not in this model.
    """
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets(net, recipe, lora),
        use_rslora=lora.rslora,
        use_dora=lora.dora,
        init_lora_weights=INITS[lora.init],
        bias="none",
        task_type="CAUSAL_LM",
    )
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        model = get_peft_model(net.model, config)
    start = get_peft_model_state_dict(model, save_embedding_layers=False) if lora.init in CHANGES_BASE else {}
    keyed = lora.dropout > 0 and recipe.dropout == "keyed"
    positions = install(model, lora.dropout) if keyed else None
    model.eval()
    return Tuned(
        model=model,
        parameters={name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad},
        positions=positions,
        taken_out={name: tensor.detach().cpu().clone() for name, tensor in start.items() if name.endswith(FACTORS)},
    )


def targets(net: Network, recipe: Recipe, lora: Lora) -> list[str]:
    """The modules to change: the recipe's, else the family's.

    Their short names, or their full ones where a part beside the text model, such as an image encoder, has modules of
    the same name, which stay as they are.

    Raises:
        TargetsMissing: a name belongs to no linear module below the head; near names are suggested.
    """
    linear = {name: module for name, module in net.model.named_modules() if isinstance(module, nn.Linear)}
    below_head = set(net.body.modules())
    known = sorted({_last(name) for name, module in linear.items() if module in below_head})
    wanted = known if lora.targets == "all-linear" else sorted(lora.targets or net.family.targets)
    for target in wanted:
        if target not in known:
            near = get_close_matches(target, known, n=3, cutoff=0.4) or known
            problem = f"lora.targets must name linear modules of the model, but there is no {target}"
            raise TargetsMissing(f"recipe {recipe.name}", problem, f"Take one of {', '.join(near)}")
    meant = {name: module in below_head for name, module in linear.items() if _last(name) in wanted}
    return wanted if all(meant.values()) else sorted(name for name, inside in meant.items() if inside)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
