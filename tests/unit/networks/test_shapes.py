"""What the description says of a network, against what PyTorch does with it."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.networks import NetworkError, build, network_spec, summary
from tests.unit.networks.plans import CASES

# One block whose shortcut halves the maps, one that adds its input.
RESIDUAL = [
    {"layer": "conv", "out": 4, "kernel": 3, "padding": 1},
    {
        "layer": "residual",
        "body": [
            {"layer": "conv", "out": 6, "kernel": 3, "stride": 2, "padding": 1},
            {"layer": "batchnorm"},
            {"layer": "relu"},
            {"layer": "conv", "out": 6, "kernel": 3, "padding": 1},
        ],
        "shortcut": [{"layer": "conv", "out": 6, "kernel": 1, "stride": 2}],
    },
    {"layer": "residual", "body": [{"layer": "tanh"}]},
    {"layer": "gap"},
    {"layer": "flatten"},
    {"layer": "linear", "out": 3},
]


@st.composite
def windows(draw, **more):
    kernel = draw(st.integers(1, 4))
    layer = {key: draw(strategy) for key, strategy in more.items()}
    # What may be left out is left out half of the time.
    optional = {"stride": st.integers(1, 3), "padding": st.integers(0, kernel // 2)}
    for key, strategy in optional.items():
        if draw(st.booleans()):
            layer[key] = draw(strategy)
    return layer | {"kernel": kernel}


CONVS = windows(layer=st.just("conv"), out=st.integers(1, 4), dilation=st.integers(1, 2))
POOLS = windows(layer=st.sampled_from(["maxpool", "avgpool"]))
PLAIN = st.sampled_from([{"layer": kind} for kind in ("relu", "tanh", "batchnorm", "dropout")])
BLOCKS = st.builds(
    lambda body, shortcut: {"layer": "residual", "body": body} | shortcut,
    st.lists(PLAIN, min_size=1, max_size=3),
    st.sampled_from([{}, {"shortcut": [{"layer": "relu"}]}]),
)


@st.composite
def networks(draw):
    spec = draw(st.lists(st.one_of(CONVS, POOLS, PLAIN, BLOCKS), min_size=1, max_size=6))
    head = [{"layer": "flatten"}, {"layer": "linear", "out": 5}, {"layer": "batchnorm"}]
    return spec + draw(st.sampled_from([[], [{"layer": "gap"}], head, [{"layer": "gap"}, *head]]))


def seen_shapes(model, shape):
    """Output shape of every module, by name, from a real forward pass."""
    shapes = {}
    for name, module in model.named_modules():
        module.register_forward_hook(
            lambda _, __, output, name=name: shapes.update({name: tuple(output.shape[1:])})
        )
    model.eval()(torch.zeros(2, *shape))
    return shapes


def check_against_torch(spec, shape):
    rows = summary(spec, shape)
    model = build(spec, shape)
    shapes = seen_shapes(model, shape)
    modules = dict(model.named_modules())
    for row in rows:
        assert row.output_shape == shapes[row.name]
        own = sum(p.numel() for p in modules[row.name].parameters())
        assert row.parameters == (0 if row.kind in {"residual", "concat"} else own)
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in model.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *shape))
    # The counter takes a multiply-add as two operations. It counts no distances, and of a table
    # also what is not connected: 36 of 96 filters.
    done = sum(row.macs * 96 // 60 if row.kind == "tableconv" else row.macs for row in rows)
    done -= sum(row.macs for row in rows if row.kind == "rbf")
    assert 2 * done == counter.get_total_flops()


@pytest.mark.parametrize(("id", "shape"), CASES)
def test_named_networks_agree_with_torch(id, shape):
    check_against_torch(network_spec(id, shape, 10), shape)


def test_residual_blocks_agree_with_torch():
    check_against_torch(RESIDUAL, (2, 9, 12))


@settings(deadline=None, max_examples=150)
@given(
    spec=networks(),
    shape=st.tuples(st.integers(1, 3), st.integers(6, 24), st.integers(6, 24)),
)
def test_any_network_agrees_with_torch(spec, shape):
    try:
        summary(spec, shape)
    except NetworkError:
        reject()  # see the next test
    check_against_torch(spec, shape)


@settings(deadline=None, max_examples=150)
@given(
    layer=st.one_of(CONVS, POOLS),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
)
def test_a_window_fits_exactly_when_torch_says_so(layer, shape):
    options = {key: value for key, value in layer.items() if key not in {"layer", "kernel", "out"}}
    window = {"conv": F.conv2d, "maxpool": F.max_pool2d, "avgpool": F.avg_pool2d}[layer["layer"]]
    kernel = layer["kernel"]
    if layer["layer"] == "conv":
        kernel = torch.ones(layer["out"], shape[0], kernel, kernel)
    try:
        rows = summary([layer], shape)
    except NetworkError:
        with pytest.raises(RuntimeError):
            window(torch.zeros(1, *shape), kernel, **options)
    else:
        assert window(torch.zeros(1, *shape), kernel, **options).shape[1:] == rows[0].output_shape


def test_lenet5_is_the_paper_s_size():
    """LeNet-5 on 32×32 with every map of the second convolution joined to all of the first."""
    rows = {row.name: row for row in summary(network_spec("lenet5", (1, 32, 32), 10), (1, 32, 32))}
    table = {
        "conv1": ((6, 28, 28), 156, 117_600, 5),
        "avgpool1": ((6, 14, 14), 0, 0, 6),
        "conv2": ((16, 10, 10), 2_416, 240_000, 14),
        "avgpool2": ((16, 5, 5), 0, 0, 16),
        "flatten1": ((400,), 0, 0, 16),
        "linear1": ((120,), 48_120, 48_000, 32),
        "linear2": ((84,), 10_164, 10_080, 32),
        "linear3": ((10,), 850, 840, 32),
    }
    for name, (shape, parameters, macs, field) in table.items():
        row = rows[name]
        assert (row.output_shape, row.parameters, row.macs) == (shape, parameters, macs)
        assert row.receptive_field == (field, field)
    assert sum(row.parameters for row in rows.values()) == 61_706


def test_lenet5_on_28_is_padded_to_the_same_size():
    rows = summary(network_spec("lenet5", (1, 28, 28), 10), (1, 28, 28))
    assert rows[0].output_shape == (6, 28, 28)
    assert sum(row.parameters for row in rows) == 61_706


def test_gap_net_by_hand():
    rows = {row.name: row for row in summary(network_spec("gap", (1, 28, 28), 10), (1, 28, 28))}
    table = {
        "conv1": ((16, 28, 28), 16 * (9 + 1), 3),
        "maxpool1": ((16, 14, 14), 0, 4),
        "batchnorm1": ((16, 14, 14), 32, 4),
        "conv2": ((32, 14, 14), 32 * (16 * 9 + 1), 8),
        "maxpool2": ((32, 7, 7), 0, 10),
        "conv3": ((64, 7, 7), 64 * (32 * 9 + 1), 18),
        "gap1": ((64, 1, 1), 0, 18 + 6 * 4),
        "linear1": ((10,), 650, 42),
    }
    for name, (shape, parameters, field) in table.items():
        row = rows[name]
        assert (row.output_shape, row.parameters) == (shape, parameters)
        assert row.receptive_field == (field, field)
    assert sum(row.parameters for row in rows.values()) == 24_170


@pytest.mark.parametrize(("side", "last"), [(8, 4), (28, 7), (32, 8), (64, 8), (224, 7)])
def test_gap_net_keeps_a_map_worth_looking_at(side, last):
    rows = summary(network_spec("gap", (3, side, side), 10), (3, side, side))
    assert [row.kind for row in rows[-3:]] == ["gap", "flatten", "linear"]
    assert rows[-4].output_shape == (64, last, last)


FIELD_LAYERS = st.one_of(
    windows(layer=st.just("conv"), out=st.just(1), dilation=st.integers(1, 2)),
    windows(layer=st.just("avgpool")),
    st.just({"layer": "relu"}),
    st.just(
        {
            "layer": "residual",
            "body": [{"layer": "conv", "out": 1, "kernel": 3, "padding": 1}],
        }
    ),
    st.just(
        {
            "layer": "residual",
            "body": [{"layer": "relu"}],
            "shortcut": [{"layer": "conv", "out": 1, "kernel": 5, "padding": 2}],
        }
    ),
)


@settings(deadline=None, max_examples=80)
@given(spec=st.lists(FIELD_LAYERS, min_size=1, max_size=4))
def test_receptive_field_is_where_the_gradient_is(spec):
    """With positive weights and pictures no path cancels another."""
    shape = (1, 331, 331)
    model = build(spec, shape).double()
    for parameter in model.parameters():
        nn.init.ones_(parameter)
    picture = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    output = model(picture)
    middle = output[0, 0, output.shape[2] // 2, output.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, picture)
    rows, columns = gradient[0, 0].nonzero(as_tuple=True)
    seen = (int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1)
    assert summary(spec, shape)[-1].receptive_field == seen


def test_receptive_field_where_branches_have_different_strides():
    """The first unit sees pixels 0 to 2 and 0, the last 2 to 4 and 4; two of them see 4."""
    spec = [
        {
            "layer": "concat",
            "branches": [
                [{"layer": "conv", "out": 1, "kernel": 3}],
                [{"layer": "conv", "out": 1, "kernel": 1, "stride": 2}],
            ],
        },
        {"layer": "conv", "out": 1, "kernel": 2},
    ]
    assert [row.receptive_field for row in summary(spec, (1, 5, 5))] == [
        (3, 3), (1, 1), (3, 3), (4, 4),
    ]  # fmt: skip


def test_receptive_field_of_a_linear_layer_is_all_that_its_inputs_see():
    spec = [
        {"layer": "conv", "out": 1, "kernel": 3, "stride": 2},
        {"layer": "flatten"},
        {"layer": "linear", "out": 1},
    ]
    # Units at rows 0, 2 and 4 of 8 see 3 rows each: rows 0 to 6; columns likewise 0 to 8.
    assert summary(spec, (1, 8, 10))[-1].receptive_field == (7, 9)
