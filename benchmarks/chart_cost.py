"""What a Plotly chart costs the page that it stands on, in Chromium.

One page of the app is opened with its chart, and again while plotly.js is withheld: a new profile
has nothing in its cache, a known one has everything. The page is open when the heading after its
chart is there, the chart when it is drawn. The peer is a page of one line with `st.plotly_chart`.

    python benchmarks/chart_cost.py
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app_server import served
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
TIMES = 3
PAGE = "vanishing"
OPEN = "text=What goes forward"  # a heading after the first chart and its table
DRAWN = ".chart[data-drawn]"
PEER = (
    "import streamlit as st\n"
    "st.plotly_chart({'data': [{'type': 'scatter', 'y': [1, 3, 2]}], 'layout': {}})\n"
)
# A script element of that address gets none, so nothing is fetched.
WITHHELD = """Object.defineProperty(HTMLScriptElement.prototype, "src", {
  get() { return this.getAttribute("src"); },
  set(address) { if (!address.includes("plotly-")) this.setAttribute("src", address); },
})"""
PEER_DRAWN = ".js-plotly-plot .main-svg"


def seconds(context: BrowserContext, address: str, selector: str) -> float:
    """Seconds from asking for a page until something is on it."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(selector)
    took = time.perf_counter() - began
    page.close()
    return took


def opened(browser: Browser, address: str, selector: str, script: str = "") -> list[float]:
    """Seconds for a new profile, and for one that knows the page."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(script)
    times = [seconds(context, address, selector) for _ in range(2)]
    context.close()
    return times


def main() -> None:
    """Serve, open, print."""
    from cnnviz.plotly_js import compressed, source

    shell = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shell, args=["--no-sandbox", "--disable-gpu"]
        )
        peer = Path(folder, "peer.py")
        peer.write_text(PEER, "utf-8")
        with served("app.py") as (url, _), served(str(peer)) as (peer_url, _):
            cases = {
                f"/{PAGE} is open, plotly.js withheld": (f"{url}/{PAGE}", OPEN, WITHHELD),
                f"/{PAGE} is open": (f"{url}/{PAGE}", OPEN),
                f"the chart of /{PAGE} is drawn": (f"{url}/{PAGE}", DRAWN),
                "peer: `st.plotly_chart` is drawn": (peer_url, PEER_DRAWN),
            }
            for case in cases.values():
                opened(browser, *case)  # the servers' caches
            # In turns, so that other work on the machine slows all of them alike.
            rounds = [
                {name: opened(browser, *case) for name, case in cases.items()} for _ in range(TIMES)
            ]
        browser.close()
    print(f"plotly.js: {len(source()) / 1e6:.1f} MB, {len(compressed()) / 1e6:.1f} MB as sent.\n")
    print("| seconds, median | new profile | known |\n|---|---|---|")
    for name in cases:
        new, known = (statistics.median(one[name][at] for one in rounds) for at in (0, 1))
        print(f"| {name} | {new:.2f} | {known:.2f} |")


if __name__ == "__main__":
    main()
