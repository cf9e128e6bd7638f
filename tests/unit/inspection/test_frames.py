"""Frames against the one-by-one functions, PyTorch's own, and the definition of the format."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.frames import _encode, make_frame, read_frame
from cnnviz.networks import build, network_spec

WHEN = {"step": 12, "epoch": 0.5, "seconds": 1.25}


def about(data):
    length = int.from_bytes(data[:8], "little")
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["frame"])


@pytest.fixture(params=["gap", "lenet5", "vgg"])
def network(request):
    torch.manual_seed(6)
    model = build(network_spec(request.param, (1, 28, 28), 10), (1, 28, 28))
    model(torch.randn(32, 1, 28, 28))
    return model.to(memory_format=torch.channels_last)


@pytest.fixture
def pictures():
    return torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(7))


LABELS = [3, 1, 4, 1, 5, 9, 2, 6]


def half_a_code(sheet):
    return (sheet.high - sheet.low) / 255 / 2 * 1.0001


def test_cams_are_those_of_each_picture_alone(network, pictures):
    frame = read_frame(make_frame(network, pictures, LABELS, **WHEN))
    for row, (x, label) in enumerate(zip(pictures, LABELS, strict=True)):
        answer = inspection.predict(network, x)
        assert frame.predicted[row] == answer.top(1)[0]
        np.testing.assert_allclose(frame.logits[row], answer.logits, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(frame.probabilities[row], answer.probabilities, rtol=1e-3)
        for column, chosen in enumerate((label, frame.predicted[row])):
            cam = inspection.class_activation_map(network, x, chosen)
            assert (cam.method, cam.layer) == (frame.method, frame.cams.layer)
            got = frame.cams.values[row, column]
            assert np.abs(got - cam.raw).max() <= half_a_code(frame.cams) + 1e-5
    limit = frame.cams.high
    assert frame.cams.low == -limit
    assert frame.cams.codes.max() == 255 or frame.cams.codes.min() == 0


def test_filters_and_maps_agree_with_conv2d(pictures):
    torch.manual_seed(8)
    model = nn.Sequential(
        nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(),
        nn.Conv2d(20, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10),
    )  # fmt: skip
    model.eval()(pictures)
    frame = read_frame(make_frame(model, pictures, LABELS, **WHEN))
    weight, bias = model[0].weight.detach(), model[0].bias.detach()
    assert (frame.filters.layer, frame.maps.layer) == ("0", "2")
    assert np.abs(frame.filters.values - weight.numpy()).max() <= half_a_code(frame.filters)
    assert frame.filters.low == -frame.filters.high == -weight.abs().max()
    wanted = F.max_pool2d(F.conv2d(pictures, weight, bias, padding=2).relu(), 2)[:, :16]
    assert (frame.channels, frame.reduced) == (20, 1)
    assert (frame.maps.low, frame.maps.high) == (0, pytest.approx(wanted.max()))
    assert np.abs(frame.maps.values - wanted.numpy()).max() <= half_a_code(frame.maps) + 1e-6


def test_large_maps_are_averaged_and_signed_ones_lie_about_zero():
    torch.manual_seed(9)
    model = nn.Sequential(nn.Conv2d(3, 5, 1), nn.Flatten(), nn.LazyLinear(2))
    x = torch.randn(2, 3, 35, 20)
    frame = read_frame(make_frame(model, x, [0, 1], **WHEN))
    assert frame.reduced == 3
    assert frame.maps.codes.shape == (2, 5, 12, 7)
    assert frame.maps.low == -frame.maps.high
    maps = F.conv2d(x, model[0].weight, model[0].bias).detach().numpy()
    whole, rest = maps[:, :, 3:6, 6:9].mean((2, 3)), maps[:, :, 33:, 18:].mean((2, 3))
    assert np.abs(frame.maps.values[:, :, 1, 2] - whole).max() <= half_a_code(frame.maps) + 1e-6
    assert np.abs(frame.maps.values[:, :, -1, -1] - rest).max() <= half_a_code(frame.maps) + 1e-6


def test_the_file_is_what_the_format_says(network, pictures):
    data = make_frame(network, pictures, LABELS, **WHEN)
    tensors, told = load(data), about(data)
    assert {t.dtype for t in tensors.values()} == {np.dtype(np.uint8)}
    assert tensors["filters"].shape == tuple(next(iter(network.parameters())).shape)
    assert tensors["maps"].shape[:2] == (8, min(16, told["maps"]["of"]))
    assert max(tensors["maps"].shape[2:]) <= 16
    assert tensors["cams"].shape[:2] == (8, 2)
    assert (told["step"], told["epoch"], told["seconds"]) == (12, 0.5, 1.25)
    assert set(told["cams"]) == {"layer", "method", "low", "high", "predicted"}
    assert set(told["maps"]) == {"layer", "low", "high", "reduced", "of"}
    assert set(told["filters"]) == {"layer", "low", "high"}
    for row in told["probabilities"]:
        assert sum(row) == pytest.approx(1, abs=1e-3)


def test_at_most_64_filters_are_kept():
    model = nn.Sequential(nn.Conv2d(1, 70, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                          nn.Linear(70, 2))  # fmt: skip
    frame = read_frame(make_frame(model, torch.randn(1, 1, 9, 9), [0], **WHEN))
    assert frame.filters.codes.shape == (64, 1, 3, 3)
    assert frame.maps.codes.shape == (1, 16, 7, 7)
    assert frame.channels == 70


def test_looking_leaves_no_trace(network, pictures):
    network.train()
    network[1].eval()
    next(network.parameters()).requires_grad_(False)
    for p in list(network.parameters())[1:]:
        p.grad = torch.ones_like(p)
    before = {k: v.clone() for k, v in network.state_dict().items()}
    modes = [m.training for m in network.modules()]
    random = torch.get_rng_state()
    make_frame(network, pictures, torch.tensor(LABELS), **WHEN)
    network[0].weight.data[0] = float("nan")
    with pytest.raises(inspection.InspectionError, match="not finite"):
        make_frame(network, pictures, LABELS, **WHEN)
    network[0].weight.data[0] = before["conv1.weight"][0]
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())
    assert [m.training for m in network.modules()] == modes
    assert torch.equal(torch.get_rng_state(), random)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())
    grads = [p.grad for p in network.parameters()]
    assert grads[0] is None
    assert all(torch.equal(g, torch.ones_like(g)) for g in grads[1:])


def test_layers_that_run_twice(reuse_net, picture):
    labels = [2, 0]
    x = torch.stack((picture, -picture))
    frame = read_frame(make_frame(reuse_net, x, labels, **WHEN))
    assert frame.cams.layer == "relu#2"
    for row, label in enumerate(labels):
        raw = inspection.class_activation_map(reuse_net, x[row], label).raw
        assert np.abs(frame.cams.values[row, 0] - raw).max() <= half_a_code(frame.cams) + 1e-6
    assert frame.maps.layer == "relu"


def test_networks_with_little_to_see():
    flat = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
    frame = read_frame(make_frame(flat, torch.randn(3, 1, 3, 3), [0, 1, 0], **WHEN))
    assert frame.filters is frame.maps is frame.cams is None
    assert len(frame.predicted) == 3
    small = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2, 2))
    frame = read_frame(make_frame(small, torch.randn(1, 1, 3, 3), [0], **WHEN))
    assert frame.filters.codes.shape == (2, 1, 3, 3)
    assert frame.maps is frame.cams is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        # 1/255 of a number near the smallest one is not a number of full precision any more.
        st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-290),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_a_code_is_never_more_than_half_a_step_away(values, signed):
    tensor = torch.tensor(values, dtype=torch.float64)
    codes, scale = _encode(tensor, signed=signed)
    step = (scale["high"] - scale["low"]) / 255
    back = scale["low"] + codes.numpy() / 255 * (scale["high"] - scale["low"])
    assert np.abs(back - tensor.numpy()).max() <= step / 2 * (1 + 1e-6)
    if signed or min(values) < 0:
        assert scale["low"] == -scale["high"]
    else:
        assert scale["low"] == 0


@pytest.mark.parametrize("data", [b"", b"\x00" * 40, b"hello", b"\xff" * 100])
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(inspection.InspectionError, match="not a frame"):
        read_frame(data)


def test_another_safetensors_file_is_refused():
    from safetensors.torch import save

    with pytest.raises(inspection.InspectionError, match="not a frame"):
        read_frame(save({"filters": torch.zeros(2)}))
