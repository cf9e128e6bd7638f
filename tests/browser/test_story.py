"""The whole story on one picture of one's own: filter, step, train, look inside."""

import io
import re

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cnnviz.imaging import load_image, sample_image, to_grey

SLOW = {"timeout": 120_000}


@pytest.fixture(scope="module")
def app_url(own_app):
    return own_app


@pytest.fixture(scope="module")
def photo():
    """A JPEG as a phone would send it."""
    buffer = io.BytesIO()
    Image.fromarray(sample_image("coffee")).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def test_from_a_photo_to_its_class_activation_map(page, settle, photo):
    page.goto("/")
    page.get_by_role("button", name="Start with a picture").click()
    expect(page).to_have_url(re.compile("/filters"))

    # Upload a JPEG.
    picture = page.get_by_test_id("stPopover").get_by_role("button").first
    picture.click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "coffee.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    expect(picture).to_contain_text("coffee.jpg")
    page.keyboard.press("Escape")

    # Sobel, and the arithmetic of one pixel.
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("Sobel")
    result = page.get_by_role("img", name=re.compile("coffee.jpg after Sobel"))
    settle(page)
    box = result.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    heading = page.get_by_role("heading", name=re.compile(r"The pixel at row \d+, column \d+"))
    row, column = map(int, re.findall(r"\d+", heading.inner_text()))
    grey = to_grey(load_image(photo)).astype(np.uint8)
    expected = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)[row, column]

    # The same pixel in the stepper, by keyboard to its neighbour and back.
    page.get_by_role("link", name="Step through this patch").click()
    expect(page).to_have_url(re.compile(r"/step\?.*s_row="))
    stepper = page.locator(".stepper[data-step]")
    expect(stepper).to_be_visible()
    expect(stepper).to_have_attribute("data-playing", "false")
    assert float(stepper.get_attribute("data-computed")) == pytest.approx(float(expected))
    step = int(stepper.get_attribute("data-step"))
    stepper.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(stepper).to_have_attribute("data-step", str(step + 1))
    right = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)[row, column + 1]
    assert float(stepper.get_attribute("data-computed")) == pytest.approx(float(right))
    page.keyboard.press("ArrowLeft")
    expect(stepper).to_have_attribute("data-step", str(step))

    # Train on the digits.
    page.get_by_role("link", name="Train").click()
    page.get_by_text("Another number of epochs").click()
    page.get_by_role("textbox", name="Epochs").fill("8")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("t_epochs=8"))
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(re.compile(r"t_run=.*-digits-gap"), **SLOW)
    live = page.locator("section.live")
    expect(live.locator(".facts")).to_contain_text("of 362", **SLOW)  # not the run before it
    expect(live.locator(".status")).to_contain_text("Finished", **SLOW)
    expect(live.locator(".matrix")).to_be_visible()
    accuracy = re.search(r"([\d.]+)% of 362", live.locator(".facts").inner_text())
    assert float(accuracy[1]) > 90

    # Open the run with the photo: its CAM, feature maps and filters.
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(r"/inside.*i_run=.*digits"))
    page.get_by_role("radio", name="My picture").click()
    expect(page.get_by_text("coffee.jpg", exact=False).first).to_be_visible()
    expect(page.get_by_role("application", name=re.compile("coffee.jpg"))).to_be_visible()
    page.get_by_role("tab", name="Class activation map").click()
    expect(page.get_by_role("img", name=re.compile(r"^\d+×\d+ map"))).to_be_visible()
    page.get_by_role("tab", name="Feature maps").click()
    expect(page.get_by_role("img", name=re.compile("Feature maps of")).first).to_be_visible()
    page.get_by_role("tab", name="Learned filters").click()
    expect(page.get_by_role("img", name=re.compile("Learned filters of")).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
