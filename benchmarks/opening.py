"""Every page of the app in Chromium: how long it takes to open, and what it costs once it is there.

Each page is opened in four ways: by its link in a new tab, first on a server that nobody asked for
it and then again; by its link in a tab that shows the app already; and from Home within the app. A
person sees something once the first figure or picture stands in the window; the page is open when
its script has ended, nothing on it waits to be drawn and two frames have passed. Sections below the
fold come afterwards, one at a time (`cnnviz/ui/shared/lazy_section.py`); in a tab that shows the
app, it is told as well when the last one is there. The browser has been in the app before, so
Streamlit's own files are in its cache. The peer is a Streamlit page with a title, a line of text
and a picture.

After that nobody touches the page for a few seconds, and the processor time that all of Chromium
and the server take is counted, as a share of one core. By default the browser asks for less
motion, as a person can: then nothing moves, and a page that stands still has nothing to compute.
With `--moving` figures play as they do for everybody else. A page that computes something long
while it is watched, such as the loss landscape, is not at rest before that is whole.

    python benchmarks/opening.py [--still 5] [--moving] [pixels sharing …]

Aims, on two quiet cores: 1.5 s to open in a tab that shows the app, and 2 % of a core for a page
at rest.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app_server import Server, cpu_seconds, served
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
WARM_UP_SECONDS = 10
POLL = 50  # milliseconds: to look for a figure in every frame takes a tenth of a second in all
AGAIN = 3
SETTLE_SECONDS = 2
"""Before the processor time at rest is counted: what is drawn late is drawn by then."""

PEER = """import numpy as np
import streamlit as st
st.title("A page")
st.write("One line of text.")
st.image(np.zeros((200, 200, 3), np.uint8))
"""
OPEN = """() => document.querySelector(
  "[data-testid='stApp'][data-test-script-state='notRunning']"
) && !document.querySelector("[data-testid='stSkeleton'], [data-testid='stAppSkeleton']")"""
WHOLE = f"() => ({OPEN})() && !document.querySelector('.cnnviz-lazy[data-waits]')"
# In the window, in any shadow root, and no icon.
FIGURE = """() => {
  const figures = (root) => [...root.querySelectorAll("*")].flatMap((node) => [
    ...(node.matches("canvas, svg, img, video, table") ? [node] : []),
    ...(node.shadowRoot ? figures(node.shadowRoot) : []),
  ]);
  const main = document.querySelector("[data-testid='stMain']");
  return main && figures(main).some((node) => {
    const { width, height, top } = node.getBoundingClientRect();
    return width >= 60 && height >= 60 && top < innerHeight;
  });
}"""
# As the browser's own buttons do.
GO = """(name) => {
  history.pushState(null, "", `/${name}`);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Opened:
    """What a page took: seconds of the clock, then shares of one core at rest.

    Until the first figure, and until it is open: in a new tab, by a link, and from Home. In the
    last two also until it is whole.
    """

    name: str
    first: float
    tab: tuple[float, ...]
    link: tuple[float, ...]
    home: tuple[float, ...] | None
    computed: float
    browser: float
    server: float


def opening(
    context: BrowserContext, address: str, server: int, still: float = 0
) -> tuple[float, float, float, tuple[float, ...]]:
    """Seconds until the page is open, until its first figure, and of computing; shares at rest."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    figure, took = until_open(page, began)
    metrics = session.send("Performance.getMetrics")["metrics"]
    computed = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
    session.detach()
    shares: tuple[float, ...] = (0.0, 0.0)
    if still:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000 * SETTLE_SECONDS)
        before = browser_seconds(context.browser), cpu_seconds(server)
        page.wait_for_timeout(1000 * still)
        after = browser_seconds(context.browser), cpu_seconds(server)
        shares = tuple((now - then) / still for now, then in zip(after, before, strict=True))
    page.close()
    return took, figure, computed, shares


def until_open(page: Page, began: float) -> tuple[float, float]:
    """Seconds until there is a figure, and until the page is open."""
    page.wait_for_function(FIGURE, polling=POLL)
    figure = time.perf_counter() - began
    page.wait_for_function(OPEN)
    page.evaluate(FRAMES)
    return figure, time.perf_counter() - began


def until_whole(page: Page, began: float) -> tuple[float, ...]:
    """The same, and seconds until what is below the fold is there as well."""
    opened = until_open(page, began)
    page.wait_for_function(WHOLE)
    return *opened, time.perf_counter() - began


def in_a_tab(
    context: BrowserContext, url: str, name: str, title: str | None
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    """A page by its link in a tab that shows the app, and, if its title is known, from Home."""
    page = context.new_page()
    page.goto(url)
    links, homes = [], []
    for _ in range(AGAIN + 1):
        page.wait_for_function(OPEN)
        began = time.perf_counter()
        page.goto(f"{url}/{name}", wait_until="commit")
        links.append(until_whole(page, began))
    for _ in range(AGAIN + 1 if title else 0):
        page.goto(url)
        page.wait_for_function(OPEN)
        page.wait_for_timeout(500)
        began = time.perf_counter()
        page.evaluate(GO, name)
        page.wait_for_function("(title) => document.title.startsWith(title)", arg=title)
        homes.append(until_whole(page, began))
    page.close()
    return medians(links[1:]), medians(homes[1:]) if homes else None


def written(times: tuple[float, ...] | None) -> str:
    """All of them, for a table."""
    return "–" if times is None else " / ".join(f"{one:.2f}" for one in times)


def medians(times: list[tuple[float, ...]]) -> tuple[float, ...]:
    """Those of each column."""
    return tuple(map(statistics.median, zip(*times, strict=True)))


def browser_seconds(browser: Browser) -> float:
    """Processor time of all of Chromium's processes."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(process["cpuTime"] for process in processes)


def measured(
    context: BrowserContext, served_at: Server, name: str, title: str | None, still: float
) -> Opened:
    """Open a page in each of the ways, and leave it alone."""
    url, server = served_at
    first, *_ = opening(context, f"{url}/{name}", server)
    again = [opening(context, f"{url}/{name}", server) for _ in range(AGAIN - 1)]
    again.append(opening(context, f"{url}/{name}", server, still))
    return Opened(
        name or "Home",
        first,
        medians([(figure, took) for took, figure, *_ in again]),
        *in_a_tab(context, url, name, title),
        statistics.median(computed for _, _, computed, _ in again),
        *again[-1][3],
    )


def main() -> None:
    """Serve, open, print."""
    from cnnviz.pages import PAGES, page_at

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="URLs of pages; all where none is named")
    parser.add_argument("--still", type=float, default=5, help="seconds in which nobody touches it")
    parser.add_argument("--moving", action="store_true", help="let figures play")
    asked = parser.parse_args()
    names = asked.pages or [page.url for page in PAGES]
    shell = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    print("Medians in seconds, each until the first figure and until the page is open,")
    print("in a tab that shows the app also until it is whole.\n")
    print("| page | first of all | new tab | × peer | by a link | from Home |", end="")
    print(" main thread in a new tab | browser at rest | server at rest |\n" + 9 * "|---" + "|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shell, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            reduced_motion="no-preference" if asked.moving else "reduce",
        )
        context.set_default_timeout(120_000)
        peer = Path(folder, "peer.py")
        peer.write_text(PEER, "utf-8")
        with served("app.py") as app, served(str(peer)) as peer_served:
            compared = measured(context, peer_served, "", None, asked.still)
            compared.name = "peer: text and a picture"
            opening(context, f"{app.url}/flip", app.pid)
            time.sleep(WARM_UP_SECONDS)
            for name in [*names, None]:
                row = compared
                if name is not None:
                    title = page_at(name).title if name else None
                    row = measured(context, app, name, title, asked.still)
                print(
                    f"| {row.name} | {row.first:.2f} | {written(row.tab)}"
                    f" | {row.tab[1] / compared.tab[1]:.1f}"
                    f" | {written(row.link)} | {written(row.home)} | {row.computed:.2f}"
                    f" | {row.browser:.1%} | {row.server:.1%} |",
                    flush=True,
                )
        browser.close()


if __name__ == "__main__":
    main()
