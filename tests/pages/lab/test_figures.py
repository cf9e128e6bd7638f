"""The pages whose figures are linked grids: the decks' numbers, PyTorch's, and refusals."""

import base64

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.linalg import toeplitz

from cnnviz.convolution import lecture_case
from cnnviz.pages import TOPICS
from tests.pages.sent import sent


def badges(app):
    return [element.value for element in app.markdown if "badge" in element.value]


def text(app):
    return " ".join(e.value for e in [*app.markdown, *app.caption, *app.warning, *app.info])


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)[None, None]


@pytest.mark.parametrize("topic", [topic.url for topic in TOPICS])
def test_every_page_opens_with_figures_that_add_up(open_lab, linked_grids, topic):
    app = open_lab(topic)
    assert not app.error
    linked_grids(app)
    assert app.get("bidi_component")
    assert not any(":material/close:" in badge for badge in badges(app))


@pytest.mark.parametrize(
    ("topic", "query"),
    [
        *((topic.url, {}) for topic in TOPICS),
        ("gradient", {"bw_op": "max"}),
        ("gradient", {"bw_op": "mean"}),
        ("equivariance", {"eq_example": "s3-pool-invariance"}),
        *(("pooling", {"po_rule": rule}) for rule in ("mean", "lp", "holder")),
        ("pooling", {"po_rule": "holder", "po_p": "inf", "po_change": "scale"}),
        ("transposed", {"up_view": "matrix", "up_p": "1"}),
        ("volumes", {"vo_view": "columns"}),
        ("windows", {"wi_pad": "valid", "wi_dv": "2"}),
    ],
)
def test_the_code_of_all_grids_gives_its_numbers(open_lab, linked_grids, topic, query):
    coded = [grids for grids in linked_grids(open_lab(topic, **query)) if grids.data["pytorch"]]
    for grids in coded:
        printed = []
        exec(grids.data["pytorch"], {"print": lambda *given, into=printed: into.extend(given)})
        numbers = [
            one.detach().double().numpy().ravel() for one in printed if hasattr(one, "numpy")
        ]
        shown = [values.ravel() for values in grids.panels.values()]
        shown += [np.concatenate(shown[first:]) for first in range(len(shown))]
        if topic == "receptive_field":  # its code measures the gradient on other random pictures
            assert "rows" in printed[0]
            continue
        assert any(
            len(one) == len(other) and np.allclose(one, other, rtol=1e-4, atol=1e-4)
            for one in numbers
            for other in shown
        ), grids.titles


# --- matrix ---


def test_the_matrix_is_the_slides(open_lab, linked_grids):
    figure = linked_grids(open_lab("matrix"))[0]
    expected = lecture_case("s0-conv-as-sparse-matrix")["expected"]
    w, f, g = figure.panels.values()
    assert list(w.shape) == expected["W_shape"]
    assert np.count_nonzero(w) == expected["W_nonzero_values"]
    assert (w @ f.ravel()).tolist() == expected["Wf"] == g.ravel().tolist()


def test_a_row_kernel_gives_a_toeplitz_matrix(open_lab, linked_grids):
    figure = linked_grids(open_lab("matrix", mx_f="1 2 3 4 5", mx_h="1 0 -2"))[0]
    column, row = [1, 0, 0], [1, 0, -2, 0, 0]
    assert np.array_equal(figure.panels["W"], toeplitz(column, row))


def test_the_counts_are_those_of_the_lecture(open_lab):
    app = open_lab("matrix")
    layers, operations = (frame.value for frame in app.dataframe)
    assert layers["Weights"].tolist() == [14_450_688, 352_800, 450]
    assert operations["Operations"].tolist() == [16_006_144_000, 267_960, 267_960]
    assert "file 000, line 633) says otherwise: 1.4 million" in text(app)
    told = next(e.value for e in app.caption if "the textbook counts" in e.value)
    expected = lecture_case("s3-edge-ops")["expected"]
    for key in ("conv_ops", "matrix_ops"):
        assert f"{expected[key]:,}" in told
    assert "16,006,054,680" in told  # 2 · 89,600 − 1 an output


def test_a_kernel_larger_than_the_picture_is_refused(open_lab):
    app = open_lab("matrix", mx_f="1 2", mx_h="1 2 3")
    assert "smaller kernel" in app.error[0].value


def test_text_that_is_no_number_is_kept(open_lab, linked_grids):
    app = open_lab("matrix", mx_f="1 x")
    assert "x" in app.error[0].value
    assert app.text_area(key="mx_f").value == "1 x"
    linked_grids(app)


# --- windows ---


def test_the_counts_are_the_gradient_of_a_sum(open_lab, linked_grids):
    query = {"wi_rows": "9", "wi_cols": "6", "wi_kh": "3", "wi_sv": "2", "wi_sh": "1"}
    figure = linked_grids(open_lab("windows", **query, wi_dv="2", wi_dh="2"))[0]
    x = torch.ones(1, 1, 9, 6, requires_grad=True)
    y = F.conv2d(x, torch.ones(1, 1, 3, 3), stride=(2, 1), dilation=2)
    y.sum().backward()
    assert np.array_equal(figure.panels["Times each pixel is used"], x.grad[0, 0].numpy())
    assert figure.panels["Windows, in order"].shape == y.shape[2:]


@pytest.mark.parametrize(
    ("query", "padding"),
    [
        ({"wi_pad": "apart", "wi_pv": "2", "wi_ph": "1"}, (2, 1)),
        ({"wi_pad": "full"}, (2, 2)),
        ({"wi_pad": "same", "wi_sv": "1", "wi_sh": "1"}, "same"),
    ],
)
def test_nothing_has_to_be_square(open_lab, linked_grids, query, padding):
    sizes = {"wi_rows": "9", "wi_cols": "7", "wi_kh": "2", "wi_dv": "2", "wi_dh": "1"}
    figure = linked_grids(open_lab("windows", **sizes, **query))[0]
    stride = 1 if padding == "same" else 2
    y = F.conv2d(
        torch.ones(1, 1, 9, 7), torch.ones(1, 1, 2, 3), stride=stride, padding=padding,
        dilation=(2, 1),
    )  # fmt: skip
    assert figure.panels["Windows, in order"].shape == y.shape[2:]


def test_a_refused_padding_says_pytorch_s_reason_and_leaves_the_rest_of_the_page(open_lab):
    app = open_lab("windows", wi_pad="same")  # with the stride 2 of the opening
    assert "needs stride 1" in app.error[0].value
    with pytest.raises(RuntimeError, match="not supported for strided convolutions"):
        F.conv2d(torch.ones(1, 1, 7, 7), torch.ones(1, 1, 3, 3), stride=2, padding="same")
    assert "not supported for strided convolutions" in text(app)
    assert "How fast the map shrinks" in [head.value for head in app.header]


def test_the_decks_bad_combinations(open_lab, linked_grids):
    app = open_lab("windows", wi_pad="2")
    assert "= 2.33: PyTorch gives **2×2**" in text(app)
    assert "= 2.5: PyTorch gives **2×2**" in text(app)
    case = lecture_case("s2-6x6-2.5")["expected"]
    assert f"file 002, lines 721–724) says otherwise: {case['slide_value']}×" in text(app)
    assert f"into **{case['correct']}×{case['correct']}**" in text(app)
    app.button(key="_wi_7_3").click().run()
    figure = linked_grids(app)[0]
    y = F.conv2d(torch.ones(1, 1, 7, 7), torch.ones(1, 1, 3, 3), stride=3)
    assert figure.panels["Windows, in order"].shape == y.shape[2:]
    assert figure.panels["Times each pixel is used"].shape == (7, 7)


def test_what_is_never_read_is_said(open_lab):
    app = open_lab("windows", wi_rows="8", wi_cols="7", wi_sv="3", wi_sh="2")
    assert "7 cells are never read" not in text(app)
    assert "never read" in app.warning[0].value
    assert "2 rows are left over" in app.warning[0].value
    assert "in between" not in app.warning[0].value
    told = open_lab("windows", wi_rows="7", wi_cols="8", wi_kh="1", wi_sv="3").warning[0].value
    assert "1 column is left over" in told
    assert "row" not in told.split("column")[0]
    assert "does not fit: PyTorch rounds the size down" in told
    assert "in between" in told
    told = open_lab("windows", wi_kh="1", wi_kw="1").warning[0].value
    assert "in between" in told
    assert "fit" not in told  # (7 − 1)/2 + 1 = 4 exactly


def test_an_even_kernel_pads_unevenly(open_lab, linked_grids):
    full, same, valid = linked_grids(open_lab("windows"))[1:]
    expected = lecture_case("s3-m5k4")["expected"]
    for figure, scheme in ((full, "full"), (same, "same"), (valid, "valid")):
        assert figure.panels[f"{scheme} output"].size == expected[scheme]
    assert same.data["panels"][0]["pads"] == [[0, 0], [1, 2]]


def test_a_kernel_that_does_not_fit_is_refused_with_what_pytorch_says(open_lab):
    app = open_lab("windows", wi_rows="2", wi_kh="5")
    assert "covers 5" in app.error[0].value
    with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
        F.conv2d(torch.ones(1, 1, 2, 7), torch.ones(1, 1, 5, 3))
    assert "Kernel size can't be greater" in text(app)


def test_sizes_shrink_until_nothing_is_left(open_lab, charts):
    app = open_lab("windows")
    assert "**32** → **28** → **24** → **20**" in text(app)
    # How often each pixel is used is the gradient of the sum of the last map.
    for line, layers in zip(charts(app)[0]["figure"]["data"], (1, 7), strict=True):
        row = torch.ones(1, 1, 32, dtype=torch.float64, requires_grad=True)
        last = row
        for _ in range(layers):
            last = F.conv1d(last, torch.ones(1, 1, 5, dtype=torch.float64))
        last.sum().backward()
        assert line["y"] == pytest.approx((100 * row.grad / row.grad.max()).flatten().tolist())


# --- pooling ---


@pytest.mark.parametrize(
    ("query", "case", "expected"),
    [
        ({}, "s0-maxpool-2x2s2", lambda e: e["output"]),
        ({"po_rule": "lp"}, "s1-l2pool", lambda e: e["output"]),
        ({"po_rule": "mean"}, "s2-avgpool-text", lambda e: e["output"]),
        (
            {"po_rule": "holder", "po_p": "10"},
            "s0-holder-mean",
            lambda e: e["output_by_p"]["10"],
        ),
        (
            {"po_rule": "holder", "po_p": "inf"},
            "s0-holder-mean",
            lambda e: e["p_inf"],
        ),
    ],
)
def test_pooling_gives_the_slides_numbers(open_lab, linked_grids, query, case, expected):
    figure = linked_grids(open_lab("pooling", **query))[0]
    np.testing.assert_allclose(
        figure.panels["Output"], expected(lecture_case(case)["expected"]), atol=1e-6
    )


@pytest.mark.parametrize(
    ("window", "stride", "sentence"),
    [
        ("2", "2", "4 out: **75% fewer**"),
        ("4", "1", "1 out: **94% fewer**"),
        ("1", "1", "16 numbers in, 16 out. "),
    ],
)
@pytest.mark.parametrize("rule", ["max", "mean"])
def test_what_pooling_leaves_is_counted(open_lab, window, stride, sentence, rule):
    told = text(open_lab("pooling", po_rule=rule, po_k=window, po_s=stride))
    assert sentence in told
    large = F.max_pool2d(torch.zeros(1, 224, 224), int(window), int(stride)).shape[1]
    assert f"224×224×64 becomes {large}×{large}×64" in told


@pytest.mark.parametrize(
    ("page", "query", "kept"),
    [
        ("pooling", {"po_x": "1 2", "po_k": "2"}, "What does pooling ignore?"),
        ("matrix", {"mx_f": "1 2", "mx_h": "1 2 3"}, "Counting operations"),
        ("transposed", {"up_p": "3"}, "Three ways to upsample"),
    ],
)
def test_a_refused_example_leaves_the_rest_of_the_page(open_lab, page, query, kept):
    app = open_lab(page, **query)
    assert app.error
    assert kept in [head.value for head in app.header]
    if page == "transposed":
        assert "It is not the inverse" not in [head.value for head in app.header]
        assert "says otherwise" in text(app)


def test_winners_are_pytorchs(open_lab, linked_grids):
    query = {"po_x": "1 5 5;2 0 7;3 3 1", "po_s": "1"}
    figure = linked_grids(open_lab("pooling", **query))[0]
    x = tensor([[1, 5, 5], [2, 0, 7], [3, 3, 1]])
    _, best = F.max_pool2d(x, 2, 1, return_indices=True)
    winners = next(
        reads for link, reads, _ in figure.links() if figure.titles[link["target"]] == "Winners"
    )
    assert winners[:, 0].tolist() == best.flatten().tolist()


@pytest.mark.parametrize(("query", "changed"), [({"po_move": "0"}, 0), ({"po_move": "2"}, 2)])
def test_a_shift_by_a_whole_window_moves_the_pooled_cell(open_lab, linked_grids, query, changed):
    figure = linked_grids(open_lab("pooling", **query))[1]
    pooled, after = figure.panels["Max-pooled"], figure.panels["Max-pooled after"]
    assert np.count_nonzero(pooled != after) == changed
    torch_pooled = F.max_pool2d(tensor(figure.panels["After"]), 2)[0, 0].numpy()
    assert np.array_equal(after, torch_pooled)


def test_scale_invariance_is_shown_to_fail(open_lab, linked_grids):
    app = open_lab("pooling", po_change="scale")
    figure = linked_grids(app)[1]
    assert not np.array_equal(figure.panels["Max-pooled"], figure.panels["Max-pooled after"])
    assert "**no scale invariance**" in text(app)
    # A 3×3 window on cells that are 2 apart and see 2 + 2 pixels each: 4 + 2·2.
    assert "sees **8×8** pixels instead of 5×5, and has 14×14 instead of 28×28" in text(app)
    assert "says otherwise: pooling gives scale invariance." in text(app)


def test_the_slide_that_describes_average_pooling_as_the_maximum_is_told(open_lab):
    told = text(open_lab("pooling", po_rule="mean"))
    assert lecture_case("s2-avgpool-text")["expected"]["slide_value"] in told
    assert "**keeps the average**" in told


def test_negative_numbers_have_no_hoelder_mean(open_lab):
    app = open_lab("pooling", po_rule="holder", po_x="1 -2;3 4")
    assert "at least 0" in app.error[0].value


# --- transposed ---


@pytest.mark.parametrize("view", ["stamps", "view", "matrix"])
@pytest.mark.parametrize("case", ["s3-transposed-2to5", "s1-transposed-spreadsheet"])
def test_transposed_gives_the_slides_numbers(open_lab, linked_grids, view, case):
    figure = linked_grids(open_lab("transposed", up_view=view, up_example=case))[0]
    assert figure.panels["Output"].tolist() == lecture_case(case)["expected"]["output"]
    if view == "matrix":
        product = figure.panels["Wᵀ"] @ figure.panels["Input"].ravel()
        assert np.array_equal(product, figure.panels["Output"].ravel())


@pytest.mark.parametrize("view", ["stamps", "matrix"])
def test_transposed_with_padding_is_pytorchs(open_lab, linked_grids, view):
    name = "s3-transposed-2to5"
    query = {"up_view": view, "up_p": "1", f"up_s_{name}": "3", f"up_w_{name}": "1 2 0;0 1 5;2 2 1"}
    figure = linked_grids(open_lab("transposed", **query))[0]
    kernel = [[1, 2, 0], [0, 1, 5], [2, 2, 1]]
    expected = F.conv_transpose2d(tensor([[1, 2], [3, 4]]), tensor(kernel), stride=3, padding=1)
    assert np.array_equal(figure.panels["Output"], expected[0, 0].numpy())


def test_the_checkerboard_is_there_when_the_stride_does_not_divide(open_lab, linked_grids):
    app = open_lab("transposed")
    counts = next(b for b in linked_grids(app) if "Stamps on each cell" in b.titles[:1]).panels
    first = counts["Stamps on each cell"][0]
    # The deck's row for 4 inputs; here there are 5.
    assert first.tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1]
    assert "**uneven**" in text(app)
    assert "**even**" in text(open_lab("transposed", up_ck="4"))


def test_a_convolution_can_follow_a_fully_connected_layer(open_lab):
    told = text(open_lab("transposed"))
    assert f"are {lecture_case('s3-conv-after-fc')['expected']['slide_value']}." in told
    assert "**can follow a fully connected layer**" in told


def test_nearest_is_the_slides(open_lab, linked_grids):
    ways = linked_grids(open_lab("transposed"))[-1]
    expected = lecture_case("s1-upsample-nn")["expected"]["output"]
    assert ways.panels["Nearest"].tolist() == expected
    np.testing.assert_allclose(
        ways.panels["Transposed"][1:3, 1:3], ways.panels["Bilinear"][1:3, 1:3]
    )


# --- gradient ---


def test_gradients_of_a_convolution_are_the_slides(open_lab, linked_grids):
    figure, turned, over = linked_grids(open_lab("gradient"))
    expected = lecture_case("s3-backward-is-conv")["expected"]
    assert figure.panels["∂L/∂x"].tolist() == expected["grad_input"]
    assert figure.panels["∂L/∂w"].tolist() == expected["grad_kernel"]
    assert turned.panels["∂L/∂x"].tolist() == expected["grad_input"]
    assert over.panels["∂L/∂w"].tolist() == expected["grad_kernel"]


def test_both_gradients_are_checked_three_times_whatever_their_size(open_lab):
    app = open_lab("gradient", bw_x_conv="123456 -7e4 3;1 2 1e5;4 5 6", bw_d_conv="90000")
    assert len([mark for mark in badges(app) if "finite differences" in mark]) == 2
    assert len([mark for mark in badges(app) if "autograd" in mark]) == 4
    assert not any("close" in mark for mark in badges(app))


def test_the_slides_derivative_is_shown_with_the_right_one(open_lab):
    told = text(open_lab("gradient"))
    derivative = r"$\partial a_{rc}/\partial\theta_{ij} = "
    assert f"line 701) says otherwise: {derivative}\\sum_{{r, c}} x_{{r-i" in told
    assert f"**{derivative}x_{{r-i" in told


@pytest.mark.parametrize(
    ("operator", "case"), [("max", "s2-maxpool-gradient"), ("mean", "s2-avgpool-gradient")]
)
def test_gradients_of_pooling_are_the_slides(open_lab, linked_grids, operator, case):
    app = open_lab("gradient", bw_op=operator)
    figure = linked_grids(app)[0]
    assert figure.panels["∂L/∂x"].tolist() == lecture_case(case)["expected"]["grad"]
    assert len(badges(app)) == 2


def test_a_tie_goes_to_the_first_and_is_said(open_lab, linked_grids):
    app = open_lab("gradient", bw_op="max", bw_x_max="3 3;3 3", bw_d_max="5")
    assert linked_grids(app)[0].panels["∂L/∂x"].tolist() == [[5, 0], [0, 0]]
    assert "any split of δ" in app.info[0].value
    assert len(badges(app)) == 1


def test_a_gradient_of_another_shape_is_refused(open_lab):
    app = open_lab("gradient", bw_d_conv="1 2")
    assert "upstream gradient must have the output's shape" in app.error[0].value


# --- activation, tour ---


def test_relu_is_the_slides(open_lab):
    data = sent(open_lab("activation"), "activation")[0]
    case = lecture_case("s0-relu")
    assert np.reshape(data["before"], data["shape"]).tolist() == case["inputs"]["x"]
    assert np.reshape(data["after"], data["shape"]).tolist() == case["expected"]["output"]


@pytest.mark.parametrize("name", ["relu", "leaky", "gelu", "sigmoid", "tanh"])
def test_the_curve_goes_through_every_dot(open_lab, name):
    data = sent(open_lab("activation", re_f=name, re_map="map"), "activation")[0]
    xs, ys = data["curve"]
    step = xs[1] - xs[0]
    np.testing.assert_allclose(np.interp(data["before"], xs, ys), data["after"], atol=step)


def test_the_tour_lists_every_topic_and_finds_words(open_lab):
    app = open_lab("tour")
    assert [f"**{n}. {t.title}**" for n, t in enumerate(TOPICS, 1)] == [
        link.label for link in app.get("page_link")
    ]
    app = open_lab("tour", to_search="checkerboard")
    assert ["Upsampling" in link.label for link in app.get("page_link")] == [True]
    app = open_lab("tour", to_search="zebra")
    assert "No page" in app.info[0].value


def test_sizes_that_fit_leave_nothing_over(open_lab):
    expected = lecture_case("s2-good-practice")
    for side, size in zip(expected["inputs"]["m"], expected["expected"]["out"], strict=True):
        app = open_lab("windows", wi_side=str(side))
        table = app.dataframe[-1].value
        assert table["Side after it"].iloc[0] == size
        assert table["Rows never read"].sum() == 0
        assert "these sizes fit" in text(app)
    app = open_lab("windows", wi_side="30", wi_thumb_p="0")
    sizes = app.dataframe[-1].value["Side after it"].tolist()
    assert sizes[:4] == [28, 14, 12, 6]
    assert "rows are never read" in text(open_lab("windows", wi_side="27"))


@pytest.mark.parametrize(("rule", "pool"), [("max", F.max_pool2d), ("mean", F.avg_pool2d)])
def test_a_volume_is_pooled_map_by_map(open_lab, rule, pool):
    app = open_lab("pooling", po_rule=rule, po_digit="7", po_k="2", po_s="2")
    (found,) = sent(app, "map_sheet")
    before, after = (
        torch.frombuffer(
            bytearray(base64.b64decode(group["values"]["data"])), dtype=torch.float32
        ).reshape(group["shape"])
        for group in found["groups"]
    )
    assert (before >= 0).all()
    torch.testing.assert_close(after, pool(before[None], 2, 2)[0])
    assert "8×8×16 becomes **4×4×16**" in text(app)


def test_the_same_network_without_pooling(open_lab):
    table = open_lab("pooling").dataframe[-1].value.set_index("Network")
    assert table["Parameters"].nunique() == 1
    pooled, strided = table.loc["Max pooling"], table.loc["Stride 2"]
    assert pooled["Multiply-adds"] - 1280 == 4 * (strided["Multiply-adds"] - 1280)
    assert strided["Shapes"].startswith("16×4×4 → 32×2×2")
