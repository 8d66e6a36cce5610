"""What tuning takes and gives: families, recipes, adapters."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from tehon.records.record import Record

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Kernel = Literal["sdpa", "flex_attention"]
Layout = Literal["padded", "sorted", "prefix_tree"]
Precision = Literal["auto", "fp32", "bf16", "fp16", "nf4", "int8"]
PACKED: frozenset[Precision] = frozenset({"nf4", "int8"})
"""Precisions in which linear modules are packed, and unpacked again for every product."""
Sharding = Literal["none", "zero2", "zero3", "fsdp2"]
"""What of a run is divided among its processes; the result is the same."""
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


class Tracker(StrEnum):
    """Who may be told how a run goes, beside its own curve."""

    TENSORBOARD = "tensorboard"
    WANDB = "wandb"
    MLFLOW = "mlflow"
    TRACKIO = "trackio"


class Family(Record, kw_only=True):
    """One model architecture.

    Attributes:
        name: the file's name on the shelf.
        title: one line for the docs.
        model_types: `model_type` values of `config.json` that belong to it.
        targets: the modules that LoRA changes unless a recipe says otherwise.
        tiny: `model_type` and configuration of a random model small enough for a test.
    """

    name: str
    title: str
    model_types: tuple[str, ...]
    targets: tuple[str, ...]
    tiny: dict[str, Any]


class Lora(Record, kw_only=True):
    """LoRA's settings (Hu et al. 2021, arXiv 2106.09685).

    Attributes:
        rank: r, the inner dimension.
        alpha: the update is scaled by alpha / rank.
        dropout: probability of dropping an input of the update.
        targets: module names; `all-linear` for every linear module below the head; empty means the family's own.
        rslora: the update is scaled by alpha / √rank (Kalajdzievski 2023, arXiv 2312.03732).
        dora: a magnitude of its own for every output (Liu et al. 2024, arXiv 2402.09353).
        b_ratio: B's learning rate over A's; LoRA+ takes 16 (Hayou et al. 2024, arXiv 2402.12354).
        init: how the matrices start. `kaiming` and `gaussian` draw A and leave B zero; `pissa` takes the base's largest
            singular directions out of it (Meng et al. 2024, arXiv 2404.02948), `pissa_fast` finds them by random
            projections, and `olora` takes its first orthogonal ones (Büyükakyüz 2024, arXiv 2406.01775). The finished
            adapter fits the base as it was, at twice the rank where the base was changed.
    """

    rank: AtLeastOne = 4
    alpha: Annotated[float, msgspec.Meta(gt=0)] = 16.0
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.05
    targets: tuple[str, ...] | Literal["all-linear"] = ()
    rslora: bool = False
    dora: bool = False
    b_ratio: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    init: Literal["kaiming", "gaussian", "pissa", "pissa_fast", "olora"] = "kaiming"


class DataSize(Record, kw_only=True):
    """How much a recipe is tuned on where no release is at hand: what an estimate is made from.

    Attributes:
        examples: how many there are.
        mean_tokens: of one, in the recipe's template.
    """

    examples: AtLeastOne
    mean_tokens: Annotated[float, msgspec.Meta(gt=0)]


class Recipe(Record, kw_only=True):
    """How a base is tuned; the paper's Table I is one file a column.

    Attributes:
        name: the file's name.
        title: one line for lists.
        base: path, hub name or `package:NAME` of the model to tune; may be given on the command line.
        family: of the base; empty means by its `model_type`.
        init: what the base's weights are: its own, or drawn by the seed for its `config`.
        stage: `instruct` learns the responses of a release's examples; `pretrain` goes on with what the base itself was
            trained on, the plain texts of a release of documents, packed into sequences of `sequence_length`.
        template: how examples become prompts; `plain` for documents.
        lora: LoRA's settings; without them every weight of the text model is trained.
        learning_rate: the peak.
        schedule: what the learning rate does after warm-up.
        warmup_steps: steps of linear warm-up.
        weight_decay: AdamW's.
        max_grad_norm: gradients are clipped to it; 0 turns clipping off.
        batch_size: examples in one step, exactly, or packed sequences of documents.
        epochs: how often each of these is seen.
        max_steps: stop earlier; None runs all epochs.
        sequence_length: the longest prompt in tokens.
        overlong: `published` cuts on the right; `keep_response` shortens the input, never the response and its end.
        prompt_loss_weight: weight of the context's tokens in the loss; 1 as published, 0 for the response only.
        dropout: `keyed` draws LoRA's masks from seed, step and the tokens up to each position, so that they are the
            same however a step is laid out or spread; `independent` draws them as they come, as the paper's code did.
        layout: how a step's examples are laid out in memory; the loss is the same. A tree that would cost more than
            examples sorted by length gives way to them, step by step.
        token_budget: positions in one forward pass, at most; `auto` is what the device holds. It halves where memory
            runs out.
        attention: what computes it; `auto` is flex_attention on a GPU that gets it right, and sdpa elsewhere.
        compile: the layers are compiled by torch.compile when they are first used, which takes minutes and a compiler.
        activation_checkpointing: what lies between the layers is computed again instead of kept: a third more work for
            a fraction of the memory.
        precision: of the frozen base; `auto` is bf16 where the device computes it fast, `nf4` and `int8` pack it into
            4 and 8 bits. Where every weight is trained they are kept in fp32, and this is what products compute in.
        seed: of the order, the adapter's start values and dropout.
        validation_size: examples held back to measure the loss.
        validation_steps: steps between two measurements; 0 measures at the end alone.
        keep: the adapter of the last step, or of the lowest loss that was measured.
        patience: measurements without a lower loss after which the run stops; 0 never stops it.
        log_steps: steps between two lines of the curve.
        checkpoint_minutes: time between two checkpoints; 0 writes one after every step.
        allow_contamination: tasks whose items the release may hold; their scores then prove nothing.
        published: the data that the paper names for it; only estimates are made from it.
    """

    name: str
    title: str = ""
    base: str = ""
    family: str = ""
    init: Literal["weights", "config"] = "weights"
    stage: Literal["instruct", "pretrain"] = "instruct"
    template: str
    lora: Lora | None = None
    learning_rate: Annotated[float, msgspec.Meta(gt=0)] = 3e-4
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup_steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    weight_decay: NotNegative = 0.0
    max_grad_norm: NotNegative = 1.0
    batch_size: AtLeastOne = 128
    epochs: AtLeastOne = 1
    max_steps: AtLeastOne | None = None
    sequence_length: Annotated[int, msgspec.Meta(ge=8)] = 256
    overlong: Literal["published", "keep_response"] = "keep_response"
    prompt_loss_weight: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    dropout: Literal["keyed", "independent"] = "keyed"
    layout: Layout = "prefix_tree"
    token_budget: AtLeastOne | Literal["auto"] = "auto"  # noqa: S105 - tokens of text, no secret
    attention: Literal["auto", "sdpa", "flex_attention"] = "auto"
    compile: bool = False
    activation_checkpointing: bool = False
    precision: Precision = "auto"
    seed: int = 42
    validation_size: Annotated[int, msgspec.Meta(ge=0)] = 0
    validation_steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    keep: Literal["last", "best"] = "last"
    patience: Annotated[int, msgspec.Meta(ge=0)] = 0
    log_steps: AtLeastOne = 1
    checkpoint_minutes: NotNegative = 10.0
    allow_contamination: tuple[str, ...] = ()
    published: DataSize | None = None

    @property
    def trained_on(self) -> Literal["examples", "documents"]:
        """What a release for it holds."""
        return "documents" if self.stage == "pretrain" else "examples"

    @property
    def base_seed(self) -> int | None:
        """What draws the base's weights; None where it has its own."""
        return self.seed if self.init == "config" else None


class Estimate(Record, kw_only=True):
    """What a recipe would take.

    Attributes:
        steps: optimiser steps.
        drawn: examples in all steps, repetitions counted.
        tokens: of those.
        hours: at the device's speed; None where none was given.
    """

    steps: int
    drawn: int
    tokens: int
    hours: float | None


class TuningCounts(Record, kw_only=True):
    """What happened to the examples on their way into the model, counted exactly.

    Attributes:
        examples: that steps are drawn from; of documents, packed sequences.
        drawn: examples in all steps, repetitions counted.
        tokens: of those drawn, end tokens included.
        scored_tokens: of those drawn, with a loss.
        cut_right: cut on the right, so that the end token is lost (`published`).
        input_shortened: input shortened so that the response fits (`keep_response`).
        dropped: left out because nothing scored would remain.
        steps: optimiser steps.
        positions: that the model computed, padding included.
        lengths: of the whole release: how many sequences there are in each of as many equal stretches from 0 to
            `sequence_length` tokens, once they were cut; empty where nobody counted.
    """

    examples: int
    drawn: int
    tokens: int
    scored_tokens: int
    cut_right: int
    input_shortened: int
    dropped: int
    steps: int
    positions: int
    lengths: tuple[int, ...] = ()


class Adapter(Record, kw_only=True):
    """A finished tuning: an adapter in PEFT's own format, or a whole model where the recipe has no LoRA.

    Attributes:
        recipe: as it ran.
        base: what was tuned, as named in the recipe or on the command line.
        base_digest: of the base's configuration and weights.
        release: the release's name.
        release_digest: the release's digest.
        template: must be used again in evaluation.
        parameters: trained numbers.
        counts: examples, tokens, positions.
        first_loss: mean loss per scored token over the first logged step.
        last_loss: over the last one.
        validation_loss: mean NLL per scored token on the held-back examples; None without them.
    """

    recipe: Recipe
    base: str
    base_digest: str
    release: str
    release_digest: str
    template: str
    parameters: int
    counts: TuningCounts
    first_loss: float
    last_loss: float
    validation_loss: float | None = None


class Merged(Record, kw_only=True):
    """An adapter's update added to the weights of its base, in fp32.

    Attributes:
        base: as it was named.
        base_digest: of its configuration, tokenizer and weights.
        adapter: the adapter's folder as it was named.
        adapter_digest: of its files.
        tuning: what made the adapter; None where it came from elsewhere.
        precision: of the weights as they were written.
        difference: the largest between a logit of base and adapter and one of the merged model as written, over
            `positions` of fixed prompts.
        largest_logit: the largest of those, by size, to compare it with.
        positions: of the fixed prompts.
    """

    base: str
    base_digest: str
    adapter: str
    adapter_digest: str
    tuning: Adapter | None
    precision: Precision
    difference: float
    largest_logit: float
    positions: int
