"""How soon does a changed control show its result? The Filters page against a plain script.

The page first follows a hand that drags a slider: the clock runs from the pointer's move that sets
another value to the frame that shows its picture, which the browser computes. A move that is too
short for another value asks for no picture. Then a number is typed 30 times, and the
clock runs from the key to the first picture, which the browser computes as well, and to the
server's: that is the result on which a drag settles, and how the page answered before it could
follow a hand. The peer is what one writes first: SciPy, `st.image` with its defaults, and
Streamlit's own configuration (`postScriptGC` on). The picture has 1000×1000 pixels, or 512×512,
which is about the size at which it is displayed. Torch is loaded in the server, and Chromium draws
without a graphics processor. Last, filters run on Chromium's own moving picture in the place of a
camera, 640×480 at 30 frames a second.

    python benchmarks/filter_latency.py
"""

import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from app_server import served
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.imaging import encode_png, resize_to_fit, sample_image  # noqa: E402

CHANGES = 30
DRAG_STEPS = 60  # of a drag over the whole slider
CAMERA_SECONDS = 10
PATIENCE = 120_000  # milliseconds that a busy machine may take for a page
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30",
]  # fmt: skip
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"

PEER = """
import numpy as np
import streamlit as st
import torch
from PIL import Image
from scipy import ndimage

file = st.file_uploader("Picture")
strength = st.number_input("Strength", 0.0, 3.0, 1.0, 0.1)
if file:
    picture = np.asarray(Image.open(file).convert("RGB"))
    same = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    kernel = same + strength * np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    planes = [ndimage.convolve(picture[:, :, c].astype(float), kernel) for c in range(3)]
    left, right = st.columns(2)
    left.image(picture)
    right.image(np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8))
"""

# The pointer's moves that set another value of the slider, and the moments after the frames in
# which their pictures were drawn.
DRAG_CLOCK = """
() => {
  window.times = [];
  document.addEventListener("pointermove", () => { window.latest = performance.now(); }, true);
  new MutationObserver(() => { window.moved ??= window.latest; })
    .observe(document.body, { subtree: true, attributeFilter: ["value"] });
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
  const figures = roots.map((root) => root?.querySelector(".compare, .noise-grid"));
  const result = figures.filter(Boolean).at(-1);
  new MutationObserver(() => {
    const { moved } = window;
    window.moved = null;
    setTimeout(() => window.times.push(performance.now() - moved));
  }).observe(result, { attributeFilter: ["data-followed"] });
}
"""

# The moment of the key, and the moments after the frames in which a new picture was drawn: the
# browser's own, where there is one, and the server's.
CLOCK = """
() => {
  window.times = [];
  window.own = [];
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") window.pressed = performance.now();
  }, true);
  const followed = () => setTimeout(() => window.own.push(performance.now() - window.pressed));
  const shown = () => requestAnimationFrame(() => setTimeout(() => {
    if (window.pressed) window.times.push(performance.now() - window.pressed);
    window.pressed = 0;
  }));
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
  const result = roots.map((root) => root?.querySelector(".compare")).filter(Boolean).at(-1);
  if (result) {
    new MutationObserver(shown).observe(result, { attributeFilter: ["data-shown"] });
    new MutationObserver(followed).observe(result, { attributeFilter: ["data-followed"] });
  } else {
    const drawn = (event) => event.target.tagName === "IMG" && shown();
    document.addEventListener("load", drawn, true);
  }
}
"""


def upload(page, data):
    """Bring the picture, and wait until it is shown."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "picture.png", "mimeType": "image/png", "buffer": data}
    )
    page.wait_for_timeout(500)
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(1500)


def change(page, field):
    """Change the strength `CHANGES` times; return milliseconds."""
    page.evaluate(CLOCK)
    for step in range(CHANGES + 2):
        field.fill(f"{(step * 7 + 2) % 31 / 10}")  # never twice the same in a row
        before = page.evaluate("window.times.length")
        field.press("Enter")
        page.wait_for_function(f"window.times.length > {before}", timeout=30_000)
        page.wait_for_timeout(500)  # a field filled during a run is set back by its end
        page.wait_for_selector(IDLE)
    return np.array(page.evaluate("window.times"))[2:]


def drag(page, slider):
    """Drag a slider slowly over its whole range twice; return milliseconds."""
    page.evaluate(DRAG_CLOCK)
    track = page.locator(f".st-key-{slider} [role=group] > div").bounding_box()
    height = track["y"] + track["height"] / 2
    page.mouse.move(track["x"], height)
    page.mouse.down()
    for step in range(2 * DRAG_STEPS):
        share = 1 - abs(1 - step / DRAG_STEPS)
        page.mouse.move(track["x"] + track["width"] * share, height)
        page.wait_for_timeout(30)
    page.wait_for_timeout(1000)
    page.mouse.up()
    page.wait_for_selector(IDLE)
    return np.array(page.evaluate("window.times"))[2:]


@contextlib.contextmanager
def filters_page(browser, data, **settings):
    """The Filters page with a picture of one's own."""
    with served("app.py") as (url, _):
        page = browser.new_page(bypass_csp=True, viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        query = "&".join(f"{key}={value}" for key, value in settings.items())
        page.goto(f"{url}/filters?{query}")
        page.wait_for_selector("canvas.picture, .noise-grid canvas")
        page.wait_for_timeout(8000)  # torch is imported behind the first page
        page.get_by_test_id("stPopover").get_by_role("button").first.click()
        upload(page, data)
        page.keyboard.press("Escape")
        page.wait_for_timeout(1000)
        yield page
        page.close()


def followed(browser, data, slider, **settings):
    """The picture while a slider is dragged."""
    with filters_page(browser, data, **settings) as page:
        return drag(page, slider)


def camera_rate(browser, **settings):
    """Filtered frames a second."""
    with served("app.py") as (url, _):
        page = browser.new_page(bypass_csp=True, viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        query = "&".join(f"{key}={value}" for key, value in settings.items())
        page.goto(f"{url}/filters?{query}")
        page.get_by_text("Live camera").click()
        result = page.locator(".compare[data-followed]").last
        result.wait_for()
        page.wait_for_timeout(3000)
        begun, before = time.perf_counter(), int(result.get_attribute("data-followed"))
        page.wait_for_timeout(1000 * CAMERA_SECONDS)
        frames = int(result.get_attribute("data-followed")) - before
        rate = frames / (time.perf_counter() - begun)
        page.close()
        return rate


def settled(browser, data, **settings):
    """The browser's own picture and the server's, sharpening."""
    with filters_page(browser, data, f_kernel="sharpen", **settings) as page:
        times = change(page, page.get_by_test_id("stNumberInputField").last)
        return np.array(page.evaluate("window.own"))[2:], times


def peer(browser, data):
    """A plain script."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "peer.py").write_text(PEER)
        with served("peer.py", Path(folder)) as (url, _):
            page = browser.new_page(bypass_csp=True, viewport={"width": 1280, "height": 800})
            page.goto(url)
            page.wait_for_selector(IDLE, timeout=60_000)
            upload(page, data)
            times = change(page, page.get_by_test_id("stNumberInputField"))
            page.close()
            return times


def main():
    """Measure and print."""
    retina = sample_image("retina")[:1400, :1400].copy()
    data, small = (encode_png(resize_to_fit(retina, side)) for side in (1000, 512))
    colour = {"f_colour": "colour"}
    gaussian, median, bilateral = (
        {"f_kernel": kernel} for kernel in ("gaussian", "median", "bilateral")
    )
    with sync_playwright() as playwright:
        names = ("chromium-headless-shell", "chromium", "chromium-browser")
        system = next(filter(None, map(shutil.which, names)), None)
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        rows = {
            "drag σ, 512×512, grey": followed(browser, small, "f_sigma", **gaussian),
            "drag σ, 512×512, colour": followed(browser, small, "f_sigma", **gaussian, **colour),
            "drag σ, grey": followed(browser, data, "f_sigma", **gaussian),
            "drag σ, colour": followed(browser, data, "f_sigma", **gaussian, **colour),
            "drag a median's size, grey": followed(browser, data, "f_median", **median),
            "drag a bilateral's levels, 512×512, colour": followed(
                browser, small, "f_levels", **bilateral, **colour
            ),
            "drag noise, 11 pictures of 400×400, grey": followed(
                browser, data, "f_noise_share", f_tab="Noise"
            ),
        }
        for tone, asked in (("grey", {}), ("colour", colour)):
            own, servers = settled(browser, data, **asked)
            rows[f"first picture after a key, {tone}"] = own
            rows[f"settled by the server, {tone}"] = servers
        rows["SciPy + st.image, colour"] = peer(browser, data)
        rates = {
            f"{name}, {tone}": camera_rate(browser, f_colour=tone, **filter_)
            for name, filter_ in (
                ("Sobel x", {}),
                ("Gaussian of 9×9", gaussian),
                ("median of 5×5", median),
                ("bilateral", bilateral),
            )
            for tone in ("grey", "colour")
        }
        browser.close()
    print("1000×1000 picture unless another size is named, milliseconds\n")
    print(f"{'':43}{'pictures':>9}{'median':>8}{'p95':>8}{'largest':>9}")
    for name, times in rows.items():
        low, high = np.percentile(times, [50, 95])
        print(f"{name:43}{len(times):9}{low:8.0f}{high:8.0f}{times.max():9.0f}")
    theirs = np.percentile(rows["SciPy + st.image, colour"], 95)
    for name in ("drag σ, colour", "settled by the server, colour"):
        print(f"\nThe peer takes {theirs / np.percentile(rows[name], 95):.1f} times as long at p95"
              f" as: {name}.")  # fmt: skip
    print("\nFrames of a camera a second, 640×480\n")
    for name, rate in rates.items():
        print(f"{name:30}{rate:6.1f}")


if __name__ == "__main__":
    main()
