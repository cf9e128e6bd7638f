"""Gradients that the browser computes are autograd's, and contributions add up to the logit."""

import base64

import numpy as np
import pytest
import torch

from cnnviz.components.packing import packed, packed_weights
from cnnviz.datasets import normalise
from cnnviz.inspection import class_activation_map, load_model, load_samples
from cnnviz.networks import NETWORKS, build, network_spec
from cnnviz.networks.layers import KINDS
from cnnviz.runs import open_run
from tests.unit.components.node import in_node
from tests.unit.components.test_forward import shaken
from tests.unit.networks.plans import random_plan

BACKWARD = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { contributionsOf, gradientsOf } from "./cnnviz/components/kit/network/backward.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
const text = (values) => Buffer.from(Float64Array.from(values).buffer).toString("base64");
console.log(JSON.stringify(data.map(({ spec, shape, weights, picture, output }) => {
  const network = prepare(spec, shape, readSafetensors(bytesOf(weights)).tensors);
  network.run(unpackArray(picture));
  const gradients = gradientsOf(network, output);
  return network.layers.map((layer) => ({
    name: layer.name,
    kind: layer.kind,
    gradient: text(gradients.get(layer)),
    contributions: text(contributionsOf(layer, gradients.get(layer))),
  }));
})));
"""


def in_browser(cases):
    """The layers of each (description, model, picture, output): gradients and contributions."""
    data = [
        {"spec": spec, "shape": list(picture.shape), "weights": packed_weights(model.state_dict()),
         "picture": packed(picture, np.float32), "output": output}
        for spec, model, picture, output in cases
    ]  # fmt: skip
    found = in_node(BACKWARD, data=data)
    for layers in found:
        for layer in layers:
            for what in ("gradient", "contributions"):
                layer[what] = np.frombuffer(base64.b64decode(layer[what]))
    return found


def by_autograd(model, picture, output):
    """Values and gradients of each layer's output, by its name."""
    values = {"input": picture.clone().requires_grad_()}

    def keep(name):
        def hook(_module, _input, result):
            # Its own tensor: what passes an input on would else share its gradient.
            result = result * 1
            result.retain_grad()
            values[name] = result
            return result

        return hook

    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.Sequential):
            module.register_forward_hook(keep(name))
    model(values["input"][None])[0, output].backward()
    return {
        name: (value.detach().numpy().ravel(), value.grad.numpy().ravel())
        for name, value in values.items()
    }


def compare(cases):
    kinds = set()
    for (spec, model, picture, output), layers in zip(cases, in_browser(cases), strict=True):
        exact = by_autograd(model, picture, output)
        assert {layer["name"] for layer in layers} == set(exact)
        for layer in layers:
            values, gradient = exact[layer["name"]]
            where = f"{layer['name']} of {spec}"
            for got, wanted in [
                (layer["gradient"], gradient),
                (layer["contributions"], gradient * values),
            ]:
                size = max(np.abs(wanted).max(), 0.01)
                np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4 * size, err_msg=where)
            kinds.add(layer["kind"])
    return kinds


def test_random_networks_have_autograd_s_gradients():
    torch.manual_seed(0)
    cases = []
    for seed in range(50):
        spec, shape = random_plan(seed)
        cases.append((spec, shaken(build(spec, shape)), torch.randn(shape), seed % 5))
    assert compare(cases) == {*KINDS, "input"}


def test_the_networks_of_the_catalogue_have_autograd_s_gradients():
    torch.manual_seed(0)
    cases = []
    for shape in ((1, 8, 8), (1, 28, 28), (3, 32, 32)):
        for id in NETWORKS:
            spec = network_spec(id, shape, 10)
            cases.append((spec, shaken(build(spec, shape)), torch.randn(shape), 3))
    compare(cases)


def test_the_last_maps_of_a_network_with_an_average_add_up_to_the_logit():
    run = open_run("digits-gap")
    model, config = load_model(run), run.config
    picture = normalise(load_samples(run).images[0], config.mean, config.std)
    cam = class_activation_map(model, picture, 4)
    (layers,) = in_browser([(config.spec, model, picture, 4)])
    spoke = next(layer for layer in layers if layer["name"] == cam.layer)["contributions"]
    bias = float(model.linear1.bias.detach()[4])
    assert spoke.sum() + bias == pytest.approx(cam.logit, abs=1e-4)
    # Added up over the maps they are the class activation map, whose mean is taken.
    cells = spoke.reshape(-1, cam.raw.size).sum(axis=0) * cam.raw.size
    np.testing.assert_allclose(cells.reshape(cam.raw.shape), cam.raw, atol=1e-4)
