"""One way of tuning, in a process of its own: `python benchmarks/tune_ways.py WAY FOLDER` leaves FOLDER/WAY.json.

authors: transformers' Trainer and PEFT as in the paper's code: batches as they are drawn, padded on the left to a
    multiple of 8, loss from the logits of all positions.
trl_padding_free, trl_packed, trl_grouped: TRL's SFTTrainer with its tiled head and without checkpointing: batches in
    one row without padding; examples packed into rows of 1,024; batches of equal lengths, padded.
sorted, prefix_tree: tehon's two layouts, through the function that `tehon tune` calls.
"""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import torch

from tehon.engine.load import load
from tehon.engine.tokens import Encoded
from tehon.records.tuning import Layout
from tehon.tune.curve import CURVE, Line
from tehon.tune.plan import lay_out
from tehon.tune.run import tune
from tune_clock import Clock, Cost
from tune_work import Asked, kept, lora, recipe, work_of

AUTHORS = "authors"
TRL = ("trl_padding_free", "trl_packed", "trl_grouped")
OURS: dict[str, Layout] = {"sorted": "sorted", "prefix_tree": "prefix_tree"}
WAYS = (AUTHORS, *TRL, *OURS)
MULTIPLE = 8
"""Lengths are padded to a multiple of it, as in the authors' code."""
PACKED = 1024
"""Tokens in one of TRL's packed rows."""
IGNORED = -100


def ours(asked: Asked, sequences: list[Encoded], folder: Path, layout: Layout) -> Cost:
    """Tehon's `tune`."""
    clock, out = Clock(), folder / layout
    adapter = tune(recipe(asked, layout), Path(asked.release), out, progress=clock.progress)
    first = msgspec.json.decode((out / CURVE).read_bytes().splitlines()[0], type=Line)
    return clock.cost(
        positions=adapter.counts.positions,
        scored=planned(asked, sequences, layout),
        loss=first.loss,
        gradient_norm=first.gradient_norm,
    )


def planned(asked: Asked, sequences: list[Encoded], layout: Layout) -> int:
    """Positions whose logits are computed, by the plans of the steps: in a tree, one that several predict from once."""
    work, size = work_of(asked), asked.batch_size
    budget = asked.budget if isinstance(asked.budget, int) else 1024
    plans = [lay_out(sequences[at : at + size], layout, budget, work) for at in range(0, len(sequences), size)]
    return sum(len(set(micro.source.tolist())) for plan in plans for micro in plan.micros)


def opponent(way: str, asked: Asked, sequences: list[Encoded], folder: Path) -> Cost:
    """A trainer of another library, on the very same base."""
    model = load(asked.base, seed=asked.seed if asked.drawn else None).network.model
    tokenizer = load_tokenizer(asked)
    clock = Clock()
    clock.count(model.get_input_embeddings())
    make = authors if way == AUTHORS else trl
    trainer = make(way, asked, model, tokenizer, [row(sequence) for sequence in sequences], folder / way)
    trainer.add_callback(marker(clock))
    trainer.train()
    first = trainer.state.log_history[0]
    # TRL's fused head leaves out what is ignored.
    scored = clock.positions if way == AUTHORS else sum(len(sequence.scored) for sequence in sequences)
    return clock.cost(positions=clock.positions, scored=scored, loss=first["loss"], gradient_norm=first["grad_norm"])


def load_tokenizer(asked: Asked) -> Any:  # noqa: ANN401 - a foreign class without types
    """The base's tokenizer, with a token to pad with."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - only opponents need it

    from tehon.engine.locate import locate  # noqa: PLC0415 - likewise

    tokenizer = AutoTokenizer.from_pretrained(locate(asked.base, weights=not asked.drawn))
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return tokenizer


def row(sequence: Encoded) -> dict[str, list[int]]:
    """An example as trainers take it."""
    labels = [int(token) if weight else IGNORED for token, weight in zip(sequence.ids, sequence.weights, strict=True)]
    return {"input_ids": sequence.ids.tolist(), "labels": labels}


def arguments(asked: Asked, out: Path, batch: int, rows: int) -> dict[str, Any]:
    """What the trainers share; `rows` of them make the steps, `batch` a pass."""
    return {
        "output_dir": str(out),
        "per_device_train_batch_size": batch,
        "gradient_accumulation_steps": -(-rows // (asked.steps * batch)),
        "max_steps": asked.steps,
        "learning_rate": 3e-4,
        "train_sampling_strategy": "sequential",
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "seed": asked.seed,
        "gradient_checkpointing": False,
        "dataloader_pin_memory": False,
        "use_cpu": not torch.cuda.is_available(),
    }


def adapter(asked: Asked, model: Any) -> Any:  # noqa: ANN401 - a foreign class without types
    """PEFT's configuration of the adapter; its targets are the family's."""
    from peft import LoraConfig  # noqa: PLC0415 - only opponents need it

    from tehon.engine.weights import family_of  # noqa: PLC0415 - likewise

    wanted = lora(asked)
    return LoraConfig(
        r=wanted.rank,
        lora_alpha=wanted.alpha,
        lora_dropout=wanted.dropout,
        target_modules=list(family_of(model.config.model_type, asked.base).targets),
        task_type="CAUSAL_LM",
    )


def authors(
    way: str,
    asked: Asked,
    model: Any,  # noqa: ANN401 - a foreign class without types
    tokenizer: Any,  # noqa: ANN401 - likewise
    rows: list[dict[str, list[int]]],
    out: Path,
) -> Any:  # noqa: ANN401 - foreign classes without types
    """The authors' way."""
    from peft import get_peft_model  # noqa: PLC0415 - only opponents need it
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments  # noqa: PLC0415 - likewise

    del way
    tokenizer.padding_side = "left"
    return Trainer(
        model=get_peft_model(model, adapter(asked, model)),
        args=TrainingArguments(**arguments(asked, out, asked.micro_batch, len(rows))),
        train_dataset=rows,
        data_collator=DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=MULTIPLE, padding=True),
    )


def trl(
    way: str,
    asked: Asked,
    model: Any,  # noqa: ANN401 - a foreign class without types
    tokenizer: Any,  # noqa: ANN401 - likewise
    rows: list[dict[str, list[int]]],
    out: Path,
) -> Any:  # noqa: ANN401 - foreign classes without types
    """TRL's SFTTrainer."""
    from datasets import Dataset  # noqa: PLC0415 - only opponents need it
    from trl import SFTConfig, SFTTrainer, pack_dataset  # noqa: PLC0415 - likewise

    data, batch = Dataset.from_list(rows), asked.micro_batch
    more: dict[str, Any] = {"max_length": None}
    if way == "trl_padding_free":
        more |= {"padding_free": True}
    elif way == "trl_packed":
        data, batch = pack_dataset(data, PACKED, "bfd"), 1
        more |= {"padding_free": True}
    else:
        more |= {"train_sampling_strategy": "group_by_length"}
    shared = arguments(asked, out, batch, len(data))
    return SFTTrainer(
        model=model,
        args=SFTConfig(**shared | more),
        train_dataset=data,
        processing_class=tokenizer,
        peft_config=adapter(asked, model),
    )


def marker(clock: Clock) -> Any:  # noqa: ANN401 - a class of transformers
    """Tells the clock about a trainer's steps."""
    from transformers import TrainerCallback  # noqa: PLC0415 - only opponents need it

    class Marker(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: object, **__: object) -> None:
            clock.mark()

        def on_step_end(self, *_: object, **__: object) -> None:
            clock.mark()

    return Marker()


def main(way: str, folder: Path) -> None:
    """Do what is asked in the folder."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    asked, sequences = kept(folder)
    cost = ours(asked, sequences, folder, OURS[way]) if way in OURS else opponent(way, asked, sequences, folder)
    (folder / f"{way}.json").write_bytes(msgspec.json.encode(cost))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
