"""Networks that the browser computes give PyTorch's maps, and each cell adds up to its number."""

import base64

import numpy as np
import torch
from safetensors.numpy import load

from cnnviz.components.packing import packed, packed_weights
from cnnviz.datasets import normalise
from cnnviz.inspection import load_model, load_samples
from cnnviz.networks import NETWORKS, build, network_spec
from cnnviz.networks.layers import KINDS
from cnnviz.runs import open_run
from tests.unit.components.node import in_node
from tests.unit.networks.plans import random_plan

FORWARD = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { parts } from "./cnnviz/components/kit/network/cell_sum.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
const CELLS = 5; // of each layer
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
console.log(JSON.stringify(data.map(({ spec, shape, weights, picture }) => {
  const network = prepare(spec, shape, readSafetensors(bytesOf(weights)).tensors);
  network.run(new Float32Array(network.input.values.length).fill(7)); // leaves nothing behind
  return network.run(unpackArray(picture)).slice(1).map((layer) => {
    const { name, kind, shape: [, height = 1, width = 1], values } = layer;
    const last = values.length - 1;
    const cells = [...Array(CELLS).keys()].map((at) => Math.floor((at * last) / (CELLS - 1)));
    const totals = cells.map((at) => {
      const [row, column] = [Math.floor(at / width) % height, at % width];
      return parts(layer, Math.floor(at / height / width), row, column).total;
    });
    return { name, kind, values: base64(new Uint8Array(values.slice().buffer)), cells, totals };
  });
})));
"""


def shaken(model):
    """The model, with statistics and factors of normalisation that are not 0 and 1."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            for tensor in (module.weight, module.bias, module.running_mean):
                torch.nn.init.uniform_(tensor, -1, 1)
            torch.nn.init.uniform_(module.running_var, 0.2, 3)
    return model.eval()


def maps_of(model, picture):
    """What each layer gives, by its name, in PyTorch."""
    maps = {}

    def keep(name):
        return lambda _module, _input, output: maps.__setitem__(name, output[0].clone())

    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.Sequential):
            module.register_forward_hook(keep(name))
    with torch.no_grad():
        model(picture[None])
    return maps


def compare(cases, run=in_node):
    """Run networks in JavaScript and in PyTorch, and compare all that they give.

    Args:
        cases: Descriptions, models and pictures.
        run: What runs the JavaScript, as `in_node` does.

    Returns:
        The kinds of the layers that were compared.
    """
    data = [
        {"spec": spec, "shape": list(picture.shape), "weights": packed_weights(model.state_dict()),
         "picture": packed(picture, np.float32)}
        for spec, model, picture in cases
    ]  # fmt: skip
    kinds = set()
    for (spec, model, picture), layers in zip(cases, run(FORWARD, data=data), strict=True):
        maps = maps_of(model, picture)
        assert {layer["name"] for layer in layers} == set(maps)
        for layer in layers:
            exact = maps[layer["name"]].numpy().ravel()
            got = np.frombuffer(base64.b64decode(layer["values"]), np.float32)
            # Where all terms cancel, single precision knows no more than seven decimals.
            size, where = max(np.abs(exact).max(), 0.01), f"{layer['name']} of {spec}"
            np.testing.assert_allclose(got, exact, rtol=0, atol=1e-4 * size, err_msg=where)
            totals = exact[layer["cells"]]
            np.testing.assert_allclose(
                layer["totals"], totals, rtol=0, atol=1e-5 * size, err_msg=where
            )
            kinds.add(layer["kind"])
        assert got.argmax() == exact.argmax()  # the last layer: its class
    return kinds


def random_cases(count):
    torch.manual_seed(0)
    for seed in range(count):
        spec, shape = random_plan(seed)
        yield spec, shaken(build(spec, shape)), torch.randn(shape)


def test_random_networks_give_pytorch_s_maps_and_cells():
    assert compare([*random_cases(50)]) == {*KINDS}


def test_the_networks_of_the_catalogue_give_pytorch_s_maps_and_cells():
    torch.manual_seed(0)
    cases = []
    for shape in ((1, 8, 8), (1, 28, 28), (3, 32, 32)):
        for id, info in NETWORKS.items():
            for skips in {False, info.options(shape).skips}:
                spec = network_spec(id, shape, 10, skips=skips)
                cases.append((spec, shaken(build(spec, shape)), torch.randn(shape)))
    run = open_run("digits-gap")  # and one that was trained
    pictures = normalise(load_samples(run).images[:8], run.config.mean, run.config.std)
    cases += [(run.config.spec, load_model(run), picture) for picture in pictures]
    compare(cases)


def test_half_precision_is_half_the_bytes_and_not_exact():
    run = open_run("digits-gap")
    weights = load_model(run).state_dict()
    whole, half = packed_weights(weights), packed_weights(weights, "float16")
    assert len(half) < 0.55 * len(whole)
    values = load(base64.b64decode(half))
    assert set(values) == {name for name, tensor in weights.items() if tensor.is_floating_point()}
    for name, array in values.items():
        assert array.dtype == np.float16
        np.testing.assert_allclose(array, weights[name], rtol=2**-11, atol=2**-24)
