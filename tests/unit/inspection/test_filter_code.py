"""The code for one filter, run in the run's folder, gives the numbers on screen."""

import numpy as np
import pytest
import torch

from cnnviz.inspection.ablation import Ablation
from cnnviz.inspection.activation_maximisation import climb, noise
from cnnviz.inspection.cell_sum import cell_sum
from cnnviz.inspection.code import input_code
from cnnviz.inspection.deconvnet import project
from cnnviz.inspection.filter_code import (
    Source,
    ablation_code,
    back_code,
    by_hand_code,
    climb_code,
    correlation_code,
    field_code,
    parts_code,
    peaks_code,
)
from cnnviz.inspection.filter_correlation import output_correlation, weight_correlation
from cnnviz.inspection.kernel_by_hand import ByHand
from cnnviz.inspection.patches import peaks
from cnnviz.inspection.receptive_field import effective_field
from cnnviz.networks import build, network_from_line
from cnnviz.runs import RunConfig, create_run

SHAPE = (1, 10, 9)
SCALE = ([0.4], [0.3])


@pytest.fixture
def executed(tmp_path, monkeypatch):
    """Gives the network, its pictures and labels, the run's config, and runs code in its folder."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    spec = network_from_line("c4k3 bn relu p2 lc3k2 relu fc5")
    torch.manual_seed(0)
    model = build(spec, SHAPE)
    model(torch.randn(9, *SHAPE))
    config = RunConfig(
        "own", "Own", "own", spec, SHAPE, tuple("abcde"), tuple(SCALE[0]), tuple(SCALE[1])
    )
    run = create_run(config)
    run.write_tensors("snapshots/1.safetensors", model.state_dict())
    images = torch.randint(0, 256, (12, *SHAPE), dtype=torch.uint8)
    labels = torch.randint(0, 5, (12,))
    run.write_tensors("samples.safetensors", {"images": images, "labels": labels})
    data = {
        f"{part}_{what}": value.clone()
        for part in ("train", "test")
        for what, value in (("images", images), ("labels", labels))
    }
    run.write_tensors("data.safetensors", data)
    monkeypatch.chdir(run.path)

    def execute(code):
        scope = {"__name__": "copied"}
        exec(code, scope)
        return scope

    x = (images.float() / 255 - SCALE[0][0]) / SCALE[1][0]
    return model.eval(), x, labels.numpy(), config, execute


@pytest.mark.parametrize("file", ["samples.safetensors", None])
def test_best_pictures_field_and_accuracy(executed, file):
    model, x, labels, config, execute = executed
    source = Source(11, file)
    order = (
        torch.arange(12) if file else torch.randperm(12, generator=torch.Generator().manual_seed(0))
    )
    x, labels = x[order[:11]], labels[order[:11]]
    found = peaks(model, "relu1", x)
    scope = execute(peaks_code(config, 1, "relu1", 2, source))
    assert scope["best"].tolist() == found.best(2).tolist()
    np.testing.assert_allclose(scope["values"], found.values[:, 2], atol=1e-5)
    scope = execute(field_code(config, 1, "maxpool1", 1, source))
    np.testing.assert_allclose(
        scope["field"], effective_field(model, "maxpool1", 1, x)[0], atol=1e-5
    )
    for replacement in ("zero", "mean"):
        answers = Ablation(model, "local1", x, replacement).predicted(0)
        code = ablation_code(config, 1, "local1", 0, source, replacement=replacement)
        assert execute(code)["without"] == pytest.approx((answers == labels).mean())


def test_a_kernel_by_hand(executed):
    model, x, labels, config, execute = executed
    weights = np.random.default_rng(0).normal(size=(1, 3, 3)).astype(np.float32)
    source = Source(12, "samples.safetensors")
    expected = ByHand(model, "conv1", 2, weights).predicted(x)
    code = by_hand_code(config, 1, "conv1", 2, source, weights=weights)
    assert execute(code)["by_hand"] == pytest.approx((expected == labels).mean())


def test_correlations(executed):
    model, x, _, config, execute = executed
    code = correlation_code(config, 1, "relu1", Source(12, "samples.safetensors"))
    found = execute(code)["correlation"]
    np.testing.assert_allclose(found, output_correlation(model, "relu1", x), atol=1e-5)
    for layer, local in (("conv1", False), ("local1", True)):
        found = execute(correlation_code(config, 1, layer, None, local=local))["correlation"]
        np.testing.assert_allclose(found, weight_correlation(model, layer), atol=1e-6)


@pytest.mark.parametrize("rule", ["deconvnet", "gradient", "guided"])
def test_the_way_back_to_the_picture(executed, rule):
    model, x, _, config, execute = executed
    seen = noise(SHAPE, seed=3)
    x = (torch.from_numpy(seen).float() / 255 - SCALE[0][0]) / SCALE[1][0]
    expected = project(model, "relu2", 1, x, rule=rule)
    assert expected.pixels.any()
    scope = execute(back_code(config, 1, "relu2", 1, seen, rule=rule))
    np.testing.assert_allclose(scope["projection"][0], expected.pixels, atol=1e-5)


def test_the_parts_of_a_cell(executed):
    model, _, _, config, execute = executed
    seen = noise(SHAPE, seed=3)
    x = (torch.from_numpy(seen).float() / 255 - SCALE[0][0]) / SCALE[1][0]
    expected = cell_sum(model, x, "conv1", (2, 3, 4))
    found = execute(parts_code(config, 1, "conv1", (2, 3, 4), seen))["products"]
    assert float(found.detach()[0]) == pytest.approx(expected.parts[0].product, abs=1e-5)


@pytest.mark.parametrize(("layer", "switches"), [("relu1", True), ("local1", False)])
def test_the_picture_that_excites_a_filter(executed, layer, switches):
    model, _, _, config, execute = executed
    begin = noise(SHAPE)
    code = climb_code(
        config, 1, layer, 1, f"{input_code(config, begin)}x0 = x * std + mean\n",
        relu=layer == "relu1", jitter=switches, smooth=switches,
    )  # fmt: skip
    last = [*climb(model, layer, [1], begin, SCALE, jitter=switches, smooth=switches)][-1]
    found = 255 * execute(code)["picture"][0].numpy()
    assert np.abs(found - last.images[0]).max() < 2
