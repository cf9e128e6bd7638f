"""The replay of a gradient agrees with autograd, whatever the convolution's stride and dilation."""

import dataclasses
import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from cnnviz.inspection import InspectionError
from cnnviz.inspection.single_step import (
    from_parts,
    gradient_trace,
    parts_by_image,
    read_step,
    update_of,
)
from cnnviz.runs import Run, RunError


def one_step(
    *, size=9, channels=2, kernel=3, stride=1, dilation=1, padding=1, followed=1, batch=5,
    optimiser="sgd", steps=1,
):  # fmt: skip
    """Trains a small net by torch alone and keeps its last step as a run would."""
    torch.manual_seed(3)
    net = nn.Sequential(
        nn.Conv2d(channels, 4, kernel, stride, padding, dilation),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 3),
    )
    conv = net[0]
    rate, decay = 0.1, 0.02
    if optimiser == "sgd":
        mover = torch.optim.SGD(net.parameters(), rate, 0.9, nesterov=True, weight_decay=decay)
    else:
        mover = torch.optim.AdamW(net.parameters(), rate, weight_decay=decay)
    for _ in range(steps):
        images = torch.randint(0, 256, (batch, channels, size, size), dtype=torch.uint8)
        labels = torch.randint(0, 3, (batch,))
        x = images / 255 - 0.5
        outputs = []
        hook = conv.register_forward_hook(lambda _, __, y, kept=outputs: kept.append(y))
        net.train()
        logits = net(x)
        hook.remove()
        outputs[0].retain_grad()
        losses = F.cross_entropy(logits, labels, reduction="none")
        old = conv.weight.detach().clone()
        mover.zero_grad()
        losses.mean().backward()
        gradient = conv.weight.grad.clone()
        mover.step()
    with torch.no_grad():
        after = F.cross_entropy(net(x), labels, reduction="none")
    tensors = {
        "images": images,
        "labels": labels,
        "predicted_before": logits.detach().argmax(1),
        "loss_before": losses.detach(),
        "loss_after": after,
        "old": old,
        "gradient": gradient,
        "new": conv.weight.detach().clone(),
        "input": F.pad(x, (padding,) * 4),
        "delta": outputs[0].grad[:, followed].clone(),
    }
    about = {
        "step": steps,
        "filter": followed,
        "learning_rate": rate,
        "stride": stride,
        "dilation": [dilation, dilation],
        "optimiser": optimiser,
        "momentum": 0.9 if optimiser == "sgd" else 0.0,
        "weight_decay": decay,
        "layer": "conv1",
    }
    return tensors, about


def kept_step(**options):
    tensors, about = one_step(**options)
    return from_parts({name: tensor.numpy() for name, tensor in tensors.items()}, about)


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(9, 13),
    channels=st.integers(1, 3),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 2),
    followed=st.integers(0, 3),
)
def test_the_images_add_up_to_the_gradient_of_autograd(**options):
    kept = kept_step(**options)
    for channel in range(kept.channels):
        traces = [gradient_trace(kept, n, channel).output for n in range(len(kept.images))]
        assert traces[0].shape == kept.kernel
        np.testing.assert_allclose(
            sum(traces), kept.gradient[kept.filter, channel], rtol=2e-4, atol=2e-7
        )
        for row, column in np.ndindex(*kept.kernel):
            parts = parts_by_image(kept, (channel, row, column))
            np.testing.assert_allclose(parts, [t[row, column] for t in traces], atol=1e-12)


def test_the_trace_reads_the_inputs_that_the_weight_was_multiplied_with():
    """By hand: with stride 2, weight (1, 0) reads rows 1, 3, 5 and columns 0, 2, 4."""
    kept = kept_step(size=7, channels=1, stride=2, padding=0)
    traced = gradient_trace(kept, 0, 0)
    reads = traced.reads[1 * 3 + 0]
    rows, columns = np.divmod(reads, 7)
    assert sorted(set(rows.tolist())) == [1, 3, 5]
    assert sorted(set(columns.tolist())) == [0, 2, 4]
    products = traced.padded.flat[reads] * kept.delta[0].reshape(-1)
    assert products.sum() == pytest.approx(traced.output[1, 0])


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_parts_of_a_change_add_up(optimiser, steps):
    kept = kept_step(optimiser=optimiser, steps=steps)
    for filter_ in range(4):
        update = update_of(kept, filter_, (1, 2, 0))
        assert update.old + update.change == pytest.approx(update.new, abs=1e-15)
        total = update.plain + update.decay + update.rest
        assert total == pytest.approx(update.change, abs=1e-15)
        assert update.gradient == kept.gradient[filter_, 1, 2, 0]


def test_the_first_step_of_sgd_by_hand():
    """No memory yet: the step is rate × (1 + μ) × (gradient + decay × weight)."""
    update = update_of(kept_step(), 1, (0, 1, 1))
    pull = update.gradient + 0.02 * update.old
    assert update.change == pytest.approx(-0.1 * 1.9 * pull, abs=1e-7)
    assert update.plain == pytest.approx(-0.1 * update.gradient)
    assert update.decay == pytest.approx(-0.1 * 0.02 * update.old)
    assert update.rest == pytest.approx(-0.1 * 0.9 * pull, abs=1e-7)


def test_the_first_step_of_adamw_by_hand():
    """Both running means hold the first gradient alone: the step is the rate, against its sign."""
    update = update_of(kept_step(optimiser="adamw"), 1, (0, 1, 1))
    assert update.change - update.decay == pytest.approx(-0.1 * np.sign(update.gradient), abs=1e-4)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "batches").mkdir()
    return tmp_path


def test_reading_from_a_run(folder):
    tensors, about = one_step()
    save_file(tensors, folder / "batches" / "7.safetensors", {"batch": json.dumps(about)})
    kept = read_step(Run(folder), 7)
    assert kept.stride == (1, 1)
    assert kept.dilation == (1, 1)
    assert np.array_equal(kept.old, tensors["old"].numpy())
    assert kept.images.dtype == np.uint8
    with pytest.raises(RunError, match="no batches/8"):
        read_step(Run(folder), 8)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": np.zeros(3, int)}, "shapes differ"),
        ({"input": np.zeros((5, 2, 4, 4))}, "smaller than what was read"),
        ({"gradient": np.zeros((4, 1, 3, 3))}, "shapes differ"),
        ({"delta": None}, "no delta"),
    ],
)
def test_parts_that_do_not_fit_give_a_sentence(change, sentence):
    tensors, about = one_step()
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()} | change
    arrays = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(InspectionError, match=sentence):
        from_parts(arrays, about)


@pytest.mark.parametrize(
    "change", [{"filter": 9}, {"stride": 0}, {"stride": "two"}, {"learning_rate": None}]
)
def test_notes_that_make_no_sense_give_a_sentence(change):
    tensors, about = one_step()
    with pytest.raises(InspectionError, match="data of this step is inconsistent"):
        from_parts({name: tensor.numpy() for name, tensor in tensors.items()}, about | change)


def test_what_is_kept_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept_step().step = 3
