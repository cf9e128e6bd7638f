"""The optimisers in the browser take the steps of `torch.optim`."""

import re

import pytest

from cnnviz.ui.learning.tricks.optimisers import FORMULAS, TITLES, optimisers_code
from tests.unit.components.node import in_node

PATHS = """
import { RULES } from "./cnnviz/components/kit/network/optimisers.js";
import { SURFACES, path } from "./cnnviz/components/valley/optimisers.js";
const found = {};
for (const [name, surface] of Object.entries(SURFACES)) {
  const { start, rates } = surface;
  const ends = Object.keys(RULES).map((rule) => {
    const points = path(surface, rule, { start, rate: rates[rule], momentum: 0.8, steps: 30 });
    return [...points[30], surface.value(...points[30])];
  });
  const lost = path(surface, "sgd", { start, rate: 3, momentum: 0, steps: 200 }).length;
  found[name] = { ...surface, ends, lost };
}
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def surfaces():
    return in_node(PATHS)


def test_pages_name_the_surfaces_that_there_are(surfaces):
    assert set(surfaces) == set(TITLES) == set(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_steps_and_code_agree(surfaces, name, capsys):
    found = surfaces[name]
    numbers = {
        "START_X": found["start"][0], "START_Y": found["start"][1], "STEPS": 30,
        "MOMENTUM": 0.8, "RATE_SGD": found["rates"]["sgd"],
        "RATE_MOMENTUM": found["rates"]["momentum"], "RATE_ADAM": found["rates"]["adam"],
    }  # fmt: skip
    words = "|".join(sorted(numbers, key=len, reverse=True))
    exec(re.sub(words, lambda word: str(numbers[word[0]]), optimisers_code(name)), {})
    printed = [line.split()[1:] for line in capsys.readouterr().out.splitlines()]
    for ours, theirs in zip(found["ends"], printed, strict=True):
        assert ours == pytest.approx([float(number) for number in theirs], rel=1e-6, abs=1e-9)


def test_a_path_that_diverges_ends(surfaces):
    assert 1 < surfaces["valley"]["lost"] < 30
