"""From a run's folder to its network, and to code that gives the same numbers."""

import contextlib
import io

import numpy as np
import pytest
import torch

from cnnviz import inspection
from cnnviz.datasets import normalise
from cnnviz.networks import build, network_spec
from cnnviz.runs import RunConfig, create_run

CLASSES = ("cat", 'dog\'s "toy"\nimport os', "eel")


def make_run(network):
    """A run of two random snapshots, as training would leave it."""
    shape = (3, 13, 11)
    spec = network_spec(network, shape, len(CLASSES))
    config = RunConfig(
        "own", "Odd pictures", network, spec, shape, CLASSES, (0.2, 0.5, 0.7), (0.1, 0.3, 1.0)
    )
    run = create_run(config)
    torch.manual_seed(1)
    with run.writing() as writer:
        for step in (0, 30):
            model = build(spec, shape)
            model(torch.randn(16, *shape))  # moves the running statistics
            run.write_tensors(f"snapshots/{step}.safetensors", model.state_dict())
            writer.write("snapshot", step=step)
    return run


@pytest.fixture(params=["gap", "lenet5", "vgg"])
def run(request, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    return make_run(request.param)


@pytest.fixture
def seen():
    return np.random.default_rng(0).integers(0, 256, (3, 13, 11), dtype=np.uint8)


def test_the_model_is_that_of_the_snapshot(run):
    random = torch.get_rng_state()
    for step in (0, 30):
        model = inspection.load_model(run, step)
        assert not any(module.training for module in model.modules())
        assert not any(tensor.is_meta for tensor in model.state_dict().values())
        for name, tensor in run.load_snapshot(step).items():
            assert torch.equal(model.state_dict()[name], tensor)
    last = inspection.load_model(run)
    assert torch.equal(last[0].weight, model[0].weight)
    assert torch.equal(torch.get_rng_state(), random)


def test_a_run_without_snapshots_and_a_foreign_snapshot_are_refused(run):
    run.write_tensors("snapshots/30.safetensors", {"conv1.weight": torch.zeros(2)})
    with pytest.raises(inspection.InspectionError, match="step 30 do not fit"):
        inspection.load_model(run)
    (run.path / "events.jsonl").write_text("")
    with pytest.raises(inspection.InspectionError, match="not saved any weights yet"):
        inspection.load_model(run)


def execute(code, run, monkeypatch):
    monkeypatch.chdir(run.path)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    return names, printed.getvalue()


def test_the_filters_line_gives_the_filters(run, monkeypatch):
    model = inspection.load_model(run, 30)
    code = inspection.filters_code(run.config, 30, "conv2")
    got, printed = execute(code, run, monkeypatch)
    assert torch.equal(got["filters"], inspection.filters(model, "conv2"))
    assert str(got["filters"]) in printed


def test_the_maps_line_gives_the_maps(run, seen, monkeypatch):
    config = run.config
    model = inspection.load_model(run, 30)
    x = normalise(seen, config.mean, config.std)
    for layer, wanted in inspection.feature_maps(model, x).items():
        got, printed = execute(inspection.maps_code(config, 30, seen, layer), run, monkeypatch)
        torch.testing.assert_close(got["maps"], wanted[0], rtol=1e-5, atol=1e-6)
        assert str(got["maps"]) in printed


@pytest.mark.parametrize("layer", [None, "conv1"])
def test_the_cam_line_gives_the_cam(run, seen, layer, monkeypatch):
    config = run.config
    model = inspection.load_model(run, 30)
    x = normalise(seen, config.mean, config.std)
    cam = inspection.class_activation_map(model, x, 1, layer=layer)
    assert cam.method == ("CAM" if config.network == "gap" and layer is None else "Grad-CAM")
    got, printed = execute(inspection.cam_code(config, 30, seen, cam), run, monkeypatch)
    np.testing.assert_allclose(got["cam"], cam.raw, atol=1e-5)
    assert float(printed.split("\n")[-2].split()[0]) == pytest.approx(cam.logit, abs=1e-5)
    assert ("is the logit" in printed) == (cam.method == "CAM")
    assert got["logits"].softmax(0)[1].item() == pytest.approx(cam.probability, abs=1e-6)
