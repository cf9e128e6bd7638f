"""Shift and convolve in either order, against the deck, PyTorch and the theorem."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.convolution.equivariance import Scene
from cnnviz.inspection.equivariance import scene_code, scene_output

CASE = lecture_case("s3-equivariance")
IMAGE = np.array(CASE["inputs"]["image"], float)
whole = st.integers(-3, 3)
scenes = st.builds(
    Scene,
    hnp.arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=whole),
    st.integers(6, 9),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.integers(0, 2).map(float),
    hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=whole),
    st.integers(1, 2),
    st.sampled_from(["zero", "circular", "valid"]),
    st.sampled_from(["none", "max", "mean"]),
)
shifts = st.tuples(st.integers(-4, 6), st.integers(-4, 6))


def deck(**options):
    kernel = np.array(CASE["inputs"]["kernel"], float)
    return Scene(IMAGE[2:5, 2:5], 9, (2, 2), 0.0, kernel, **options)


def test_the_decks_example():
    scene, shift = deck(), tuple(CASE["inputs"]["shift"])
    assert np.array_equal(scene.picture((0, 0)), IMAGE)
    assert np.array_equal(scene.output(IMAGE), CASE["expected"]["output"])
    assert np.array_equal(scene.output(scene.picture(shift)), CASE["expected"]["output_of_shifted"])
    assert scene.difference(shift) == 0


@settings(deadline=None)
@given(scenes, shifts)
def test_the_output_is_pytorchs(scene, shift):
    picture = scene.picture(shift)
    assert np.allclose(scene.output(picture), scene_output(scene, picture))


@settings(deadline=None)
@given(scenes, shifts)
def test_on_a_circle_without_stride_it_is_exact(scene, shift):
    if scene.edges == "circular" and scene.step == 1:
        assert scene.difference(shift) < 1e-9


@settings(deadline=None)
@given(scenes, st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_without_padding_a_move_by_whole_steps_inside_is_exact(scene, cells):
    shift = (cells[0] * scene.step, cells[1] * scene.step)
    inside = all(
        home + amount + size <= scene.side
        for home, amount, size in zip(scene.home, shift, scene.object.shape, strict=True)
    )
    if scene.edges == "valid" and inside:
        assert scene.difference(shift) < 1e-9


@pytest.mark.parametrize("broken", [{"stride": 2}, {"pooling": "max"}, {"pooling": "mean"}])
def test_stride_and_pooling_break_it(broken):
    assert deck(**broken).differences().max() > 0
    assert deck().differences().max() == 0


def test_zeros_around_a_background_break_it():
    scene = Scene(IMAGE[2:5, 2:5], 9, (2, 2), 1.0, np.ones((3, 3)))
    assert scene.differences().max() > 0
    assert (
        Scene(IMAGE[2:5, 2:5], 9, (2, 2), 1.0, np.ones((3, 3)), edges="circular").difference((1, 2))
        == 0
    )


def test_pooling_keeps_the_decks_small_move_and_shows_the_large_one():
    case = lecture_case("s3-pool-invariance")
    scene = Scene(np.array([[9.0]]), 4, (0, 0), 0.0, np.ones((1, 1)), pooling="max")
    for shift, image, output in zip(
        [(0, 0), (1, 1), (1, 2)], case["inputs"]["images"], case["expected"]["outputs"], strict=True
    ):
        assert np.array_equal(scene.picture(shift), image)
        assert np.array_equal(scene.output(scene.picture(shift)), output)


@settings(deadline=None)
@given(scenes, shifts)
def test_the_code_prints_the_output_also_over_the_edge(scene, shift):
    scope = {}
    exec(scene_code(scene, shift).replace("print(x)", ""), scope)
    assert np.allclose(scope["x"][0, 0], scene.output(scene.picture(shift)))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ConvolutionError, match="canvas of at least 3"):
        Scene(np.ones((3, 1)), 2, (0, 0), 0.0, np.ones((1, 1)))
    with pytest.raises(ConvolutionError, match="larger than the canvas"):
        Scene(np.ones((1, 1)), 2, (0, 0), 0.0, np.ones((3, 3)))
    with pytest.raises(ConvolutionError, match="Too few cells are left"):
        Scene(np.ones((1, 1)), 3, (0, 0), 0.0, np.ones((3, 3)), edges="valid", pooling="max")
