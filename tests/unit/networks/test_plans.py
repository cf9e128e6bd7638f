"""Random networks of all kinds of layer against PyTorch, written in another way."""

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.networks import build, network_from_line, network_line, summary
from cnnviz.networks.layers import KINDS
from tests.unit.networks.plans import CLASSES, random_plan
from tests.unit.networks.test_build import check_code
from tests.unit.networks.test_shapes import check_against_torch

SEEDS = range(56)
PLAIN = {
    "relu": F.relu, "gelu": F.gelu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "identity": lambda x: x, "dropout": lambda x: x, "flatten": lambda x: x.flatten(1),
    "sample": lambda x: x[:, : x.shape[1] // 2],
    "gap": lambda x: x.mean((2, 3), keepdim=True),
}  # fmt: skip


def locally(x, weight, bias, *, kernel, stride=1, padding=0):
    """A locally connected layer, one place after the other."""
    x = F.pad(x, (padding,) * 4)
    height, width, outputs = bias.shape
    result = x.new_empty(len(x), outputs, height, width)
    for row in range(height):
        for column in range(width):
            top, left = row * stride, column * stride
            patch = x[:, :, top : top + kernel, left : left + kernel]
            filters = weight[row, column]
            result[:, :, row, column] = (patch[:, None] * filters).sum((2, 3, 4)) + bias[
                row, column
            ]
    return result


def by_table(x, weight, bias):
    """C3 of LeNet-5, one output map after the other; table I of the paper, column by column."""
    rows = ["X...XXX..XXXX.XX", "XX...XXX..XXXX.X", "XXX...XXX..X.XXX", ".XXX..XXXX..X.XX",
            "..XXX..XXXX.XX.X", "...XXX..XXXX.XXX"]  # fmt: skip
    filters, maps = iter(weight), []
    for column, shift in zip(zip(*rows, strict=True), bias, strict=True):
        read = [at for at, cross in enumerate(column) if cross == "X"]
        maps.append(sum(F.conv2d(x[:, [at]], next(filters)[None, None]) for at in read) + shift)
    return torch.cat(maps, 1)


def among_neighbours(x, size=5, alpha=0.0005, beta=0.75, k=2):
    """Local response normalisation as in AlexNet's paper, alpha / size for its alpha."""
    result = torch.empty_like(x)
    for at in range(x.shape[1]):
        near = x[:, max(0, at - size // 2) : at + (size + 1) // 2]
        result[:, at] = x[:, at] / (k + alpha / size * near.square().sum(1)) ** beta
    return result


def run(spec, state, x, within=""):
    """The network by functions alone: what each kind means, independent of how it is built."""
    counts = {}
    for layer in spec:
        kind, options = layer["layer"], {k: v for k, v in layer.items() if k != "layer"}
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{within}{kind}{counts[kind]}."
        options.pop("out", None)
        if kind == "conv":
            options.pop("kernel")
            bias = state[f"{name}bias"] if options.pop("bias", 1) else None
            x = F.conv2d(x, state[f"{name}weight"], bias, **options)
        elif kind == "tableconv":
            x = by_table(x, state[f"{name}weight"], state[f"{name}bias"])
        elif kind == "lrn":
            x = among_neighbours(x, **options)
        elif kind == "rbf":
            x = -torch.cdist(x, state[f"{name}codes"]).square()
        elif kind == "local":
            x = locally(x, state[f"{name}weight"], state[f"{name}bias"], **options)
        elif kind == "linear":
            x = x @ state[f"{name}weight"].T + state[f"{name}bias"]
        elif kind == "maxpool":
            ceil = bool(options.pop("ceil", 0))
            x = F.max_pool2d(x, options.pop("kernel"), ceil_mode=ceil, **options)
        elif kind == "avgpool":
            ceil = bool(options.pop("ceil", 0))
            x = F.avg_pool2d(x, options.pop("kernel"), ceil_mode=ceil, **options)
        elif kind == "upsample":
            for axis in (2, 3):
                x = x.repeat_interleave(options["factor"], axis)
        elif kind == "leakyrelu":
            slope = options.get("slope", 0.01)
            x = torch.where(x > 0, x, slope * x)
        elif kind == "batchnorm":
            names = ("running_mean", "running_var", "weight", "bias")
            mean, var, scale, shift = (
                state[f"{name}{part}"].reshape(-1, *[1] * (x.ndim - 2)) for part in names
            )
            x = (x - mean) / (var + 1e-5).sqrt() * scale + shift
        elif kind == "residual":
            past = (
                run(options["shortcut"], state, x, f"{name}shortcut.")
                if "shortcut" in options
                else x
            )
            x = run(options["body"], state, x, f"{name}body.") + past
        elif kind == "concat":
            ways = enumerate(options["branches"], start=1)
            x = torch.cat([run(way, state, x, f"{name}branch{n}.") for n, way in ways], 1)
        else:
            x = PLAIN[kind](x)
    return x


def test_the_plans_hold_every_kind_and_every_option():
    found = set()

    def look(spec):
        for layer in spec:
            found.update((layer["layer"], key) for key in layer)
            for part in (layer.get("body"), layer.get("shortcut"), *layer.get("branches", [])):
                look(part or [])

    for seed in SEEDS:
        look(random_plan(seed)[0])
    assert {kind for kind, _ in found} == set(KINDS)
    options = {(name, key) for name, kind in KINDS.items() for key in kind.options}
    assert options <= found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_what_it_says(seed):
    spec, shape = random_plan(seed)
    assert (spec, shape) == random_plan(seed)
    assert json.loads(json.dumps(spec)) == spec
    assert network_from_line(network_line(spec)) == spec
    check_against_torch(spec, shape)
    check_code(spec, shape)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_computes_what_its_kinds_mean(seed):
    spec, shape = random_plan(seed)
    torch.manual_seed(seed)
    model = build(spec, shape)
    model(torch.randn(8, *shape))  # gives the running statistics something to hold
    model = model.double().eval()
    x = torch.randn(3, *shape, dtype=torch.float64)
    assert model(x).shape == (3, CLASSES)
    torch.testing.assert_close(model(x), run(spec, model.state_dict(), x))


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_a_plan_s_fields_are_where_its_gradients_are(seed):
    """With positive weights and pictures no path cancels another."""
    spec, shape = random_plan(seed)
    # A maximum lets only the winner through.
    spec = json.loads(json.dumps(spec).replace("maxpool", "avgpool"))
    fields = {row.name: row for row in summary(spec, shape)}
    model = build(spec, shape).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1e-2)
    picture = torch.full((1, *shape), 0.5, dtype=torch.float64, requires_grad=True)
    outputs = {}
    for name, module in model.named_modules():
        if name in fields:
            module.register_forward_hook(
                lambda _, __, output, name=name: outputs.update({name: output})
            )
    model(picture)
    for name, row in fields.items():
        output = outputs[name]
        cells = output[0].sum(0).flatten() if output.ndim == 4 else output[0]
        for cell in (cells[len(cells) // 2], cells[-1]):
            (gradient,) = torch.autograd.grad(cell, picture, retain_graph=True)
            seen = gradient[0].sum(0).nonzero()
            if len(seen):
                extent = seen.amax(0) - seen.amin(0) + 1
                assert (extent <= torch.tensor(row.receptive_field)).all(), name


def test_a_locally_connected_layer_with_equal_filters_is_a_convolution():
    shape = (2, 9, 7)
    local = build([{"layer": "local", "out": 3, "kernel": 3, "stride": 2, "padding": 1}], shape)
    conv = nn.Conv2d(2, 3, 3, stride=2, padding=1)
    with torch.no_grad():
        local.local1.weight.copy_(conv.weight.expand_as(local.local1.weight))
        local.local1.bias.copy_(conv.bias.expand_as(local.local1.bias))
    x = torch.randn(2, *shape)
    torch.testing.assert_close(local(x), conv(x))


def test_the_lecture_s_locally_connected_layer_has_its_423_thousand_weights():
    """Five 7×7×3 filters at each of the 24×24 places of a 30×30 picture."""
    (row,) = summary([{"layer": "local", "out": 5, "kernel": 7}], (3, 30, 30))
    assert row.output_shape == (5, 24, 24)
    assert row.macs == 423_360
    assert row.parameters == 423_360 + 24 * 24 * 5  # and a bias of each
