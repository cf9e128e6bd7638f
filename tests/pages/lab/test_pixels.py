"""Pixels are numbers: painting, distances, shuffles, counts, with independent numbers."""

import base64

import numpy as np
import pytest
import torch

from cnnviz.convolution import lecture_case
from cnnviz.datasets import normalise
from cnnviz.inspection import load_model, load_samples
from cnnviz.pages import page_at
from cnnviz.runs import open_run
from tests.pages.sent import sent


def canvas(app):
    data = sent(app, "paint")[0]
    values = np.frombuffer(base64.b64decode(data["values"]["data"])).reshape(
        data["values"]["shape"]
    )
    return data, values


def answers_of(app):
    """The first table of what the network sees."""
    return next(one.value for one in app.dataframe if "Probability" in one.value)


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


@pytest.fixture(scope="module")
def digits():
    run = open_run("digits-gap")
    model, samples = load_model(run), load_samples(run)

    def answers(images):
        x = torch.tensor(np.asarray(images), dtype=torch.float32).reshape(-1, 1, 8, 8)
        with torch.no_grad():
            return model(normalise(x, run.config.mean, run.config.std)).softmax(1).numpy()

    return samples, answers


def test_opens_on_the_deck_s_letter(open_lab):
    data, values = canvas(open_lab("pixels"))
    case = lecture_case("s4-grid-a")
    np.testing.assert_allclose(values / 255, case["inputs"]["image"], atol=1e-12)
    assert values.shape == (case["expected"]["rows"], case["expected"]["columns"])
    assert data["unit"] == 1
    assert not data["strokes"]
    printed = {}
    exec(data["pytorch"], printed)  # runs as it stands
    assert float(printed["x"].sum()) == pytest.approx(case["expected"]["sum"], abs=1e-4)


def test_a_link_restores_picture_unit_look_and_paint(open_lab):
    link = {"px_source": "corner", "px_unit": "255", "px_look": "numbers", "px_paint": "255:0-1"}
    app = open_lab("pixels", **link)
    data, values = canvas(app)
    assert (data["unit"], data["look"], data["strokes"]) == (255, "numbers", "255:0-1")
    np.testing.assert_array_equal(values, lecture_case("s2-first-5x5-b")["inputs"]["image"])
    assert "[255.0, 255.0, 57.0, 59.0, 59.0]" in data["pytorch"]


def test_paint_of_another_picture_is_refused_in_words(open_lab):
    app = open_lab("pixels", px_source="corner", px_paint="255:99")
    assert "names pixel 99, but the picture has 25" in app.warning[0].value
    assert canvas(app)[0]["strokes"] == ""


def test_another_picture_takes_the_paint_off(open_lab):
    app = open_lab("pixels", px_paint="0:0-9")
    app.selectbox(key="_px_source").select("digit").run()
    assert canvas(app)[0]["strokes"] == ""
    assert "px_paint" not in app.query_params


def test_the_deck_s_neighbours(open_lab, charts):
    app = open_lab("pixels", px_source="corner")
    picture = np.array(lecture_case("s2-first-5x5-b")["inputs"]["image"], float)
    r = np.corrcoef(picture[:, :-1].ravel(), picture[:, 1:].ravel())[0, 1]
    assert f"Pearson's r = **{r:.3f}**, 20 pairs" in words(app)
    expected = lecture_case("s2-first-5x5-b")["expected"]["mean_abs_neighbour_difference"]
    assert f"differ by {expected:.3f} on average" in words(app)
    original, mixed = (chart["figure"]["data"][0] for chart in charts(app)[:2])
    np.testing.assert_allclose(original["x"], picture[:, :-1].ravel() / 255)
    np.testing.assert_allclose(original["y"], picture[:, 1:].ravel() / 255)
    assert len(mixed["x"]) == 20


def test_one_pixel_to_the_side(open_lab, linked_grids, digits):
    samples, answers = digits
    app = open_lab("pixels", px_digit="7", px_dx="-1", px_dy="2")
    grids = linked_grids(app)[0]
    digit = samples.images[7, 0].astype(float)
    moved = np.zeros((8, 8))
    moved[2:, :-1] = digit[:-2, 1:]
    np.testing.assert_array_equal(grids.panels["Moved"], moved)
    apart = np.linalg.norm(moved - digit)
    assert f"moves by **{apart:,.0f}**" in words(app)
    others = samples.images[samples.labels != samples.labels[7], 0].reshape(-1, 64).astype(float)
    nearest = np.linalg.norm(others - digit.ravel(), axis=1).min()
    assert f"another digit is **{nearest:,.0f}** away" in words(app)
    table = answers_of(app)
    exact = answers([digit, moved])
    assert list(table["Prediction"]) == exact.argmax(1).tolist()
    np.testing.assert_allclose(table["Probability"], exact.max(1), atol=1e-5)


@pytest.mark.parametrize(
    ("source", "waits", "light"),
    [("digit", False, True), ("blank", True, True), ("letter", True, False)],
)
def test_the_digits_network_is_sent_to_the_browser(open_lab, source, waits, light):
    app = open_lab("pixels", px_source=source)
    data = sent(app, "classifier")[0]
    assert (data["waits"], data["light"], data["picture"]) == (waits, light, canvas(app)[0]["name"])
    assert data["spec"] == open_run("digits-gap").config.spec
    assert "trained on 1,435 handwritten digits" in data["about"]
    assert "It classifies 362 of 362 test digits correctly" in data["about"]


def test_shuffled(open_lab, linked_grids, digits):
    samples, answers = digits
    app = open_lab("pixels", px_seed="4")
    grids = linked_grids(app)[1]
    order = np.random.default_rng(4).permutation(64)
    digit = samples.images[3, 0]
    np.testing.assert_array_equal(grids.panels["Shuffled"].ravel(), digit.ravel()[order])
    mixed = samples.images.reshape(-1, 64)[:, order]
    right = (answers(mixed).argmax(1) == samples.labels).mean()
    assert f"but only **{right:.1%}** after shuffling" in words(app)
    assert right < 0.3
    assert "largest difference" in words(app)


@pytest.mark.parametrize(
    ("case", "words_expected"),
    [
        ("s2-hd-inputs", "**6,220,800**"),
        ("s2-200M", "**196,608,000**, and 1,000 biases"),
        ("s3-3e6", "**3,000,000**"),
    ],
)
def test_the_deck_s_counts(open_lab, case, words_expected):
    app = open_lab("pixels")
    app.button(key=f"_px_{case}").click().run()
    assert words_expected in words(app)
    assert lecture_case(case)["statement"] in words(app)


def test_a_patch_of_the_picture(open_lab):
    app = open_lab("pixels", px_source="picture")
    _data, values = canvas(app)
    assert values.shape == (24, 24)
    assert not app.warning


def test_paint_survives_a_visit_to_another_page(open_lab):
    app = open_lab("pixels", px_paint="0:0-9")
    app.switch_page(page_at("").script).run()
    app.query_params.clear()
    app.switch_page(page_at("pixels").script).run()
    assert canvas(app)[0]["strokes"] == "0:0-9"
    assert "0:0-9" in app.query_params["px_paint"]
    app.query_params["px_paint"] = "7:1"  # a link, while the page is open
    assert canvas(app.run())[0]["strokes"] == "7:1"


def test_a_link_to_another_picture_brings_no_old_paint(open_lab):
    app = open_lab("pixels", px_paint="0:0-9")
    app.switch_page(page_at("").script).run()
    app.query_params.clear()
    app.query_params["px_source"] = "digit"
    app.switch_page(page_at("pixels").script).run()
    assert canvas(app)[0]["strokes"] == ""


def test_a_moved_row_stands_below_the_wrong_headings(open_lab):
    app = open_lab("pixels", px_table="1")
    row, moved = app.dataframe[-1].value.to_numpy().tolist()
    assert moved[1:] == [row[-1], *row[1:-1]]
    assert "**5 of 5** cells" in words(app)
    assert "every cell stands below its own" in words(open_lab("pixels", px_table="0"))


def test_the_nine_places_of_the_picture(open_lab, charts):
    steps, grey = (
        charts(open_lab("pixels", px_places=of))[2]["figure"]["data"] for of in ("steps", "grey")
    )
    assert [len(lines) for lines in (steps, grey)] == [9, 9]
    for lines in (steps, grey):
        np.testing.assert_allclose([sum(line["y"]) for line in lines], 1)

    def spread(lines):
        return np.std([line["y"] for line in lines], axis=0).sum()

    assert spread(steps) < spread(grey)  # what the page says of its first picture
