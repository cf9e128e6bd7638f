"""Dragging in Chromium: pointer and keys, the same numbers as PyTorch, the address."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        expect(page.locator(".drag[data-shift]")).to_be_visible()
        return page

    return open_it


def printed(page):
    """The shift in the code on screen, down + right·j; the code runs."""
    names = {"print": repr}
    exec(page.locator(".drag .code code").text_content(), names)
    return complex(names["down"], names["right"])


def figure(page):
    return page.locator(".drag")


@pytest.mark.usefixtures("moving")
def test_it_walks_to_the_decks_shift_and_torch_agrees(open_at):
    page = open_at("/equivariance")
    expect(figure(page)).to_have_attribute("data-shift", "1,2")
    expect(figure(page)).to_have_attribute("data-gap", "0")
    expect(
        page.get_by_text("The map on screen matches torch (largest difference 0")
    ).to_be_visible()


def test_the_object_is_dragged_with_the_pointer_and_the_link_keeps_it(open_at, settle):
    page = open_at("/equivariance?eq_at=0,0")
    canvas = page.locator(".drag canvas").first
    box = canvas.bounding_box()
    cell = box["width"] / 9
    page.mouse.move(box["x"] + 3.5 * cell, box["y"] + 3.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 5.5 * cell, box["y"] + 2.5 * cell, steps=4)
    page.mouse.up()
    expect(figure(page)).to_have_attribute("data-shift", "-1,2")
    wait_until(page, "decodeURIComponent(location.search).includes('eq_at=-1,2')")
    assert printed(page) == -1 + 2j  # the code follows the hand
    page.reload()
    settle(page)
    expect(figure(page)).to_have_attribute("data-shift", "-1,2")


def test_arrow_keys_move_it_and_a_stride_raises_the_number(open_at):
    page = open_at("/equivariance?eq_at=0,0&eq_s=2")
    page.locator(".drag .figure").focus()
    page.keyboard.press("ArrowRight")
    expect(figure(page)).to_have_attribute("data-shift", "0,1")
    assert float(figure(page).get_attribute("data-gap")) > 0
    page.keyboard.press("ArrowRight")
    expect(figure(page)).to_have_attribute("data-gap", "0")
    expect(
        page.get_by_text("The map on screen matches torch (largest difference 0")
    ).to_be_visible()
    expect(
        page.get_by_text("The largest difference matches NumPy (largest difference 0")
    ).to_be_visible()
