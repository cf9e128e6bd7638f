"""The pages on pictures that come out: what a hand does is answered in the browser alone."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.screen import IDLE, PATIENCE, pixels


@pytest.fixture
def page(still_page):
    return still_page


def opened(page, app_url, url):
    """The figure of the page, once it is there; what moved by itself stands still."""
    page.goto(f"{app_url}/{url}")
    page.wait_for_selector(IDLE, timeout=PATIENCE)
    figure = page.locator(".instrument").first
    expect(figure.locator(".told")).to_have_text(re.compile("."), timeout=PATIENCE)
    button = figure.locator("[data-act=play]")
    if button.get_attribute("aria-label") == "Pause":
        button.click()
    return figure


def test_a_pixel_has_its_softmax_and_a_dragged_digit_its_classes(page, app_url, sent):
    figure = opened(page, app_url, "segmentation")
    sent.clear()
    told, maps = figure.locator(".told"), figure.locator(".panel canvas")
    place = re.compile(r"j = (\d+), k = (\d+)")
    row, column = map(int, place.search(told.inner_text()).groups())
    figure.locator(".figure").focus()
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text(f"j = {row}, k = {column + 1}")
    page.keyboard.press("ArrowLeft")
    before = [pixels(maps.nth(at)) for at in range(4)]
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown" if row < 30 else "Shift+ArrowUp")
    expect(told).to_contain_text(f"j = {row + (6 if row < 30 else -6)}, k = {column}")
    for at, old in enumerate(before):  # the scene, the truth and both answers
        assert np.abs(pixels(maps.nth(at)) - old).max() > 50
    figure.locator(".views").get_by_text("Confidence").click()
    expect(figure.locator(".key")).to_contain_text("largest S(i, j, k)")
    network = page.locator(".network-map")
    network.scroll_into_view_if_needed()
    expect(network).to_have_attribute("data-drawn", re.compile("concat1.branch1.identity1"))
    expect(network.locator(".told")).to_contain_text("of the pixels")
    assert not sent


def test_masks_are_painted_in_the_browser_and_sent_once(page, app_url, sent):
    opened(page, app_url, "segmentation")
    brush = page.locator(".mask_brush")
    told, sheet = brush.locator(".told"), brush.locator(".panel canvas").first
    expect(told).to_contain_text("Painted: 0 of 8 pictures", timeout=PATIENCE)
    learn = brush.locator("[data-act=send]")
    expect(learn).to_be_disabled()
    page.get_by_role("link", name="your own pictures and masks", exact=True).click()
    expect(page.get_by_role("heading", name="Your own pictures and masks")).to_be_in_viewport()
    sheet.scroll_into_view_if_needed()
    sent.clear()
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(told).to_contain_text("Painted: 1 of 8 pictures")
    brush.locator("[data-act=add]").click()
    brush.locator(".name input").fill("rim")
    expect(told).to_contain_text("Brush: rim. Of this picture: coin ")
    brush.locator(".figure").focus()
    for key in ("PageDown", "2", " ", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(told).to_contain_text("Painted: 2 of 8 pictures")
    page.keyboard.press("Backspace")
    expect(told).to_contain_text("Painted: 1 of 8 pictures")
    assert not sent
    learn.click()
    answer = page.locator(".segmenter").nth(1)
    expect(answer.locator(".told")).to_contain_text("i = background, coin.", timeout=PATIENCE)
    expect(answer.locator(".panel:visible")).to_have_count(3)  # nobody knows the truth
    expect(answer.locator(".panel b").first).to_have_text("Picture")
    hint = answer.locator(".hint")
    expect(hint).not_to_contain_text("digit", use_inner_text=True)  # nothing can be dragged
    expect(page.get_by_text(re.compile(r"^IoU on .* now\."))).to_be_visible()
    stop = page.get_by_role("button", name="Stop")
    if stop.count():
        stop.first.click()
    page.reload()
    expect(told).to_contain_text("Painted: 1 of 8 pictures", timeout=PATIENCE)
    expect(page.get_by_text("What the networks learned from your masks is gone")).to_be_visible()


def test_each_task_has_its_answer_and_the_address_keeps_task_and_box(page, app_url, sent):
    figure = opened(page, app_url, "vision_tasks?vt_task=boxes&vt_box=1,0,6,6,5,30,1.2")
    told = figure.locator(".told")
    expect(told).to_contain_text("digits found")
    space = page.locator(".space_box")
    expect(space.locator(".told")).to_contain_text("turned by 30°. It is 1.20 times as far")
    sent.clear()
    figure.locator(".views").get_by_text("A pixel mask").click()
    expect(told).to_contain_text("Mean IoU of the digits' classes")
    assert "vt_task=mask" in page.url
    before = told.inner_text()
    figure.locator(".figure").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    expect(told).not_to_have_text(before)
    figure.locator(".views").get_by_text("A sentence").click()
    for note in figure.locator(".panel .note").all()[1:]:
        expect(note).to_contain_text(": a large")
    space.scroll_into_view_if_needed()
    space.locator("[data-act=reset]").click()
    expect(space.locator(".told")).to_contain_text("It stands on the table.")
    box = space.locator(".photo canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"vt_box=[0-9.]+%2C"))
    assert not sent


def test_what_is_drawn_is_cleaned_and_an_error_has_colours(page, app_url, sent):
    figure = opened(page, app_url, "denoising")
    sent.clear()
    figure.locator("[data-act=clear]").click()
    expect(figure.locator(".tools .number")).to_have_text(["2 px", "0.00 (white is 1)"])
    spoiled, cleaned = (figure.locator(".panel canvas").nth(at) for at in (1, 2))
    expect(figure.locator(".panel .note").nth(1)).to_contain_text("equal")
    before = pixels(spoiled), pixels(cleaned)
    box = spoiled.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, middle, steps=4)
    page.mouse.up()
    expect(figure.locator(".panel .note").nth(1)).not_to_contain_text("equal")
    assert np.abs(pixels(spoiled) - before[0]).max() > 100
    assert np.abs(pixels(cleaned) - before[1]).max() > 0
    figure.locator(".views").get_by_text("Their errors").click()
    expect(figure.locator(".scale")).to_be_visible()
    coloured = pixels(cleaned)
    assert (coloured[..., 0] != coloured[..., 2]).any()
    assert not sent


def test_every_place_of_the_plane_is_decoded_and_every_picture_squeezed(page, app_url, sent):
    figure = opened(page, app_url, "bottleneck")
    sent.clear()
    told = figure.locator(".told")
    first = told.inner_text()
    figure.locator("[data-act=next]").click()
    expect(told).not_to_have_text(first)
    figure.locator(".ways").get_by_text("Average pooling").click()
    expect(figure.locator(".panel")).to_have_count(5)
    windows = page.locator(".unpooling")
    windows.locator(".figure").focus()
    for _ in range(14):  # to the corner
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    expect(windows.locator(".told")).to_contain_text("Window (0, 0)")
    box = windows.locator(".panel canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"])
    expect(windows.locator(".told")).to_contain_text("Window (8, 7)")
    plane = page.locator(".latent_plane")
    plane.scroll_into_view_if_needed()
    if plane.locator("[data-act=play]").get_attribute("aria-label") == "Pause":
        plane.locator("[data-act=play]").click()
    plane.locator(".figure").focus()
    for _ in range(30):  # to an edge of the plane
        page.keyboard.press("Shift+ArrowLeft")
    expect(plane.locator(".note").first).to_contain_text("z = (−3.00")
    before = pixels(plane.locator(".decoded canvas").first)
    box = plane.locator(".figure").bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    expect(plane.locator(".note").first).to_contain_text("z = (1.8")
    assert np.abs(pixels(plane.locator(".decoded canvas").first) - before).max() > 50
    plane.locator("input[type=range]").fill("0")
    expect(plane.locator(".told")).to_contain_text("β = 0.0: the 50 test pictures come back")
    assert "bo_kl=plain" in page.url
    assert not sent


def test_between_two_codes_every_picture_is_made_and_judged_in_the_browser(page, app_url, sent):
    figure = opened(page, app_url, "invent")
    sent.clear()
    told, chosen = figure.locator(".told"), figure.locator(".chosen canvas")
    figure.locator(".figure").focus()
    for _ in range(20):  # to A
        page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text(" 0% of the way from A to B")
    before = pixels(chosen.nth(0)), pixels(chosen.nth(1))
    box = figure.locator(".strip").bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 20)
    expect(told).to_contain_text(re.compile("7[45]% of the way"))
    for at, old in enumerate(before):  # the picture, and the gradient's message
        for _ in range(200):  # they are painted in the frame after the words
            if np.abs(pixels(chosen.nth(at)) - old).max() > 50:
                break
            page.wait_for_timeout(50)
        else:
            raise AssertionError(f"canvas {at} stays as it was")
    box = figure.locator(".sheet.made").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 20)
    expect(told).to_contain_text("Made picture 2: D = ")
    figure.locator(".stages").get_by_text("Discriminator's step").click()
    expect(told).to_contain_text("Discriminator's step 1,200")
    figure.locator(".figure").focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Discriminator's step 800")
    assert not sent


def test_a_pixel_shows_both_colours_that_its_digit_may_have(page, app_url, sent):
    figure = opened(page, app_url, "colourisation")
    sent.clear()
    told, coloured = figure.locator(".told"), figure.locator(".panel canvas").nth(3)
    figure.locator("[data-act=next]").click()
    figure.locator("[data-act=back]").click()  # the brightest pixel of the first picture
    expect(told).to_contain_text(re.compile("red|green"))
    place = re.compile(r"\((\d+), (\d+)\)")
    row, column = map(int, place.search(told.inner_text()).groups())
    figure.locator(".figure").focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text(f"Pixel ({row + 1}, {column})")
    before = pixels(coloured)
    figure.locator("input[type=range]").fill("1")
    expect(told).to_contain_text("T = 1.00")
    assert np.abs(pixels(coloured) - before).max() > 20
    assert not sent
    # Of the photos' classes the most probable come first, and each keeps its colour.
    page.get_by_role("radiogroup", name="Pictures").get_by_text("Photos").click()
    bars = page.locator(".colouriser .bars .bar")
    expect(bars.last).to_contain_text("others")
    colour = (
        "bar => [bar.querySelector('.name').textContent,"
        " getComputedStyle(bar.querySelector('.fill')).backgroundColor]"
    )
    for name, css in bars.evaluate_all(f"bars => bars.slice(0, -1).map({colour})"):
        cb, cr = (0, 0) if name == "grey" else map(float, name.replace("−", "-")[1:-1].split(","))
        # As BT.601 has it, at a middle grey; the name has two decimals.
        expected = 255 * (0.5 + np.array([1.402 * cr, -0.344 * cb - 0.714 * cr, 1.772 * cb]))
        found = [int(level) for level in re.findall(r"\d+", css)]
        np.testing.assert_allclose(found, expected.clip(0, 255), atol=4)
    # Who chooses a picture sees it, and not the next one after a moment.
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.get_by_role("button", name="Coffee cup", exact=True).click()
    note = page.locator(".colouriser .panel .note").first
    expect(note).to_have_text("Coffee cup, picture 1 of 9")
    expect(page.locator(".colouriser [data-act=play]")).not_to_have_attribute("aria-label", "Pause")
    # A photo without colours has no true ones to compare with; the coloured one can be kept.
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.get_by_role("button", name="Clock, blurred by motion", exact=True).click()
    expect(note).to_have_text(re.compile("^Clock"))
    expect(page.locator(".colouriser .told")).to_contain_text("nobody knows the true ones")
    expect(page.get_by_text("True colours", exact=True)).not_to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the coloured picture").click()
    assert cv2.imread(download.value.path()).shape == (64, 64, 3)
