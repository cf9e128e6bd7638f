"""What the map of a network opens is PyTorch's, line by line, and so are its receptive fields."""

import numpy as np
import torch

from cnnviz.components.packing import packed, packed_weights
from cnnviz.networks import NETWORKS, build, network_spec, summary
from tests.unit.components.node import in_node
from tests.unit.components.test_forward import maps_of, shaken
from tests.unit.networks.plans import random_plan

OPENED = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { chainOf } from "./cnnviz/components/network/chain.js";
import { fieldsOf } from "./cnnviz/components/network/fields.js";
import { stagesOf } from "./cnnviz/components/network/structure.js";
const CELLS = 3; // of each layer
const flat = (stages) => stages.flatMap((stage) => [...stage.lanes.flatMap(flat), stage]);
console.log(JSON.stringify(data.map(({ spec, shape, weights, picture }) => {
  const network = prepare(spec, shape, readSafetensors(bytesOf(weights)).tensors);
  network.run(unpackArray(picture));
  const stages = flat(stagesOf(spec, network.layers));
  return stages.flatMap(({ layers }) => layers.flatMap((layer) => {
    const { shape: [, height = 1, width = 1], values } = layer;
    return [...Array(CELLS).keys()].map((number) => {
      const at = Math.floor((number * (values.length - 1)) / (CELLS - 1));
      const [row, column] = [Math.floor(at / width) % height, at % width];
      const cell = { map: Math.floor(at / height / width), row, column };
      const links = chainOf(layers, layer, cell).map((link) => {
        const { shape: [, rows = 1, columns = 1] } = link.layer;
        const place = (link.cell.map * rows + link.cell.row) * columns + link.cell.column;
        const { parts, bias, norm, total } = link.sum;
        const whole = parts.reduce((sum, part) => sum + part.sum, 0) + bias;
        // A sum, of which each part is on screen; what follows is a formula of one number.
        const sums = parts[0]?.weights && !norm;
        return { name: link.layer.name, place, total, whole: sums ? whole : total };
      });
      const field = fieldsOf(network.layers, layer, cell).get(network.input);
      return { name: layer.name, at, links, field };
    });
  }));
})));
"""


def opened(cases):
    data = [
        {"spec": spec, "shape": list(picture.shape), "weights": packed_weights(model.state_dict()),
         "picture": packed(picture, np.float32)}
        for spec, model, picture in cases
    ]  # fmt: skip
    return in_node(OPENED, data=data)


def networks():
    """Random ones of all kinds, and those of the catalogue with and without skips."""
    for seed in range(50):
        yield random_plan(seed)
    for id, info in NETWORKS.items():
        for skips in {False, info.options((1, 28, 28)).skips}:
            yield network_spec(id, (1, 28, 28), 10, skips=skips), (1, 28, 28)


def keep(kept, name):
    return lambda _module, _input, output: kept.__setitem__(name, output)


def test_every_line_of_the_arithmetic_of_a_cell_is_a_number_of_pytorch_s():
    torch.manual_seed(0)
    cases = [(spec, shaken(build(spec, shape)), torch.randn(shape)) for spec, shape in networks()]
    lengths = set()
    for (spec, model, picture), cells in zip(cases, opened(cases), strict=True):
        maps = maps_of(model, picture) | {"input": picture}
        assert {cell["name"] for cell in cells} == {*maps}
        for cell in cells:
            lengths.add(len(cell["links"]))
            assert (cell["name"], cell["at"]) in {
                (link["name"], link["place"]) for link in cell["links"]
            }
            for link in cell["links"]:
                tensor = maps[link["name"]].ravel()
                size = max(float(tensor.abs().max()), 0.01)
                exact = float(tensor[link["place"]])
                where = f"{link['name']} by way of {cell['name']} of {spec}"
                assert abs(link["total"] - exact) <= 1e-5 * size, where
                assert abs(link["whole"] - exact) <= 1e-5 * size, where
    assert max(lengths) >= 4


def test_a_cell_depends_on_nothing_outside_its_receptive_field():
    torch.manual_seed(1)
    plans = [*map(random_plan, range(10)), (network_spec("gap", (1, 28, 28), 10), (1, 28, 28))]
    cases = [(spec, shaken(build(spec, shape)), torch.randn(shape)) for spec, shape in plans]
    for (spec, model, picture), cells in zip(cases, opened(cases), strict=True):
        model.double()  # in single precision, a gradient may be lost
        kept = {}
        for name, module in model.named_modules():
            module.register_forward_hook(keep(kept, name))
        inputs = picture.double()[None].requires_grad_()
        model(inputs)
        for cell in cells:
            if cell["name"] == "input":
                continue
            one = kept[cell["name"]].ravel()[cell["at"]]
            (gradient,) = torch.autograd.grad(one, inputs, retain_graph=True)
            field = cell["field"]
            rows, columns = np.nonzero(gradient[0].abs().sum(0).numpy())
            where = f"{cell['name']} of {spec}"
            if len(rows):
                assert field["top"] <= rows.min() <= rows.max() <= field["bottom"], where
                assert field["left"] <= columns.min() <= columns.max() <= field["right"], where
    # Where maps are larger than what is read of them, a field is as large as the summary says.
    sizes = {row.name: row.receptive_field for row in summary(*plans[-1])}
    fields = {cell["name"]: cell["field"] for cell in cells}
    for name in ("conv1", "maxpool1", "conv2", "relu2"):
        field = fields[name]
        size = (field["bottom"] - field["top"] + 1, field["right"] - field["left"] + 1)
        assert size == sizes[name]
