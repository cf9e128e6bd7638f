"""How gradients fade or grow on their way back through a deep network, before any training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

Start = Literal["pytorch", "he", "xavier", "small", "large"]
Bend = Literal["relu", "sigmoid", "tanh", "identity"]

CHANNELS = 16
_SCALE = (
    2.0**60
)  # of the loss, so that tiny gradients stay apart from 0 in 32 bits; taken off again
_BENDS: dict[Bend, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "identity": lambda values: values,
}


@dataclass(frozen=True)
class DeepNet:
    """A network of equal layers: 3×3 convolutions of 16 maps, then an average of each map, then 10.

    Attributes:
        depth: Convolutions, at least 2.
        start: How their weights are drawn: as PyTorch does by default, by He (K. He et al., ICCV
            2015), by Glorot (X. Glorot and Y. Bengio, AISTATS 2010), or half or twice as large as
            by He.
        bend: The activation function behind each.
        norm: Whether batch normalisation comes between convolution and activation.
        skip: Whether each layer but the first adds what it was given to what it computes.
    """

    depth: int = 24
    start: Start = "pytorch"
    bend: Bend = "relu"
    norm: bool = False
    skip: bool = False


@dataclass(frozen=True, eq=False)
class Flow:
    """What is measured, layer by layer.

    Attributes:
        gradients: The norm of the gradient of the loss by each layer's weights.
        spreads: The standard deviation of each layer's output.
    """

    gradients: tuple[float, ...]
    spreads: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The gradient's norm at the second layer over that at the last.

        The first layer has fewer weights, so it is not compared with the others.
        """
        return self.gradients[1] / self.gradients[-1]


def measure(net: DeepNet, images: Tensor, labels: Tensor, *, seed: int) -> Flow:
    """Send one batch through an untrained network and the gradient back.

    Args:
        net: The network.
        images: N×C×H×W, normalised.
        labels: N class numbers from 0 to 9.
        seed: Of the weights; the global random state stays as it is.

    Raises:
        ValueError: There are fewer than 2 layers.
    """
    if net.depth < 2:
        raise ValueError(f"A gradient needs two layers to be compared, and there is {net.depth}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [
            nn.Conv2d(CHANNELS if at else images.shape[1], CHANNELS, 3, padding=1)
            for at in range(net.depth)
        ]
        head = nn.Linear(CHANNELS, 10)
        for layer in layers:
            _draw(layer, net.start)
    maps, spreads = images, []
    for at, layer in enumerate(layers):
        computed = layer(maps)
        if net.norm:
            computed = F.batch_norm(computed, None, None, training=True)
        computed = _BENDS[net.bend](computed)
        maps = maps + computed if net.skip and at else computed
        spreads.append(float(maps.detach().std()))
    loss = F.cross_entropy(head(maps.mean((2, 3))), labels)
    weights = [layer.weight for layer in layers]
    gradients = torch.autograd.grad(loss * _SCALE, weights)
    norms = tuple(float(gradient.double().norm()) / _SCALE for gradient in gradients)
    return Flow(norms, tuple(spreads))


def _draw(layer: nn.Conv2d, start: Start) -> None:
    """Draw the weights of a layer anew, unless PyTorch's own are asked for."""
    if start == "pytorch":
        return
    if start == "xavier":
        nn.init.xavier_normal_(layer.weight)
    else:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    with torch.no_grad():
        layer.weight *= {"small": 0.5, "large": 2.0}.get(start, 1.0)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)


_CODE = """\
import torch
import torch.nn.functional as F
from torch import nn

{data}
std, mean = torch.std_mean(train_x.double() / 255, correction=0)
x = ((train_x[:{count}].permute(0, 3, 1, 2) / 255 - mean) / std).float()
y = train_y[:{count}]

torch.manual_seed({seed})
inputs = [x.shape[1]] + [{channels}] * ({depth} - 1)
layers = [nn.Conv2d(channels, {channels}, 3, padding=1) for channels in inputs]
head = nn.Linear({channels}, 10)
{draw}maps = x
for at, layer in enumerate(layers):
    z = layer(maps)
{norm}    z = {bend}
    maps = {add}
loss = F.cross_entropy(head(maps.mean((2, 3))), y)
scale = 2.0**60  # tiny gradients stay apart from 0
gradients = torch.autograd.grad(loss * scale, [layer.weight for layer in layers])
for at, gradient in enumerate(gradients, 1):
    print(at, gradient.double().norm().item() / scale)
"""
_DRAWN: dict[Start, tuple[str, str]] = {
    "he": ('kaiming_normal_(layer.weight, nonlinearity="relu")', ""),
    "xavier": ("xavier_normal_(layer.weight)", ""),
    "small": ('kaiming_normal_(layer.weight, nonlinearity="relu")', " *= 0.5"),
    "large": ('kaiming_normal_(layer.weight, nonlinearity="relu")', " *= 2"),
}


def flow_code(net: DeepNet, data: str, count: int, *, seed: int) -> str:
    """Write the lines that print the norm of each layer's gradient.

    Args:
        net: The network.
        data: Lines that make `train_x` and `train_y`; see `cnnviz.datasets.data_code`.
        count: Pictures of the batch, the first of the set.
        seed: Of the weights.
    """
    draw = ""
    if net.start != "pytorch":
        how, times = _DRAWN[net.start]
        draw = f"for layer in layers:\n    nn.init.{how}\n    nn.init.zeros_(layer.bias)\n"
        if times:
            draw += f"    layer.weight.data{times}\n"
    return _CODE.format(
        data=data,
        count=count,
        seed=seed,
        channels=CHANNELS,
        depth=net.depth,
        draw=draw,
        norm="    z = F.batch_norm(z, None, None, training=True)\n" if net.norm else "",
        bend="z" if net.bend == "identity" else f"torch.{net.bend}(z)",
        add="maps + z if at else z" if net.skip else "z",
    )
