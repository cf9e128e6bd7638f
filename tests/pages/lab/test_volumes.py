"""Volumes: three views of one layer, 1×1, and the panel of costs."""

import base64
from functools import partial

import numpy as np
import pytest
import torch

from cnnviz.convolution import lecture_case
from tests.pages.sent import sent


@pytest.fixture
def open_page(visit):
    return partial(visit, "volumes")


def values(panel):
    return np.frombuffer(base64.b64decode(panel["values"]["data"])).reshape(panel["shape"])


def checks(app):
    return [mark.value for mark in app.markdown if "largest difference" in mark.value]


def test_opens_stepping_through_three_channels(open_page):
    app = open_page()
    assert not app.exception
    data = sent(app, "stepper")[0]
    assert data["imageShape"] == [3, 9, 9]
    assert data["bias"] == 10
    assert any("**75** pairs" in caption.value for caption in app.caption)
    assert len(checks(app)) == 4
    assert all("green" in text for text in checks(app))


def test_as_columns_it_is_a_matrix_product(open_page):
    app = open_page(vo_view="columns", vo_n="4", vo_columns="7", vo_k="3", vo_b="-7")
    panels = sent(app, "linked_grids")[0]["panels"]
    weights, columns, output, _ = map(values, panels)
    assert [panel["sign"] for panel in panels[:3]] == ["", "·", "="]
    assert columns.shape == (28, 25)
    assert weights[0, -1] == -7
    assert np.allclose(weights @ columns, output)


@pytest.mark.parametrize(("bias", "beyond"), [("-50", True), ("1", False)])
def test_a_large_bias_does_not_pale_the_weights(open_page, bias, beyond):
    app = open_page(vo_view="columns", vo_b=bias)
    filters = sent(app, "linked_grids")[0]["panels"][0]
    assert filters["limits"] == [-2, 2]
    assert np.abs(values(filters)[:, :-1]).max() == 2
    assert (
        any("covers the weights, not the bias" in caption.value for caption in app.caption)
        == beyond
    )


def test_the_code_of_the_columns_gives_the_output(open_page, capsys):
    data = sent(open_page(vo_view="columns", vo_columns="6"), "linked_grids")[0]
    scope = {}
    exec(data["pytorch"].replace("print(", "answer = ("), scope)
    assert np.allclose(scope["answer"], values(data["panels"][2]))


def test_in_space_a_block_walks_through_the_picture_and_32_maps_stack_up(open_page):
    app = open_page(vo_view="space", vo_n="32")
    [data] = sent(app, "volume")
    assert (data["sides"], data["kernel"], data["size"]) == ([32, 32], 5, [32, 28, 28])
    arrays = [
        torch.from_numpy(np.frombuffer(base64.b64decode(data[name]["data"]), np.float32).copy())
        for name in ("pixels", "bank", "output")
    ]
    pixels, bank = arrays[0].reshape(1, 3, 32, 32), arrays[1].reshape(32, 3, 5, 5)
    expected = torch.nn.functional.conv2d(pixels, bank, torch.tensor(data["biases"]))[0]
    assert torch.allclose(arrays[2].reshape(expected.shape), expected, atol=0.01)
    scope = {}
    exec(data["pytorch"].replace("print(", "answer = ("), scope)
    assert torch.allclose(scope["answer"], expected, atol=0.01)


def test_six_maps_stack_up(open_page):
    app = open_page(vo_view="maps")
    assert sent(app, "map_sheet")[0]["groups"][0]["shape"] == [6, 28, 28]
    assert any("**28×28×6**" in caption.value for caption in app.caption)


def test_the_panel_counts_the_decks_layers(open_page):
    app = open_page()
    costs = app.dataframe[0].value
    assert costs.iloc[0, 1:4].tolist() == ["28×28×6", 450, 6]
    app.get_by_key("_vo_layer").set_value("mix").run()
    one = lecture_case("s0-1x1")["expected"]
    assert app.dataframe[0].value.iloc[0, 1:3].tolist() == ["56×56×32", one["weights"]]
    assert app.query_params["vo_layer"] == "mix"
    saved = app.dataframe[1].value["Multiply-adds"].tolist()
    assert saved == [
        56 * 56 * 9 * 64 * 64,
        56 * 56 * 64 * 32,
        56 * 56 * 9 * 32 * 64,
        sum(saved[1:3]),
    ]
    # Fewer channels in between; and a mini-batch through a dilated layer, as PyTorch has it.
    app = open_page(vo_thin="8", vo_first_d="2", vo_first_batch="7")
    saved = app.dataframe[1].value["Multiply-adds"].tolist()
    assert saved[3] == 56 * 56 * 64 * 8 + 56 * 56 * 9 * 8 * 64
    assert any(f"**{saved[3] / saved[0]:.0%}** of the" in mark.value for mark in app.markdown)
    layer = eval(app.code[0].value, {"nn": torch.nn})
    shape = "×".join(map(str, layer(torch.zeros(7, 3, 32, 32)).shape))
    assert shape == "7×6×24×24"
    assert any(f"becomes **{shape}**" in mark.value for mark in app.markdown)
    assert all("green" in text for text in checks(app))


def test_groups_that_do_not_divide_are_refused(open_page):
    app = open_page(vo_first_g="2")
    assert "2 groups do not divide 3" in app.error[0].value


def test_the_slides_depthwise_is_named_right(open_page):
    assert any("**pointwise** convolution" in e.value for e in open_page().markdown)


def test_lua_torch_is_named_where_it_makes_the_same_layer(open_page):
    assert "nn.SpatialConvolution(3, 6, 5, 5, 1, 1, 0, 0)" in open_page().code[0].value
    code = open_page(vo_first_g="3").code[0].value
    assert "groups=3)\n# 156 parameters" in code
    assert "Lua" not in code


def test_the_line_for_pytorch_makes_the_layer(open_page):
    app = open_page(vo_layer="depthwise")
    layer = eval(app.code[0].value, {"nn": torch.nn})
    assert layer.weight.shape == (64, 1, 3, 3)


def test_a_cell_with_its_indices_is_pytorchs(open_page):
    app = open_page(vo_at_i="2", vo_at_j="3", vo_at_k="4")
    assert any("Z_{2,3,4}" in formula.value for formula in app.latex)
    (told,) = [mark.value for mark in app.markdown if "The parts of channel" in mark.value]
    assert "75 products" in told
    (ranges,) = [one.value for one in app.dataframe if "Of V" in one.value]
    assert ranges["Of V"].tolist() == ["channels 1 to 3", "rows 3 to 7", "columns 4 to 8"]
    assert all("green" in text for text in checks(app))


def test_the_layer_as_caffe_writes_it(open_page):
    app = open_page(vo_layer="first")
    (code,) = [one.value for one in app.code if "convolution_param" in one.value]
    assert "num_output: 6  kernel_size: 5  stride: 1  pad: 0  group: 1" in code


def test_the_table_of_layers_is_filled_in(open_page):
    app = open_page()
    right = lecture_case("s3-layer-table")["expected"]
    assert any("nothing is kept" in caption.value for caption in app.caption)
    for id in ("parameters", "hyperparameters"):
        chosen = [layer for layer, has in right[id].items() if has]
        app.pills(key=f"_vo_{id}").set_value(chosen).run()
    assert any("All eight" in message.value for message in app.success)
    app.pills(key="_vo_parameters").set_value(["CONV", "RELU", "FC"]).run()
    (hint,) = [one.value for one in app.info if "are correct" in one.value]
    assert "7 of 8" in hint
    assert "ReLU" in hint
