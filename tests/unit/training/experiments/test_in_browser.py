"""What a browser trains, and the code beside it, which takes the same steps."""

import contextlib
import io

import pytest
import torch

from cnnviz.components import browser_training
from cnnviz.networks import NetworkError
from cnnviz.training.experiments.in_browser import DATASETS, lesson, lesson_code, starting_lines
from tests.unit.components.node import in_node

STEPS = """
import { inflateSync } from "node:zlib";
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { Learner } from "./cnnviz/components/kit/network/learning.js";
import { normalised } from "./cnnviz/components/kit/picture/shared_pictures.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
const { network: { spec, shape, mean, std }, labels, settings } = data;
const pictures = inflateSync(bytesOf(data.pictures));
const size = pictures.length / labels.length;
const learner = new Learner(spec, shape, readSafetensors(bytesOf(data.weights)).tensors);
console.log(JSON.stringify([0, 1, 2].map((step) => {
  const chosen = [...Array(settings.batch).keys()].map((at) => (step * settings.batch + at) % labels.length);
  return learner.step(chosen.map((at) => normalised(pictures.subarray(at * size, (at + 1) * size), mean, std)), chosen.map((at) => labels[at]), settings);
})));
"""  # noqa: E501


@pytest.mark.parametrize(
    ("network", "optimiser", "rate", "batch"),
    [("two", "adam", 0.002, 10), ("gap", "momentum", 0.01, 700)],
)
def test_the_code_takes_the_browser_s_steps(network, optimiser, rate, batch):
    line = starting_lines("digits")[network][1]
    of = lesson("digits", line, 3)
    settings = {"batch": batch, "rule": optimiser, "rate": rate, "momentum": 0.9}
    sent = browser_training.payload(of, settings, pytorch="")
    code = lesson_code(of, 3, batch=batch, optimiser=optimiser, rate=rate, momentum=0.9)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng([]):
        exec(code.replace("STEPS", "3"), {})
    losses = [float(row.split()[1]) for row in printed.getvalue().splitlines()]
    # Batches of 700 go over the end of the 1,435 pictures.
    assert in_node(STEPS, data=sent) == pytest.approx(losses, abs=1e-5)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_network_to_begin_with_can_be_trained(dataset):
    for _, line in starting_lines(dataset).values():
        of = lesson(dataset, line, 0)
        assert len(of.images) == len(of.labels) > 1000
        assert len(of.test_images) == len(of.test_labels) <= 500
        assert len(set(of.labels[:50].tolist())) == 10  # they are mixed


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("fc32 relu drop0.5 fc10", "dropout1 cannot be trained in the browser"),
        ("fc4096 fc256 fc10", "at most 400,000 and 12,000,000 are trained"),
        ("c16k3 fc9", "10 classes"),
        ("c16k99 fc10", "99"),
    ],
)
def test_what_a_browser_cannot_train_is_refused(line, why):
    with pytest.raises(NetworkError, match=why):
        lesson("digits", line, 0)
