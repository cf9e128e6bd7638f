"""Where it began: the browser's cells are NumPy's and PyTorch's, and C cells mind a shift less."""

import numpy as np
import pytest
import torch

from cnnviz.components.cortex import payload
from cnnviz.imaging.simple_and_complex_cells import LENGTH, SIDE, WIDTH, gabor
from cnnviz.networks.blocks import NEOCOGNITRON, filled, variants
from cnnviz.ui.networks.cells.code import CELLS
from cnnviz.ui.networks.cells.digits import shifted_digits
from tests.unit.components.node import in_node

BARS = [(45, 0.0, 45), (30, -4.5, 45), (135, 2.0, 45), (0, 7.0, 170)]
ANSWERS = """
import { bar, gabor, responses } from "./cnnviz/components/cortex/cells.js";
console.log(JSON.stringify(data.bars.map(([angle, shift, preferred]) =>
  responses(bar(data, angle, shift), [0, 90].map((phase) => gabor(data, preferred, phase))))));
"""


def bar(angle, shift):
    """A bar of light with soft edges, 1 on 0, at an angle in degrees, moved across it in cells."""
    at = np.arange(SIDE) - (SIDE - 1) / 2
    x, y = np.meshgrid(at, at)
    turn = np.deg2rad(angle)
    across, along = x * np.sin(turn) + y * np.cos(turn), x * np.cos(turn) - y * np.sin(turn)
    inside = np.clip(0.5 + WIDTH / 2 - np.abs(across - shift), 0, 1)
    return inside * np.clip(0.5 + LENGTH / 2 - np.abs(along), 0, 1)


def responses(light, preferred):
    """A simple cell's: a filter's sum above 0; and a complex one's: of a pair, √(a² + b²)."""
    a, b = ((light * gabor(preferred, phase)).sum() for phase in (0, 90))
    return max(0.0, a), np.hypot(a, b)


def test_it_opens(visit):
    app = visit("cells")
    names = {e.proto.component_name for e in app.get("bidi_component")}
    assert {"cnnviz_cortex", "cnnviz_block"} <= names


def test_browser_numpy_and_the_code_agree(capsys):
    drawn = in_node(ANSWERS, data=payload(alt="", pytorch="") | {"bars": BARS})
    for (angle, shift, preferred), seen in zip(BARS, drawn, strict=True):
        exact = responses(bar(angle, shift), preferred)
        assert seen == pytest.approx(exact, abs=1e-12)
        code = CELLS
        for word, number in (("ANGLE", angle), ("SHIFT", shift), ("PREFERRED", preferred)):
            code = code.replace(word, str(number))
        exec(code, {})
        words = capsys.readouterr().out.split()
        assert [float(words[1]), float(words[3])] == pytest.approx(exact, abs=1e-12)


def test_even_light_leaves_both_cells_silent():
    assert responses(np.ones((SIDE, SIDE)), 30) == pytest.approx((0, 0), abs=1e-12)
    assert gabor(0, 0)[SIDE // 2, SIDE // 2] > 0


def test_the_simple_cell_minds_the_place_and_the_complex_cell_the_angle_alone():
    shifts = np.arange(-4, 4.5, 0.5)
    simple, complex_ = np.array([responses(bar(60, shift), 60) for shift in shifts]).T
    assert simple.min() == 0
    assert complex_.min() > 0.7 * complex_.max()
    across = responses(bar(150, 0), 60)
    assert max(across) < 0.2 * complex_.max()


def test_c_cells_change_less_with_a_shift_than_s_cells():
    pictures = [torch.tensor(picture) for picture in shifted_digits().values()]
    spec = variants(NEOCOGNITRON)[("4",)]
    model = filled(NEOCOGNITRON, spec, (1, 16, 16))
    with torch.no_grad():
        s, c = ([part(picture[None]).flatten() for picture in pictures[:2]]
                for part in (model[:2], model))  # fmt: skip
    alike = [torch.cosine_similarity(*both, dim=0).item() for both in (s, c)]
    assert alike[0] < 0.65
    assert alike[1] > 0.8
