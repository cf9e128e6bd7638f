"""Training in Chromium: it moves by itself, is paused and stepped, and asks no server."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.screen import pixels, wait_until

PEAK = "(canvas) => Math.max(...canvas.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, at) => at % 4 === 0))"  # noqa: E501


@pytest.mark.usefixtures("moving")
def test_a_network_learns_in_the_browser_alone(page, settle):
    frames = []

    def keep(frame):
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    page.goto("/in_the_browser?ib_data=digits")
    settle(page)
    figure = page.locator(".browser-training")
    expect(figure).to_have_attribute("data-step", re.compile(r"[1-9]\d+"))
    frames.clear()
    learned = "({dataset}) => Number(dataset.accuracy) > 0.6"
    wait_until(page, learned, figure.element_handle())
    play = figure.locator("[data-act=play]").first
    play.click()
    expect(play).to_have_attribute("aria-label", "Train")
    figure.locator(".probes button").nth(3).click()
    expect(figure.locator(".map .told")).to_contain_text("Held-out picture 3: the network predicts")
    figure.get_by_text("A drawing or picture of your own").click()
    pad = figure.locator(".sheet").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 170, steps=5)
    expect(figure).to_have_attribute("data-predicted", re.compile(r"\d"))
    expect(figure.locator(".map .told")).to_contain_text("Your picture: the network predicts")
    page.mouse.up()
    assert not frames
    told = figure.locator(".told").first
    figure.locator("[data-act=restart]").click()
    expect(told).to_contain_text("Before the first step.")
    for step in ("1", "2"):
        figure.locator("[data-act=step]").click()
        expect(figure).to_have_attribute("data-step", step)

    # What is chosen here is the picture of one's own on other pages too, and stays in the browser.
    figure.get_by_text("A picture", exact=True).click()
    drawn = io.BytesIO()
    Image.fromarray(np.eye(9, dtype=np.uint8) * 255).save(drawn, "PNG")
    given = {"name": "line.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    figure.locator("input[type=file]").set_input_files(given)
    expect(figure.locator(".how")).to_contain_text("8×8 pixels, the middle of your picture")
    page.get_by_test_id("stPageLink").get_by_role("link", name="Train").click()
    page.locator(".pinned > summary").click()
    expect(page.locator(".pinned .how, .pinned .hint").last).to_contain_text("the middle of your")
    assert page.locator(".pinned .seen").evaluate(PEAK) > 200

    # Look inside has it too; what is chosen there is the picture elsewhere. Only where the server
    # draws, it is sent what the network sees.
    page.get_by_role("link", name="Look inside", exact=True).first.click()
    page.get_by_role("radio", name="Draw", exact=True).click()
    answer, pad = page.locator(".classifier"), page.locator("section.draw")
    expect(answer.locator(".how")).to_contain_text("28×28 pixels, the middle of your picture")
    assert answer.locator(".seen").evaluate(PEAK) > 200
    expect(page.locator(".network-map .told")).to_contain_text("Your picture: the network predicts")
    expect(pad.locator(".sends")).to_be_hidden()
    page.get_by_role("tab", name="Class activation map").click()
    expect(pad.locator(".sends")).to_be_visible()
    evidence = page.get_by_role("img", name=re.compile(r"^\d+×\d+ map\."))
    of_line = evidence.get_attribute("aria-label")
    white = io.BytesIO()
    Image.new("L", (9, 9), 255).save(white, "PNG")
    given = {"name": "white.png", "mimeType": "image/png", "buffer": white.getvalue()}
    pad.locator("input[type=file]").set_input_files(given)
    expect(evidence).not_to_have_attribute("aria-label", of_line)
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.locator(".pinned > summary").click()
    expect(page.locator(".pinned .how, .pinned .hint").last).to_contain_text("the middle of your")
    assert pixels(page.locator(".pinned .seen"))[..., 0].min() > 200
