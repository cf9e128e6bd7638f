"""Numbers as people paste them: from spreadsheets, NumPy, PyTorch, MATLAB, in many scripts."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.numbers.parsing import read_rows

CROSS = [[1, 0], [0, -1]]
HALVES = [[0.5, 1], [0, -0.25]]
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def read(text):
    return read_rows(text, "kernel", 15, "1 0").tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[1, 0], [0, -1]]", CROSS),
        ("[[1,0],[0,-1]]", CROSS),
        ("[[ 1.  0.]\n [ 0. -1.]]", CROSS),
        ("[[ 1.  0.] [ 0. -1.]]", CROSS),
        ("np.array([[1, 0], [0, -1]])", CROSS),
        ("k = numpy.array([[1, 0],\n             [0, -1]], dtype=np.float32)", CROSS),
        ("np.array([[1, 0], [0, -1]], np.float32)", CROSS),
        ("array([[ 1,  0],\n       [ 0, -1]], dtype=int32)", CROSS),
        ("torch.tensor([[1., 0.], [0., -1.]])", CROSS),
        ("tensor([[ 1.,  0.],\n        [ 0., -1.]], device='cuda:0')", CROSS),
        ("[[[[1, 0], [0, -1]]]]", CROSS),
        ("((1, 0), (0, -1))", CROSS),
        ("{{1, 0}, {0, -1}}", CROSS),
        ("[1 0; 0 -1]", CROSS),
        ("K = [1, 0; 0, -1];", CROSS),
        ("[1,2;3,4]", [[1, 2], [3, 4]]),
        ("[1, 2, 3]", [[1, 2, 3]]),
        ("np.array([[1, 1], [1, 1]]) / 4", [[0.25, 0.25]] * 2),
        ("1/9 * [1 1; 1 1]", [[1 / 9] * 2] * 2),
        ("1/9 -1 / 9", [[1 / 9, -1 / 9]]),
        ("0,5 0,5; 0,5 0,5", [[0.5, 0.5]] * 2),
        ("0,5 1; 0 -0,25", HALVES),
        ("0,5\t1\n0\t-0,25", HALVES),
        ("0,5\t1\r\n0\t-0,25\r\n", HALVES),
        ("0,5\t1 0\t-0,25", HALVES),  # in a field of one line, line ends become spaces
        ("-1\t0\t1 -2\t0\t2 -1\t0\t1", SOBEL),
        ("-1,0,1 -2,0,2 -1,0,1", SOBEL),
        ("-1,0,1\n-2,0,2\n-1,0,1", SOBEL),
        ("1,0;0,-1", CROSS),  # 0,-1 is no decimal number
        ("0.5,1\n0,-0.25", HALVES),
        ("1 0; 0 −1", CROSS),
        ("1 0; 0 –1", CROSS),
        ("1 0; 0 ‐1", CROSS),
        ("1\u00a00; 0\u202f-1", CROSS),
        ("１　０；０　－１", CROSS),
        ("١ ٠؛ ٠ -١", CROSS),
        ("½ 1; 0 -¼", HALVES),
        ("\ufeff1 0; 0 \u200e-1", CROSS),
    ],
)
def test_what_can_mean_one_thing_is_read(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    "text", ["0,5", "1,2;3,4", "0,5, 0,5", "1,234\t5,678", "1,234.5 2", "0,5 0,5"]
)
def test_what_can_mean_two_things_is_asked(text):
    with pytest.raises(ValueError, match="can be one number or more: put spaces"):
        read(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1e12", "“1e12” is too large"),
        ("-1e400", "“-1e400” is too large"),
        ("9" * 5000, "“99999999999999999999…” is too large"),
        ("inf", "“inf” is not finite"),
        ("[[nan, 1]]", "“nan” is not finite"),
        ("1/0", "divides by 0"),
        ("[1 2; 3 4]/0", "divides by 0"),
        ("1e5*[1e5 1]", "too large"),
        ("1½", "“1½” is not a number"),
        ("10²", "“10²” is not a number"),
        ("1 - 1", "“-” is not a number"),
        ("[[1, 0], [0, -1]", "brackets"),
        ("[[[1, 0]], [[0, 1]], [[1, 2], [3, 4]]].T", "brackets"),
        ("np.array([[1, 0], [0, -1]]).T", "brackets"),
        ("np.array([1, 2, 3, 4]).reshape(2, 2)", "brackets"),
        ("np.ones((3, 3)) / 9", "brackets"),
        ("1 " * 50_000, "too long"),
        ("[[]]", "is empty"),
        ("[[,]]", "is empty"),
    ],
)
def test_the_reason_is_the_true_one(text, says):
    with pytest.raises(ValueError, match=r"^[A-Z“].*\.$") as error:
        read(text)
    assert says in str(error.value)


GRIDS = arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.integers(-9999, 9999).map(lambda n: n / 100),
)


@given(GRIDS)
@settings(deadline=None, max_examples=60)
def test_every_print_reads_back(grid):
    rows = grid.tolist()
    texts = [
        repr(rows), repr(grid), str(grid), f"np.{grid!r}", repr(torch.tensor(grid)),
        "[" + "; ".join(" ".join(map(str, row)) for row in rows) + "]",
        "\n".join("\t".join(map(str, row)) for row in rows),
    ]  # fmt: skip
    for text in texts:
        assert np.allclose(read(text), grid, atol=1e-3), text  # PyTorch prints 4 decimals
    german = "\n".join("\t".join(f"{value:.2f}".replace(".", ",") for value in row) for row in rows)
    if grid.shape[1] > 1:
        assert np.array_equal(read(german), grid)
    else:  # without a tab, 1,25 may be two numbers
        with pytest.raises(ValueError, match="one number or more"):
            read(german)


def refused_in(text):
    """Processor seconds until a text is refused."""
    before = time.process_time()
    with pytest.raises(ValueError, match=r"\.$"):
        read(text)
    return time.process_time() - before


PARTS = ["1", "[", "(", "1,", "1/", "1\t", "-", "e", ",", "np.array([", " ", " 1 /"]


@pytest.mark.parametrize(
    "text_of",
    [
        *(lambda n, part=part: part * (n // len(part)) for part in PARTS),
        *(lambda n, part=part: f"[{part * (n // len(part))}]/9" for part in PARTS),
        lambda n: "[" * (n // 2) + "]" * (n // 2),
    ],
)
def test_four_times_the_text_takes_about_four_times_as_long(text_of):
    short, long = (min(refused_in(text_of(n)) for _ in range(4)) for n in (4500, 18_000))
    assert long < 9 * short, text_of(20)  # were it quadratic, 16 times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,1;0,2\n0,3;1\n", [[0.1, 0.2], [0.3, 1]]),  # as a spreadsheet saves it
        ("1;0\n0;1", [[1, 0], [0, 1]]),
        ('"0,1"\t"0,2"\n"0,3"\t"1"', [[0.1, 0.2], [0.3, 1]]),  # as some copy it
        ("1 0;\n0 1;", [[1, 0], [0, 1]]),  # MATLAB
    ],
)
def test_semicolons_of_a_table_are_between_its_columns(text, expected):
    assert read_rows(text, "kernel", 15, "1").tolist() == expected
