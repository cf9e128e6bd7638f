"""Depth, batch normalisation and skip connections of the named networks."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.inspection import class_activation_map, gap_head
from cnnviz.networks import (
    NETWORKS,
    NetworkError,
    build,
    network_spec,
    options,
    pytorch_code,
    summary,
)


@st.composite
def chosen(draw):
    """A network, pictures, and options that it says it takes."""
    id = draw(st.sampled_from(["gap", "vgg"]))
    sides = st.integers(8, 40)
    shape = (draw(st.sampled_from([1, 3])), draw(sides), draw(sides))
    offered = options(id, shape)
    depth = draw(st.sampled_from(offered.depths))
    return (
        id,
        shape,
        {
            "depth": depth,
            "batch_norm": draw(st.booleans()),
            "skips": depth > 1 and draw(st.booleans()),
        },
    )


def kinds(model, kind):
    return [module for module in model.modules() if isinstance(module, kind)]


@settings(deadline=None, max_examples=60)
@given(chosen())
def test_every_choice_offered_is_the_network_it_says(case):
    id, shape, choices = case
    spec = network_spec(id, shape, 10, **choices)
    assert json.loads(json.dumps(spec)) == spec
    torch.manual_seed(0)
    model = build(spec, shape).eval()
    x = torch.rand(2, *shape)
    assert model(x).shape == (2, 10)
    windows = [conv for conv in kinds(model, nn.Conv2d) if conv.kernel_size == (3, 3)]
    assert len(windows) == choices["depth"] * (2 if id == "vgg" else 1)
    assert bool(kinds(model, nn.BatchNorm2d)) == choices["batch_norm"]
    rows = summary(spec, shape)
    assert any(row.kind == "residual" for row in rows) == choices["skips"]
    # torch counts the parameters and, two for a multiply-add, the operations.
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in model.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x[:1])
    assert 2 * sum(row.macs for row in rows) == counter.get_total_flops()


@settings(deadline=None, max_examples=25)
@given(chosen())
def test_the_printed_code_makes_the_same_network(case):
    id, shape, choices = case
    spec = network_spec(id, shape, 3, **choices)
    model = build(spec, shape).eval()
    scope = {"__name__": "copied"}
    exec(pytorch_code(spec, shape), scope)
    scope["model"].load_state_dict(model.state_dict(), strict=True)
    x = torch.rand(2, *shape)
    assert torch.equal(scope["model"].eval()(x), model(x))


@settings(deadline=None, max_examples=20)
@given(
    depth=st.integers(1, 20), side=st.sampled_from([8, 12, 16]), batch_norm=st.booleans(),
    skips=st.booleans(),
)  # fmt: skip
def test_receptive_field_of_the_gap_net_is_where_the_gradient_is(depth, side, batch_norm, skips):
    """No unit of the last maps may hear a pixel outside the field given for it."""
    skips = skips and depth > 1
    shape = (1, side, side)
    spec = network_spec("gap", shape, 2, depth=depth, batch_norm=batch_norm, skips=skips)
    torch.manual_seed(depth)
    model = build(spec, shape).eval().double()
    picture = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in model.named_children()]
    maps = model[: names.index("gap1")](picture)
    (gradient,) = torch.autograd.grad(maps[0, :, 0, 0].sum(), picture)
    rows = gradient[0, 0].nonzero()[:, 0]
    last = next(row for row in reversed(summary(spec, shape)) if row.name == names[-4])
    assert last.kind == "relu"
    assert int(rows.max() - rows.min()) + 1 <= min(last.receptive_field[0], side)
    # 3×3 convolutions and a pool see this much, by hand for the plain shallow ones.
    by_hand = {1: 4, 2: 8, 3: 12, 4: 16}
    if side <= 8 and depth in by_hand:
        assert last.receptive_field == (by_hand[depth],) * 2


def test_defaults_are_those_of_the_runs_that_came_with_cnnviz(root):
    for path in (root / "assets" / "runs").glob("*/run.json"):
        config = json.loads(path.read_text())
        if config["group"]:  # lanes of a race, which differ in their options
            continue
        shape, classes = tuple(config["input_shape"]), len(config["classes"])
        assert network_spec(config["network"], shape, classes) == config["spec"]
        default = options(config["network"], shape).depth
        assert network_spec(config["network"], shape, classes, depth=default) == config["spec"]


def test_a_skip_net_by_hand():
    spec = network_spec("gap", (1, 8, 8), 10, depth=4, skips=True)
    model = build(spec, (1, 8, 8))
    assert [name for name, _ in model.named_children()] == [
        "conv1", "maxpool1", "batchnorm1", "relu1",
        "residual1", "relu2", "residual2", "relu3", "gap1", "flatten1", "linear1",
    ]  # fmt: skip
    first, second = model.residual1, model.residual2
    assert [type(m).__name__ for m in first.body] == [
        "Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d",
    ]  # fmt: skip
    # 16 channels become 64: they are added through a 1×1 convolution. 64 stay 64.
    assert first.shortcut[0].weight.shape == (64, 16, 1, 1)
    assert len(second.shortcut) == 0
    assert len(kinds(second.body, nn.Conv2d)) == 1


def test_a_projection_is_pooled_like_the_body():
    spec = network_spec("gap", (3, 64, 64), 10, depth=3, batch_norm=False, skips=True)
    block = build(spec, (3, 64, 64)).residual1
    assert [type(m).__name__ for m in block.shortcut] == ["MaxPool2d", "MaxPool2d", "Conv2d"]
    x = torch.rand(2, 16, 32, 32)
    assert block(x).shape == (2, 64, 8, 8)
    assert torch.equal(block(x), block.body(x) + block.shortcut(x))


@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_cam_of_a_deep_skip_net_is_exact(batch_norm):
    torch.manual_seed(1)
    spec = network_spec("gap", (1, 28, 28), 10, depth=9, batch_norm=batch_norm, skips=True)
    model = build(spec, (1, 28, 28)).eval()
    assert gap_head(model) is not None
    cam = class_activation_map(model, torch.rand(1, 28, 28), 3)
    assert cam.method == "CAM"
    assert cam.raw.mean() + cam.bias == pytest.approx(cam.logit, abs=1e-5)


def test_skips_carry_the_gradient_to_the_first_layer_of_a_deep_net():
    """What they are for: without normalisation, twenty plain layers pass hardly anything back."""

    def share(skips):
        torch.manual_seed(0)
        spec = network_spec("gap", (1, 8, 8), 4, depth=20, batch_norm=False, skips=skips)
        model = build(spec, (1, 8, 8))
        labels = torch.arange(16) % 4
        nn.functional.cross_entropy(model(torch.randn(16, 1, 8, 8)), labels).backward()
        return float(model.conv1.weight.grad.norm())

    assert share(skips=True) > 100 * share(skips=False)


@pytest.mark.parametrize(
    ("id", "shape", "choices", "sentence"),
    [
        ("gap", (1, 8, 8), {"depth": 0}, "1 to 20 convolutions for pictures of 8×8, not 0"),
        ("gap", (1, 8, 8), {"depth": 21}, "not 21"),
        ("gap", (1, 8, 8), {"depth": True}, "not True"),
        ("gap", (1, 8, 8), {"depth": "3"}, "not 3"),
        ("vgg", (1, 8, 8), {"depth": 4}, "1 to 3 pairs of convolutions for pictures of 8×8"),
        ("vgg", (3, 32, 32), {"depth": 6}, "1 to 5 pairs"),
        ("gap", (1, 8, 8), {"depth": 1, "skips": True}, "depth of at least 2"),
        ("lenet5", (1, 28, 28), {"depth": 3}, "fixed depth"),
        ("lenet5", (1, 28, 28), {"batch_norm": False}, "no batch normalisation"),
        ("lenet5", (1, 28, 28), {"skips": True}, "has no skip connections"),
    ],
)
def test_refusals(id, shape, choices, sentence):
    with pytest.raises(NetworkError, match=sentence):
        network_spec(id, shape, 10, **choices)


def test_options_of_each():
    assert not options("lenet5", (1, 28, 28)).depths
    assert options("vgg", (1, 28, 28)).depths == range(1, 5)
    assert options("gap", (3, 64, 64)).depth == 3
    for id in NETWORKS:
        with pytest.raises(NetworkError, match="at least 8×8"):
            options(id, (1, 7, 9))
    with pytest.raises(NetworkError, match="no network"):
        options("resnet", (1, 28, 28))
