"""What a convolution layer costs: shapes, parameters and multiply-adds, with its relatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
import torch
from torch import nn

from cnnviz.convolution import ConvolutionError
from cnnviz.convolution.volumes import layer_cost
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.tables import localized

if TYPE_CHECKING:
    from cnnviz.convolution.volumes import LayerCost

LAYERS = {
    "first": "32×32×3, six 5×5 filters",
    "second": "28×28×6, ten 5×5 filters",
    "mix": "56×56×64, 32 filters of 1×1",
    "depthwise": "56×56×64, depthwise 3×3",
}
SETTINGS = {
    "first": (32, 3, 5, 6, 0, 1),
    "second": (28, 6, 5, 10, 0, 1),
    "mix": (56, 64, 1, 32, 0, 1),
    "depthwise": (56, 64, 3, 64, 1, 64),
}
_PROTOTXT = """layer {{
  name: "conv1"  type: "Convolution"  bottom: "data"  top: "conv1"
  convolution_param {{
    num_output: {filters}  kernel_size: {kernel}  stride: {stride}  pad: {padding}  group: {groups}
{dilation}  }}
}}"""


def layer_costs() -> None:
    """Draw a panel where the settings of a layer give its costs, and one on 1×1 layers."""
    _one_layer()
    _squeezed()


class _Layer(NamedTuple):
    """The settings of a layer, and of the pictures that it reads."""

    side: int
    channels: int
    kernel: int
    filters: int
    padding: int
    stride: int
    dilation: int
    groups: int
    batch: int

    @property
    def volume(self) -> tuple[int, int, int]:
        """Of one picture, C×H×W."""
        return self.channels, self.side, self.side


def _one_layer() -> None:
    st.header("What a layer costs")
    left, right = st.columns([1, 2], gap="medium")
    with left:
        layer = _choose_layer()
    with right:
        _, _, f, c_out, p, s, d, g, _ = layer
        try:
            cost = layer_cost(layer.volume, f, c_out, stride=s, padding=p, dilation=d, groups=g)
            one = layer_cost(layer.volume, f, c_out, stride=s, padding=p, dilation=d)
            alone = layer_cost(
                layer.volume, f, layer.channels,
                stride=s, padding=p, dilation=d, groups=layer.channels,
            )  # fmt: skip
        except ConvolutionError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        _show_sizes(layer, cost)
        _show_costs(cost, one, alone, layer_cost(alone.shape, 1, c_out))
        _check_with_torch(layer, cost)
        with st.container(horizontal=True):
            _offer_code(layer, cost)


def _choose_layer() -> _Layer:
    start = choice(st.selectbox, "Example", LAYERS, "first", key="vo_layer")
    side, depth, kernel, filters, padding, groups = SETTINGS[start]
    key = f"vo_{start}"
    return _Layer(
        side=paired(":blue[Side n]", 1, 256, side, key=f"{key}_side"),
        channels=paired(":blue[Channels in n_c]", 1, 256, depth, key=f"{key}_in"),
        kernel=paired(":violet[Kernel f]", 1, 11, kernel, key=f"{key}_f"),
        filters=paired(":violet[Filters n_c′]", 1, 256, filters, key=f"{key}_out"),
        padding=paired(":orange[Padding p]", 0, 5, padding, key=f"{key}_p"),
        stride=paired(":green[Stride s]", 1, 4, 1, key=f"{key}_s"),
        dilation=paired(":red[Dilation d]", 1, 4, 1, key=f"{key}_d"),
        groups=paired("Groups", 1, 256, groups, key=f"{key}_g"),
        batch=paired("Pictures in a mini-batch N", 1, 256, 32, key=f"{key}_batch"),
    )


def _show_sizes(layer: _Layer, cost: LayerCost) -> None:
    """Write how the output's side follows, and the shapes of a mini-batch."""
    n, c_in, f, c_out, p, s, d, g, batch = layer
    st.markdown(
        f"⌊({n} + 2·{p} − {f if d == 1 else f'({d}·({f} − 1) + 1)'})/{s}⌋ + 1 ="
        f" **{cost.shape[1]}**, so the output is"
        f" **{cost.shape[1]}×{cost.shape[2]}×{c_out}**; each number is a dot product of"
        f" {f}·{f}·{c_in}{f'/{g}' if g > 1 else ''} = **{cost.dot}**."
    )
    high, wide = cost.shape[1:]
    st.markdown(
        f"A mini-batch of {batch} pictures, N×H×W×C as TensorFlow has it:"
        f" {batch}×{n}×{n}×{c_in} becomes **{batch}×{high}×{wide}×{c_out}**. PyTorch has the"
        f" channels before the positions: {batch}×{c_in}×{n}×{n} becomes"
        f" **{batch}×{c_out}×{high}×{wide}**. The parameters are the same for all pictures; the"
        " multiply-adds below are those of one."
    )


def _show_costs(cost: LayerCost, one: LayerCost, alone: LayerCost, point: LayerCost) -> None:
    """Compare a layer with one in a single group, with a depthwise one, and with 1×1 after that."""
    kinds = {"This layer": cost, "One group": one, "Depthwise": alone, "1×1 after it": point}
    st.dataframe(
        {
            "Layer": list(kinds),
            "Output": [f"{k.shape[1]}×{k.shape[2]}×{k.shape[0]}" for k in kinds.values()],
            "Weights": [k.parameters.weights for k in kinds.values()],
            "Biases": [k.parameters.biases for k in kinds.values()],
            "Multiply-adds": [k.multiply_adds for k in kinds.values()],
        },
        hide_index=True,
        column_config=localized("Weights", "Biases", "Multiply-adds"),
        alt="Output, parameters and multiply-adds of this layer and of related ones",
    )
    both = alone.multiply_adds + point.multiply_adds
    st.caption(
        "A depthwise convolution followed by 1×1 takes"
        f" {both / one.multiply_adds:.1%} of the multiply-adds of one group: it"
        " first filters each channel separately, then mixes them."
    )


def _check_with_torch(layer: _Layer, cost: LayerCost) -> None:
    _, c_in, f, c_out, p, s, d, g, batch = layer
    with torch.device("meta"):
        made = nn.Conv2d(c_in, c_out, f, stride=s, padding=p, dilation=d, groups=g)
        out = made(torch.empty(batch, *layer.volume)).shape
    off = abs(sum(w.numel() for w in made.parameters()) - cost.parameters.parameters)
    lab.check("Parameters and shape match torch", off + float(tuple(out) != (batch, *cost.shape)))


def _offer_code(layer: _Layer, cost: LayerCost) -> None:
    """Offer the layer as code of today and of 2014."""
    _, c_in, f, c_out, p, s, d, g, _ = layer
    lua = f"nn.SpatialConvolution({c_in}, {c_out}, {f}, {f}, {s}, {s}, {p}, {p})"
    copy_code(
        "PyTorch code",
        f"nn.Conv2d({c_in}, {c_out}, kernel_size={f}, stride={s}, padding={p},"
        + f" dilation={d}," * (d > 1)
        + f" groups={g})\n"
        f"# {cost.parameters.parameters:,} parameters"
        + (f"; in Lua Torch, until 2015:\n# {lua}" if g == d == 1 else ""),
    )
    copy_code(
        "In Caffe, 2014",
        _PROTOTXT.format(
            filters=c_out,
            kernel=f,
            stride=s,
            padding=p,
            groups=g,
            dilation=f"    dilation: {d}\n" * (d > 1),
        ),
        note="Caffe described the same layer in a text file.",
    )


def _squeezed() -> None:
    st.header("A 1×1 layer in front saves computation")
    with st.columns([1, 2])[0]:
        thin = paired(":violet[Channels in between]", 1, 64, 32, key="vo_thin")
    before = layer_cost((64, 56, 56), 3, 64, padding=1, bias=False)
    squeeze = layer_cost((64, 56, 56), 1, thin, bias=False)
    thinner = layer_cost(squeeze.shape, 3, 64, padding=1, bias=False)
    st.dataframe(
        {
            "Layers": [
                "3×3 on 56×56×64",
                f"1×1 to {thin} channels",
                f"3×3 on 56×56×{thin}",
                "These two together",
            ],
            "Weights": [c.parameters.weights for c in (before, squeeze, thinner)]
            + [squeeze.parameters.weights + thinner.parameters.weights],
            "Multiply-adds": [c.multiply_adds for c in (before, squeeze, thinner)]
            + [squeeze.multiply_adds + thinner.multiply_adds],
            "Depth": [64, thin, 64, 64],
        },
        hide_index=True,
        column_config=localized("Weights", "Multiply-adds"),
        alt="Weights and multiply-adds with and without a 1×1 layer in front",
    )
    together = squeeze.multiply_adds + thinner.multiply_adds
    st.markdown(
        f"Together they take **{together / before.multiply_adds:.0%}** of the multiply-adds of the"
        " 3×3 layer alone. What the thin volume cannot hold is lost to the next layer."
    )
