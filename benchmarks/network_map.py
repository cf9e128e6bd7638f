"""How fast the map of a network opens and answers a pointer in Chromium.

Opening is from the click on its tab to its first frame, weights and maps and all. The peer is the
tab beside it, whose maps the server computes: it shows fewer of them, and no wires. A hover is from
the pointer's event to the frame that answers it. By a link, the page is opened in a new profile,
and what counts is the time of processors: the server's, and that of the page's own thread. The
peer there is a page of Streamlit with one line of text.

    python benchmarks/network_map.py
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import torch
from app_server import served
from playwright.sync_api import sync_playwright
from stepper_rate import MOVES, PROBE, latency, percentile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.networks import build, network_spec  # noqa: E402
from cnnviz.runs import RunConfig, create_run  # noqa: E402

OPENINGS = 9
PEER = 'import streamlit as st\nst.markdown("One line of text")\n'
SIZES = {"1280×800": (1280, 800), "1920×1080": (1920, 1080), "390×844": (390, 844)}

# When a figure is drawn in one of the shadow roots.
SEEN = """(selector) => new Promise((done) => {
  const look = () => {
    const found = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
      .some((one) => [one, ...one.querySelectorAll("*")].some((inner) =>
        inner.shadowRoot?.querySelector(selector)?.checkVisibility()));
    if (found) requestAnimationFrame(() => done(performance.now() - window.clicked));
    else setTimeout(look, 4);
  };
  look();
})"""
TABS = {"The whole network": ".network-map .best", "Feature maps": ".map-sheet canvas"}


def example(network: str) -> str:
    """Make a run of a network with random weights on random 28×28 pictures; return its id."""
    shape = (1, 28, 28)
    spec = network_spec(network, shape, 10)
    names = tuple(str(digit) for digit in range(10))
    config = RunConfig("own", "Random", network, spec, shape, names, (0.5,), (0.3,))
    pictures = torch.randint(0, 256, (4, *shape), dtype=torch.uint8)
    run = create_run(config, tensors={"test_images": pictures, "test_labels": torch.arange(4)})
    with run.writing() as writer:
        run.write_tensors("snapshots/0.safetensors", build(spec, shape).state_dict())
        writer.write("snapshot", step=0)
    return run.id


def openings(page) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in TABS}
    for number in range(2 * OPENINGS):
        name = list(TABS)[number % 2]
        page.get_by_role("tab", name=name).click()
        times[name].append(page.evaluate(SEEN, TABS[name]))
        page.wait_for_load_state("networkidle")
    return times


def by_link(chromium, url: str, server: int, shown: str) -> str:
    """Open a page in new profiles: processor seconds of the server and of the page's thread."""
    spent = []
    for _ in range(OPENINGS):
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        browser = context.new_cdp_session(page)
        browser.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = processor_seconds(server)
        page.goto(url)
        page.locator(shown).wait_for(timeout=120_000)
        of_server = processor_seconds(server) - before
        numbers = browser.send("Performance.getMetrics")["metrics"]
        [of_page] = [one["value"] for one in numbers if one["name"] == "TaskDuration"]
        spent.append((of_server, of_page))
        context.close()
    return " + ".join(f"{statistics.median(times):.2f}" for times in zip(*spent, strict=True))


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hovers(page) -> str:
    canvas = page.locator(".column canvas.maps").nth(2)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    def hover(number: int) -> None:
        x = box["x"] + (number * 7) % box["width"]
        page.mouse.move(x, box["y"] + (number * 5) % box["height"])

    page.evaluate(
        "addEventListener('pointermove', (e) => afterPaint(e.timeStamp), {capture: true})"
    )
    return latency(page, hover)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["CNNVIZ_RUNS"] = folder
        runs = {network: example(network) for network in ("gap", "vgg")}
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        peer = Path(folder, "peer.py")
        peer.write_text(PEER, encoding="ascii")
        with served(str(peer)) as (url, server):
            seconds = by_link(chromium, url, server, "text=One line of text")
            print(f"one line of text, by a link, server + page: {seconds} s of a processor")
        with served("app.py") as (url, server):
            for network, run in runs.items():
                shown = TABS["The whole network"]
                seconds = by_link(chromium, f"{url}/inside?i_run={run}", server, shown)
                print(f"{network}, by a link, server + page: {seconds} s of a processor")
                for title, (width, height) in SIZES.items():
                    viewport = {"width": width, "height": height}
                    page = chromium.new_page(bypass_csp=True, viewport=viewport)
                    page.add_init_script(PROBE)
                    page.add_init_script(
                        "addEventListener('click', (e) => { window.clicked = e.timeStamp; }, true)"
                    )
                    page.goto(f"{url}/inside?i_run={run}&i_tab=Feature+maps")
                    page.locator(".map-sheet canvas").first.wait_for()
                    page.wait_for_load_state("networkidle")
                    for name, times in openings(page).items():
                        numbers = f"{statistics.median(times):.0f} / {percentile(times, 0.95):.0f}"
                        print(f"{network}, {title}, opening {name}: {numbers} ms")
                    page.get_by_role("tab", name="The whole network").click()
                    page.locator(".network-map .best").wait_for()
                    page.wait_for_load_state("networkidle")
                    page.evaluate("window.scripted.length = 0")
                    print(f"{network}, {title}, hover to screen: {hovers(page)} ms of {MOVES}")
                    script = page.evaluate("window.scripted")
                    numbers = f"{statistics.median(script):.1f} / {percentile(script, 0.95):.1f}"
                    print(f"{network}, {title}, script a frame: {numbers} ms")
                    page.close()
        chromium.close()


if __name__ == "__main__":
    main()
