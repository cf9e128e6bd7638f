"""The methods that say where evidence is, each against an oracle or a property."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, IntegratedGradients, LayerGradCam, Occlusion, Saliency
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from torch import nn

from cnnviz import inspection, zoo
from cnnviz.inspection import evidence
from cnnviz.inspection.attribution import METHODS, evidence_steps, rank_correlation
from cnnviz.inspection.attribution.agreement import averaged
from cnnviz.inspection.attribution.question import Question
from cnnviz.inspection.head import evidence_layer, linear_head
from cnnviz.zoo import catalogue as zoo_catalogue
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.catalogue import family_of

NAMES = [
    "cam", "grad_cam", "grad_cam_plus_plus", "hires_cam", "layer_cam", "score_cam", "gradient",
    "smooth_grad", "integrated_gradients", "occlusion",
]  # fmt: skip


def twin(net):
    """The same network for captum, which in-place layers mislead."""
    layers = [nn.ReLU() if isinstance(m, nn.ReLU) else m for m in net]
    return nn.Sequential(*layers).eval().requires_grad_()


def linear_net(height=6, width=8, classes=3):
    torch.manual_seed(7)
    return nn.Sequential(nn.Flatten(), nn.Linear(2 * height * width, classes))


def test_the_names_are_the_public_ones():
    assert list(METHODS) == NAMES


@pytest.mark.parametrize("method", NAMES)
def test_what_is_explained_is_said(gap_net, picture, method):
    found = evidence(gap_net, picture, 2, method=method)
    wanted = inspection.predict(gap_net, picture)
    assert (found.method, found.class_index) == (method, 2)
    assert found.logit == pytest.approx(float(wanted.logits[2]))
    assert found.probability == pytest.approx(float(wanted.probabilities[2]))
    reads_picture = METHODS[method].reads == "picture"
    assert found.raw.shape == ((9, 7) if reads_picture else (4, 3))
    assert found.raw.dtype == np.float64
    assert found.layer == (None if reads_picture else "4.0" if method == "cam" else found.layer)
    assert np.isfinite(found.raw).all()
    assert found.raw.any()


def test_the_predicted_class_is_the_default(flat_net, small_picture):
    best = inspection.predict(flat_net, small_picture).top(1)[0]
    for method in ("grad_cam", "gradient", "occlusion"):
        assert evidence(flat_net, small_picture, method=method).class_index == best


@pytest.mark.parametrize("class_index", range(5))
def test_captum_agrees(flat_net, small_picture, class_index):
    same, x = twin(flat_net), small_picture[None]

    def raw(method, **options):
        *_, last = evidence_steps(flat_net, small_picture, class_index, method=method, **options)
        return last.evidence.raw

    def total(attribution):
        return attribution.detach()[0].sum(0).numpy()

    wanted = Saliency(same).attribute(x.clone(), class_index, abs=False)
    np.testing.assert_allclose(raw("gradient"), total(wanted), atol=1e-6)
    wanted = IntegratedGradients(same).attribute(x.clone(), target=class_index, n_steps=50)
    np.testing.assert_allclose(raw("integrated_gradients"), total(wanted), atol=1e-5)
    wanted = GuidedBackprop(same).attribute(x.clone(), class_index)
    np.testing.assert_allclose(raw("guided_backpropagation"), total(wanted), atol=1e-6)
    wanted = LayerGradCam(same, same[4]).attribute(x.clone(), class_index)
    np.testing.assert_allclose(raw("grad_cam", layer="4"), total(wanted), atol=1e-6)
    for window, stride in ((2, 2), (3, 2), (4, 3)):
        wanted = Occlusion(same).attribute(
            x, (2, window, window), target=class_index, strides=(2, stride, stride), baselines=0
        )
        got = raw("occlusion", window=window, stride=stride)
        # captum gives the value to each colour.
        np.testing.assert_allclose(got, wanted[0, 0].numpy(), atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), classes=st.integers(1, 4), channels=st.integers(1, 6))
def test_on_an_average_and_one_linear_layer_the_maps_are_the_cam_over_the_number_of_cells(
    seed, classes, channels
):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(2, channels, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(channels, classes),
    )  # fmt: skip
    x, chosen = torch.randn(2, 8, 6), seed % classes
    cam = evidence(net, x, chosen, method="cam")
    assert abs(cam.raw.mean() + cam.bias - cam.logit) < 1e-6
    for method in ("grad_cam", "hires_cam"):
        found = evidence(net, x, chosen, method=method)
        assert found.layer == cam.layer
        np.testing.assert_allclose(found.raw * cam.raw.size, cam.raw, atol=1e-5)


def test_grad_cam_is_that_of_look_inside(flat_net, small_picture):
    for layer in ("0", "3", "4"):
        wanted = inspection.class_activation_map(flat_net, small_picture, 1, layer=layer)
        got = evidence(flat_net, small_picture, 1, method="grad_cam", layer=layer)
        np.testing.assert_array_equal(got.raw, wanted.raw)


def test_hires_cam_adds_up_to_the_logit_before_a_linear_layer(flat_net, small_picture):
    for chosen in range(5):
        found = evidence(flat_net, small_picture, chosen, method="hires_cam", layer="5")
        bias = float(flat_net[8].bias[chosen].detach())
        assert found.raw.sum() + bias == pytest.approx(found.logit, abs=1e-5)


def test_layer_cam_is_hires_cam_where_every_gradient_is_positive(flat_net, small_picture):
    with torch.no_grad():
        flat_net[8].weight.abs_()
    one, other = (
        evidence(flat_net, small_picture, 1, method=method, layer="5").raw
        for method in ("layer_cam", "hires_cam")
    )
    np.testing.assert_array_equal(one, other)
    with torch.no_grad():
        flat_net[8].weight.neg_()
    assert not evidence(flat_net, small_picture, 1, method="layer_cam", layer="5").raw.any()


def test_grad_cam_plus_plus_is_the_papers_where_that_is_defined(flat_net, small_picture):
    found = evidence(flat_net, small_picture, 3, method="grad_cam_plus_plus", layer="4")
    same = twin(flat_net)
    maps = same[:5](small_picture[None]).detach().requires_grad_()
    (g,) = torch.autograd.grad(same[5:](maps)[0, 3], maps)
    g, maps = g[0].double(), maps.detach()[0].double()
    alpha = g**2 / (2 * g**2 + g**3 * maps.sum((1, 2), keepdim=True))
    weights = torch.where(g != 0, alpha * g.clamp(min=0), 0).sum((1, 2))
    wanted = torch.einsum("k,kij->ij", weights, maps)
    assert float(wanted.abs().max()) > 1e-4
    np.testing.assert_allclose(found.raw, wanted, atol=1e-9)


def test_on_a_linear_network_the_methods_that_read_the_picture_are_known(small_picture):
    net = linear_net()
    weight = net[1].weight[1].detach().reshape(2, 6, 8).double()
    x = small_picture.double()
    for method in ("gradient", "smooth_grad"):
        found = evidence(net, small_picture, 1, method=method)
        np.testing.assert_allclose(found.raw, weight.sum(0), atol=1e-6)
    found = evidence(net, small_picture, 1, method="integrated_gradients")
    np.testing.assert_allclose(found.raw, (weight * x).sum(0), atol=1e-6)
    *_, last = evidence_steps(net, small_picture, 1, method="occlusion", window=2, stride=2)
    blocks = (weight * x).sum(0).reshape(3, 2, 4, 2).sum((1, 3))
    np.testing.assert_allclose(last.evidence.raw, np.kron(blocks, np.ones((2, 2))), atol=1e-5)


@pytest.mark.parametrize("net", ["gap_net", "flat_net"])
def test_integrated_gradients_are_complete(net, request):
    model = request.getfixturevalue(net).eval()
    x = request.getfixturevalue("small_picture" if net == "flat_net" else "picture")
    nothing = inspection.predict(model, torch.zeros_like(x)).logits
    for chosen in range(4):
        found = evidence(model, x, chosen, method="integrated_gradients")
        # ReLUs have kinks on the way, where the quadrature is not exact.
        assert found.raw.sum() == pytest.approx(found.logit - float(nothing[chosen]), abs=0.02)


def test_score_cam_is_its_definition_whatever_the_batch(flat_net, small_picture, monkeypatch):
    found = evidence(flat_net, small_picture, 2, method="score_cam", layer="4")
    maps = inspection.feature_maps(flat_net, small_picture)["4"][0].double()
    wanted = torch.zeros(maps.shape[1:], dtype=torch.float64)
    nothing = inspection.predict(flat_net, torch.zeros_like(small_picture)).logits[2]
    for one in maps:
        if float(one.max() - one.min()) == 0:
            continue
        mask = F.interpolate(
            ((one - one.min()) / (one.max() - one.min()))[None, None], size=(6, 8), mode="bilinear"
        )[0].float()
        alpha = inspection.predict(flat_net, small_picture * mask).logits[2] - nothing
        wanted += float(alpha) * one
    np.testing.assert_allclose(found.raw, wanted, atol=1e-5)
    monkeypatch.setattr(Question, "batch", property(lambda _: 1))
    alone = evidence(flat_net, small_picture, 2, method="score_cam", layer="4")
    np.testing.assert_allclose(alone.raw, found.raw, atol=1e-6)
    *_, few = evidence_steps(flat_net, small_picture, 2, method="score_cam", layer="4", channels=2)
    assert few.total == 2
    assert np.abs(few.evidence.raw - found.raw).max() > 1e-4


def test_smooth_grad_is_the_same_each_time(flat_net, small_picture):
    one, other = (evidence(flat_net, small_picture, 1, method="smooth_grad").raw for _ in range(2))
    np.testing.assert_array_equal(one, other)
    plain = evidence(flat_net, small_picture, 1, method="gradient").raw
    assert np.abs(one - plain).max() > 1e-4


@pytest.mark.parametrize(
    "method", ["score_cam", "smooth_grad", "integrated_gradients", "occlusion"]
)
def test_the_slow_ones_say_how_far_they_are(flat_net, small_picture, method, monkeypatch):
    monkeypatch.setattr(Question, "batch", property(lambda _: 3))
    steps = list(evidence_steps(flat_net, small_picture, 1, method=method))
    assert METHODS[method].slow
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert steps[-1].done == steps[-1].total
    assert len(steps) > 1
    monkeypatch.undo()
    at_once = evidence(flat_net, small_picture, 1, method=method)
    np.testing.assert_allclose(steps[-1].evidence.raw, at_once.raw, atol=1e-5)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"method": "tea_leaves"}, "no method “tea_leaves”: choose one of cam, grad_cam,"),
        ({"method": "cam"}, "CAM needs a network that ends in an average"),
        ({"method": "gradient", "layer": "4"}, "Gradient reads the picture itself"),
        ({"method": "layer_cam", "layer": "8"}, "8 does not give feature maps"),
        ({"method": "score_cam", "layer": "8"}, "8 does not give feature maps"),
        ({"method": "hires_cam", "layer": "x"}, "no layer called “x”"),
        ({"method": "occlusion", "class_index": 5}, "Class 5 does not exist"),
        ({"method": "grad_cam", "class_index": -1}, "Class -1 does not exist"),
    ],
)
def test_what_cannot_be_asked_is_refused(flat_net, small_picture, asked, sentence):
    with pytest.raises(inspection.InspectionError, match=sentence):
        evidence(flat_net, small_picture, **asked)


def test_the_cam_of_another_layer_is_refused(gap_net, picture):
    with pytest.raises(inspection.InspectionError, match=r"those of 4\.0"):
        evidence(gap_net, picture, method="cam", layer="0")


def test_a_head_that_is_written_as_code_is_found_by_its_numbers(reuse_net, picture):
    found = evidence(reuse_net, picture, 2, method="cam")
    assert found.layer in {"relu#2", "relu"}
    assert found.raw.mean() + found.bias == pytest.approx(found.logit, abs=1e-5)


# One of each family: the layer that is asked by itself, and whether its head is linear.
FAMILIES = {
    "efficientnet_lite0": ("head.relu6", True),
    "squeezenet1_1": ("classifier.2", True),
    "googlenet": ("inception5b", True),
    "resnet18": ("layer4.1", True),
    "densenet121": ("features.norm5", True),
    "mobilenet_v2": ("features.18.2", True),
    "mobilenet_v3_small": ("features.12.2", False),
    "shufflenet_v2_x0_5": ("conv5.2", True),
    "mnasnet0_5": ("layers.16", True),
    "regnet_x_400mf": ("trunk_output.block4.block4-11", True),
    "efficientnet_b0": ("features.8.2", True),
    "convnext_tiny": ("features.7.2", False),
    "alexnet": ("features.11", False),
    "vgg11": ("features.19", False),
    "inception_v3": ("Mixed_7c", True),
    "resnext50_32x4d": ("layer4.2", True),
    "wide_resnet50_2": ("layer4.2", True),
}
# Their own way to draw weights would take seconds.
LARGE = {"alexnet", "vgg11", "inception_v3", "resnext50_32x4d", "wide_resnet50_2"}


def with_quick_weights(name):
    """A network with weights of any kind: large ones take most of their time to draw them."""
    model = build_without_memory(name).to_empty(device="cpu").eval()
    some = torch.randn(4096, generator=torch.Generator().manual_seed(1)) / 25
    for key, tensor in model.state_dict().items():
        flat = tensor.view(-1)
        if key.endswith(("running_mean", "running_var", "num_batches_tracked")):
            flat.fill_(key.endswith("running_var"))
        else:
            flat.copy_(some.repeat(len(flat) // len(some) + 1)[: len(flat)])
    return model.requires_grad_(requires_grad=False)


def test_every_family_is_among_them():
    assert {family_of(name) for name in FAMILIES} == set(zoo_catalogue.FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_looked_into(name):
    torch.set_num_threads(1)
    quick = name in LARGE
    model = with_quick_weights(name) if quick else zoo.load(name, weights=False).model
    layer, exact = FAMILIES[name]
    side = 139 if name == "inception_v3" else 96
    x = torch.randn(3, side, side, generator=torch.Generator().manual_seed(0))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    head = linear_head(model, x)
    assert (head is not None) == exact
    assert evidence_layer(model, x).startswith(layer.partition("#")[0])
    if exact:
        cam = evidence(model, x, 7, method="cam")
        assert cam.raw.mean() + cam.bias == pytest.approx(cam.logit, abs=1e-4)
    if exact and name != "densenet121":  # whose ReLU after the layer changes the gradient
        maps = evidence(model, x, 7, method="grad_cam")
        np.testing.assert_allclose(maps.raw * maps.raw.size, cam.raw, atol=1e-3)
    assert evidence(model, x, 7, method="gradient").raw.shape == (side, side)
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_rank_correlation_compares_orders():
    one = np.arange(12.0).reshape(3, 4)
    assert rank_correlation(one, np.exp(one)) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert np.isnan(rank_correlation(one, np.ones((3, 4))))
    fine = np.kron(one, np.ones((5, 2)))
    assert rank_correlation(one, fine) == pytest.approx(1)
    assert rank_correlation(fine, one) == pytest.approx(1)
    tied, other = np.random.default_rng(0).integers(0, 5, (2, 6, 7)).astype(float)
    oracle = spearmanr(tied.ravel(), other.ravel()).statistic
    assert rank_correlation(tied, other) == pytest.approx(oracle)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_averaging_keeps_the_mean(rows, columns, fewer, less):
    values = np.random.default_rng(rows + 10 * columns).normal(size=(rows, columns))
    size = min(rows, fewer), min(columns, less)
    found = averaged(values, size)
    assert found.shape == size
    assert found.mean() == pytest.approx(values.mean())
    np.testing.assert_allclose(averaged(values, values.shape), values, atol=1e-12)
