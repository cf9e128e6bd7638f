"""Figures can be read: no number is covered, faint, out of place or rounded unlike its cell."""

import itertools

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.screen import pixels


@pytest.fixture
def open_at(page, settle):
    def open_it(address, *, dark=False, width=1280):
        page.set_viewport_size({"width": width, "height": 800})
        scheme = "dark" if dark else "light"
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        settle(page)
        expect(page.locator(".instrument canvas").first).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => null)")
        page.wait_for_timeout(300)  # until it is painted with the font that has come
        return page

    return open_it


def colours(canvas):
    """H×W×3, the colours on a canvas."""
    return pixels(canvas)[..., :3].astype(np.uint8)


def cells(canvas, rows, columns):
    """The pictures of its cells, row by row."""
    image = colours(canvas)
    side = image.shape[0] // rows
    assert image.shape == (rows * side, columns * side, 3)
    split = image.reshape(rows, side, columns, side, 3).swapaxes(1, 2)
    return split.reshape(rows * columns, side, side, 3)


def point(canvas, row, column, rows, columns):
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    canvas.page.mouse.move(
        box["x"] + (column + 0.5) * box["width"] / columns,
        box["y"] + (row + 0.5) * box["height"] / rows,
    )


def contrasts(cell):
    """The contrast of each pixel of a cell, without its frame, to the colour of the cell."""
    inner = cell[5:-5, 5:-5].reshape(-1, 3)
    different, counts = np.unique(inner, axis=0, return_counts=True)
    share = different / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light = linear @ [0.2126, 0.7152, 0.0722] + 0.05
    ground = light[counts.argmax()]
    return np.maximum(light, ground) / np.minimum(light, ground)


@pytest.mark.parametrize("address", ["/activation?re_f=gelu", "/learn", "/pixels", "/volumes"])
def test_the_numbers_of_a_colour_bar_keep_apart(open_at, address):
    page = open_at(address)
    bars_keep_apart(page)
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(300)  # until it is drawn anew
    bars_keep_apart(page)


def bars_keep_apart(page):
    bars = page.locator(".scale-bar.below")
    assert bars.count() > 0
    for ends in bars.all():
        texts = [ends.locator(f".{name}") for name in ("low", "zero", "high")]
        boxes = [
            one.bounding_box()
            for one in texts
            if one.text_content()
            and one.evaluate("one => getComputedStyle(one).visibility") == "visible"
        ]
        for before, after in itertools.pairwise(boxes):
            assert before["x"] + before["width"] + 5 <= after["x"], ends.text_content()


def test_a_bar_ends_with_the_numbers_of_the_cells(open_at):
    page = open_at("/volumes")
    page.locator(".stepper summary", has_text="tables").click()
    last = page.locator(".stepper table").last.locator("td").all_text_contents()
    largest = max(int(text) for text in last if text)
    assert largest > 1000  # three digits would not tell
    expect(page.locator(".stepper .result .scale-bar")).to_have_text(f"0{largest}")


@pytest.mark.parametrize("dark", [False, True])
def test_pictures_keep_their_colours_when_cells_light_up(open_at, dark):
    grids = open_at("/pixels", dark=dark).locator(".linked-grids").last
    point(grids.locator("canvas").last, 0, 1, 8, 8)
    expect(grids).to_have_attribute("data-cell", "1")
    for canvas in grids.locator("canvas").all():
        shown = cells(canvas, 8, 8)
        assert sum((cell[6, 6] == 0).all() for cell in shown) > 20  # much of a digit is black
        assert any((cell[6, 6] == 255).all() for cell in shown)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("address", "at", "rows", "columns"),
    [("/transposed", 1, 5, 5), ("/transposed", 2, 5, 5), ("/sharing", 0, 10, 3)],
)
def test_dimmed_numbers_stand_out_from_their_cells(  # noqa: PLR0917
    open_at, address, at, rows, columns, dark
):
    grids = open_at(address, dark=dark).locator(".linked-grids").first
    before = cells(grids.locator("canvas").nth(at), rows, columns)
    for cell in before:
        assert contrasts(cell).max() >= 4.5
    point(grids.locator("canvas").nth(at), 0, 0, rows, columns)
    expect(grids).to_have_attribute("data-panel", str(at))
    after = cells(grids.locator("canvas").nth(at), rows, columns)
    assert (before != after).any()  # it was dimmed


@pytest.mark.parametrize(
    ("address", "figure_at", "panel", "rows", "columns"),
    [("/sharing", 0, 0, 10, 3), ("/volumes", 0, 0, 2, 3), ("/transposed", 3, 3, 4, 4)],
)
def test_a_frame_covers_no_digit(open_at, address, figure_at, panel, rows, columns):  # noqa: PLR0917
    figure = open_at(address).locator(".linked-grids").nth(figure_at)
    canvas = figure.locator("canvas").nth(panel)
    point(canvas, rows - 1, columns - 1, rows, columns)
    expect(figure).to_have_attribute("data-cell", str(rows * columns - 1))
    plain = cells(canvas, rows, columns).astype(int)
    for at in range(rows):
        point(canvas, at, 0, rows, columns)
        expect(figure).to_have_attribute("data-cell", str(at * columns))
        free, framed = plain[at * columns], cells(canvas, rows, columns)[at * columns]
        ground = free[4, free.shape[1] // 2]
        ink = np.abs(free - ground).sum(axis=2) > 150
        ink[:, [0, -1]] = ink[[0, -1]] = False  # the lines between the cells
        assert ink.any()
        assert (framed[ink] == free[ink]).all()


def test_the_activation_rises_at_45_degrees(open_at):
    figure = open_at("/activation?re_f=relu").locator(".activation")
    expect(figure).to_have_attribute("data-cell", "0")
    colour = figure.evaluate(
        """root => {
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            context.fillStyle = getComputedStyle(root).getPropertyValue("--st-text-color");
            context.fillRect(0, 0, 1, 1);
            return Array.from(context.getImageData(0, 0, 1, 1).data).slice(0, 3);
        }"""
    )
    shown = colours(figure.locator(".curve canvas")).astype(int)
    line = np.abs(shown - colour).sum(axis=2) < 30
    tops = [row for row in range(len(line)) if line[row].any()]
    places = {row: np.flatnonzero(line[row]).mean() for row in (tops[0] + 5, tops[0] + 85)}
    upper, lower = places.values()
    assert upper - lower == pytest.approx(80, abs=2)


@pytest.mark.parametrize("address", ["/volumes", "/pixels"])
def test_on_a_phone_every_product_is_in_sight_and_no_toolbar(phone, settle, address):
    page = phone
    page.goto(address)
    settle(page)
    expect(page.get_by_test_id("stDataFrame").filter(visible=True).first).to_be_visible()
    for bar in page.get_by_test_id("stElementToolbar").all():
        expect(bar).not_to_be_visible()
    if address == "/volumes":
        terms = page.locator(".stepper .terms")
        expect(terms).to_be_visible()
        expect(page.locator(".stepper[data-computed]")).to_be_visible()
        assert terms.evaluate("root => root.scrollHeight - root.clientHeight") <= 1
