"""Networks that are trained in JavaScript take PyTorch's steps, batch by batch."""

import base64

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnnviz.components.packing import packed, packed_weights
from cnnviz.networks import build, network_from_line
from cnnviz.networks.layers import KINDS
from tests.unit.components.node import in_node

LEARNING = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { Learner } from "./cnnviz/components/kit/network/learning.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
console.log(JSON.stringify(data.map(({ spec, shape, weights, pictures, labels, settings, batch, steps }) => {
  const learner = new Learner(spec, shape, readSafetensors(bytesOf(weights)).tensors);
  const [values, size] = [unpackArray(pictures), shape[0] * shape[1] * shape[2]];
  const losses = [];
  for (let step = 0; step < steps; step += 1) {
    const chosen = [...Array(batch).keys()].map((at) => (step * batch + at) % labels.length);
    const parts = chosen.map((at) => values.subarray(at * size, (at + 1) * size));
    losses.push(learner.step(parts, chosen.map((at) => labels[at]), settings));
  }
  const trained = Object.entries(learner.tensors).map(([name, { values: found }]) => [name, base64(new Uint8Array(found.slice().buffer))]);
  return { losses, weights: Object.fromEntries(trained), logits: [...learner.logits(values.subarray(0, size))] };
})));
"""  # noqa: E501
# No bias in front of batch norm: its gradient is 0 but for rounding, which Adam would scale up.
LINES = {
    "c6k3p1 relu p2 c8k3s2p1 tanh fc5": (1, 12, 12),
    "c4k3p1b0 bn relu res[c4k3p1g2b0 bn relu c4k3p2d2 | none] relu gap fc5": (3, 8, 8),
    "cat[c3k1 | c5k3p1 gelu | p3s1p1] leaky0.1 a2 lc3k3 sigmoid fc7 tanh bn fc5": (2, 8, 8),
    "c6k5s3p2b0 lrn relu up2 p3s2p1c1 c5k2 gap fc5": (1, 13, 13),
}
RULES = {
    "sgd": ({"rate": 0.05}, lambda of: torch.optim.SGD(of, lr=0.05)),
    "momentum": ({"rate": 0.02}, lambda of: torch.optim.SGD(of, lr=0.02, momentum=0.8)),
    "adam": ({"rate": 0.003}, lambda of: torch.optim.Adam(of, lr=0.003)),
}
PICTURES, BATCH, STEPS = 30, 8, 20


def compare(run=in_node, lines=LINES):
    """Train each network by each rule, in JavaScript and in PyTorch; the kinds of its layers."""
    data, peers, kinds = [], [], set()
    for seed, (line, shape) in enumerate(lines.items()):
        spec = network_from_line(line)
        torch.manual_seed(seed)
        pictures, labels = torch.randn(PICTURES, *shape), torch.randint(5, (PICTURES,))
        for rule, (settings, make) in RULES.items():
            model = build(spec, shape)
            data.append({
                "spec": spec, "shape": shape, "weights": packed_weights(model.state_dict()),
                "pictures": packed(pictures, np.float32), "labels": labels.tolist(),
                "settings": {"rule": rule, "momentum": 0.8, **settings}, "batch": BATCH,
                "steps": STEPS,
            })  # fmt: skip
            peers.append((model, make(model.parameters()), pictures, labels))
            kinds |= {name.split(".")[-1].rstrip("0123456789") for name, _ in model.named_modules()}
    for found, asked, (model, optimiser, pictures, labels) in zip(
        run(LEARNING, data=data), data, peers, strict=True
    ):
        where = f"{asked['settings']} on {asked['spec']}"
        for step, loss in enumerate(found["losses"]):
            chosen = [(step * BATCH + at) % PICTURES for at in range(BATCH)]
            exact = F.cross_entropy(model.train()(pictures[chosen]), labels[chosen])
            assert loss == pytest.approx(exact.item(), abs=1e-4), f"step {step}, {where}"
            optimiser.zero_grad()
            exact.backward()
            optimiser.step()
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                got = np.frombuffer(base64.b64decode(found["weights"][name]), np.float32)
                np.testing.assert_allclose(
                    got, tensor.numpy().ravel(), rtol=0, atol=1e-4, err_msg=f"{name}, {where}"
                )
        with torch.no_grad():
            logits = model.eval()(pictures[:1])[0]
        np.testing.assert_allclose(found["logits"], logits, rtol=0, atol=1e-3, err_msg=where)
    return kinds


def test_twenty_steps_of_every_kind_of_layer_and_rule_are_pytorch_s():
    trained = compare()
    assert {*KINDS} - trained == {"dropout", "sample", "tableconv", "rbf"}


def test_gradients_are_those_of_finite_differences():
    script = """
import { Learner } from "./cnnviz/components/kit/network/learning.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
const { tensors } = readSafetensors(bytesOf(data.weights));
const learner = new Learner(data.spec, data.shape, tensors);
learner.measure(data.pictures, data.labels);
const gradients = Object.fromEntries(Object.entries(learner.sums).map(([name, sums]) => [name, [...sums]]));
const differences = {};
for (const name of Object.keys(gradients)) {
  const { values } = tensors[name];
  differences[name] = gradients[name].map((_, at) => {
    const before = values[at];
    const sides = [1, -1].map((sign) => {
      values[at] = before + sign * 0.01;
      return { at: values[at], loss: learner.measure(data.pictures, data.labels) };
    });
    values[at] = before;
    return (sides[0].loss - sides[1].loss) / (sides[0].at - sides[1].at);
  });
}
console.log(JSON.stringify({ gradients, differences }));
"""  # noqa: E501
    spec, shape = network_from_line("c3k3p1s2 bn tanh a2 fc3"), (1, 6, 6)
    torch.manual_seed(0)
    data = {
        "spec": spec, "shape": shape, "weights": packed_weights(build(spec, shape).state_dict()),
        "pictures": torch.randn(4, 36).tolist(), "labels": [0, 2, 1, 0],
    }  # fmt: skip
    found = in_node(script, data=data)
    for name, gradient in found["gradients"].items():
        # Layers keep 32 bits, so a difference has about four digits.
        np.testing.assert_allclose(found["differences"][name], gradient, atol=2e-4, err_msg=name)
    assert {*found["gradients"]} == {f"{layer}.{part}" for layer in ("conv1", "batchnorm1", "linear1") for part in ("weight", "bias")}  # noqa: E501  # fmt: skip


def test_what_cannot_be_trained_is_refused():
    script = """
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { Learner } from "./cnnviz/components/kit/network/learning.js";
let said = "";
try { new Learner([{ layer: "dropout" }, { layer: "gap" }], [1, 2, 2], {}); } catch (error) { said = error.message; }
console.log(JSON.stringify(said));
"""  # noqa: E501
    assert in_node(script) == "dropout1 cannot be trained in the browser."
