"""The builder's list against Python: one reading of a line, and edits that keep it readable."""

import pytest

from cnnviz.components.layers import TITLES, payload
from cnnviz.networks import network_from_line, network_line, summary
from cnnviz.networks.layers import KINDS
from tests.unit.components.node import in_node
from tests.unit.networks.plans import random_plan

SCRIPT = """
import {
  copy, everyLayer, move, moveBeside, namesOf, numberOf, readLine, readWord, remove, writeLine,
  writeWord,
} from "./cnnviz/components/layers/line.js";
const { kinds, lines } = data;
let state = 1;
const below = (count) => { state = (state * 48271) % 2147483647; return state % count; };
const read = lines.map((line) => {
  const layers = readLine(line);
  const same = writeLine(layers);
  const names = [...namesOf(layers, kinds).values()];
  for (const layer of everyLayer(layers)) {
    const { kind, numbers } = readWord(layer.word, kinds);
    for (const option of kind.options) numbers[option.key] = numberOf(option, numbers);
    layer.word = writeWord(kind, numbers);
  }
  return { same, names, short: writeLine(layers) };
});
const edited = lines.flatMap((line) => [...Array(20)].map(() => {
  const layers = readLine(line);
  const steps = [];
  for (let step = 0; step < 6; step += 1) {
    const all = everyLayer(layers);
    const [layer, other] = [all[below(all.length)], all[below(all.length)]];
    const words = all.map(({ word }) => word).filter((word) => word !== "none").sort();
    const [edit, moves] = [
      [() => move(layers, layer, 1), true], [() => move(layers, layer, -1), true],
      [() => moveBeside(layers, layer, other, below(2) === 0), true],
      [() => copy(layers, layer), false], [() => layers.length > 1 && remove(layers, layer), false],
    ][below(5)];
    edit();
    const now = everyLayer(layers).map(({ word }) => word).filter((word) => word !== "none").sort();
    steps.push({ line: writeLine(layers), kept: !moves || String(now) === String(words) });
  }
  return steps;
}));
console.log(JSON.stringify({ read, edited }));
"""


@pytest.fixture(scope="module")
def plans():
    return [random_plan(seed) for seed in range(40)]


@pytest.fixture(scope="module")
def answer(plans):
    kinds = payload("", edition=0, examples=(), rows=(), problem="", wrong="")["kinds"]
    return in_node(SCRIPT, data={"kinds": kinds, "lines": [network_line(s) for s, _ in plans]})


def test_every_kind_has_a_title_and_begins_as_a_layer_that_can_be_read():
    kinds = payload("", edition=0, examples=(), rows=(), problem="", wrong="")["kinds"]
    assert list(TITLES) == list(KINDS) == [kind["kind"] for kind in kinds]
    for kind in kinds:
        assert network_from_line(kind["fresh"])[-1]["layer"] == kind["kind"]


def test_the_list_reads_a_line_as_python_does(plans, answer):
    for (spec, shape), read in zip(plans, answer["read"], strict=True):
        line = network_line(spec)
        assert read["same"] == line
        # Python has a flatten in front of each linear layer, which a line leaves out.
        names = {row.name for row in summary(spec, shape)}
        assert set(read["names"]) <= names
        assert all("flatten" in name for name in names - set(read["names"]))
        # What is usual may be left out: the network stays the same.
        assert summary(network_from_line(read["short"]), shape) == summary(spec, shape)


def test_after_any_edits_the_line_can_be_read_and_moves_lose_nothing(answer):
    lines = [step for steps in answer["edited"] for step in steps]
    assert len(lines) == 40 * 20 * 6
    for step in lines:
        assert step["kept"], step["line"]
    for line in {steps[-1]["line"] for steps in answer["edited"]}:
        if line.count("[") < 20:  # deeper ones Python refuses
            spec = network_from_line(line)
            assert network_from_line(network_line(spec)) == spec
