"""Painting pixels in Chromium: pointer, keyboard, address, links."""

import json
import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        page.locator(".paint[data-cell]").wait_for()
        return page.locator(".paint")

    return open_it


def place(paint, row, column, rows, columns):
    box = paint.locator(".figure canvas").bounding_box()
    return (
        box["x"] + (column + 0.5) * box["width"] / columns,
        box["y"] + (row + 0.5) * box["height"] / rows,
    )


def test_hovering_reads_a_pixel_without_the_server(page, open_at, sent):
    paint = open_at("/pixels")
    sent.clear()
    page.mouse.move(*place(paint, 1, 1, 14, 15))
    expect(paint).to_have_attribute("data-cell", "16")
    expect(paint.locator(".told")).to_contain_text("Row 1, column 1: 0.5, or 127.5 of 255.")
    expect(paint.locator(".told")).to_contain_text("Number 16 of the 210 in the vector")
    strip = paint.locator(".vector").bounding_box()
    page.mouse.move(strip["x"] + strip["width"] * 100.5 / 210, strip["y"] + 15)
    expect(paint).to_have_attribute("data-cell", "100")
    assert sent == []


def test_a_stroke_paints_every_pixel_on_its_way_and_a_link_restores_it(page, open_at, settle):
    paint = open_at("/pixels?px_source=corner&px_unit=255")
    page.mouse.move(*place(paint, 0, 0, 5, 5))
    page.mouse.down()
    page.mouse.move(*place(paint, 0, 4, 5, 5))  # one jump: no gaps
    expect(paint).to_have_attribute("data-strokes", "0:0-4")  # at once
    assert "px_paint" not in page.url  # the server hears of it when the stroke ends
    page.mouse.up()
    page.wait_for_url(re.compile("px_paint="))
    settle(page)
    expect(paint.locator(".code code")).to_have_text(
        re.compile(r"\[0\.0, 0\.0, 0\.0, 0\.0, 0\.0\]")
    )
    address = page.url
    page.goto("about:blank")
    again = open_at(address)
    expect(again).to_have_attribute("data-strokes", "0:0-4")
    page.mouse.move(*place(again, 0, 2, 5, 5))
    expect(again.locator(".told")).to_contain_text("Painted; it was 57.")


def test_a_network_predicts_while_the_pen_moves_and_nothing_is_sent(page, open_at, sent):
    paint = open_at("/pixels?px_source=blank")
    answer = page.locator(".classifier")
    expect(answer).to_contain_text("Paint a digit")
    expect(answer.locator(".bars")).to_be_hidden()
    page.mouse.move(*place(paint, 1, 4, 8, 8))
    sent.clear()
    page.mouse.down()
    expect(answer.locator(".bars")).to_be_visible()
    before = answer.locator(".bars").get_attribute("aria-label")
    page.mouse.move(*place(paint, 6, 4, 8, 8))
    expect(answer.locator(".bars")).not_to_have_attribute("aria-label", before)
    expect(answer).to_have_attribute("data-predicted", "1")  # a stroke straight down
    expect(answer.locator(".best")).to_contain_text(re.compile(r"^1\d+\.\d%$"))
    expect(answer.locator(".live")).to_contain_text("The network predicts 1 (")
    assert sent == []
    page.mouse.up()
    answer.locator("summary").click()
    expect(answer.locator(".tables")).to_contain_text("Logit of 1")


def test_undo_and_taking_the_paint_off(page, open_at, settle):
    paint = open_at("/pixels?px_source=digit")
    for column in (0, 3):
        page.mouse.move(*place(paint, 7, column, 8, 8))
        page.mouse.down()
        page.mouse.up()
    expect(paint).to_have_attribute("data-strokes", "255:56,59")
    paint.get_by_role("button", name="Undo").click()
    expect(paint).to_have_attribute("data-strokes", "255:56")
    paint.get_by_role("button", name="Clear the paint").click()
    expect(paint).to_have_attribute("data-strokes", "")
    page.wait_for_url(re.compile(r"^(?!.*px_paint)"))
    settle(page)
    expect(paint).to_have_attribute("data-strokes", "")


def test_the_keyboard_paints(page, open_at):
    paint = open_at("/pixels?px_source=corner&px_unit=255")
    paint.locator(".figure").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    expect(paint).to_have_attribute("data-strokes", "16:6")
    page.wait_for_url(re.compile("px_paint=16"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(paint).to_have_attribute("data-strokes", "16:6-7")
    page.keyboard.press("Backspace")
    expect(paint).to_have_attribute("data-strokes", "16:6")
    expect(paint.locator(".live")).to_contain_text("Row 1, column 2")


@pytest.mark.usefixtures("moving")
def test_it_walks_through_the_vector_at_once(page, settle):
    page.goto("/pixels")
    settle(page)
    paint = page.locator(".paint[data-cell]")
    paint.wait_for()
    expect(paint).to_have_attribute("data-playing", "true")
    expect(paint).not_to_have_attribute("data-cell", "0")


def test_the_table_holds_the_numbers(page, open_at):
    paint = open_at("/pixels?px_source=corner&px_unit=255")
    paint.locator("summary", has_text="as a table").click()
    paint.locator("td").nth(24).wait_for(state="attached")
    cells = paint.locator("td").all_inner_texts()
    assert json.loads(f"[{','.join(cells[:5])}]") == [58, 57, 57, 59, 59]
    assert len(cells) == 25
