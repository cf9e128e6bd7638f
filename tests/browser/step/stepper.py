"""The stepper in Chromium: what it says about itself, and how to point at it."""

import numpy as np
from playwright.sync_api import expect

IMAGE = np.array([[3, 0, 1, 2, 7], [1, 5, 8, 9, 3], [2, 7, 2, 5, 1], [0, 1, 3, 1, 7]])
KERNEL = np.array([[1, 0], [2, -1]])
NUMBERS = "/step?s_source=numbers&s_image=3 0 1 2 7;1 5 8 9 3;2 7 2 5 1;0 1 3 1 7"
MINE = f"{NUMBERS}&s_weights=1 0;2 -1"
CORNER = "/step?s_preset=s4-7x7-example"

# The cells of a canvas whose edge on one side is drawn in a colour of the style sheet.
EDGES = """(canvas, [rows, columns, side, name]) => {
  const probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const root = canvas.getRootNode().querySelector('.stepper');
  probe.fillStyle = getComputedStyle(root).getPropertyValue(name).trim();
  probe.fillRect(0, 0, 1, 1);
  const wanted = probe.getImageData(0, 0, 1, 1).data;
  const context = canvas.getContext('2d');
  const [width, height] = [canvas.width / columns, canvas.height / rows];
  const found = [];
  for (let at = 0; at < rows * columns; at += 1) {
    const [left, top] = [(at % columns) * width, Math.floor(at / columns) * height];
    const x = side === 'top' ? left + width / 2 : left + 1;
    const y = side === 'top' ? top + 1 : top + height / 2;
    const seen = context.getImageData(Math.round(x), Math.round(y), 1, 1).data;
    if ([0, 1, 2].every((i) => Math.abs(seen[i] - wanted[i]) < 30)) found.push(at);
  }
  return found;
}"""


def state(page, name):
    return page.locator(".stepper").get_attribute(f"data-{name}")


def expect_state(page, **wanted):
    for name, value in wanted.items():
        expect(page.locator(".stepper")).to_have_attribute(f"data-{name}", str(value))


def canvas(page, kind):
    return page.locator(f"canvas[data-kind={kind}]").first


def point_at(page, kind, row, column, shape):
    """Put the mouse on a cell of a grid of that shape, and return that point."""
    grid = canvas(page, kind)
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    x = box["x"] + (column + 0.5) * box["width"] / shape[1]
    y = box["y"] + (row + 0.5) * box["height"] / shape[0]
    page.mouse.move(x, y)
    return x, y


def edges(page, kind, shape, side, name="--window"):
    return canvas(page, kind).evaluate(EDGES, [*shape, side, name])


def press(page, *keys):
    page.locator(".figure").focus()
    for key in keys:
        page.keyboard.press(key)
