"""PyTorch code that gives the numbers of one filter when run in the run's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.inspection import activation_maximisation
from cnnviz.inspection.code import Source, input_code, model_code, pictures_code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.inspection.ablation import Replacement
    from cnnviz.inspection.deconvnet import Rule
    from cnnviz.runs import RunConfig

_KEEP = """
kept = []
layer = model.get_submodule({layer!r})
handle = layer.register_forward_hook(lambda module, inputs, output: kept.append(output))
"""

_PEAKS = """
with torch.no_grad():
    model(x)
maps = kept[0][:, {channel}].flatten(1)  # {channel} is the filter; a row for each picture
values, cells = maps.max(1)
best = values.argsort(descending=True, stable=True)[:9]
width = kept[0].shape[-1] if kept[0].ndim == 4 else 1
for picture in best.tolist():
    row, column = divmod(cells[picture].item(), width)
    place = f"row {{row}}, column {{column}}, class {{labels[picture].item()}}"
    print(f"{{values[picture].item():.4f}} at {{place}}")
"""

_FIELD = """
x.requires_grad_()
model(x)
units = kept[0][:, {channel}]
if units.ndim == 3:  # the cell in the middle of the map
    units = units[:, units.shape[1] // 2, units.shape[2] // 2]
(gradient,) = torch.autograd.grad(units.sum(), x)
field = gradient.abs().sum((0, 1)) / len(x)
print(field)
"""

_OFF = """
def accuracy():
    with torch.no_grad():
        return (model(x).argmax(1) == labels).float().mean().item()


print("with the filter:", accuracy())
value = {value}
handle.remove()


def switch_off(module, inputs, output):
    output = output.clone()
    output[:, {channel}] = value
    return output


layer.register_forward_hook(switch_off)
without = accuracy()
print("without it:", without)
"""

_BY_HAND = """
def accuracy():
    with torch.no_grad():
        return (model(x).argmax(1) == labels).float().mean().item()


print("with the learned filter:", accuracy())
with torch.no_grad():
    layer.weight[{channel}] = torch.tensor({weights})
by_hand = accuracy()
print("with the one made by hand:", by_hand)
"""

_CORRELATION = """
with torch.no_grad():
    model(x)
outputs = kept[0].transpose(0, 1).flatten(1)  # a row for each filter
correlation = torch.corrcoef(outputs.double())
print(correlation)
"""

_WEIGHTS = """
filters = model.get_submodule({layer!r}).weight.detach(){order}
correlation = torch.corrcoef(filters.flatten(1).double())
print(correlation)
"""

_CLIMB = """
import torch.nn.functional as F

mean = torch.tensor({mean!r}).view(-1, 1, 1)
std = torch.tensor({std!r}).view(-1, 1, 1)
kept = []
layer = model.get_submodule({layer!r})
layer.register_forward_hook(lambda module, inputs, output: kept.append({kept}))
picture = {start}
generator = torch.Generator().manual_seed(0)
for step in range(1, {steps} + 1):
    shift = {shift}
    x = picture.roll(shift, (2, 3)).requires_grad_()
    kept.clear()
    model((x - mean) / std)
    (gradient,) = torch.autograd.grad({aim}.mean(), x)
    x = (x.detach() + {rate} * gradient / gradient.abs().mean()).clamp(0, 1)
    picture = x.roll([-by for by in shift], (2, 3)){blur}
print((255 * picture[0]).round())
"""

_BLUR = """
    if step % {every} == 0 and step < {steps}:
        line = torch.exp(-(torch.tensor([-1.0, 0.0, 1.0]) ** 2) / (2 * {sigma}**2))
        kernel = torch.outer(line, line) / line.sum() ** 2
        flat = F.pad(picture.flatten(0, 1)[:, None], (1, 1, 1, 1), mode="replicate")
        picture = F.conv2d(flat, kernel[None, None]).reshape(picture.shape)"""

_BACK = """
{relu}kept = []
layer = model.get_submodule({layer!r})
layer.register_forward_hook(lambda module, inputs, output: kept.append(output))
x.requires_grad_()
model(x)
maps = kept[0][0, {channel}]
value = maps.max().detach()  # the strongest cell is sent down, and nothing else
start = torch.zeros_like(kept[0])
start[0, {channel}].view(-1)[maps.argmax()] = value
# What is left of backpropagation: unpooling by switches, and transposed filters.
(projection,) = torch.autograd.grad(kept[0], x, start)
print(value.item(), projection[0])
"""

_RECTIFIED = {
    "deconvnet": """
class Rectified(torch.autograd.Function):
    @staticmethod
    def forward(context, values):
        return values.relu()

    @staticmethod
    def backward(context, signal):
        return signal.relu()  # what comes down is rectified


for module in model.modules():
    if isinstance(module, nn.ReLU):
        module.forward = Rectified.apply

""",
    "guided": """
for module in model.modules():
    if isinstance(module, nn.ReLU):
        module.register_full_backward_hook(lambda module, below, above: (below[0].relu(),))

""",
    "gradient": "",
}

_PARTS = """
kept = []
conv = model.get_submodule({layer!r})
conv.register_forward_hook(lambda module, inputs, output: kept.extend([inputs[0], output]))
model(x)
# The filter, one input map at a time, in the cell at row {row}, column {column}.
products = torch.nn.functional.conv2d(
    kept[0], conv.weight[{channel}].unsqueeze(1), None, conv.stride, conv.padding, conv.dilation,
    groups=kept[0].shape[1],
)[0, :, {row}, {column}]
bias = 0 if conv.bias is None else conv.bias[{channel}]
print(products.argsort(descending=True), products.sum() + bias)
print(kept[1][0, {channel}, {row}, {column}], "is the same")
"""


def peaks_code(config: RunConfig, step: int, layer: str, channel: int, source: Source) -> str:
    """Code that prints the nine pictures that excite a filter most."""
    return _with_pictures(config, step, layer, source) + _PEAKS.format(channel=channel)


def field_code(config: RunConfig, step: int, layer: str, channel: int, source: Source) -> str:
    """Code that prints a filter's effective receptive field."""
    return _with_pictures(config, step, layer, source) + _FIELD.format(channel=channel)


def ablation_code(
    config: RunConfig,
    step: int,
    layer: str,
    channel: int,
    source: Source,
    *,
    replacement: Replacement,
) -> str:
    """Code that prints the accuracy with and without a filter."""
    value = f"kept[0][:, {channel}].mean().item()" if replacement == "mean" else "0.0"
    off = _OFF.format(channel=channel, value=value)
    return _with_pictures(config, step, layer, source) + off


def by_hand_code(
    config: RunConfig,
    step: int,
    layer: str,
    channel: int,
    source: Source,
    *,
    weights: NDArray[np.float32],
) -> str:
    """Code that prints the accuracy with a filter and with other weights, inputs×kh×kw, for it."""
    lines = _BY_HAND.format(channel=channel, weights=weights.tolist())
    return _with_pictures(config, step, layer, source) + lines


def correlation_code(
    config: RunConfig, step: int, layer: str, source: Source | None, *, local: bool = False
) -> str:
    """Code that prints the correlations of a layer's filters.

    Args:
        config: What the run asked for.
        step: The snapshot.
        layer: Name of the layer.
        source: The pictures for which outputs are compared; None to compare the weights.
        local: Whether the layer has other filters at each place.
    """
    if source is None:
        order = ".permute(2, 0, 1, 3, 4, 5)" if local else ""
        return model_code(config, step) + _WEIGHTS.format(layer=layer, order=order)
    return _with_pictures(config, step, layer, source) + _CORRELATION


def climb_code(
    config: RunConfig,
    step: int,
    layer: str,
    channel: int,
    start: str,
    *,
    relu: bool,
    jitter: bool,
    smooth: bool,
) -> str:
    """Code that prints the picture that gradient ascent finds for a filter.

    Args:
        config: What the run asked for.
        step: The snapshot.
        layer: Name of the layer.
        channel: The filter.
        start: Lines that make `x0`, the picture to start from: 1×C×H×W from 0 to 1.
        relu: Whether the layer is a ReLU; a leaky one stands in for it.
        jitter: Whether the picture is shifted before each step.
        smooth: Whether it is blurred after every few.
    """
    draws = ", ".join(
        f"int(torch.randint({-(side // 8)}, {side // 8 + 1}, (1,), generator=generator))"
        for side in config.input_shape[1:]
    )
    blur = _BLUR.format(
        every=activation_maximisation.EVERY,
        steps=activation_maximisation.STEPS,
        sigma=activation_maximisation.SIGMA,
    )
    cells = f"kept[0][:, {channel}]"
    climb = _CLIMB.format(
        mean=list(config.mean),
        std=list(config.std),
        layer=layer,
        channel=channel,
        aim=f"F.leaky_relu({cells}, {activation_maximisation.LEAK})" if relu else cells,
        kept="inputs[0]" if relu else "output",
        start="x0",
        steps=activation_maximisation.STEPS,
        rate=activation_maximisation.RATE,
        shift=f"[{draws}]" if jitter else "[0, 0]",
        blur=blur if smooth else "",
    )
    return f"{model_code(config, step)}\n{start}{climb}"


def back_code(
    config: RunConfig,
    step: int,
    layer: str,
    channel: int,
    seen: NDArray[np.uint8],
    *,
    rule: Rule,
) -> str:
    """Code that prints a filter's strongest cell for a picture, projected back to the pixels.

    Args:
        config: What the run asked for.
        step: The snapshot.
        layer: Name of the layer.
        channel: The filter.
        seen: C×H×W, the picture as the network saw it, before normalising.
        rule: What passes a ReLU on the way down.
    """
    back = _BACK.format(layer=layer, channel=channel, relu=_RECTIFIED[rule])
    return f"{model_code(config, step)}\n{input_code(config, seen)}{back}"


def parts_code(
    config: RunConfig, step: int, layer: str, cell: tuple[int, int, int], seen: NDArray[np.uint8]
) -> str:
    """Code that prints what each input map gives to a cell of a convolution, without groups.

    Args:
        config: What the run asked for.
        step: The snapshot.
        layer: Name of the convolution.
        cell: The filter, and row and column in its map.
        seen: C×H×W, the picture as the network saw it, before normalising.
    """
    channel, row, column = cell
    parts = _PARTS.format(layer=layer, channel=channel, row=row, column=column)
    return f"{model_code(config, step)}\n{input_code(config, seen)}{parts}"


def _with_pictures(config: RunConfig, step: int, layer: str, source: Source) -> str:
    return f"""{model_code(config, step)}
{pictures_code(config, source)}{_KEEP.format(layer=layer)}"""
