"""Filters one after another, Canny's steps, and the kernel that linear stages are together."""

import math

import cv2
import numpy as np
import pytest
import skimage.feature
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from cnnviz.imaging import sample_image, to_grey
from cnnviz.imaging.canny import hysteresis, thin
from cnnviz.imaging.chain import (
    KINDS,
    Stage,
    compare_equivalent,
    equivalent_kernel,
    format_chain,
    linear_part,
    parse_chain,
    run_chain,
    usual_stage,
    view_of,
)
from cnnviz.imaging.snippets import chain_code
from cnnviz.imaging.sobel import Sobel

GREY = to_grey(sample_image("astronaut")).astype(np.uint8)[:200, :240]
RANDOM = np.random.default_rng(5).integers(0, 256, (23, 31), dtype=np.uint8)


def own(rows, columns, seed):
    random = np.random.default_rng(seed)
    return Stage("own", (), random.integers(-3, 4, (rows, columns)).astype(np.float32))


owns = st.builds(own, st.integers(1, 5), st.integers(1, 5), st.integers(0, 999))


@pytest.mark.parametrize("image", [GREY, RANDOM, np.full((5, 7), 90, np.uint8)])
@pytest.mark.parametrize(("low", "high"), [(40, 100), (200, 400), (0, 0)])
def test_the_last_three_steps_of_canny_are_opencvs_pixel_for_pixel(image, low, high):
    edges = run_chain(image, parse_chain(f"gradient,thin,hysteresis:{low}:{high}"), "replicate")[-1]
    assert np.array_equal(edges, cv2.Canny(image, low, high, L2gradient=True))


def test_canny_as_a_whole_finds_the_edges_of_scikit_image():
    """Which interpolates between eight directions where OpenCV rounds to four."""
    edges = run_chain(GREY, parse_chain("gaussian:1.4,gradient,thin,hysteresis:40:100"))[-1] > 0
    theirs = skimage.feature.canny(
        GREY.astype(float), 1.4, low_threshold=40, high_threshold=100, mode="mirror"
    )
    for one, other in ((edges, theirs), (theirs, edges)):
        near = ndimage.binary_dilation(other, np.ones((3, 3)))
        assert (one & near).sum() > 0.95 * one.sum()


def test_thinning_by_hand():
    length = np.array([[1, 3, 2], [1, 3, 3], [1, 2, 3]], np.float32)
    to_the_right = Sobel(length, np.zeros_like(length))
    assert thin(to_the_right).tolist() == [[0, 3, 0], [0, 3, 0], [0, 0, 3]]
    down = Sobel(np.zeros_like(length), length)
    assert thin(down).tolist() == [[1, 3, 0], [0, 0, 3], [0, 0, 0]]
    falling = Sobel(length, length)
    kept = math.sqrt(2) * np.array([[0, 0, 2], [0, 0, 0], [1, 2, 0]])
    assert np.allclose(thin(falling), kept)


@given(st.integers(0, 99), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None, max_examples=25)
def test_two_thresholds_keep_the_groups_with_a_strong_pixel(seed, low, high):
    values = np.random.default_rng(seed).random((12, 17)).astype(np.float32)
    low, high = (np.float32(one) for one in sorted((low, high)))
    groups, _ = ndimage.label(values > low, np.ones((3, 3)))
    expected = np.isin(groups, groups[values > high])
    assert np.array_equal(hysteresis(values, low, high) > 0, expected)
    assert np.array_equal(hysteresis(values, high, low) > 0, expected)


def test_a_gaussian_then_a_laplacian_is_scipys():
    *_, values = run_chain(GREY, parse_chain("gaussian:1.5,laplacian-4"))
    blurred = ndimage.gaussian_filter(GREY.astype(float), 1.5, mode="mirror", radius=5)
    assert np.abs(values - ndimage.laplace(blurred, mode="mirror")).max() < 0.005


@given(st.lists(owns, min_size=1, max_size=4))
@settings(deadline=None, max_examples=40)
def test_linear_stages_are_one_kernel_everywhere_on_a_torus_and_else_inside(stages):
    kernel = equivalent_kernel(stages)
    product = np.ones((1, 1))
    for stage in stages:
        product = signal.convolve2d(product, stage.weights)
    rows, columns = product.shape
    assert np.array_equal(kernel[-rows:, -columns:], product)
    assert not kernel[:-rows].any()
    assert not kernel[:, :-columns].any()
    most = 1e-6 * 255 * math.prod(np.abs(stage.weights).sum() for stage in stages)
    torus = compare_equivalent(RANDOM, stages, "circular")
    assert max(torus.edge, torus.inside or 0) <= most
    for border in ("zero", "reflect", "replicate"):
        assert (compare_equivalent(RANDOM, stages, border).inside or 0) <= most


def test_near_the_edge_stages_and_their_kernel_differ_and_a_nonlinear_stage_has_none():
    blurs = parse_chain("box-3,box-3")
    flat = np.full((9, 9), 90, np.uint8)
    found = compare_equivalent(flat, blurs, "zero")
    assert found.inside == pytest.approx(0, abs=1e-4)
    assert found.reach == 2
    # In the corner: 4/9 of the 40 there, and its neighbours, against what one kernel sees.
    corner = 90 * (4 + 2 * 6 + 9) / 81 - 90 * 36 / 81
    assert found.edge == pytest.approx(abs(corner), abs=1e-3)
    with pytest.raises(ValueError, match="Median is not linear"):
        equivalent_kernel(parse_chain("box-3,median:3"))
    assert linear_part(parse_chain("median:3,box-3,gaussian:1,relu,sobel-x")) == range(1, 3)
    assert len(linear_part(parse_chain("median:3,gradient"))) == 0


@pytest.mark.parametrize("border", ["reflect", "replicate", "zero", "circular"])
@pytest.mark.parametrize(
    "text",
    [
        "gaussian:1.4,gradient,thin,hysteresis:40:100",
        "sobel-x,relu,mean:4,roberts-x",
        "own:1 -2 3 0.5;0 1/3 -1 2,absolute,median:5",
        "bilateral:1.5:35,median:3,laplacian-8",
        "thin,gradient,gaussian:1,thin",  # neither follows a gradient
        "",
    ],
)
def test_the_code_of_a_chain_gives_its_numbers(tmp_path, monkeypatch, text, border):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("picture.png", GREY)
    names = {}
    exec(compile(chain_code(parse_chain(text), border), "snippet", "exec"), names)
    expected = [GREY, *run_chain(GREY, parse_chain(text), border)][-1]
    off = np.abs(names["result"] - expected) > 0.02
    assert off.mean() <= (0.001 if "thin" in text else 0)  # a tie may fall to the other side


@given(st.lists(st.sampled_from(sorted(KINDS)).map(usual_stage) | owns, max_size=6))
@settings(deadline=None, max_examples=30)
def test_a_chain_is_read_back_from_its_text_and_runs(stages):
    text = format_chain(stages)
    again = parse_chain(text)
    assert format_chain(again) == text
    for one, other in zip(stages, again, strict=True):
        assert (one.name, one.numbers) == (other.name, other.numbers)
        if one.weights is not None:
            assert np.array_equal(one.weights, other.weights)
    for values in run_chain(RANDOM, again):
        assert values.shape == RANDOM.shape
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sobel-x," * 6 + "sobel-x", "at most 6"),
        ("no-such", "no filter called “no-such”"),
        ("gaussian", "has 1 numbers, not 0"),
        ("gaussian:nan", "σ in pixels goes from 0.3 to 5"),
        ("gaussian:many", "“many” is not a number"),
        ("median:4", "in steps of 2"),
        ("own:1 2;3", "row 1 has 2"),
        ("own:1,2", "no filter called “2”"),
    ],
)
def test_a_bad_chain_gets_a_sentence(text, says):
    with pytest.raises(ValueError, match=says):
        parse_chain(text)


def test_edges_are_signed_and_what_was_a_picture_stays_one():
    for text, view in (
        ("gaussian:1,median:3,box-3", "clipped"),
        ("gaussian:1,laplacian-4", "signed"),
        ("gradient,thin", "absolute"),
        ("gradient,hysteresis:1:2", "clipped"),
    ):
        stages = parse_chain(text)
        assert view_of(stages, run_chain(RANDOM, stages)[-1]) == view
