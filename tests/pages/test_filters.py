"""Filters: every filter and setting, links, one's own numbers, the pixel clicked, noise."""

import base64
import importlib
import io
import json
import re
import zipfile
from functools import partial

import numpy as np
import pytest
import skimage.metrics
import torch
import torch.nn.functional as F
from PIL import Image

from cnnviz import inspection
from cnnviz.components.arithmetic import number
from cnnviz.imaging import (
    FILTERS,
    KERNELS,
    apply_kernel,
    cover,
    diverging,
    encode_png,
    parse_kernel,
    sample_image,
    to_grey,
)
from cnnviz.imaging.chain import parse_chain, run_chain
from cnnviz.runs import open_run
from cnnviz.ui.shared.picture import Picture

GREY = to_grey(sample_image("astronaut"))
BORDERS = ("reflect", "replicate", "zero", "circular")


@pytest.fixture
def open_page(visit):
    return partial(visit, "filters")


@pytest.fixture
def bring(monkeypatch):
    """Makes an array the person's picture."""

    def bring_it(pixels):
        picture = Picture("own", "mine.png", pixels, f"digest{pixels.shape}", "")
        monkeypatch.setattr("cnnviz.ui.shared.picture.current_picture", lambda: picture)

    return bring_it


def sent(app, name, by="title"):
    """What each component of this name gets, by title or label."""
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == name]
    data = [json.loads(proto.json) for proto in found]
    return {one.get(by, one.get("label")): one for one in data}


def picture(app, title):
    """The pixels sent under a title, and the rest of what goes with them."""
    ((_, data),) = [
        item for item in sent(app, "cnnviz_compare").items() if item[0].startswith(title)
    ]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data["picture"].split(",")[1])))), data


def kernel(app):
    """The one kernel sent to be edited."""
    (grid,) = [one for one in sent(app, "cnnviz_number_grid").values() if one["editable"]]
    return parse_kernel(";".join(" ".join(row) for row in grid["exact"]))


def choose(app, key, value):
    """Choose an option by its id."""
    app.get_by_key(f"_{key}").set_value(value).run()
    assert not app.exception


def by_torch(image, weights):
    x = torch.tensor(image, dtype=torch.float64)[None, None]
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(padded, torch.tensor(weights, dtype=torch.float64)[None, None])[0, 0].numpy()


def test_it_opens_on_a_sobel_filtered_sample(open_page):
    app = open_page()
    photo, _ = picture(app, "Picture")
    result, data = picture(app, "Result")
    assert np.array_equal(photo, GREY)
    values = by_torch(GREY, KERNELS["sobel-x"].weights)
    assert data["scale"]["low"] == -data["scale"]["high"]
    assert data["scale"]["smallest"] == values.min()
    assert data["scale"]["largest"] == values.max()
    assert np.array_equal(result, diverging(values, data["scale"]["high"]))
    assert np.array_equal(kernel(app), KERNELS["sobel-x"].weights)
    assert any("sum to 0" in caption.value for caption in app.caption)
    [surface] = sent(app, "cnnviz_chart", by="alt").values()
    assert surface["figure"]["data"][0]["z"] == KERNELS["sobel-x"].weights.tolist()


@pytest.mark.parametrize("colour", ["grey", "colour"])
def test_every_filter_opens_by_its_link(open_page, colour):
    app = open_page(f_colour=colour)
    families = app.get_by_key("_f_kernel").options
    assert len(families) == len(FILTERS) - 3  # the four Sobels are one
    for name in FILTERS:
        if name.startswith("sobel"):
            choose(app, "f_kernel", "sobel")
            choose(app, "f_part", name.removeprefix("sobel-"))
        else:
            choose(app, "f_kernel", name)
        pixels, _ = picture(app, "Result")
        assert pixels.shape[:2] == (512, 512)
        assert pixels.std() > 0
        if name in KERNELS:
            assert np.array_equal(kernel(app), KERNELS[name].weights)


@pytest.mark.parametrize("name", ["sobel", "box-7", "gaussian", "roberts-x", "median"])
def test_every_border_view_and_picture_size(open_page, bring, name):
    for size in ((1, 1), (1, 9), (3, 2)):
        bring(np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8))
        app = open_page(f_kernel=name)
        for border in BORDERS if name != "median" else ():
            choose(app, "f_border", border)
        for view in ("signed", "absolute", "relu", "clipped"):
            choose(app, "f_view", view)
            assert picture(app, "Result")[0].shape[:2] == size


def test_a_link_restores_the_page_and_the_page_writes_it(open_page):
    query = {
        "f_kernel": "gaussian", "f_colour": "colour", "f_border": "circular", "f_view": "relu",
        "f_sigma": "2.0", "f_size": "7", "f_in_one": "true",
    }  # fmt: skip
    app = open_page(**query)
    assert app.slider(key="f_sigma").value == 2.0
    assert app.slider(key="f_size").value == 7
    assert kernel(app).shape == (7, 7)
    _, data = picture(app, "Before and after")
    assert data["before"]
    assert data["window"] == [3, 3, 7, 7]
    assert len(data["scale"]["counts"]) == 3
    assert dict(app.query_params) == query


def test_nonsense_in_the_address_is_ignored(open_page):
    app = open_page(f_kernel="no-such", f_view="x", f_border="7", f_sigma="many", f_weights="abc")
    assert np.array_equal(kernel(app), KERNELS["sobel-x"].weights)


def test_edges_are_shown_signed_and_pictures_as_pictures_until_one_chooses(open_page):
    app = open_page()
    for name, view in (("sharpen", "clipped"), ("laplacian-4", "signed"), ("median", "clipped")):
        choose(app, "f_kernel", name)
        assert app.get_by_key("_f_view").value == view
    choose(app, "f_view", "absolute")
    choose(app, "f_colour", "colour")
    assert app.get_by_key("_f_view").value == "absolute"


def test_strength_and_number_field_move_together(open_page):
    app = open_page(f_kernel="sharpen")
    app.slider(key="f_strength").set_value(2.0).run()
    assert app.number_input(key="_f_strength_field").value == 2.0
    assert kernel(app).tolist() == [[0, -2, 0], [-2, 9, -2], [0, -2, 0]]
    app.number_input(key="_f_strength_field").set_value(0.0).run()
    assert np.array_equal(picture(app, "Result")[0], GREY)


def test_flip_turns_the_kernel(open_page):
    app = open_page(f_kernel="emboss")
    app.toggle(key="f_flip").set_value(True).run()
    turned = KERNELS["emboss"].weights[::-1, ::-1].copy()
    expected = np.clip(by_torch(GREY, turned), 0, 255).astype(np.uint8)
    assert np.array_equal(picture(app, "Result")[0], expected)


@pytest.mark.parametrize(
    ("query", "surfaces"),
    [
        ({"f_kernel": "sobel", "f_part": "magnitude"}, 2),
        ({"f_kernel": "median"}, 0),  # has no kernel
        ({"f_kernel": "custom", "f_weights": "1 2 1"}, 0),  # one row spans no surface
        ({"f_kernel": "gaussian", "f_in_one": "true"}, 1),
    ],
)
def test_each_kernel_with_two_sides_is_drawn_as_a_surface(open_page, charts, query, surfaces):
    assert len(charts(open_page(**query))) == surfaces


def test_typed_numbers_become_the_kernel(open_page):
    app = open_page(f_kernel="custom", f_weights="0 0 0; 0 2 0; 0 0 0")
    assert kernel(app)[1, 1] == 2
    app.text_input(key="_f_weights").set_value("1/2 -1/2").run()
    assert kernel(app).tolist() == [[0.5, -0.5]]
    assert app.query_params["f_weights"] == "1/2 -1/2"
    app.number_input(key="_f_rows").set_value(3).run()
    assert kernel(app).tolist() == [[0, 0], [0.5, -0.5], [0, 0]]
    app.number_input(key="_f_columns").set_value(15).run()
    assert kernel(app).shape == (3, 15)


def test_a_kernel_is_turned_symmetrised_and_normalised(open_page):
    app = open_page(f_kernel="custom", f_weights="-1 0 1; -2 0 2; -1 0 1")

    def press(label):
        next(one for one in app.button if one.label == label).click().run()

    press("Turn by 45°")
    assert kernel(app).tolist() == [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]
    assert "sum of 2 separable kernels" in " ".join(one.value for one in app.caption)
    app.text_input(key="_f_weights").set_value("0 2 0; 0 2 0; 0 0 0").run()
    assert "Separable: a column of 3" in " ".join(one.value for one in app.caption)
    press("Symmetrise")
    assert kernel(app).tolist() == [[0, 0.5, 0], [0.5, 2, 0.5], [0, 0.5, 0]]
    press("Normalise")
    assert kernel(app).tolist() == [[0, 0.125, 0], [0.125, 0.5, 0.125], [0, 0.125, 0]]
    app.text_input(key="_f_weights").set_value("1 -1").run()
    assert next(one for one in app.button if one.label == "Turn by 45°").disabled


@pytest.mark.parametrize(
    ("text", "says"),
    [("1 2; 3", "row 1 has 2"), ("", "empty"), ("a", "“a”"), (" ".join("1" * 16), "15×15")],
)
def test_a_bad_kernel_gets_a_sentence_and_keeps_what_was_typed(open_page, text, says):
    app = open_page(f_kernel="custom", f_weights="0 -1 0")
    app.text_input(key="_f_weights").set_value(text).run()
    assert says in app.error[0].value
    assert app.text_input(key="_f_weights").value == text
    assert kernel(app).tolist() == [[0, -1, 0]]
    app.text_input(key="_f_weights").set_value("4").run()
    assert not app.error
    assert kernel(app).tolist() == [[4]]


def test_a_block_from_a_spreadsheet_fits_the_field_of_one_line(open_page):
    """Its line ends come as spaces there; a row of nine numbers alone is asked about."""
    app = open_page(f_kernel="custom", f_weights="0")
    app.text_input(key="_f_weights").set_value("-1\t0\t0,5 -2\t0\t2 -1\t0\t1").run()
    assert kernel(app).tolist() == [[-1, 0, 0.5], [-2, 0, 2], [-1, 0, 1]]
    app.text_input(key="_f_weights").set_value("-1 0 1 -2 0 2 -1 0 1").run()
    assert kernel(app).tolist() == [[-1, 0, 1, -2, 0, 2, -1, 0, 1]]
    next(one for one in app.button if one.label == "Arrange as 3×3").click().run()
    assert kernel(app).tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert not [one for one in app.button if one.label.startswith("Arrange")]


def test_settings_and_numbers_survive_other_filters_and_the_other_tab(open_page):
    app = open_page(f_kernel="custom", f_weights="3")
    choose(app, "f_kernel", "gaussian")
    app.slider(key="f_sigma").set_value(3.0).run()
    choose(app, "f_kernel", "median")
    choose(app, "f_kernel", "gaussian")
    assert app.slider(key="f_sigma").value == 3.0
    app.session_state["f_tab"] = "Noise"
    app.run()
    app.session_state["f_tab"] = "Filter"
    app.run()
    assert app.slider(key="f_sigma").value == 3.0
    choose(app, "f_kernel", "custom")
    assert kernel(app).tolist() == [[3]]


def test_one_s_own_kernel_starts_from_what_was_seen(open_page):
    app = open_page(f_kernel="emboss")
    choose(app, "f_kernel", "custom")
    assert np.array_equal(kernel(app), KERNELS["emboss"].weights)


def click(app, row, column):
    app.session_state["f_result"] = {"pixel": [row, column]}
    app.run()
    assert not app.exception


def test_a_clicked_pixel_shows_its_arithmetic(open_page):
    app = open_page()
    click(app, 100, 200)
    assert "row 100, column 200" in app.header[0].value
    grids = sent(app, "cnnviz_number_grid")
    window = GREY[99:102, 199:202]
    assert np.array_equal(np.array(grids["Neighbourhood"]["exact"], float), window)
    products = window * KERNELS["sobel-x"].weights
    assert np.array_equal(np.array(grids["= products"]["exact"], float), products)
    total = f"{by_torch(GREY, KERNELS['sobel-x'].weights)[100, 200]:g}"
    assert any(f"= **{total.replace('-', '−')}**" in text.value for text in app.markdown)
    assert [link.value for link in app.page_link] == ["Step through this patch"]


def test_a_clicked_pixel_in_colour_shows_one_channel(open_page):
    app = open_page(f_colour="colour")
    click(app, 10, 20)
    app.get_by_key("_f_channel").set_value("blue").run()
    window = np.array(sent(app, "cnnviz_number_grid")["Neighbourhood"]["exact"], float)
    assert np.array_equal(window, sample_image("astronaut")[9:12, 19:22, 2])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"f_kernel": "median", "f_median": "3"}, r"The middle one is \*\*\d+"),
        ({"f_kernel": "bilateral"}, r"weighted mean is \*\*\d+"),
        ({"f_kernel": "sobel", "f_part": "magnitude"}, r"√\(.*= \*\*[\d.]+\*\*"),
        ({"f_kernel": "sobel", "f_part": "direction"}, r"atan2\(.*\*\*−?[\d.]+°\*\*"),
        ({"f_kernel": "box-7"}, r"Row by row"),
    ],
)
def test_every_kind_of_filter_explains_a_pixel(open_page, query, says):
    app = open_page(**query)
    for place in ((0, 0), (511, 511), (250, 250)):
        click(app, *place)
        assert any(re.search(says, text.value) for text in app.markdown)


def test_a_click_on_a_larger_picture_does_not_outlive_it(open_page, bring):
    app = open_page()
    click(app, 500, 500)
    bring(np.zeros((20, 30, 3), np.uint8))
    app.run()
    assert not app.exception
    assert "row 19, column 29" in app.header[0].value


def test_a_large_photo_is_previewed_and_says_so(open_page, bring):
    photo = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    bring(photo)
    app = open_page()
    pixels, data = picture(app, "Result, 4,000×3,000")
    assert 1_000_000 < pixels.shape[0] * pixels.shape[1] < 1_101_000
    assert (data["height"], data["width"]) == (3000, 4000)
    assert any("is reduced to" in caption.value for caption in app.caption)
    click(app, 2999, 3999)
    window = np.array(sent(app, "cnnviz_number_grid")["Neighbourhood"]["exact"], float)
    assert np.array_equal(window[:2, :2], to_grey(photo)[2998:, 3998:])


@pytest.mark.parametrize("run", ["fashionmnist-gap", "digits-gap"])
def test_a_learned_filter_is_the_kernel(open_page, run):
    weights = inspection.filters(inspection.load_model(open_run(run)), "conv1").sum(1).numpy()
    app = open_page(f_kernel="learned", f_run=run, f_filter="3")
    assert np.array_equal(kernel(app), weights[3])
    assert app.get_by_key("_f_view").value == "signed"
    choose(app, "f_filter", 5)
    assert np.array_equal(kernel(app), weights[5])
    assert app.query_params["f_filter"] == "5"


def test_a_learned_filter_of_colours_reads_each_channel_with_its_own_slice(open_page, monkeypatch):
    slices = np.random.default_rng(6).normal(size=(2, 3, 3, 3)).astype(np.float32)
    found = ("conv1", slices.sum(1), slices)
    monkeypatch.setattr("cnnviz.ui.filters.learned._kernels", lambda *_: found)
    app = open_page(f_kernel="learned", f_filter="1", f_colour="colour")
    photo = torch.tensor(sample_image("astronaut")).double().permute(2, 0, 1)[None]
    padded = F.pad(photo, (1, 1, 1, 1), mode="reflect")
    expected = F.conv2d(padded, torch.tensor(slices[1:]).double())[0, 0].numpy()
    _, data = picture(app, "Result")
    assert data["scale"]["smallest"] == pytest.approx(expected.min(), abs=0.01)
    assert data["scale"]["largest"] == pytest.approx(expected.max(), abs=0.01)
    assert len(data["scale"]["counts"]) == 1
    app.session_state["f_result"] = {"pixel": [120, 260]}
    app.run()
    total = f"**{number(expected[120, 260])}**"
    assert any(line.value.startswith("All channels:") and line.value.endswith(total)
               for line in app.markdown)  # fmt: skip
    choose(app, "f_colour", "grey")
    assert np.array_equal(kernel(app), slices[1].sum(0))


def pressing(app, label, at=0):
    [one for one in app.button if one.label == label][at].click().run()
    assert not app.exception


def test_the_chain_shows_each_stage_and_the_one_kernel_of_linear_ones(open_page):
    app = open_page(f_tab="Chain")
    pictures = sent(app, "cnnviz_compare")
    assert list(pictures) == ["Picture", "1. Gaussian blur", "2. Laplacian, 4 neighbours"]
    assert {one["group"] for one in pictures.values()} == {"chain"}
    stages = run_chain(GREY, parse_chain("gaussian:1.5,laplacian-4"))
    scale = picture(app, "2. Laplacian")[1]["scale"]
    assert scale["smallest"] == pytest.approx(stages[1].min(), abs=0.01)
    assert app.subheader[0].value == "The whole chain is one kernel of 13×13"
    exact = sent(app, "cnnviz_number_grid", by="label")["Kernel, 13×13"]["exact"]
    log = parse_kernel(";".join(" ".join(row) for row in exact))
    assert np.allclose(apply_kernel(GREY, log), stages[1], atol=0.01)
    assert any("11×11 ∗ 3×3. Inside, both ways differ" in text.value for text in app.markdown)


def test_a_chain_is_built_reordered_and_kept_in_the_address(open_page):
    app = open_page(f_tab="Chain", f_chain="gaussian:1,sobel-x,relu")
    pressing(app, "Later", 1)
    assert app.query_params["f_chain"] == "gaussian:1,relu,sobel-x"
    [row] = sent(app, "cnnviz_order", by="label").values()
    assert [step["id"] for step in row["steps"]] == ["gaussian:1", "relu", "sobel-x"]
    assert "no kernel" not in " ".join(one.value for one in app.subheader)
    app.slider(key="_f_stage_0_gaussian_0").set_value(2.0).run()
    app.selectbox(key="_f_stage_1").set_value("own").run()
    app.text_input(key="_f_stage_1_own").set_value("1 2;3").run()
    assert "row 1 has 2" in app.error[0].value
    app.text_input(key="_f_stage_1_own").set_value("1 2;3 4").run()
    assert app.query_params["f_chain"] == "gaussian:2,own:1 2;3 4,sobel-x"
    app.selectbox(key="_f_chain_new_3").set_value("thin").run()
    assert "needs a gradient just before it" in app.warning[0].value
    pressing(app, "Earlier", 2)
    for _ in range(4):
        pressing(app, "Remove")
    assert list(sent(app, "cnnviz_compare")) == ["Picture"]
    pressing(app, "Canny, step by step")
    edges, _ = picture(app, "4. Two thresholds")
    canny = "gaussian:1.4,gradient,thin,hysteresis:40:100"
    assert (edges == run_chain(GREY, parse_chain(canny))[-1]).mean() > 0.999
    assert dict(app.query_params) == {"f_tab": "Chain", "f_chain": canny}


def test_a_chain_that_cannot_be_read_gets_a_sentence(open_page):
    app = open_page(f_tab="Chain", f_chain="gaussian:99")
    assert "σ in pixels goes from" in app.warning[0].value
    assert len(sent(app, "cnnviz_compare")) == 3


def test_a_zip_goes_through_the_chain(open_page):
    app = open_page(f_tab="Chain", f_chain="gradient")
    app.session_state["_f_batch"] = True
    app.run()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("one.png", encode_png(GREY.astype(np.uint8)))
        archive.writestr("no picture.txt", b"text")
    app.file_uploader(key="_f_batch_zip").upload("some.zip", file.getvalue()).run()
    pressing(app, "Filter them")
    assert "1 picture filtered, 1 file left out." in [text.value for text in app.markdown]
    assert any("no picture" in caption.value for caption in app.caption)
    pressing(app, "Canny, step by step")  # the results are of another chain
    assert "Filter them" in [button.label for button in app.button]


def test_two_filters_are_compared_by_their_difference_psnr_and_ssim(open_page):
    app = open_page(f_tab="Compare")
    pictures = sent(app, "cnnviz_compare")
    assert [title.split(",")[0] for title in pictures] == [
        "Gaussian blur", "Bilateral", "Difference",
    ]  # fmt: skip
    assert {one["group"] for one in pictures.values()} == {"comparison"}
    one, other = (
        run_chain(GREY, parse_chain(text))[0] for text in ("gaussian:2", "bilateral:2:40")
    )
    scale = picture(app, "Difference")[1]["scale"]
    assert scale["smallest"] == pytest.approx((one - other).min(), abs=0.01)
    assert scale["largest"] == pytest.approx((one - other).max(), abs=0.01)

    def says(one, other):
        one, other = (np.rint(values).clip(0, 255).astype(np.uint8) for values in (one, other))
        psnr = skimage.metrics.peak_signal_noise_ratio(one, other)
        ssim = skimage.metrics.structural_similarity(one, other)
        return pytest.approx([psnr, ssim], abs=1e-4)

    def told():
        (found,) = sent(app, "cnnviz_closeness", by="name").values()
        return [found[name] for name in ("psnr", "ssim", "mean", "largest")]

    assert told()[:2] == says(one, other)
    app.selectbox(key="_f_compare_second").set_value("gaussian").run()
    app.slider(key="_f_compare_second_gaussian_0").set_value(2.0).run()
    assert told() == [None, pytest.approx(1), 0, 0]
    assert app.query_params["f_second"] == "gaussian:2"
    app.get_by_key("_f_second_picture").set_value("coffee").run()
    coffee = cover(to_grey(sample_image("coffee")).astype(np.uint8), 512, 512)
    other = run_chain(coffee, parse_chain("gaussian:2"))[0]
    assert told()[:2] == says(one, other)
    assert any("cut to 512×512" in caption.value for caption in app.caption)


def test_odd_comparisons_get_a_sentence(open_page, bring):
    bring(np.zeros((6, 50, 3), np.uint8))
    app = open_page(f_tab="Compare", f_first="gaussian:1,median:3", f_second="own:1 2;3 4")
    assert "one filter" in app.warning[0].value
    assert "at least 7×7" in " ".join(one.value for one in app.caption)
    assert app.query_params["f_second"] == "own:1 2;3 4"


def noise_pictures(app):
    """What the noise grid is sent of each picture."""
    (grid,) = sent(app, "cnnviz_noise_grid").values()
    return grid["pictures"]


def test_the_noise_tab_ranks_nine_filters(open_page):
    app = open_page(f_tab="Noise")
    pictures = noise_pictures(app)
    assert [one["title"] for one in pictures] == ["Clean", "Noisy"] + [
        f"{name} {size}×{size}" for name in ("Mean", "Gaussian", "Median") for size in (3, 5, 7)
    ]
    best = max(pictures[1:], key=lambda one: one["psnr"])
    assert best["title"] == "Median 3×3"  # against salt and pepper
    assert pictures[0]["psnr"] is None
    assert not [e for e in app.get("bidi_component") if e.proto.component_name == "cnnviz_compare"]


def test_noise_settings(open_page):
    app = open_page(f_tab="Noise", f_noise="gaussian", f_noise_colour="colour")
    app.slider(key="f_noise_sigma").set_value(0).run()
    assert [one["psnr"] for one in noise_pictures(app)[:2]] == [None, None]
    choose(app, "f_noise", "impulse")
    assert app.slider(key="f_noise_share").value == 10
    choose(app, "f_noise", "gaussian")
    assert app.slider(key="f_noise_sigma").value == 0


def test_a_picture_too_small_for_noise_gets_a_sentence(open_page, bring):
    bring(np.zeros((6, 50, 3), np.uint8))
    assert "at least 7×7" in open_page(f_tab="Noise").error[0].value


def test_nothing_is_computed_in_a_hidden_tab(open_page, monkeypatch):
    computed = []

    def notice(name, tab):
        module, _, function = name.rpartition(".")
        really = getattr(importlib.import_module(module), function)
        monkeypatch.setattr(name, lambda *given: computed.append(tab) or really(*given))

    notice("cnnviz.ui.filters.noise.denoise", "Noise")
    notice("cnnviz.imaging.present", "Filter")
    open_page()
    assert set(computed) == {"Filter"}
    computed.clear()
    open_page(f_tab="Noise")
    assert set(computed) == {"Noise"}


@pytest.mark.parametrize(
    ("noise", "black", "white"),
    [("salt-and-pepper", 0.05, 0.05), ("impulse", 0, 0.1)],
)
def test_the_noise_is_seen_in_the_grey_levels(open_page, noise, black, white):
    app = open_page(f_tab="Noise", f_noise=noise)
    (found,) = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "cnnviz_chart"
    ]
    clean, noisy = (np.array(line["y"]) for line in found["figure"]["data"])
    np.testing.assert_allclose([clean.sum(), noisy.sum()], 1)
    for at, share in ((0, black), (-1, white)):
        expected = clean[at] * 0.9 + share  # of a tenth of the pixels the level is replaced
        assert noisy[at] == pytest.approx(expected, abs=0.01)
