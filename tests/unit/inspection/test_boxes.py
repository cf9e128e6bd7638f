"""Boxes from maps, against scikit-image, by hand, and as the browser computes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label, regionprops

from cnnviz.inspection import upsample
from cnnviz.inspection.trust.boxes import Box, box_of, largest_piece, overlap, overlaps
from tests.unit.components.node import in_node

MAPS = st.tuples(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))


def random_map(seed, rows, columns):
    return np.random.default_rng(seed).standard_normal((rows, columns))


@settings(max_examples=40, deadline=None)
@given(shape=MAPS, threshold=st.sampled_from([0.05, 0.2, 0.5, 0.8, 1.0]))
def test_the_largest_piece_is_scikit_images(shape, threshold):
    raw, size = random_map(*shape), (17, 23)
    mask = largest_piece(raw, threshold, size)
    stretched = upsample(raw, size)
    if stretched.max() <= 0:
        assert not mask.any()
        assert box_of(mask) is None
        return
    pieces = regionprops(label(stretched >= threshold * stretched.max(), connectivity=2))
    best = max(pieces, key=lambda piece: piece.area)  # the first of equal ones
    assert mask.sum() == best.area
    box = box_of(mask)
    top, left, bottom, right = best.bbox
    assert box == Box(top, left, bottom - top, right - left)


def test_of_equal_pieces_the_first_and_corners_touch():
    raw = np.array([[1.0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]])
    mask = largest_piece(raw, 0.5, (3, 4))
    assert mask.astype(int).tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_overlap_by_hand():
    assert overlap(Box(0, 0, 2, 2), Box(0, 0, 2, 2)) == 1
    assert overlap(Box(0, 0, 2, 2), Box(1, 1, 2, 2)) == pytest.approx(1 / 7)
    assert overlap(Box(0, 0, 2, 2), Box(2, 0, 2, 2)) == 0  # they only touch
    assert overlap(Box(0, 0, 4, 4), Box(1, 1, 2, 1)) == pytest.approx(2 / 16)
    assert overlap(None, Box(0, 0, 1, 1)) == 0
    table = overlaps([np.eye(2), -np.eye(2)], [Box(0, 0, 4, 4)] * 2, (4, 4), (0.1, 1.0))
    assert table.shape == (2, 2)
    assert table[0, 0] == 1
    assert table[:, 1].tolist() == [0, 0]


def test_the_browser_finds_the_same_boxes():
    cases = []
    for seed in range(30):
        raw = random_map(seed, 2 + seed % 5, 7 - seed % 4)
        for share in (0.1, 0.35, 0.6):
            box = box_of(largest_piece(raw, share, (24, 30)))
            truth = Box(5, 6, 10, 12)
            cases.append(
                {
                    "values": raw.ravel().tolist(),
                    "rows": raw.shape[0],
                    "share": share,
                    "box": None if box is None else [box.top, box.left, box.height, box.width],
                    "overlap": overlap(box, truth),
                }
            )
    found = in_node(
        """
        import * as pieces from "./cnnviz/components/locate/pieces.js";
        const { boxOf, largestPiece, overlap, stretched } = pieces;
        const answers = data.map(({ values, rows, share }) => {
          const box = boxOf(largestPiece(stretched(values, rows, 24, 30), 30, share), 30);
          return { box, overlap: overlap(box, [5, 6, 10, 12]) };
        });
        console.log(JSON.stringify(answers));
        """,
        data=cases,
    )
    assert [one["box"] for one in found] == [one["box"] for one in cases]
    np.testing.assert_allclose(
        [one["overlap"] for one in found], [one["overlap"] for one in cases], atol=1e-12
    )
