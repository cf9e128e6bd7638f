"""One filter at a time: what excites it, what it sees, whether it is needed, what it is like."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.ablation import (
    Ablation,
    affordable_pictures,
    confusion,
    predict_without,
)
from cnnviz.inspection.activation_maximisation import RATE, STEPS, climb, noise
from cnnviz.inspection.filter_correlation import (
    alike,
    mean_strength,
    output_correlation,
    weight_correlation,
)
from cnnviz.inspection.outputs import filter_layers
from cnnviz.inspection.patches import field_on, peaks, separation
from cnnviz.inspection.receptive_field import effective_field, effective_side
from cnnviz.networks import NETWORKS, build, field_of, network_from_line, network_spec, summary
from tests.unit.networks.plans import random_plan

SEEDS = range(10)
LINE = "c4k3p1 bn relu res[c4k3p1 bn relu c4k3p1 | none] p2 cat[c3k1 | lc2k3p1 relu] fc6 relu fc4"


def seeded(spec, shape, seed=0):
    """A network whose batch norms have seen pictures, and pictures."""
    torch.manual_seed(seed)
    model = build(spec, shape)
    model(torch.randn(16, *shape))
    return model.eval(), torch.randn(7, *shape)


def catalogue():
    return [(name, network_spec(name, (1, 28, 28), 10), (1, 28, 28)) for name in NETWORKS]


@pytest.fixture
def mixed():
    spec = network_from_line(LINE)
    return spec, *seeded(spec, (1, 9, 8))


def oracle_outputs(model, layer, x):
    kept = []
    hook = model.get_submodule(layer).register_forward_hook(lambda *a: kept.append(a[2].clone()))
    with torch.no_grad():
        model(x)
    hook.remove()
    return kept[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_peaks_and_fields_of_random_plans(seed):
    """Values and places by loops; nothing outside the field has a gradient."""
    spec, shape = random_plan(seed)
    model, x = seeded(spec, shape, seed)
    layers = filter_layers(model, x[0])
    assert layers
    for layer in layers:
        found = peaks(model, layer, x)
        output = oracle_outputs(model, layer, x)
        cells = output.reshape(*output.shape[:2], -1).numpy()
        width = output.shape[-1] if output.ndim == 4 else 1
        at = (found.rows.astype(int) * width + found.columns)[..., None]
        np.testing.assert_allclose(found.values, cells.max(2), atol=1e-4)
        np.testing.assert_allclose(
            np.take_along_axis(cells, at, 2)[..., 0], cells.max(2), atol=1e-4
        )
        field, unit = effective_field(model, layer, 0, x)
        pixels = x.clone().requires_grad_()
        kept = []
        hook = model.get_submodule(layer).register_forward_hook(
            lambda *a, kept=kept: kept.append(a[2])
        )
        model(pixels)
        hook.remove()
        units = kept[0][:, 0]
        units = units[:, unit[0], unit[1]] if units.ndim == 3 else units
        units.sum().backward()
        np.testing.assert_allclose(field, pixels.grad.abs().sum((0, 1)) / len(x), atol=1e-5)
        (top, bottom), (left, right) = field_of(spec, shape, layer, unit)
        outside = field.copy()
        outside[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
        assert not outside.any()


def test_a_field_is_where_the_layers_put_it():
    spec = network_from_line("c2k3 relu p2 c3k3p1 gap fc4")
    assert field_of(spec, (1, 12, 12), "conv1", (2, 5)) == ((2, 4), (5, 7))
    assert field_of(spec, (1, 12, 12), "maxpool1", (1, 0)) == ((2, 5), (0, 3))
    assert field_of(spec, (1, 12, 12), "conv2", (0, 4)) == ((-2, 5), (6, 13))
    assert field_of(spec, (1, 12, 12), "linear1") == ((-2, 13), (-2, 13))
    for row in summary(spec, (1, 12, 12)):
        (top, bottom), _ = field_of(spec, (1, 12, 12), row.name)
        assert bottom - top + 1 == row.receptive_field[0]
    with pytest.raises(ValueError, match="no layer called"):
        field_of(spec, (1, 12, 12), "conv9")
    with pytest.raises(ValueError, match="no cell 10, 0"):
        field_of(spec, (1, 12, 12), "conv1", (10, 0))


def test_the_best_pictures_are_different_ones_and_equal_ones_keep_their_order():
    net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False))
    nn.init.ones_(net[0].weight)
    x = torch.zeros(4, 1, 3, 5)
    x[1, 0, 2, 4], x[1, 0, 0, 0], x[3, 0, 1, 2], x[0, 0, 0, 1] = 3, 2.5, 3, 1
    found = peaks(net, "0", x)
    assert found.best(0, 3).tolist() == [1, 3, 0]
    assert (found.rows[:, 0].tolist(), found.columns[:, 0].tolist()) == ([0, 2, 0, 1], [1, 4, 0, 2])
    assert not found.is_constant(0)
    assert peaks(net, "0", torch.zeros_like(x)).is_constant(0)


def test_separation_is_the_share_of_variance_between_classes():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(30, 3)).astype(np.float32)
    labels = rng.integers(0, 4, 30)
    values[:, 1], values[:, 2] = labels, 5
    found = separation(values, labels)
    column = values[:, 0].astype(float)
    means = np.array([column[labels == label].mean() for label in labels])
    assert found[0] == pytest.approx(means.var() / column.var())
    assert found[1:].tolist() == pytest.approx([1, 0])


def test_what_a_cell_does_not_see_is_darkened():
    image = np.full((1, 4, 4), 90, dtype=np.uint8)
    shown = field_on(image, ((-1, 1), (2, 9)), side=40)
    assert shown.shape == (40, 40, 3)
    assert shown[30, 30].tolist() == [30, 30, 30]
    assert shown[10, 30].tolist() == [90, 90, 90]
    assert shown[19, 25].tolist() == shown[0, 20].tolist() == [221, 122, 31]
    assert field_on(np.zeros((3, 4, 8), np.uint8), ((0, 3), (0, 7))).shape == (48, 96, 3)


def zeroed(model, layer, channel, value):
    """The network with the filter's weights and bias changed by hand."""
    changed = copy.deepcopy(model)
    module = changed.get_submodule(layer)
    with torch.no_grad():
        index = (slice(None),) * 2 if module.weight.ndim == 6 else ()
        module.weight[(*index, channel)] = 0
        module.bias[(*index, channel)] = value
    return changed


@pytest.mark.parametrize("layer", ["conv1", "residual1.body.conv2", "concat1.branch2.local1",
                                   "linear1"])  # fmt: skip
@pytest.mark.parametrize("replacement", ["zero", "mean"])
def test_a_filter_that_is_off_has_no_weights(mixed, layer, replacement):
    _, model, x = mixed
    ablation = Ablation(model, layer, x, replacement)
    with torch.no_grad():
        assert ablation.predicted(None).tolist() == model(x).argmax(1).tolist()
    output = oracle_outputs(model, layer, x)
    for channel in range(output.shape[1]):
        value = float(output[:, channel].mean()) if replacement == "mean" else 0.0
        assert ablation.value(channel) == pytest.approx(value, abs=1e-6)
        with torch.no_grad():
            wanted = zeroed(model, layer, channel, value)(x)
        assert ablation.predicted(channel).tolist() == wanted.argmax(1).tolist()
        answer = predict_without(model, x[2], layer, channel, value)
        torch.testing.assert_close(answer.logits, wanted[2], rtol=1e-4, atol=1e-5)
    with pytest.raises(inspection.InspectionError, match="has no filter 99"):
        ablation.predicted(99)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_layer_of_a_random_plan_can_be_switched_off(seed):
    spec, shape = random_plan(seed)
    model, x = seeded(spec, shape, seed)
    state = copy.deepcopy(model.state_dict())
    for layer in filter_layers(model, x[0]):
        kept = []

        def off(_module, _inputs, output, kept=kept):
            output = output.clone()
            output[:, 0] = 0
            kept.append(1)
            return output

        hook = model.get_submodule(layer).register_forward_hook(off)
        with torch.no_grad():
            wanted = model(x).argmax(1)
        hook.remove()
        assert Ablation(model, layer, x).predicted(0).tolist() == wanted.tolist()
        assert 50 <= affordable_pictures(spec, shape, layer) <= 1000
    assert all(torch.equal(model.state_dict()[name], value) for name, value in state.items())
    assert not any(module._forward_hooks for module in model.modules())


def test_a_confusion_matrix_counts_every_picture():
    counts = confusion(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 0]), 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 0]]


@pytest.mark.parametrize(("name", "spec", "shape"), catalogue())
def test_every_layer_of_the_catalogue_answers(name, spec, shape):
    model, x = seeded(spec, shape)
    for layer, output in filter_layers(model, x[0]).items():
        assert peaks(model, layer, x).values.shape == (7, output[0])
        assert output_correlation(model, layer, x).shape == (output[0], output[0])
        assert len(Ablation(model, layer, x).predicted(output[0] - 1)) == 7
        assert effective_field(model, layer, 0, x)[0].shape == shape[1:]
        last = [*climb(model, layer, [0], noise(shape), ([0.5], [0.25]), steps=2)][-1]
        assert last.images.shape == (1, *shape)
        assert last.step == 2
        assert 50 <= affordable_pictures(spec, shape, layer) <= 1000, name


def test_correlations_are_numpys(mixed):
    _, model, x = mixed
    with torch.no_grad():
        model.conv1.weight[3], model.conv1.bias[3] = -model.conv1.weight[1], 0.5
        model.conv1.weight[2] = 0
    for layer in ("conv1", "residual1", "concat1.branch2.local1", "linear1"):
        output = oracle_outputs(model, layer, x).double().transpose(0, 1).flatten(1).numpy()
        with np.errstate(invalid="ignore"):
            wanted = np.corrcoef(output)
        found = output_correlation(model, layer, x)
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    found = output_correlation(model, "conv1", x)
    assert np.isnan(found[2]).all()
    assert found[1, 3] == pytest.approx(-1)
    assert alike(found, 1)[0] == (3, pytest.approx(-1))
    pairs = [found[0, 1], found[0, 3], found[1, 3]]
    assert mean_strength(found) == pytest.approx(np.abs(pairs).mean())
    assert mean_strength(np.full((2, 2), np.nan)) is None
    for layer in ("residual1.body.conv1", "linear1", "concat1.branch1.conv1"):
        weight = model.get_submodule(layer).weight.detach().double().flatten(1).numpy()
        np.testing.assert_allclose(weight_correlation(model, layer), np.corrcoef(weight), atol=1e-9)
    local = model.concat1.branch2.local1.weight.detach().double()
    rows = np.stack([local[:, :, k].numpy().ravel() for k in range(2)])
    found = weight_correlation(model, "concat1.branch2.local1")
    np.testing.assert_allclose(found, np.corrcoef(rows), atol=1e-9)
    with pytest.raises(inspection.InspectionError, match="no filters of its own"):
        weight_correlation(model, "relu1")
    one = build(network_from_line("c2k1 fc3"), (1, 4, 4))
    with pytest.raises(inspection.InspectionError, match="a single weight"):
        weight_correlation(one, "conv1")


def test_the_picture_that_excites_a_linear_filter_most_is_black_and_white():
    """The best picture in a box for a linear function: white where its gradient is positive."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(2, 3, 5))
    with torch.no_grad():
        net[0].weight.copy_(net[0].weight.sign() * (0.1 + net[0].weight.abs()))
    start = noise((2, 5, 5))
    found = [*climb(net, "0", [2, 0], start, ([0.4, 0.5], [0.2, 0.3]), jitter=False, smooth=False,
                    steps=60)]  # fmt: skip
    assert np.array_equal(found[0].images[0], start)
    for at, channel in enumerate([2, 0]):
        weight = net[0].weight[channel].detach().numpy()
        assert np.array_equal(found[-1].images[at], np.where(weight > 0, 255, 0))
        x = torch.from_numpy(found[-1].images[at]) / 255 - torch.tensor([0.4, 0.5])[:, None, None]
        value = net[0](x[None] / torch.tensor([0.2, 0.3])[:, None, None])[0, channel].item()
        assert found[-1].values[at] == pytest.approx(value, abs=1e-3)
    assert sorted(one.values[0] for one in found) == [one.values[0] for one in found]


def test_a_step_uphill_follows_the_gradient():
    """Against finite differences, through a ReLU that is off at the start."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU()).double()
    net[0].bias.data.fill_(-50)
    net = net.float()
    start = np.full((1, 6, 6), 128, dtype=np.uint8)
    first, second = climb(net, "1", [0], start, ([0.0], [1.0]), jitter=False, smooth=False, steps=1)
    assert first.values[0] == 0

    def mean_before(picture):
        with torch.no_grad():
            return net[0](torch.from_numpy(picture)[None].float()).double().mean().item()

    base = start.astype(np.float64) / 255
    slopes = np.zeros_like(base)
    for index in np.ndindex(base.shape):
        up, down = base.copy(), base.copy()
        up[index] += 0.5
        down[index] -= 0.5
        slopes[index] = mean_before(up) - mean_before(down)
    wanted = base + RATE * slopes / np.abs(slopes).mean()
    np.testing.assert_allclose(second.images[0] / 255, np.clip(wanted, 0, 1), atol=0.003)


def test_climbing_is_repeatable_and_each_filter_climbs_alone(mixed):
    _, model, _ = mixed
    start, scale = noise((1, 9, 8), seed=3), ([0.5], [0.25])
    together = [*climb(model, "residual1", [0, 1, 3], start, scale)]
    again = [*climb(model, "residual1", [3], start, scale)]
    assert together[-1].step == again[-1].step == STEPS
    assert np.abs(together[-1].images[2].astype(int) - again[-1].images[0]).max() <= 2
    assert (together[-1].values > together[0].values).all()
    rough = [*climb(model, "residual1", [0, 1, 3], start, scale, smooth=False)][-1]
    steps = [
        np.abs(np.diff(one.images.astype(float), axis=3)).mean() for one in (together[-1], rough)
    ]
    assert steps[0] < steps[1]
    with pytest.raises(inspection.InspectionError, match="has no filter 7"):
        next(climb(model, "conv1", [7], start, scale))
    with torch.no_grad():
        model.conv1.weight.fill_(float("nan"))
    with pytest.raises(inspection.InspectionError, match="not finite"):
        next(climb(model, "conv1", [0], start, scale))


def test_the_effective_side_counts_what_matters():
    field = np.zeros((6, 6))
    assert effective_side(field) == 0
    field[1:4, 2:5] = 1
    field[0, 0] = 0.04
    assert effective_side(field) == 3
