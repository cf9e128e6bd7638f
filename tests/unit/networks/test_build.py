import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.networks import build, network_spec, pytorch_code, summary
from tests.unit.networks.plans import CASES

RESIDUAL = [
    {"layer": "conv", "out": 4, "kernel": 3, "padding": 1},
    {
        "layer": "residual",
        "body": [
            {"layer": "conv", "out": 6, "kernel": 3, "stride": 2, "padding": 1},
            {"layer": "residual", "body": [{"layer": "batchnorm"}, {"layer": "relu"}]},
        ],
        "shortcut": [{"layer": "avgpool", "kernel": 2}, {"layer": "conv", "out": 6, "kernel": 1}],
    },
    {"layer": "dropout", "p": 0.25},
    {"layer": "flatten"},
    {"layer": "linear", "out": 3},
]


def test_children_are_named_by_kind_and_number():
    model = build(RESIDUAL, (2, 6, 6))
    assert [name for name, _ in model.named_children()] == [
        "conv1", "residual1", "dropout1", "flatten1", "linear1",
    ]  # fmt: skip
    modules = dict(model.named_modules())
    assert isinstance(modules["residual1.body.residual1.body.relu1"], nn.ReLU)
    assert isinstance(modules["residual1.shortcut.conv1"], nn.Conv2d)
    assert modules["dropout1"].p == 0.25


def test_a_residual_block_adds_both_ways():
    model = build(RESIDUAL, (2, 6, 6)).eval()
    x = torch.rand(3, 2, 6, 6)
    before = model.conv1(x)
    block = model.residual1
    assert torch.equal(block(before), block.body(before) + block.shortcut(before))
    plain = build([{"layer": "residual", "body": [{"layer": "tanh"}]}], (2, 6, 6))
    assert torch.equal(plain(x), x.tanh() + x)


def test_the_names_of_weights_on_disk_stay():
    """Runs hold them: another name, and old weights no longer fit."""
    weights = build(RESIDUAL, (2, 6, 6)).state_dict()
    assert list(weights) == [
        "conv1.weight",
        "conv1.bias",
        "residual1.body.conv1.weight",
        "residual1.body.conv1.bias",
        "residual1.body.residual1.body.batchnorm1.weight",
        "residual1.body.residual1.body.batchnorm1.bias",
        "residual1.body.residual1.body.batchnorm1.running_mean",
        "residual1.body.residual1.body.batchnorm1.running_var",
        "residual1.body.residual1.body.batchnorm1.num_batches_tracked",
        "residual1.shortcut.conv1.weight",
        "residual1.shortcut.conv1.bias",
        "linear1.weight",
        "linear1.bias",
    ]
    # The first weights of a seed stay too: a run that is repeated begins where it began.
    torch.manual_seed(5)
    body = nn.Conv2d(4, 6, 3, stride=2, padding=1)
    past = nn.Conv2d(4, 6, 1)
    torch.manual_seed(5)
    block = build(RESIDUAL[1:2], (4, 6, 6)).residual1
    assert torch.equal(block.body.conv1.weight, body.weight)
    assert torch.equal(block.shortcut.conv1.weight, past.weight)


@pytest.mark.parametrize(("id", "shape"), CASES)
def test_nothing_works_in_place(id, shape):
    model = build(network_spec(id, shape, 10), shape)
    assert not any(getattr(module, "inplace", False) for module in model.modules())
    x = torch.rand(2, *shape)
    before = x.clone()
    model(x)
    assert torch.equal(x, before)


@pytest.mark.parametrize(("id", "shape"), CASES)
def test_channels_last_gives_the_same(id, shape):
    torch.manual_seed(0)
    model = build(network_spec(id, shape, 10), shape).eval().double()
    x = torch.rand(4, *shape, dtype=torch.float64)
    expected = model(x)
    model = model.to(memory_format=torch.channels_last)
    assert torch.allclose(model(x.to(memory_format=torch.channels_last)), expected)


def test_the_seed_is_the_callers():
    spec = network_spec("gap", (1, 28, 28), 10)
    torch.manual_seed(3)
    first = build(spec, (1, 28, 28)).conv1.weight
    second = build(spec, (1, 28, 28)).conv1.weight
    torch.manual_seed(3)
    again = build(spec, (1, 28, 28)).conv1.weight
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    state = torch.random.get_rng_state()
    summary(spec, (1, 28, 28))
    pytorch_code(spec, (1, 28, 28))
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize(("id", "shape"), CASES)
def test_a_description_survives_json(id, shape):
    spec = network_spec(id, shape, 7)
    assert json.loads(json.dumps(spec)) == spec
    assert build(json.loads(json.dumps(spec)), list(shape))(torch.zeros(2, *shape)).shape == (2, 7)


def check_code(spec, shape, capsys=None):
    model = build(spec, shape).eval()
    code = pytorch_code(spec, shape)
    scope = {"__name__": "copied"}
    exec(code, scope)
    copied = scope["model"]
    copied.load_state_dict(model.state_dict(), strict=True)
    x = torch.rand(2, *shape)
    assert torch.equal(copied.eval()(x), model(x))
    assert str(copied) == str(model)
    if capsys:
        said = code.split("  # ")[-1].strip()
        assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize(("id", "shape"), CASES)
def test_the_code_makes_the_same_network(id, shape, capsys):
    check_code(network_spec(id, shape, 10), shape, capsys)


def test_the_code_of_residual_blocks_makes_the_same_network(capsys):
    check_code(RESIDUAL, (2, 6, 6), capsys)


@settings(deadline=None, max_examples=40)
@given(
    layer=st.fixed_dictionaries(
        {
            "layer": st.just("conv"),
            "out": st.integers(1, 5),
            "kernel": st.integers(1, 3),
            "stride": st.integers(1, 2),
            "padding": st.integers(0, 2),
            "dilation": st.integers(1, 2),
        }
    ),
    pool=st.sampled_from(["maxpool", "avgpool"]),
    stride=st.integers(1, 3),
    padding=st.integers(0, 1),
)
def test_the_code_keeps_every_number(layer, pool, stride, padding):
    spec = [layer, {"layer": pool, "kernel": 2, "stride": stride, "padding": padding}]
    check_code(spec, (2, 11, 9))


def test_the_code_is_what_a_person_would_write():
    spec = [
        {"layer": "conv", "out": 4, "kernel": 3, "padding": 1},
        {"layer": "relu"},
        {"layer": "maxpool", "kernel": 2},
    ]
    assert (
        pytorch_code(spec, (1, 8, 6))
        == """\
from collections import OrderedDict

import torch
from torch import nn

model = nn.Sequential(OrderedDict([
    ("conv1", nn.Conv2d(1, 4, kernel_size=3, padding=1)),  # 4×8×6
    ("relu1", nn.ReLU()),  # 4×8×6
    ("maxpool1", nn.MaxPool2d(2)),  # 4×4×3
]))

print(model.eval()(torch.zeros(1, 1, 8, 6)).shape)  # torch.Size([1, 4, 4, 3])
"""
    )
