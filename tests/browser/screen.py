"""What tests in a browser wait for, and how they read a canvas."""

import base64
import contextlib
import io
import re
import time

import numpy as np
from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

PATIENCE = 120_000  # milliseconds: a busy machine may draw nothing for a minute
# The app when its script has ended and what it drew has come: the browser fetches the code of each
# kind of widget, and what lies below moves as they arrive. No section waits any more.
_ENDED = "[data-testid='stApp'][data-test-script-state='notRunning']"
IDLE = f"{_ENDED}:not(:has([data-testid='stSkeleton'], .cnnviz-lazy[data-waits]))"


def pixels(locator):
    """What is on a canvas, H×W×4 whole numbers."""
    address = locator.evaluate("(canvas) => canvas.toDataURL()")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    return np.asarray(picture.convert("RGBA"), int)


# Of `gather`, and of each `train_or_stop`.
GOES_ON = "[class*='st-key-'][class*='_stop'] button:visible"


def come_to_rest(page):
    """Wait until the app's script has ended; stop what it would go on computing or training."""
    page.wait_for_selector(f"{IDLE}, {GOES_ON}", timeout=PATIENCE)
    while page.locator(GOES_ON).count():
        with contextlib.suppress(PlaywrightError):  # it ended by itself
            page.locator(GOES_ON).first.click(timeout=5_000)
        page.wait_for_selector(IDLE, timeout=PATIENCE)


def stand_still(page):
    """Wait until all is drawn and in its place."""
    come_to_rest(page)
    wait_until(
        page,
        """() => {
          const all = document.getElementsByTagName("*");
          const size = () => `${all.length} ${document.body.scrollHeight}`;
          return new Promise((done) => {
            const before = size();
            setTimeout(() => done(size() === before), 300);
          });
        }""",
    )


def wait_until(page, expression, arg=None, timeout=PATIENCE):
    """Wait until JavaScript is true, without the `eval` that the page's own policy forbids.

    `page.wait_for_function` evaluates its text inside the page.
    """
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(50)


def wait_for_frames(page):
    """Wait until what was asked to be painted is: a busy machine may take a second for a frame."""
    page.evaluate(
        """async (patience) => {
          const late = new Promise((_, no) =>
            setTimeout(() => no(new Error("no frame was painted")), patience));
          for (let frame = 0; frame < 3; frame += 1)
            await Promise.race([new Promise(requestAnimationFrame), late]);
        }""",
        PATIENCE,
    )


def cell_of_map(page, layer, row, column):
    """Where a cell of the first map of a layer is, on the map of a network."""
    network = page.locator(".network-map")
    expect(network).to_have_attribute("data-drawn", re.compile(rf"\b{layer}\b"))
    drawn = network.get_attribute("data-drawn").split()
    canvas = network.locator(".column canvas.maps").nth(drawn.index(layer))
    box = canvas.bounding_box()
    side = box["width"] / canvas.evaluate("(canvas) => canvas.width")
    return box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side


def count_messages(page):
    """Count messages to the server from now on, in `window.sent` of the page."""
    page.evaluate("""() => {
      window.sent = 0;
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        window.sent += 1;
        return send.call(this, data);
      };
    }""")


def pasted(page):
    """What the clipboard holds, as a person finds out."""
    page.evaluate("""() => {
        const area = document.createElement("textarea");
        document.body.append(area);
        area.focus();
    }""")
    page.keyboard.press("Control+v")
    return page.evaluate("document.activeElement.value")
