"""Each number that a lecture prints is recomputed, or is a fact with its source, and no other.

docs/lecture_numbers.md is the list. An expression there is evaluated with the app's own functions
and must give what stands beside it as right; of a worked example, the file of examples must have
these numbers, and a test must check it.
"""

import importlib
import itertools
import re
from collections.abc import Iterable

import numpy as np
import pytest

from cnnviz import convolution
from cnnviz.imaging import KERNELS
from cnnviz.networks import paper_network, summary
from cnnviz.pages import page_at
from cnnviz.training.experiments.three_ideas import Ideas
from cnnviz.ui.lab.pixels.stationary import TABLE_ROW
from cnnviz.ui.networks.paper_networks.depth import TABLE_3
from cnnviz.ui.networks.timeline.history import LANDMARKS, SYNSETS, TREE, WINNERS
from tests.unit.lecture.printed import DECKS, ROOT, ROWS, line_numbers, numbers
from tests.unit.lecture.slides import CASES, CHECKED
from tests.unit.lecture.test_all import NOT_COMPUTED

A_NUMBER = re.compile(r"\d|\b(?:two|three|four|five|six|nine|ten|twice)\b", re.IGNORECASE)


def image(id):
    return np.array(CASES[id]["inputs"]["image"])


def kernel(name, times=1):
    return times * KERNELS[name].weights


def layers(name, *kinds):
    """How many layers of these kinds are on the way through a paper's network."""
    rows = summary(*paper_network(name))
    return sum(row.kind in kinds and ".shortcut." not in row.name for row in rows)


def parameters(name):
    return sum(row.parameters for row in summary(*paper_network(name)))


def neurons(name):
    """Outputs of each layer that has weights."""
    rows = summary(*paper_network(name))
    return [int(np.prod(row.output_shape)) for row in rows if row.kind in {"conv", "linear"}]


def field(*windows):
    return convolution.receptive_fields(windows)[-1].size


def year(name):
    [found] = [one.year for one in LANDMARKS if one.name == name]
    return found


def kinds(name, node=TREE, inside=False):
    """The counts of a kind in ImageNet's tree and of all below it, where they are known."""
    title, count, below = node
    inside = inside or title == name
    own = [count] if inside and count is not None else []
    return own + [number for one in below for number in kinds(name, one, inside)]


# What an expression of the list may name.
NAMES = {name: getattr(convolution, name) for name in convolution.__all__} | {
    "np": np, "CASES": CASES, "Ideas": Ideas, "SYNSETS": SYNSETS, "TABLE_3": TABLE_3,
    "TABLE_ROW": TABLE_ROW, "TREE": TREE, "WINNERS": WINNERS, "field": field, "image": image,
    "kernel": kernel, "kinds": kinds, "layers": layers, "neurons": neurons,
    "paper_network": paper_network, "parameters": parameters, "year": year,
}  # fmt: skip


def flat(value):
    if value is None or isinstance(value, str):
        return []
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, Iterable):
        return [number for part in value for number in flat(part)]
    return [] if np.isnan(value) else [float(value)]


def known(example):
    """All numbers of an example, the sides of its grids among them."""
    if isinstance(example, list):
        yield float(len(example))
    if isinstance(example, dict):
        example = [*example, *example.values()]
    if isinstance(example, list):
        for part in example:
            yield from known(part)
    elif example is not None:
        yield from numbers(str(example))


def within(few, many):
    return all(any(np.isclose(one, other, rtol=1e-5) for other in many) for one in few)


@pytest.fixture(scope="module", autouse=True)
def examples_checked():
    for file in (ROOT / "tests/unit/lecture").glob("test_*.py"):
        importlib.import_module(f"tests.unit.lecture.{file.stem}")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.deck} {row.lines} {row.says[:20]}")
def test_a_number_is_recomputed_or_has_a_source(row):
    right = numbers(row.says if row.right == "the same" else row.right)
    ids = [code for code in row.code if code in CASES]
    tests = [code for code in row.code if "::" in code]
    expressions = [code for code in row.code if code not in CASES and code not in tests]
    if expressions:
        given = [number for code in expressions for number in flat(eval(code, NAMES.copy()))]
        assert given == pytest.approx(right)
    for id in ids:
        assert id in CHECKED or (id in NOT_COMPUTED and row.words), id
        assert row.right != "the same" or CASES[id]["kind"] != "erratum", id
    for test in tests:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text("utf-8")
    if ids and not expressions:
        there = [known(CASES[id][part]) for id in ids for part in ("inputs", "expected")]
        assert within(right, list(itertools.chain.from_iterable(there)))
    assert row.words
    if not row.code:
        assert numbers(row.by)
    assert page_at(row.address.partition("?")[0].strip("/"))


@pytest.fixture
def lectures():
    folder = ROOT.parent / "shared" / "lectures"
    if not folder.is_dir():
        pytest.skip("needs the lectures in ../shared/lectures (not part of the project)")
    return {deck: (folder / f"{deck}.txt").read_text("utf-8").split("\n") for deck in DECKS}


def test_every_line_with_a_number_is_in_the_list(lectures):
    for deck, lines in lectures.items():
        with_number = {at for at, line in enumerate(lines, start=1) if A_NUMBER.search(line)}
        assert with_number - line_numbers(DECKS[deck]) == set(), deck


def test_what_the_list_says_is_printed_stands_in_the_lectures(lectures):
    for row in ROWS:
        text = "\n".join(lectures[row.deck][at - 1] for at in line_numbers(row.lines))
        assert within(numbers(row.says), numbers(text)), (row.deck, row.lines)
