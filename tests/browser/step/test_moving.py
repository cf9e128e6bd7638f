"""Stepping and pointing: hover, pins, keys, transport, fingers; and no word to the server."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.step.stepper import (
    CORNER,
    IMAGE,
    KERNEL,
    MINE,
    canvas,
    edges,
    expect_state,
    point_at,
    press,
    state,
)


@pytest.mark.usefixtures("moving")
def test_it_opens_already_moving(open_at):
    page = open_at(CORNER)
    expect_state(page, playing="true", steps=25)
    expect(page.locator(".stepper")).not_to_have_attribute("data-step", "0")
    assert page.locator("figcaption").all_inner_texts() == ["Input 7×7", "Kernel 3×3", "Output 5×5"]


def test_reduced_motion_stands_still_at_a_cell_worth_seeing(open_at):
    page = open_at("/step")  # outputs 0, 3, 3, 0: the first that is not 0
    expect_state(page, playing="false", step=1)


def test_an_output_cell_lights_its_window(open_at):
    page = open_at(f"{MINE}&s_cell=0,0")
    point_at(page, "output", 1, 2, (3, 4))
    expect_state(page, hover="output:6", shown=6)
    window = [[1, 2], [1, 3], [2, 2], [2, 3]]
    assert edges(page, "input", (4, 5), "top") == [7, 8]
    assert edges(page, "input", (4, 5), "left") == [7, 12]
    expect(page.locator(".headline")).to_have_text("Output (1, 2) = 7")
    line = " + ".join(
        f"{w}·{IMAGE[r, c]}" for (r, c), w in zip(window, KERNEL.ravel(), strict=True)
    ).replace("-1·", "(−1)·")
    expect(page.locator(".terms .product")).to_have_text(
        [part if at == 0 else f"+ {part}" for at, part in enumerate(line.split(" + "))]
    )
    expect(page.locator(".terms .running")).to_have_text(["8", "8", "12", "7"])
    assert np.isclose(float(state(page, "computed")), 8 + 2 * 2 - 5)


def test_an_input_cell_lights_every_output_it_feeds(open_at):
    page = open_at(f"{MINE}&s_cell=0,0")
    point_at(page, "input", 1, 2, (4, 5))
    expect_state(page, hover="input:7")
    assert edges(page, "output", (3, 4), "top") == [1, 2]
    assert edges(page, "output", (3, 4), "left") == [1, 5]
    expect(page.locator(".headline")).to_have_text("Input (1, 2) = 8")
    expect(page.locator(".detail")).to_have_text(
        "Feeds 4 outputs of 12: (0, 1) with weight −1, (0, 2) with weight 2,"
        " (1, 1) with weight 0, (1, 2) with weight 1."
    )


def test_a_weight_lights_every_input_cell_it_multiplied(open_at):
    page = open_at(f"{MINE}&s_stride=2&s_cell=1,1")
    point_at(page, "kernel", 1, 0, (2, 2))
    expect_state(page, hover="kernel:2")
    # Stride 2: rows 1 and 3, columns 0 and 2; the one of the current step is in the ink colour.
    assert edges(page, "input", (4, 5), "top") == [5, 7, 15]
    assert edges(page, "input", (4, 5), "top", "--st-text-color") == [17]
    expect(page.locator(".detail")).to_contain_text("multiplies 4 input cells")
    expect(page.locator(".detail")).to_contain_text(
        "For output (1, 1) it multiplies input (3, 2): 2·3 = 6."
    )


@pytest.mark.usefixtures("moving")
def test_hover_pauses_and_leaving_resumes(open_at):
    page = open_at(CORNER)
    point_at(page, "output", 4, 4, (5, 5))
    expect_state(page, hover="output:24")
    step = state(page, "step")
    page.wait_for_timeout(1200)  # at two steps a second it would have moved
    expect_state(page, step=step, playing="true")
    page.mouse.move(5, 5)
    expect_state(page, hover="")
    expect(page.locator(".stepper")).not_to_have_attribute("data-step", step)


@pytest.mark.usefixtures("moving")
def test_a_click_pins_and_another_or_escape_lets_go(open_at):
    page = open_at(CORNER)
    page.mouse.click(*point_at(page, "input", 2, 2, (7, 7)))
    page.mouse.move(5, 5)
    expect_state(page, pinned="input:16", hover="", playing="false")
    expect(page.locator(".headline")).to_have_text("Input (2, 2) = 0")
    page.keyboard.press("Escape")
    expect_state(page, pinned="", playing="true")
    page.mouse.click(*point_at(page, "output", 3, 1, (5, 5)))
    expect_state(page, pinned="output:16", step=16, playing="false")
    page.mouse.click(*point_at(page, "output", 3, 1, (5, 5)))
    expect_state(page, pinned="", playing="true")


def test_keys_step_and_stay_inside(open_at):
    page = open_at(f"{CORNER}&s_cell=1,1")
    page.evaluate("document.addEventListener('keydown', e => (window.escaped ??= []).push(e.key))")
    for key, step in [
        ("ArrowRight", 7), ("ArrowDown", 12), ("ArrowLeft", 11), ("ArrowUp", 6), ("End", 24),
        ("ArrowRight", 24), ("ArrowDown", 24), ("Home", 0), ("ArrowLeft", 0),
    ]:  # fmt: skip
        press(page, key)
        expect_state(page, step=step, playing="false")
    press(page, " ")
    expect_state(page, playing="true")
    press(page, " ")
    expect_state(page, playing="false")
    assert page.evaluate("window.escaped") is None
    press(page, "x")
    assert page.evaluate("window.escaped") == ["x"]


def test_transport(open_at):
    page = open_at(f"{CORNER}&s_cell=2,2")
    for name, step in [("Step", 13), ("Step back", 12), ("Back to the first step", 0)]:
        page.get_by_role("button", name=name, exact=True).click()
        expect_state(page, step=step, playing="false")
    page.get_by_role("slider", name="Step", exact=True).fill("20")
    expect_state(page, step=20)
    expect(page.locator(".scrub-text")).to_have_text("Step 21 of 25")
    page.get_by_role("slider", name="Speed").fill("6")
    expect(page.locator(".speed-text")).to_have_text("60 steps/s")
    page.get_by_role("button", name="Play").click()
    expect_state(page, playing="true")
    page.get_by_role("button", name="Pause").click()
    expect_state(page, playing="false")


def test_what_is_read_aloud_describes_the_step(open_at):
    page = open_at(f"{MINE}&s_cell=0,0")
    press(page, "ArrowRight")
    expect(page.locator(".live")).to_have_text(
        "Step 2 of 12. Output (0, 1) = 2. 1·0 + 0·1 + 2·5 + (−1)·8 = 2"
    )
    expect(page.locator(".figure")).to_have_attribute("role", "application")
    press(page, " ")  # nobody can listen to an animation: no step is left behind that has passed
    expect(page.locator(".live")).to_have_text("")


@pytest.mark.usefixtures("moving")
def test_stepping_never_asks_the_server(page, settle):
    traffic = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: traffic.append("sent")))
    page.on("websocket", lambda ws: ws.on("framereceived", lambda _: traffic.append("received")))
    page.on("request", lambda request: traffic.append(request.url))
    page.goto("/step?s_source=picture&s_size=28&s_kernel=sobel-x")
    settle(page)
    expect_state(page, playing="true")
    page.wait_for_load_state("networkidle")
    assert "sent" in traffic
    traffic.clear()
    page.get_by_role("slider", name="Speed").fill("6")
    expect(page.locator(".stepper")).not_to_have_attribute("data-step", "0")
    for kind, shape in [("input", (28, 28)), ("kernel", (3, 3)), ("output", (26, 26))]:
        page.mouse.click(*point_at(page, kind, 1, 2, shape))
    press(page, *["ArrowRight"] * 20, "ArrowDown", "Home", "End", " ")
    page.get_by_role("slider", name="Step", exact=True).fill("300")
    for name in ["Step", "Step back", "Play"]:
        page.get_by_role("button", name=name, exact=True).click()
    page.locator(".table summary").click()
    page.wait_for_timeout(1000)
    assert traffic == []


def test_a_phone_shows_all_that_moves_and_a_tap_pins(phone, settle):
    page = phone
    page.emulate_media(reduced_motion="no-preference")
    page.goto("/")
    settle(page)
    expect_state(page, playing="true")
    top = page.locator(".transport").bounding_box()["y"]
    for panel in page.locator(".stepper .panel").all():
        box = panel.bounding_box()
        assert box["y"] + box["height"] <= top  # what plays them hides none of them
    page.goto(CORNER)
    settle(page)
    expect_state(page, playing="true")
    canvas(page, "input").tap(position={"x": 60, "y": 60})
    expect_state(page, pinned="input:8", playing="false")
    expect(page.locator(".headline")).to_have_text("Input (1, 1) = 1")
