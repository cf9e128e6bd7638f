"""LeNet-5 as its paper describes it, learned on some of MNIST's digits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file

from cnnviz.inspection.code import input_code
from cnnviz.networks import build, paper_network, pytorch_code
from cnnviz.runs import RunConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

SHIPPED = Path(__file__).parents[3] / "assets" / "lenet5" / "lenet5.safetensors"
DATASET = "mnist32"
"""MNIST's digits with two more black pixels on each side, as the paper has them."""
NAMES = {
    "conv1": "C1 sum",
    "tanh1": "C1",
    "avgpool1": "S2 mean",
    "conv2": "S2 sum",
    "tanh2": "S2",
    "tableconv1": "C3 sum",
    "tanh3": "C3",
    "avgpool2": "S4 mean",
    "conv3": "S4 sum",
    "tanh4": "S4",
    "conv4": "C5 sum",
    "tanh5": "C5",
    "flatten1": "C5 flat",
    "linear1": "F6 sum",
    "tanh6": "F6",
    "rbf1": "Output",
}
"""What the paper calls each layer of the plan, after its tanh; before it, it is a sum or a mean."""
# Levels 0 and 255 become −0.1 and 1.175, so that a picture's mean is about 0 (paper, II.B).
_BLACK, _WHITE = -0.1, 1.175
BATCH, RATE = 64, 2e-3
_FLOOR = 20.0  # the paper's j: classes farther away than this are pushed no further


@dataclass(frozen=True, eq=False)
class Step:
    """How far learning has got.

    Attributes:
        step: Steps made so far.
        loss: Of the last batch.
        model: The network, which goes on learning.
    """

    step: int
    loss: float
    model: nn.Sequential


def config() -> RunConfig:
    """What the network is, as a run would say it."""
    spec, _ = paper_network("lenet5")
    spread = 1 / (_WHITE - _BLACK)
    return RunConfig(
        DATASET, "MNIST, 5,000 of its digits", "own", spec, (1, 32, 32), tuple("0123456789"),
        (-_BLACK * spread,), (spread,),
    )  # fmt: skip


def inputs_of(images: Tensor) -> Tensor:
    """What the network reads of MNIST's pictures: from N×1×28×28 `uint8` to N×1×32×32."""
    return F.pad(images.float(), (2, 2, 2, 2)) / 255 * (_WHITE - _BLACK) + _BLACK


def loss_of(scores: Tensor, labels: Tensor) -> Tensor:
    r"""The paper's equation 9: $y_d + \log(e^{-j} + \sum_i e^{-y_i})$, averaged over a batch.

    Args:
        scores: N×10, minus the squared distances $y_i$ to the codes of the digits.
        labels: N, the digits $d$.
    """
    floor = torch.full_like(scores[:, :1], -_FLOOR)
    all_of_them = torch.cat([scores, floor], 1).logsumexp(1)
    return (all_of_them - scores.gather(1, labels[:, None])[:, 0]).mean()


def learn(images: Tensor, labels: Tensor, *, steps: int, seed: int = 0) -> Iterator[Step]:
    """Train it, with the digits moved by up to two pixels.

    Args:
        images: N×1×28×28 `uint8`.
        labels: N.
        steps: How many batches of 64.
        seed: Of the first weights and of everything drawn.

    Yields:
        After every hundredth step, and the last.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = build(*paper_network("lenet5"))
    x = inputs_of(images)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3 * RATE, total_steps=steps)
    for step in range(1, steps + 1):
        chosen = torch.randint(len(x), (BATCH,), generator=generator)
        down, right = torch.randint(-2, 3, (2,), generator=generator).tolist()
        moved = x[chosen].roll((down, right), (2, 3))  # the frame of two pixels is all black
        loss = loss_of(model(moved), labels[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step == steps:
            yield Step(step, loss.item(), model)


def shipped() -> nn.Sequential:
    """The network that comes with the app, in evaluation mode."""
    model = build(*paper_network("lenet5"))
    weights = {name: value.float() for name, value in load_file(SHIPPED).items()}
    model.load_state_dict(weights, strict=False)  # the codes are not learned
    return model.eval()


def accuracy() -> float:
    """The share of mnist5k's test pictures that it reads, as measured when it was trained."""
    with safe_open(SHIPPED, "pt") as file:
        return float(file.metadata()["accuracy"])


_CODE = """
# Run this in the folder of cnnviz.
from safetensors.torch import load_file

weights = load_file("assets/lenet5/lenet5.safetensors")
model.load_state_dict({{name: value.float() for name, value in weights.items()}}, strict=False)
model.eval()
{picture}
called = {names!r}
kept = []
model.get_submodule(called[{layer!r}]).register_forward_hook(
    lambda module, inputs, output: kept.append(output)
)
scores = model(x)[0]
maps = kept[0][0].detach()
print(maps.shape)
print(maps)
print(scores.argmax().item(), "is the digit whose code is nearest")
"""


def maps_code(seen: NDArray[np.uint8], layer: str) -> str:
    """Code that prints what a layer of the network that comes with the app gives for a digit.

    Args:
        seen: 1×32×32, the levels of the digit.
        layer: What the paper calls the layer, as in `NAMES`.
    """
    made = config()
    called = {paper: ours for ours, paper in NAMES.items()}
    code = _CODE.format(picture=input_code(made, seen), names=called, layer=layer)
    return pytorch_code(made.spec, made.input_shape) + code
