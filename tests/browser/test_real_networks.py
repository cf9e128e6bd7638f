"""Real networks, in Chromium: from a photo to a cell's arithmetic, and a network of one's own."""

import re
import urllib.request

import cv2
import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from safetensors.torch import save_file

from cnnviz import zoo
from cnnviz.imaging import load_picture, sample_image
from cnnviz.inspection import predict

SUM = re.compile(r"is (\S+): (\d+) parts and the bias add up to (\S+)\.")


@pytest.fixture
def page(still_page):
    return still_page


def cells(page, name):
    """The cells of a table, as its accessible copy has them."""
    label = f'[aria-label="Download as CSV: {name}"]'
    return page.locator(f'[data-testid="stDataFrame"]:has({label}) td')


def numbers(page, name):
    """The texts of a table's cells."""
    expect(cells(page, name).first).to_be_attached()
    return cells(page, name).all_text_contents()


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def test_from_a_photo_to_the_arithmetic_of_a_cell(page, settle):
    photo = cv2.imencode(".jpg", sample_image("cat")[..., ::-1])[1].tobytes()
    network = zoo.load("efficientnet_lite0")
    inputs = network.preprocess(load_picture(photo, max_pixels=10**7).pixels)
    answer = predict(network.model, inputs)
    page.goto("/real-networks")
    settle(page)
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    expect(page.get_by_text("mine.jpg: the middle")).to_be_visible()
    page.keyboard.press("Escape")
    best = network.classes[answer.top(1)[0]]
    expect(cells(page, "The most probable classes").first).to_have_text(best)
    shown = numbers(page, "The most probable classes")
    assert shown[::3] == [network.classes[c] for c in answer.top(5)]
    assert [number(text) for text in shown[2::3]] == [
        round(float(answer.logits[c]), 2) for c in answer.top(5)
    ]
    expect(page.locator(".evidence")).to_have_count(1)
    expect(page.get_by_text("add up to the logit")).to_be_visible()

    page.get_by_role("tab", name="The whole network").click()
    expect(page.locator(".map-sheet canvas").first).to_be_visible()
    for label, value in (
        ("Map, 0 to 31", "5"),
        ("Row, 0 to 111", "40"),
        ("Column, 0 to 111", "60"),
    ):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(value)
        field.press("Enter")
        settle(page)
    told = page.get_by_text("stem.conv, 5, 40, 60 is")
    value, parts, total = SUM.search(told.inner_text()).groups()
    with torch.no_grad():
        wanted = float(network.model.stem.conv(inputs)[0, 5, 40, 60])
    for _ in range(200):  # the tables are painted after the words
        added = [number(text) for text in numbers(page, "What each input adds to the cell")[1::2]]
        if abs(sum(added) - wanted) < 1e-4:
            break
        page.wait_for_timeout(50)
    assert abs(number(value) - wanted) < 1e-4
    assert abs(number(total) - wanted) < 1e-4
    assert len(added) == int(parts) + 1
    assert abs(sum(added) - wanted) < 1e-4
    for _ in range(200):  # and these after those
        window = [
            np.array([number(text) for text in numbers(page, f"{what} of the largest part")])
            for what in ("Values", "Weights")
        ]
        if [one.size for one in window] == [9, 9] and abs(window[0] @ window[1] - added[0]) < 1e-3:
            break
        page.wait_for_timeout(50)
    assert [one.size for one in window] == [9, 9]
    assert abs(float(window[0] @ window[1]) - added[0]) < 1e-3


def test_a_network_of_45_megabytes_is_brought_and_looked_into(page, settle, app_url, tmp_path):
    mine = tmp_path / "mine.safetensors"
    save_file(zoo.load("resnet18", weights=False).model.state_dict(), mine)
    assert mine.stat().st_size > 40 * 2**20
    (tmp_path / "bad.pth").write_bytes(b"just some text")
    page.goto("/real-networks?rn_net_from=own&rn_tab=Feature+maps")
    settle(page)
    page.locator("input[type=file]").last.set_input_files(tmp_path / "bad.pth")
    expect(page.get_by_text("bad.pth cannot be read: it is damaged")).to_be_visible(timeout=60_000)
    page.locator("input[type=file]").last.set_input_files(mine)
    expect(page.get_by_text("mine.safetensors predicts")).to_be_visible(timeout=60_000)
    expect(page.locator(".map-sheet canvas").first).to_be_visible(timeout=60_000)
    settle(page)
    # The file itself is let go of: what is kept are its weights alone.
    with urllib.request.urlopen(f"{app_url}/_stcore/metrics") as answer:
        assert "UploadedFileManager" not in answer.read().decode()
