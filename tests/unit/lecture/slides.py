"""The worked examples of the lecture slides, and which of them are tested.

The examples are data (assets/lecture_examples.json); what stands in the tests is which of our
functions answers each. Where the slide is wrong or damaged, the right value must come out, and
not the slide's.
"""

import json

import numpy as np
import pytest

from cnnviz.convolution import output_size
from cnnviz.convolution.examples import EXAMPLES_FILE

CASES = {case["id"]: case for case in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))}
CHECKED = set()


def checks(*ids):
    """Run a test of (inputs, expected) on these examples."""
    for id in ids:
        assert id not in CHECKED, f"{id} is checked twice"
        CHECKED.add(id)
    cases = [(CASES[id]["inputs"], CASES[id]["expected"]) for id in ids]
    return pytest.mark.parametrize(("inputs", "expected"), cases, ids=ids)


def same(actual, expected):
    """Equal up to the six decimals that the file keeps."""
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=6e-7)


def differ(actual, slide_value):
    assert not np.allclose(actual, slide_value, atol=1e-3), "the slide would be right"


def kernel_of(inputs):
    return np.array(inputs["kernel"]) / inputs.get("kernel_divisor", 1)


def fractional_size(size, kernel, stride, padding=0):
    """The output size before the floor."""
    out = output_size(size, kernel, stride, padding)
    return out.size + out.remainder / stride
