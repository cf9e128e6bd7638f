"""Class activation maps against hand-computed arrays, captum and the definition."""

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.cam import last_stage

MAPS = torch.tensor([[[1.0, 0], [0, 2]], [[0, 3], [1, 0]]])


def test_the_lecture_example(lecture_net):
    # Case s0-cam of assets/lecture_examples.json, with a bias.
    cam = inspection.class_activation_map(lecture_net, MAPS, 0)
    np.testing.assert_allclose(cam.raw, [[0.5, -3], [-1, 1]], atol=1e-7)
    assert cam.method == "CAM"
    assert cam.layer == "0"
    assert cam.raw.shape == (2, 2)
    assert cam.bias == 0.25
    assert cam.logit == pytest.approx(-0.625 + 0.25)
    assert cam.probability == pytest.approx(1 / (1 + np.exp(-1.75 + 0.375)))
    assert cam.has_evidence


def test_no_evidence_is_said_and_the_sign_is_kept(lecture_net):
    cam = inspection.class_activation_map(lecture_net, MAPS, 1)
    np.testing.assert_allclose(cam.raw, [[-1, -3], [-1, -2]], atol=1e-7)
    assert not cam.has_evidence


def test_the_default_class_is_the_predicted_one(lecture_net):
    assert inspection.class_activation_map(lecture_net, MAPS).class_index == 0
    assert inspection.class_activation_map(lecture_net, MAPS - 5).class_index == 1


def test_mean_of_the_cam_plus_bias_is_the_logit(gap_net, picture):
    cams = [inspection.class_activation_map(gap_net, picture, c) for c in range(4)]
    assert {(c.method, c.layer) for c in cams} == {("CAM", "4.0")}
    for cam in cams:
        assert abs(cam.raw.mean() + cam.bias - cam.logit) < 1e-6


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    channels=st.integers(1, 9),
    classes=st.integers(1, 6),
    size=st.tuples(st.integers(3, 12), st.integers(3, 12)),
    bias=st.booleans(),
)
def test_mean_plus_bias_property(seed, channels, classes, size, bias):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(2, channels, 3), nn.BatchNorm2d(channels), nn.Tanh(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(channels, classes, bias=bias),
    )  # fmt: skip
    x = torch.randn(2, *size)
    chosen = seed % classes
    cam = inspection.class_activation_map(net, x, chosen)
    assert cam.method == "CAM"
    assert abs(cam.raw.mean() + cam.bias - cam.logit) < 1e-6
    # Grad-CAM of the same maps is the CAM over the number of cells: dy/dA = w / Z.
    maps = inspection.class_activation_map(net, x, chosen, layer="1")
    assert maps.method == "Grad-CAM"
    same = captum_map(net, x, chosen, "2") * cam.raw.size
    np.testing.assert_allclose(cam.raw, same, atol=1e-5)


def captum_map(net, x, class_index, layer):
    modes = {m: m.training for m in net.modules()}
    net.eval()
    module = dict(net.named_modules())[layer]
    got = LayerGradCam(net, module).attribute(x[None], class_index)[0, 0].detach().numpy()
    for module, training in modes.items():
        module.training = training
    return got


def test_grad_cam_by_hand():
    # Maps A = x and B = −2x; y = 3·A[0,0] + A[1,1] − B[0,1], so the mean gradients are 4/4 and
    # −1/4, and the map is 1·x + (−1/4)(−2x) = 1.5 x.
    net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.Flatten(), nn.Linear(8, 1, bias=False))
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, -2.0]).reshape(2, 1, 1, 1))
        net[2].weight.copy_(torch.tensor([[3.0, 0, 0, 1, 0, -1, 0, 0]]))
    x = torch.tensor([[[1.0, -2.0], [4.0, 0.5]]])
    cam = inspection.class_activation_map(net, x)
    assert (cam.method, cam.layer, cam.bias) == ("Grad-CAM", "0", None)
    np.testing.assert_allclose(cam.raw, [[1.5, -3], [6, 0.75]], atol=1e-7)
    assert cam.logit == pytest.approx(3 + 0.5 - 4)


@pytest.mark.parametrize("layer", ["0", "1", "3", "5"])
@pytest.mark.parametrize("class_index", range(5))
def test_grad_cam_agrees_with_captum(flat_net, small_picture, layer, class_index):
    cam = inspection.class_activation_map(flat_net, small_picture, class_index, layer=layer)
    # captum keeps the layer's output itself, which an in-place ReLU overwrites: the twin has none.
    twin = nn.Sequential(*[nn.ReLU() if isinstance(m, nn.ReLU) else m for m in flat_net])
    twin.requires_grad_()
    wanted = captum_map(twin, small_picture, class_index, layer)
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(cam.raw, wanted, atol=1e-6)
    assert cam.layer == layer


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), stride=st.integers(1, 2), channels=st.integers(1, 5))
def test_grad_cam_agrees_with_captum_property(seed, stride, channels):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(1, channels, (3, 2), stride), nn.BatchNorm2d(channels), nn.SiLU(),
        nn.Conv2d(channels, 3, 2), nn.LeakyReLU(), nn.AvgPool2d(2), nn.Flatten(),
        nn.LazyLinear(6), nn.ReLU(), nn.Linear(6, 3),
    )  # fmt: skip
    x = torch.randn(1, 11, 9)
    net.eval()(x[None])
    cam = inspection.class_activation_map(net, x, seed % 3)
    assert cam.layer == "4"
    np.testing.assert_allclose(cam.raw, captum_map(net, x, seed % 3, "4"), atol=1e-6)


def test_grad_cam_of_a_layer_that_runs_twice(reuse_net, picture):
    # GAP is called as a function here, so structure does not show it; but Grad-CAM of the maps
    # that enter it is w / Z · A all the same.
    cam = inspection.class_activation_map(reuse_net, picture, 2)
    assert (cam.method, cam.layer) == ("Grad-CAM", "relu#2")
    maps = inspection.feature_maps(reuse_net, picture)["relu#2"][0]
    wanted = torch.einsum("k,kij->ij", reuse_net.out.weight[2], maps) / maps[0].numel()
    np.testing.assert_allclose(cam.raw, wanted.detach(), atol=1e-6)
    early = inspection.class_activation_map(reuse_net, picture, 2, layer="relu")
    assert np.abs(early.raw - cam.raw).max() > 1e-3


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ("blind", "does not depend on blind"),
        ("out", "out does not give feature maps"),
        ("relu#3", "relu#3 does not run"),
        ("elsewhere", "no layer called “elsewhere”"),
    ],
)
def test_a_layer_that_cannot_be_read_is_named(reuse_net, picture, layer, sentence):
    with pytest.raises(inspection.InspectionError, match=sentence):
        inspection.class_activation_map(reuse_net, picture, 0, layer=layer)


def test_a_frozen_network_is_still_explained(flat_net, small_picture):
    wanted = inspection.class_activation_map(flat_net, small_picture, 3).raw
    flat_net.requires_grad_(False)
    got = inspection.class_activation_map(flat_net, small_picture, 3).raw
    np.testing.assert_array_equal(got, wanted)


def test_the_default_layer_is_the_end_of_the_last_stage(flat_net, small_picture):
    # After the ReLU and before the pooling: rectified, and at the finer grid.
    assert inspection.class_activation_map(flat_net, small_picture).layer == "4"
    bare = nn.Sequential(nn.Conv2d(2, 3, 3), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(2))
    assert inspection.class_activation_map(bare, small_picture).layer == "0"
    # conv → ReLU → conv (a shortcut, say) → SiLU → pool → Tanh: the last one that gives maps.
    late = nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Conv2d(3, 3, 1), nn.SiLU(), nn.AvgPool2d(2), nn.Tanh(),
        nn.Flatten(), nn.LazyLinear(4), nn.ReLU(), nn.Linear(4, 2),
    )  # fmt: skip
    assert inspection.class_activation_map(late, small_picture).layer == "5"


def test_a_network_without_maps_says_so():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2, 2))
    with pytest.raises(inspection.InspectionError, match="no place to show"):
        last_stage(net, torch.zeros(1, 3, 3))


CONV, GAP, FLAT = nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()


@pytest.mark.parametrize(
    ("exact", "steps"),
    [
        (True, [CONV, GAP, FLAT, nn.Linear(2, 3)]),
        (True, [CONV, nn.Sequential(GAP, FLAT), nn.Dropout(), nn.Linear(2, 3)]),
        (False, [CONV, GAP, FLAT, nn.Linear(2, 3), nn.ReLU()]),
        (False, [CONV, GAP, FLAT, nn.Linear(2, 4), nn.Linear(4, 3)]),
        (False, [CONV, GAP, nn.ReLU(), FLAT, nn.Linear(2, 3)]),
        (False, [CONV, nn.AdaptiveAvgPool2d(2), FLAT, nn.Linear(8, 3)]),
        (False, [CONV, nn.AdaptiveMaxPool2d(1), FLAT, nn.Linear(2, 3)]),
        (False, [CONV, FLAT, nn.Linear(32, 3)]),
        (False, [nn.Linear(2, 3)]),
    ],
)
def test_structure_decides_whether_the_exact_map_applies(exact, steps):
    net = nn.Sequential(*steps)
    assert (inspection.gap_head(net) is not None) == exact
    if len(steps) > 1:
        cam = inspection.class_activation_map(net, torch.randn(1, 6, 6), 1)
        assert cam.method == ("CAM" if exact else "Grad-CAM")
        if exact:
            assert cam.raw.mean() + cam.bias == pytest.approx(cam.logit, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_one_hot_cell_is_shown_at_its_own_centre(data):
    rows, columns = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    scale = data.draw(st.sampled_from([3, 5, 7]))
    raw = np.zeros((rows, columns))
    raw[row, column] = 1
    shown = inspection.upsample(raw, (rows * scale, columns * scale))
    centre = (row * scale + scale // 2, column * scale + scale // 2)
    assert shown[centre] == pytest.approx(1)
    assert shown.max() == pytest.approx(1)
    if 0 < row < rows - 1 and 0 < column < columns - 1:
        where = np.indices(shown.shape).reshape(2, -1) @ shown.ravel() / shown.sum()
        np.testing.assert_allclose(where, centre, atol=1e-6)


def test_upsampling_by_hand():
    got = inspection.upsample(np.array([[0.0, 4.0]]), (1, 4))
    np.testing.assert_allclose(got, [[0, 1, 3, 4]])
