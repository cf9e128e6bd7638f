"""Step through a convolution: every source and setting, links, refusals."""

import base64
import json
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.convolution import lecture_examples
from cnnviz.imaging import KERNELS, encode_png, sample_image, to_grey
from cnnviz.pages import page_at
from tests.pages.chooser import opened

EXAMPLES = {example.id: example for example in lecture_examples()}
FIRST = next(iter(EXAMPLES))
FLAT = np.full((40, 60, 3), 9, np.uint8)


@pytest.fixture
def open_page(visit):
    return partial(visit, "step")


def link(app, **query):
    """Follow a link to the page from another one."""
    app.switch_page(page_at("").script).run()
    app.query_params.clear()
    app.query_params.update(query)
    return app.switch_page(page_at("step").script).run()


def sent(app):
    """What the stepper gets, or None."""
    found = [e for e in app.get("bidi_component") if e.proto.component_name == "cnnviz_stepper"]
    return json.loads(found[0].proto.json) if found else None


def array(data, name):
    packed = data[name]
    flat = np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"])
    return flat.reshape(packed["shape"])


def output(app):
    return array(sent(app), "output")


def conv2d(image, kernel, **options):
    image = torch.as_tensor(np.array(image), dtype=torch.float64)
    kernel = torch.as_tensor(np.array(kernel), dtype=torch.float64)
    image, kernel = (a if a.ndim == 3 else a[None] for a in (image, kernel))
    return F.conv2d(image[None], kernel[None], **options)[0, 0].numpy()


def test_opens_on_the_first_example_ready_to_play(open_page):
    app = open_page()
    assert not app.exception
    assert not app.error
    assert sent(app)["start"] is None
    assert np.array_equal(output(app), EXAMPLES[FIRST].expected)
    assert "s_preset" not in app.query_params


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_gives_its_right_values(open_page, name):
    app = open_page(s_preset=name)
    assert not app.exception
    assert not app.error
    assert np.allclose(output(app), EXAMPLES[name].expected, atol=1e-5)


def test_an_erratum_shows_the_slide_and_says_which_is_right(open_page):
    app = open_page(s_preset="s4-blur")
    note, why = (caption.value for caption in app.expander[0].caption)
    wrong = [f"\\textcolor{{red}}{{\\boldsymbol{{{value}}}}}" for value in ("0.4", "0.2", "0.3")]
    assert all(cell in note for cell in wrong)
    assert note.count("textcolor") == 4
    assert "The figure is right" in note
    assert app.expander[0].label == "A lecture says otherwise"
    assert "slide “Background: Image Processing”" in app.expander[0].caption[0].value
    assert why == EXAMPLES["s4-blur"].note
    app.selectbox(key="_s_preset").select("s4-downsample-average").run()
    (note,) = app.expander
    assert note.label == "About this example"
    assert note.caption[0].value == (
        "From the slide “Downsampling by Averaging” of “Convolutional neural network” (CS360 Data"
        " Mining, lecture 14; file 004, lines 1178–1201). " + EXAMPLES["s4-downsample-average"].note
    )


def test_choosing_an_example_brings_its_settings(open_page):
    app = open_page(s_stride="3", s_flip="true")
    app.selectbox(key="_s_preset").select("s4-downsample-average").run()
    assert app.slider(key="s_stride").value == 2
    assert app.toggle(key="s_flip").value is False
    assert app.text_area(key="s_weights").value == "0.25 0.25\n0.25 0.25"
    assert np.allclose(output(app), EXAMPLES["s4-downsample-average"].expected)


def test_coming_back_to_the_example_brings_its_settings_again(open_page):
    app = open_page(s_preset="s4-downsample-average")
    app.get_by_key("_s_source").set_value("numbers").run()
    assert app.slider(key="s_stride").value == 2
    app.slider(key="s_stride").set_value(4).run()
    app.get_by_key("_s_source").set_value("preset").run()
    assert np.allclose(output(app), EXAMPLES["s4-downsample-average"].expected)


def test_a_picture_that_is_chosen_or_brought_is_seen(open_page):
    app = open_page()
    opened(app).button(key="_picture_cat").click().run()
    assert not app.exception
    assert app.segmented_control(key="_s_source").value == "picture"
    seen = array(sent(app), "padded")
    app.segmented_control(key="_s_source").set_value("preset").run()
    assert np.array_equal(output(app), EXAMPLES[FIRST].expected)
    opened(app).file_uploader(key="_picture_upload_0").upload("mine.png", encode_png(FLAT)).run()
    assert app.segmented_control(key="_s_source").value == "picture"
    assert not np.array_equal(array(sent(app), "padded"), seen)
    assert np.all(array(sent(app), "padded") == 9)
    # A patch opens where there is something to see, and the filter of Filters comes along.
    edge = np.full((300, 400, 3), 100, np.uint8)
    edge[200:, 250:] = 200
    app.switch_page(page_at("filters").script).run()
    opened(app).file_uploader(key="_picture_upload_1").upload("edge.png", encode_png(edge)).run()
    app.query_params.clear()  # as the menu does
    app.switch_page(page_at("step").script).run()
    seen = array(sent(app), "padded")
    assert (seen == 100).any()
    assert (seen == 200).any()
    assert app.session_state["_s_kernel"] == "sobel-x"
    fresh = open_page()  # but a link says itself what is seen
    fresh.switch_page(page_at("filters").script).run()
    opened(fresh).file_uploader(key="_picture_upload_0").upload("mine.png", encode_png(FLAT)).run()
    link(fresh, s_preset="s4-downsample-average")
    assert fresh.segmented_control(key="_s_source").value == "preset"


def test_settings_of_a_link_win_over_those_of_the_example(open_page):
    """The example has stride 2; 1 is the slider's own minimum and must not be lost for it."""
    app = open_page(s_preset="s4-downsample-average", s_stride="1")
    assert app.slider(key="s_stride").value == 1
    assert output(app).shape == (5, 5)


def test_a_patch_of_the_picture_made_smaller_is_made_of_means(open_page):
    app = open_page(picture="cat", s_source="picture", s_colour="rgb", s_scale="4", s_size="8")
    pixels = sample_image("cat")
    height, width = (side // 4 for side in pixels.shape[:2])
    means = pixels[: height * 4, : width * 4].reshape(height, 4, width, 4, 3).mean((1, 3))
    row, column = app.slider(key="s_row").value, app.slider(key="s_col").value
    assert app.slider(key="s_row").max == height - 8
    patch = np.moveaxis(means[row : row + 8, column : column + 8], 2, 0)
    assert np.abs(array(sent(app), "padded") - patch).max() <= 0.5
    assert any("the mean of 4×4 pixels" in caption.value for caption in app.caption)
    app.segmented_control(key="_s_scale").set_value(2).run()
    assert app.slider(key="s_row").value == 2 * row, "it stays where it is"
    assert app.query_params["s_scale"] == "2"
    assert app.query_params["s_row"] == str(2 * row), "and a link leads there"


@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_a_patch_is_the_exact_pixels_of_the_picture(open_page, colour):
    app = open_page(
        picture="coins", s_source="picture", s_colour=colour, s_row="40", s_col="61", s_size="9",
        s_kernel="sobel-y",
    )  # fmt: skip
    pixels = sample_image("coins")[40:49, 61:70]
    patch = pixels.transpose(2, 0, 1) if colour == "rgb" else to_grey(pixels).astype(np.uint8)[None]
    data = sent(app)
    assert data["pixels"] is True
    assert np.array_equal(array(data, "padded"), patch)
    kernel = [KERNELS["sobel-y"].weights] * len(patch)
    assert np.allclose(output(app), conv2d(patch, kernel))


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({"s_stride": "2", "s_padding": "3"}, {"stride": 2, "padding": 3}),
        ({"s_dilation": "2", "s_padding": "same"}, {"dilation": 2, "padding": 2}),
        ({"s_padding": "full", "s_stride": "4"}, {"padding": 2, "stride": 4}),
        ({"s_bias": "-1.5"}, {"bias": torch.tensor([-1.5], dtype=torch.float64)}),
    ],
)
def test_every_setting_of_the_window_is_conv2ds(open_page, settings, options):
    rng = np.random.default_rng(3)
    image = rng.integers(-9, 9, (8, 7))
    kernel = rng.integers(-4, 4, (3, 3))
    app = open_page(
        s_source="numbers",
        s_image=";".join(" ".join(map(str, row)) for row in image),
        s_weights="\n".join(",".join(map(str, row)) for row in kernel),
        **settings,
    )
    assert np.allclose(output(app), conv2d(image, kernel, **options))


def test_padding_can_be_filled_in_four_ways(open_page):
    image = np.arange(12.0).reshape(3, 4)
    text = ";".join(" ".join(f"{value:g}" for value in row) for row in image)
    app = open_page(s_source="numbers", s_image=text, s_weights="1", s_padding="2")
    for mode, numpys in {"zero": "constant", "reflect": "reflect", "replicate": "edge"}.items():
        app.selectbox(key="_s_mode").select(mode).run()
        assert np.array_equal(output(app), np.pad(image, 2, mode=numpys))
    assert app.query_params["s_mode"] == "replicate"


def test_flipping_turns_the_kernel(open_page):
    app = open_page(s_preset="s4-7x7-example")
    app.toggle(key="s_flip").set_value(True).run()
    assert sent(app)["operator"] == "convolution"
    assert np.array_equal(output(app), EXAMPLES["s4-7x7-true-convolution"].expected)


def test_three_kernels_for_three_colours(open_page):
    app = open_page(s_source="picture", s_colour="rgb", s_weights="1\n\n0\n\n-1", s_size="8")
    data = sent(app)
    red, _, blue = array(data, "padded")
    assert np.array_equal(output(app), red - blue)


def test_weights_are_what_is_written_not_their_float32(open_page):
    app = open_page(s_source="numbers", s_image="1 1 1", s_weights="0.1 1/9 -2")
    assert array(sent(app), "kernel").ravel().tolist() == [0.1, 1 / 9, -2.0]
    assert "0.1, 0.1111111111111111, -2" in sent(app)["pytorch"]


def test_a_catalogue_kernel_becomes_the_start_of_your_own(open_page):
    app = open_page(s_kernel="sobel-x")
    app.selectbox(key="_s_kernel").select("custom").run()
    assert app.text_area(key="s_weights").value == "-1 0 1\n-2 0 2\n-1 0 1"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"s_image": "1 2;3 4"}, "choose a smaller kernel"),
        ({"s_image": "1 2 3;4 5 6;7 8 9", "s_dilation": "3"}, "smaller kernel or dilation"),
        ({"s_padding": "same", "s_stride": "2"}, "Same padding needs stride 1"),
        ({"s_image": "1 2 3", "s_weights": "1", "s_padding": "4", "s_mode": "reflect"}, "at most"),
        ({"s_image": "1 2;3"}, "Every row of the input needs the same number of values"),
        ({"s_image": "1 2;3 x"}, "“x” is not a number"),
        ({"s_image": " "}, "The input is empty"),
        ({"s_image": " ".join("1" * 33)}, "32×32 is the largest"),
        ({"s_weights": "1 two"}, "“two” is not a number"),
        ({"s_weights": "1 2;3"}, "Every row of the kernel needs the same number of values"),
        ({"s_weights": "1\n\n2"}, "2 kernels for 1 input grid"),
        ({"s_weights": " ".join("1" * 16)}, "15×15 is the largest"),
    ],
)
def test_a_refusal_is_a_sentence_and_nothing_typed_is_lost(open_page, settings, says):
    app = open_page(s_source="numbers", **settings)
    assert not app.exception
    assert len(app.error) == 1
    assert says in app.error[0].value
    assert sent(app) is None
    for key in {"s_image", "s_weights"} & set(settings):
        assert app.text_area(key=key).value == settings[key]
    assert len(app.slider) == 2


def test_the_address_says_where_to_open(open_page):
    assert sent(open_page(s_cell="1,2"))["start"] == [1, 2]
    for nonsense in ("", "x", "1", "-1,0", "1,2,3", "99999,1"):
        assert sent(open_page(s_cell=nonsense))["start"] is None


def test_nonsense_in_the_address_gives_the_defaults(open_page):
    app = open_page(s_source="moon", s_preset="?", s_kernel="no", s_padding="9", s_stride="x")
    assert not app.exception
    assert not app.error
    assert np.array_equal(output(app), EXAMPLES[FIRST].expected)


def test_a_link_lands_exactly_whatever_was_set_before(open_page):
    """Settings at their defaults are not in a link, yet an earlier visit must not show through."""
    app = open_page(s_source="picture", s_stride="3", s_colour="rgb", s_padding="2", s_size="20")
    app.slider(key="s_dilation").set_value(2).run()
    link(app, s_source="picture", s_kernel="box-3", s_row="10", s_col="20", s_size="9")
    assert app.slider(key="s_stride").value == 1
    assert app.slider(key="s_dilation").value == 1
    assert sent(app)["padded"]["shape"] == [1, 9, 9]
    patch = to_grey(sample_image("astronaut")[10:19, 20:29]).astype(np.uint8)
    assert np.allclose(output(app), conv2d(patch, np.full((3, 3), 1 / 9)))


def test_coming_back_by_the_menu_keeps_the_settings(open_page):
    app = open_page(s_source="picture", s_kernel="sobel-x", s_colour="rgb")
    before = output(app)
    link(app)
    assert np.array_equal(output(app), before)
    assert app.query_params["s_kernel"] == "sobel-x"


def hides_the_controls(app):
    return any("[class*=st-key-settings] { display: none }" in html.value for html in app.html)


@pytest.mark.parametrize("parameter", ["controls", "s_controls"])
def test_a_teacher_can_hide_the_controls(open_page, parameter):
    app = open_page(**{parameter: "off"}, s_preset="s4-blur", s_stride="2")
    assert hides_the_controls(app)
    assert output(app).shape == (3, 3)
    assert not hides_the_controls(open_page())


def test_the_remark_on_correlation_is_made_once(open_page):
    told = [
        caption.value for caption in open_page().caption if "cross-correlation" in caption.value
    ]
    assert len(told) == 1


def test_other_operators_are_stepped_through_as_they_are(open_page):
    app = open_page(s_preset="s0-maxpool-2x2s2")
    assert sent(app)["kernel"] is None
    assert "max pooling" in app.info[0].value
    assert not app.slider
