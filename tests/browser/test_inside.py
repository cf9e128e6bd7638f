"""Look inside in a real browser: the first view, the maps, the overlay, one's own picture."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz import inspection
from cnnviz.datasets import normalise, preprocess
from cnnviz.imaging import load_image
from cnnviz.runs import open_run
from tests.browser.screen import wait_for_frames

RUN = "fashionmnist-gap"


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def inside(page: Page, settle):
    """Opens the page with some settings and waits for it."""

    def open_it(query="?i_tab=Class+activation+map"):
        page.goto(f"/inside{query}")
        page.get_by_role("tab", name="Class activation map").wait_for()
        settle(page)
        page.wait_for_load_state("networkidle")
        return page

    return open_it


def raw_map(page):
    return page.get_by_role("img", name=re.compile(r"^\d+×\d+ map\."))


def cell(page, locator, row, column, *, cells=7):
    """Moves the pointer to the middle of a cell of a square grid."""
    box = locator.bounding_box()
    unit = box["width"] / cells
    page.mouse.move(box["x"] + (column + 0.5) * unit, box["y"] + (row + 0.5) * unit)


def pixel(locator, x, y):
    """The colour that a canvas has at a share of its width and height."""
    return locator.evaluate(
        """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
            Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]""",
        [x, y],
    )


def test_a_class_activation_map_is_in_the_first_view(inside):
    page = inside()
    view = raw_map(page)
    expect(view).to_have_accessible_name(re.compile("^7×7 map. Strongest for Ankle boot"))
    glow = page.locator(".over .glow")
    expect(glow).to_be_visible()
    for part in (view, glow, page.get_by_text("Ankle boot: logit")):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 800
    expect(page.get_by_text("which is correct").filter(visible=True)).to_be_in_viewport()


@pytest.mark.parametrize(
    "tab", ["The whole network", "Class activation map", "Feature maps", "Learned filters"]
)
def test_nothing_sticks_out_sideways(inside, page, tab):
    inside(f"?i_tab={tab.replace(' ', '+')}&i_all=true&i_conv=conv3")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        wait_for_frames(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, width


def test_a_run_that_is_not_there_is_said_in_a_line_of_its_own(inside):
    page = inside("?i_run=no-such-run")
    warning = page.get_by_test_id("stAlert")
    expect(warning).to_contain_text("There is no run called")
    assert warning.bounding_box()["width"] > 1000


def test_hover_says_the_value_and_lights_the_place(inside, sent):
    page = inside()
    run = open_run(RUN)
    config = run.config
    x = normalise(inspection.load_samples(run).images[0], config.mean, config.std)
    raw = inspection.class_activation_map(inspection.load_model(run), x).raw
    before = len(sent)
    cell(page, raw_map(page), 4, 3)
    wanted = f"row 4, column 3: {raw[4, 3]:+.1f}".replace("-", "−")
    expect(page.locator(".evidence .value")).to_have_text(wanted)
    over = page.locator(".over .frame")
    spot, frame = over.locator(".cell").bounding_box(), over.bounding_box()
    assert spot["x"] - frame["x"] == pytest.approx(frame["width"] * 3 / 7, abs=3)
    assert spot["y"] - frame["y"] == pytest.approx(frame["height"] * 4 / 7, abs=3)
    # The other way round: from the picture to the map.
    cell(page, over, 0, 6)
    wanted = f"row 0, column 6: {raw[0, 6]:+.1f}".replace("-", "−")
    expect(page.locator(".evidence .value")).to_have_text(wanted)
    assert sent[before:] == []


def test_the_opacity_follows_the_slider_without_the_server(inside, sent):
    page = inside()
    slider = page.get_by_role("slider", name="Opacity")
    slider.scroll_into_view_if_needed()
    glow = page.locator(".over .glow")
    expect(glow).to_have_css("opacity", "0.7")
    before = len(sent)
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.7 * box["width"], middle)
    page.mouse.down()
    seen = set()
    for step in range(20):
        page.mouse.move(box["x"] + box["width"] * (0.7 - step / 30), middle)
        seen.add(glow.evaluate("image => image.style.opacity"))
    page.mouse.up()
    assert len(seen) > 10
    slider.press("Home")
    expect(glow).to_have_css("opacity", "0")
    assert sent[before:] == []


def test_another_class_another_map(inside, settle):
    page = inside()
    page.get_by_role("combobox", name="Explain").click()
    page.get_by_role("option", name="Bag").click()
    expect(raw_map(page)).to_have_accessible_name(re.compile("for Bag"))
    expect(page).to_have_url(re.compile("i_class=8"))
    page.reload()
    expect(raw_map(page)).to_have_accessible_name(re.compile("for Bag"))


def test_the_snapshot_slider_goes_back_in_training(inside, settle):
    page = inside()
    steps = open_run(RUN).snapshot_steps()
    slider = page.get_by_role("slider", name="Training step")
    expect(slider).to_have_attribute("aria-valuetext", str(steps[-1]))
    before = raw_map(page).get_attribute("aria-label")
    slider.press("Home")
    expect(raw_map(page)).not_to_have_attribute("aria-label", before)
    expect(page).to_have_url(re.compile(r"i_step=0\b"))
    settle(page)
    # Another run is shown at its own end.
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=re.compile("Handwritten digits, 8×8 · GAP")).click()
    last = open_run("digits-gap").state().total_steps
    expect(slider).to_have_attribute("aria-valuetext", str(last))
    expect(raw_map(page)).to_have_accessible_name(re.compile("^4×4 map"))
    expect(page).to_have_url(re.compile("i_run=digits-gap"))


def test_the_step_stays_through_other_tabs_and_pages(inside, settle):
    page = inside()
    slider = page.get_by_role("slider", name="Training step")
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"i_step=0\b"))
    settle(page)
    page.get_by_role("tab", name="Over time").click()
    machine = page.locator(".live input[type=range]").first
    expect(machine).to_have_attribute("aria-valuetext", re.compile("^Step 1,404,"))
    expect(page.locator(".st-key-_i_step")).to_have_count(0)
    machine.press("Home")
    expect(page).to_have_url(re.compile(r"i_time=0\b"))
    page.get_by_role("link", name="Filters").first.click()
    page.get_by_text("Point at a pixel").wait_for()
    page.go_back()
    expect(machine).to_have_attribute("aria-valuetext", re.compile("^Step 0,"))
    page.get_by_role("tab", name="Class activation map").click()
    expect(slider).to_have_attribute("aria-valuetext", "0")


def test_all_tabs_are_in_sight_on_a_phone(inside, page):
    page.set_viewport_size({"width": 390, "height": 844})
    inside()
    box = page.get_by_role("tab", name="Over time").bounding_box()
    assert box["x"] + box["width"] <= 390


def test_a_map_is_enlarged_and_read_without_the_server(inside, sent):
    page = inside("?i_tab=Feature+maps")
    run = open_run(RUN)
    config = run.config
    x = normalise(inspection.load_samples(run).images[0], config.mean, config.std)
    first = inspection.feature_maps(inspection.load_model(run), x)["relu2"][0, 0]
    row, column = divmod(int(first.argmax()), 7)
    sheet = page.get_by_role("img", name=re.compile("^Feature maps of relu2"))
    sheet.scroll_into_view_if_needed()
    before = len(sent)
    sheet.click(position={"x": 20, "y": 20})
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("relu2, map 0")
    big = dialog.locator("canvas")
    cell(page, big, row, column)
    expect(dialog.locator(".value")).to_have_text(
        f"map 0, row {row}, column {column}: {first.max():.3f}"
    )
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("relu2, map 1")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # By keyboard alone.
    sheet.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("relu2, map 1")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert sent[before:] == []


def test_the_colours_of_a_map_are_its_values(inside):
    page = inside("?i_tab=Feature+maps&i_maps=conv1&i_scale=layer")
    run = open_run(RUN)
    config = run.config
    x = normalise(inspection.load_samples(run).images[0], config.mean, config.std)
    maps = inspection.feature_maps(inspection.load_model(run), x)["conv1"][0].numpy()
    from cnnviz.imaging import diverging

    page.get_by_role("img", name=re.compile("^Feature maps of conv1")).click(
        position={"x": 20, "y": 20}
    )
    big = page.get_by_role("dialog").locator("canvas")
    wanted = diverging(maps[0], float(np.abs(maps).max()))
    for row, column in [(0, 0), (14, 3), (20, 14), (27, 27)]:
        got = pixel(big, (column + 0.5) / 28, (row + 0.5) / 28)
        np.testing.assert_allclose(got[:3], wanted[row, column], atol=4)
    alone = diverging(maps[0])
    assert np.abs(alone.astype(int) - wanted).max() > 8, "the scale of the layer is another one"


def test_filters_can_be_read(inside):
    page = inside("?i_tab=Learned+filters&i_conv=conv2&i_channel=5")
    weights = inspection.filters(inspection.load_model(open_run(RUN)), "conv2")
    sheet = page.get_by_role("img", name=re.compile("^Learned filters of conv2"))
    sheet.hover(position={"x": 5, "y": 5})
    wanted = f"filter 0, row 0, column 0: {float(weights[0, 5, 0, 0]):.3f}".replace("-", "−")
    expect(page.locator(".tip")).to_have_text(wanted)


def test_an_uploaded_picture_is_what_the_network_sees(inside, settle):
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small.repeat(20, 0).repeat(20, 1)).save(file, "PNG")
    page = inside()
    before = raw_map(page).get_attribute("aria-label")
    page.get_by_role("button", name="Sample: Astronaut").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    expect(page.get_by_role("img", name="noise.png at 28×28 pixels")).to_be_visible()
    expect(raw_map(page)).not_to_have_attribute("aria-label", before)
    run = open_run(RUN)
    config = run.config
    seen = preprocess(load_image(file.getvalue()), config.input_shape)
    x = normalise(seen, config.mean, config.std)
    answer = inspection.predict(inspection.load_model(run), x)
    guess = config.classes[answer.top(1)[0]]
    expect(page.get_by_text(f"The network predicts {guess}").filter(visible=True)).to_be_visible()
    page.keyboard.press("Escape")  # closes the chooser
    page.get_by_text("Invert the picture").click()
    inverted = inspection.predict(
        inspection.load_model(run),
        normalise(255 - seen, config.mean, config.std),
    )
    guess = config.classes[inverted.top(1)[0]]
    expect(page.get_by_text(f"The network predicts {guess}").filter(visible=True)).to_be_visible()


def test_no_third_party_is_asked_for_anything(page, settle):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/inside?i_tab=Feature+maps")
    settle(page)
    assert all(re.match(r"(data:|blob:|http://127\.0\.0\.1[:/])", url) for url in asked)
