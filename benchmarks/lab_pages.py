"""The convolution lab in Chromium: how long a page takes to open, and how fast a hover answers.

Each page is opened by its link on a warm server, in a browser that has been there before, until
its script has ended and its figure is drawn; the peer is a Streamlit page with one line of text.
A hover is a pointer move over the page's first figure; it counts from the event to after the
frame that answers it. Aims: 1.5 s to open, and the same frame (about 17 ms) to answer.

    python benchmarks/lab_pages.py
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app_server import served
from playwright.sync_api import sync_playwright
from stepper_rate import PROBE

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
OPENINGS = 3
MOVES = 30
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
PEER = "import streamlit as st\nst.title('A page')\nst.write('One line of text.')\n"

# Moves the pointer over the largest canvas in any component, one frame after the other.
HOVER = """(moves) => new Promise((done) => {
  const canvases = [...document.querySelectorAll('*')]
    .flatMap((e) => e.shadowRoot ? [...e.shadowRoot.querySelectorAll('canvas')] : [])
    .filter((c) => c.clientWidth > 0 && getComputedStyle(c).pointerEvents !== 'none');
  if (!canvases.length) return done([]);
  const area = ({clientWidth, clientHeight}) => clientWidth * clientHeight;
  const canvas = canvases.reduce((a, b) => (area(b) > area(a) ? b : a));
  window.painted.length = 0;
  let move = 0;
  const next = () => {
    if (move === moves) return setTimeout(() => done([...window.painted]), 100);
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(0.13 + 0.61 * move) % 1, (0.17 + 0.37 * move) % 1];
    move += 1;
    const began = performance.now();
    canvas.dispatchEvent(new PointerEvent('pointermove', {
      bubbles: true, pointerType: 'mouse',
      clientX: box.left + x * box.width, clientY: box.top + y * box.height,
    }));
    window.afterPaint(began);
    setTimeout(next, 40);
  };
  next();
})"""


def opening(page, address: str) -> float:
    """Seconds until a page stands still, its figures drawn."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(IDLE)
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    return time.perf_counter() - began


def measure(browser, url: str, paths: list[str]) -> list[tuple[str, float, float, list[float]]]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.add_init_script(PROBE)
    rows = []
    for path in paths:
        page = context.new_page()
        opening(page, f"{url}/{path}")  # warm: caches of the server and of the browser
        times = [opening(page, f"{url}/{path}") for _ in range(OPENINGS)]
        page.wait_for_timeout(500)
        rows.append((path, statistics.median(times), max(times), page.evaluate(HOVER, MOVES)))
        page.close()
    context.close()
    return rows


def main() -> None:
    from cnnviz.pages import TOPICS

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        peer = Path(folder, "peer.py")
        peer.write_text(PEER, "utf-8")
        with served("app.py") as (url, _):
            rows = measure(browser, url, [topic.url for topic in TOPICS])
        with served(str(peer)) as (url, _):
            (_, peer_median, *_rest), *_ = measure(browser, url, [""])
        browser.close()
    print("| page | opens, median s | slowest s | × peer | hover ms, median | p95 |")
    print("|---|---|---|---|---|---|")
    for name, median, slowest, hovers in rows:
        answer = "– | –"
        if len(hovers) > 1:
            answer = (
                f"{statistics.median(hovers):.1f} | {statistics.quantiles(hovers, n=20)[-1]:.1f}"
            )
        ratio = median / peer_median
        print(f"| {name} | {median:.2f} | {slowest:.2f} | {ratio:.1f} | {answer} |")
    print(f"| peer: one line of text | {peer_median:.2f} | | 1 | – | – |")


if __name__ == "__main__":
    main()
