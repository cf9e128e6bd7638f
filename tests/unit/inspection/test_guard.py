"""Inspecting never changes the model, whatever happens, whoever else looks."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.trust.adversarial import direction_of
from cnnviz.inspection.trust.deletion_insertion import probabilities, ranking_of
from cnnviz.inspection.trust.randomisation import cascade


def state(model):
    """Everything about a model (and the random numbers) that inspecting could disturb."""
    return {
        "modes": [(name, module.training) for name, module in model.named_modules()],
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "gradients": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "values": {name: value.clone() for name, value in model.state_dict().items()},
        "hooks": [
            (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks))
            for m in model.modules()
        ],
        "random": torch.get_rng_state(),
    }


def assert_same(before, after):
    assert before["modes"] == after["modes"]
    assert before["requires_grad"] == after["requires_grad"]
    assert before["hooks"] == after["hooks"]
    assert torch.equal(before["random"], after["random"])
    for was, now in zip(before["gradients"], after["gradients"], strict=True):
        assert (was is None and now is None) or torch.equal(was, now)
    for name, was in before["values"].items():
        assert torch.equal(was, after["values"][name]), name


LOOKS = {
    "predict": inspection.predict,
    "feature maps": inspection.feature_maps,
    "map layers": inspection.map_layers,
    "default map": inspection.class_activation_map,
    "Grad-CAM of the first layer": lambda model, x: inspection.class_activation_map(
        model, x, 1, layer=inspection.conv_layers(model)[0]
    ),
    "filters": lambda model, _: inspection.filters(model, inspection.conv_layers(model)[0]),
}


def ask(method):
    def look(model, x):
        with contextlib.suppress(inspection.InspectionError):  # not every network has a CAM
            inspection.evidence(model, x, 1, method=method)

    return look


LOOKS |= {method: ask(method) for method in inspection.METHODS}
LOOKS |= {
    "forgetting": lambda model, x: list(cascade(model, x, 1, method="gradient")),
    "covering": lambda model, x: list(
        probabilities(
            model, x[None], 1, torch.zeros_like(x)[None], ranking_of(x[0].double().numpy())
        )
    ),
    "adversarial step": lambda model, x: direction_of(model, x[None], 1),
}


@pytest.fixture(params=["gap_net", "flat_net", "reuse_net"])
def half_trained(request):
    """A model in use: modes mixed, some gradients there, a hook of somebody else's."""
    model = request.getfixturevalue(request.param)
    name = "small_picture" if request.param == "flat_net" else "picture"
    x = request.getfixturevalue(name)
    model.train()
    next(m for m in model.modules() if isinstance(m, nn.Conv2d)).eval()
    with torch.enable_grad():
        model(torch.stack([x, -x])).sum().backward()
    model.register_forward_hook(lambda *_: None)
    return model, x


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_changes_nothing(half_trained, look):
    model, x = half_trained
    before = state(model)
    look(model, x)
    assert_same(before, state(model))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_changes_nothing_when_the_model_raises(half_trained, look):
    model, _ = half_trained
    wrong_channels = torch.zeros(7, 9, 7)
    before = state(model)
    if look is LOOKS["filters"]:
        with pytest.raises(inspection.InspectionError):
            inspection.filters(model, "out of this world")
    else:
        with pytest.raises(RuntimeError, match="channels"):
            look(model, wrong_channels)
    assert_same(before, state(model))


@pytest.mark.parametrize(
    "wrong", [{"class_index": 99}, {"class_index": -1}, {"layer": "nowhere"}, {"layer": ""}]
)
def test_a_refused_map_changes_nothing(half_trained, wrong):
    model, x = half_trained
    before = state(model)
    if wrong == {"layer": ""}:  # an empty choice is the default layer
        inspection.class_activation_map(model, x, **wrong)
    else:
        with pytest.raises(inspection.InspectionError):
            inspection.class_activation_map(model, x, **wrong)
    assert_same(before, state(model))


def test_a_body_that_raises_leaves_the_modes_alone(gap_net):
    gap_net.train()
    gap_net[2].eval()
    before = state(gap_net)

    def body():
        with inspection.untouched(gap_net):
            assert not any(module.training for module in gap_net.modules())
            torch.rand(3)
            raise KeyError

    with pytest.raises(KeyError):
        body()
    assert_same(before, state(gap_net))


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_the_callers_gradient_mode_does_not_matter(flat_net, small_picture, guard):
    wanted = inspection.class_activation_map(flat_net, small_picture, 2).raw
    with guard():
        got = inspection.class_activation_map(flat_net, small_picture * 1, 2).raw
    np.testing.assert_array_equal(got, wanted)


class Dawdle(nn.Module):
    """Gives other threads the chance to get in between two layers."""

    def forward(self, x):
        time.sleep(0.002)
        return x


def test_eight_threads_share_one_model():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3), Dawdle(), nn.BatchNorm2d(3), nn.ReLU(inplace=True), Dawdle(),
        nn.Dropout(0.5), nn.Conv2d(3, 4, 3), nn.ReLU(), Dawdle(), nn.Flatten(), nn.Linear(16, 8),
    )  # fmt: skip
    model.train()
    before = state(model)
    pictures = torch.randn(8, 1, 6, 6, generator=torch.Generator().manual_seed(6))

    def look(i):
        cam = inspection.class_activation_map(model, pictures[i], i)
        early = inspection.class_activation_map(model, pictures[i], i, layer="0")
        maps = inspection.feature_maps(model, pictures[i])
        return [
            cam.raw,
            cam.logit,
            early.raw,
            *maps.values(),
            inspection.predict(model, pictures[i]).logits,
        ]

    alone = [look(i) for i in range(8)]
    start = threading.Barrier(8)

    def together(i):
        start.wait()
        return [look(i) for _ in range(3)]

    with ThreadPoolExecutor(8) as pool:
        for i, tries in enumerate(pool.map(together, range(8))):
            for seen in tries:
                for got, wanted in zip(seen, alone[i], strict=True):
                    np.testing.assert_array_equal(np.asarray(got), np.asarray(wanted))
    after = state(model)
    # Threads interleave their saving and restoring of the one global random state only when
    # something draws in between; nothing here does.
    assert_same(before, after)


def test_the_lock_goes_when_the_model_goes(gap_net):
    from cnnviz.inspection import guard

    held = len(guard._locks)
    other = nn.Sequential(nn.Conv2d(1, 1, 1))
    inspection.feature_maps(other, torch.zeros(1, 1, 1))
    assert len(guard._locks) == held + 1
    del other
    assert len(guard._locks) == held
