"""Gradient and optimiser, and at stage 3 weights as well, divided among processes by DeepSpeed.

Source: Rajbhandari et al. 2020, ZeRO (arXiv 1910.02054), as `deepspeed` has it; the paper's authors tuned with it.
"""

import logging
import warnings
from typing import Any

import torch
from accelerate import PartialState
from torch import Tensor, nn
from torch.optim import AdamW

from tehon.engine.network import Network
from tehon.errors import PackageMissing
from tehon.records.tuning import Recipe
from tehon.tune.guard import Guard
from tehon.tune.loss import FILLER, Loss
from tehon.tune.plan import Micro
from tehon.tune.spread import MOMENTS, WEIGHT, set_rate
from tehon.tune.tuned import Tuned, parameter_groups

BUCKET = 50_000_000
"""Elements that are sent together, at most; DeepSpeed sets room for them aside in every backward pass."""
WEIGHTS_TOO = 3
"""The stage at which weights are divided."""


class Zero:
    """See `tehon.tune.spread.Spread`.

    Attributes:
        passes: forward passes that a forward and backward pass cost.
        names: of the trained parameters.
    """

    def __init__(self, net: Network, tuned: Tuned, recipe: Recipe, stage: int) -> None:
        """Divide the model, and take one empty step, so that everything that comes into being in one is there."""
        self._deepspeed = _deepspeed()
        self.passes, self.names = tuned.passes, tuple(tuned.parameters)
        self._parameters, self._guard, self._stage = tuned.parameters, Guard(), stage
        loss = Loss(net, tuned, recipe.seed, self._guard)
        layers = self._guard.hold_all(net.body)
        self._optimiser = _Adam(parameter_groups(tuned, recipe), lr=recipe.learning_rate)
        net.device = PartialState().device
        bucket = min(BUCKET, sum(parameter.numel() for parameter in tuned.parameters.values()))
        config = {
            "train_micro_batch_size_per_gpu": 1,
            "gradient_clipping": recipe.max_grad_norm,
            "zero_optimization": {"stage": stage, "reduce_bucket_size": bucket, "allgather_bucket_size": bucket},
            "zero_allow_untested_optimizer": True,
            "zero_force_ds_cpu_optimizer": False,
        }
        if stage == WEIGHTS_TOO:
            self._divide_weights(net, loss, layers, config)
        self._engine, *_ = self._deepspeed.initialize(model=loss, optimizer=self._optimiser, config=config)
        self._begun = False
        self.learn(FILLER, 0, last=True)
        self.begin()

    @property
    def full(self) -> bool:
        """Memory ran out in this process since the last `begin`."""
        return self._guard.full

    def begin(self) -> None:
        """Forget the gradient and a full memory."""
        self._guard.full = False
        if self._begun:
            # DeepSpeed forgets a gradient by taking a step.
            self._optimiser.idle = True
            self._engine.step()
            self._optimiser.idle = self._begun = False

    def learn(self, micro: Micro, step: int, *, last: bool) -> Tensor:
        """() the loss of one pass, whose gradient is added to the step's."""
        self._begun = True
        self._engine.set_gradient_accumulation_boundary(last)
        loss: Tensor = self._engine(micro, step)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def measure(self, micro: Micro) -> Tensor:
        """() the loss of one pass, without a gradient and without dropout."""
        with torch.no_grad():
            loss: Tensor = self._engine(micro, 0)
            return loss

    def move(self, rate: float, weight: float) -> float:
        """One step of the optimiser by the gradient over `weight`, clipped; its norm before clipping."""
        set_rate(self._optimiser, rate)
        # The scale is what a gradient is divided by; DeepSpeed has taken the mean over processes.
        self._engine.optimizer.loss_scale = weight / PartialState().num_processes
        self._engine.step()
        self._engine.optimizer.loss_scale = 1.0
        self._begun = False
        # It skips a step whose gradient is not finite.
        return float(self._engine.get_global_grad_norm()) if self._engine.was_step_applied() else float("nan")

    def whole(self, kind: str, name: str) -> Tensor:
        """A parameter, or one of its moments, put together from all processes."""
        parameter, utils = self._parameters[name], self._deepspeed.utils
        value: Tensor = (
            utils.safe_get_full_fp32_param(parameter)
            if kind == WEIGHT
            else utils.safe_get_full_optimizer_state(parameter, kind)
        )
        return value

    def remember(self, kind: str, name: str, value: Tensor) -> None:
        """Take over this process's part of a moment."""
        parameter, utils, state = self._parameters[name], self._deepspeed.utils, PartialState()
        if self._stage < WEIGHTS_TOO:
            utils.safe_set_full_optimizer_state(parameter, value, kind)
            return
        size = utils.safe_get_local_optimizer_state(parameter, kind).numel()
        padded = nn.functional.pad(value.flatten(), (0, size * state.num_processes - value.numel()))
        mine = padded[size * state.process_index : size * (state.process_index + 1)]
        utils.safe_set_local_optimizer_state(parameter, mine, kind)

    def count(self, steps: int) -> None:
        """Take over how many steps that run has made."""
        for held in self._optimiser.state.values():
            held["step"].fill_(steps)

    def _divide_weights(self, net: Network, loss: Loss, layers: list[Any], config: dict[str, Any]) -> None:
        """Divide the weights parameter by parameter, so that no device ever holds all of them."""
        self._deepspeed.utils.set_z3_leaf_modules(loss, list({type(layer) for layer in layers}))
        # What becomes of a layer's gradient is settled when its input's gradient is there, which must then be.
        _embeddings(net).register_forward_hook(_ask)
        self._deepspeed.zero.Init(module=loss, config_dict_or_path=config)
        # The head's matrix is used without the head.
        self._deepspeed.zero.register_external_parameter(loss, net.head.weight)
        for buffer in loss.buffers():
            buffer.data = buffer.data.to(net.device)


class _Adam(AdamW):
    """AdamW that can take a step in which nothing moves.

    Attributes:
        idle: the next step is one.
    """

    idle = False

    def step(self, closure: Any = None) -> Any:  # noqa: ANN401 - torch's own form
        """Move, or make sure that there are moments."""
        if not self.idle:
            return super().step(closure)
        for parameter in (parameter for group in self.param_groups for parameter in group["params"]):
            if not (held := self.state[parameter]):
                held |= {"step": torch.tensor(0.0)} | {kind: torch.zeros_like(parameter) for kind in MOMENTS}
        return None


def _embeddings(net: Network) -> nn.Module:
    embeddings: nn.Module = net.model.get_input_embeddings()
    return embeddings


class _Asked(torch.autograd.Function):
    """A tensor as it is, but of the kind whose gradient is asked for."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, asking: Tensor) -> Tensor:  # noqa: ANN401 - autograd's own form
        del ctx, asking
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401 - likewise
        del ctx
        return gradients[0], None


def _ask(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    del module, inputs
    asked: Tensor = _Asked.apply(output, torch.zeros((), requires_grad=True))  # type: ignore[no-untyped-call]
    return asked


def _deepspeed() -> Any:  # noqa: ANN401 - a foreign library without types
    """The library, quiet.

    Raises:
        PackageMissing: it is not installed.
    """
    try:
        import deepspeed  # noqa: PLC0415 - an extra
    except ImportError as error:
        problem = "needs the package deepspeed, which is not installed"
        raise PackageMissing("--sharding", problem, "pip install 'tehon[deepspeed]'") from error
    logging.getLogger("DeepSpeed").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", r".*torch\.distributed\.\w+_tensor. is deprecated", FutureWarning)
    # Its own sums over processes on one machine would have to be compiled, and torch has them.
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    backend = torch.distributed.get_backend()
    deepspeed.init_distributed(dist_backend=backend, auto_mpi_discovery=False, verbose=False)
    return deepspeed
