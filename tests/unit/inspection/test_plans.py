"""Everything that looks at a network, for random networks of all kinds of layer."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz import inspection
from cnnviz.inspection.code import cam_code, filters_code, maps_code
from cnnviz.inspection.frames import make_frame, read_frame
from cnnviz.networks import build, network_from_line, summary
from cnnviz.runs import RunConfig, create_run
from cnnviz.training.health import HealthCheck, fed_relus
from cnnviz.training.script import training_script
from tests.unit.networks.plans import CLASSES, random_plan

SEEDS = range(28)


def trained(seed):
    """A plan after one step, so that no number of it is what it began with."""
    spec, shape = random_plan(seed)
    torch.manual_seed(seed)
    model = build(spec, shape)
    health = HealthCheck(model, torch.randn(4, *shape))
    health.before()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    F.cross_entropy(model(torch.randn(8, *shape)), torch.randint(CLASSES, (8,))).backward()
    optimiser.step()
    return spec, shape, model, health.after()


def state_of(model):
    return {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_can_be_looked_at(seed):
    spec, shape, model, health = trained(seed)
    x = torch.randn(2, *shape)
    before, random = state_of(model)
    rows = {row.name: row for row in summary(spec, shape)}
    maps = inspection.feature_maps(model, x)
    assert {name: tuple(value.shape[1:]) for name, value in maps.items()} == {
        name: row.output_shape for name, row in rows.items()
    }
    frame = read_frame(make_frame(model, x, [0, 1], step=1, epoch=0.1, seconds=1))
    for at in (0, 1):
        answer = inspection.predict(model, x[at])
        np.testing.assert_allclose(frame.logits[at], answer.logits, rtol=1e-3, atol=1e-4)
        if frame.cams is not None:
            cam = inspection.class_activation_map(model, x[at], at)
            assert (cam.layer, cam.method) == (frame.cams.layer, frame.method)
            if cam.method == "CAM":
                assert cam.raw.mean() + cam.bias == pytest.approx(cam.logit, abs=1e-5)
    convolutions = [row.name for row in rows.values() if row.kind == "conv"]
    assert inspection.conv_layers(model) == convolutions
    assert (frame.filters is not None) == bool(convolutions)
    learning = [n for n, row in rows.items() if row.kind in {"conv", "local", "linear"}]
    assert [row["name"] for row in health] == learning
    assert {n for pair in fed_relus(model).items() for n in pair} <= set(rows)
    after, random_after = state_of(model)
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert torch.equal(random, random_after)
    assert model.training


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_the_printed_code_of_a_plan_gives_its_numbers(seed, make_run, monkeypatch):
    """The code of the filters, the maps and the CAM, run in the run's folder."""
    spec, shape, model, _ = trained(seed)
    run = make_run(spec, shape, model)
    monkeypatch.chdir(run.path)
    seen = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    x = (torch.from_numpy(seen).float()[None] / 255 - 0.5) / 0.25
    maps = inspection.feature_maps(model, x)

    def executed(code):
        scope = {"__name__": "copied"}
        exec(code, scope)
        return scope

    for name in [*maps][:: max(1, len(maps) // 3)]:
        found = executed(maps_code(run.config, 1, seen, name))["maps"]
        torch.testing.assert_close(found, maps[name][0])
    for name in inspection.conv_layers(model)[:1]:
        found = executed(filters_code(run.config, 1, name))["filters"]
        assert torch.equal(found, inspection.filters(model, name))
    if inspection.map_layers(model, x):
        cam = inspection.class_activation_map(model, x)
        found = executed(cam_code(run.config, 1, seen, cam))["cam"]
        np.testing.assert_allclose(found, cam.raw, rtol=1e-3, atol=1e-5)
    compile(training_script(run.config), "script", "exec")


@pytest.mark.parametrize(
    ("line", "layer"),
    [
        ("cat[c3k3 relu | c2k3 relu] p2 fc5", "concat1"),
        ("cat[c3k3 relu | c2k3] relu p2 fc5", "relu1"),
        ("c3k3 res[c3k3p1 relu] gelu fc5", "gelu1"),
        ("res[c3k3 relu | c3k3] fc5", "residual1"),
        ("lc3k3 tanh a2 fc5", "tanh1"),
    ],
)
def test_evidence_is_read_where_all_branches_have_met(line, layer):
    model = build(network_from_line(line), (1, 8, 8))
    assert inspection.class_activation_map(model, torch.randn(1, 8, 8)).layer == layer


def test_a_network_without_shared_weights_shows_its_maps():
    model = build(network_from_line("lc3k3 relu p2 lc3k3 relu fc5"), (1, 12, 12))
    frame = read_frame(
        make_frame(model, torch.randn(2, 1, 12, 12), [0, 1], step=0, epoch=0, seconds=0)
    )
    assert (frame.maps.layer, frame.channels, frame.filters) == ("maxpool1", 3, None)


def test_dead_filters_are_counted_inside_blocks_and_without_shared_weights():
    torch.manual_seed(0)
    model = build(
        network_from_line("lc3k3 bn relu cat[c4k1 relu | c2k1 tanh] fc5 relu fc5"), (1, 8, 8)
    )
    assert fed_relus(model) == {
        "local1": "relu1",
        "concat1.branch1.conv1": "concat1.branch1.relu1",
        "linear1": "relu2",
    }
    with torch.no_grad():
        model.concat1.branch1.conv1.bias[:3] = -99
    check = HealthCheck(model, torch.randn(4, 1, 8, 8))
    check.before()
    rows = {row["name"]: row for row in check.after()}
    assert rows["concat1.branch1.conv1"]["dead"] == 0.75


@pytest.fixture
def make_run(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))

    def make(spec, shape, model):
        config = RunConfig(
            dataset="digits", dataset_title="Digits", network="own", spec=spec, input_shape=shape,
            classes=tuple("abcde"), mean=(0.5,) * shape[0], std=(0.25,) * shape[0],
        )  # fmt: skip
        run = create_run(config)
        run.write_tensors("snapshots/1.safetensors", model.state_dict())
        return run

    return make
