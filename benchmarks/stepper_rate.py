"""How fast the stepper steps in Chromium, beside the same step done by a Streamlit rerun.

Both step a 3×3 Sobel over a 28×28 input and show input, window and output. The stepper moves by
itself in the browser; the peer is what a plain Streamlit page does: a click or `st.rerun` makes
the server run the script and send two pictures. Steps are counted in the browser, where they
are seen.

    python benchmarks/stepper_rate.py
"""

from __future__ import annotations

import itertools
import shutil
import statistics
import tempfile
from pathlib import Path

from app_server import cpu_seconds, served
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
SECONDS = 5
MOVES = 60

PEER = """
import numpy as np
import streamlit as st
from cnnviz.convolution import trace
from cnnviz.imaging import KERNELS, diverging, sample_image, to_grey

image = to_grey(sample_image("astronaut")[100:128, 200:228])
traced = trace(image, KERNELS["sobel-x"].weights)
step = st.session_state.setdefault("step", 0)
playing = st.toggle("Play")
if st.button("Step") or playing:
    st.session_state.step = step = (step + 1) % traced.output.size
window = np.repeat(image[:, :, None], 3, 2).astype(np.uint8)
window.reshape(-1, 3)[traced.reads[step]] //= 2
shown = np.where(np.arange(traced.output.size) <= step, traced.output.ravel(), 0)
left, right = st.columns(2)
left.image(np.kron(window, np.ones((12, 12, 1), np.uint8)), output_format="PNG")
pixels = diverging(shown.reshape(traced.output.shape))
right.image(np.kron(pixels, np.ones((12, 12, 1), np.uint8)), output_format="PNG")
products = image.ravel()[traced.reads[step]] * traced.kernel.ravel()
st.text(f"step {step}: {' + '.join(f'{p:g}' for p in products)} = {traced.output.flat[step]:g}")
if playing:
    st.rerun()
"""

# Times every animation callback and every frame, and keeps hover-to-paint times.
PROBE = """
window.scripted = []; window.frames = []; window.painted = [];
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (run) => request((now) => {
  const before = performance.now();
  run(now);
  window.scripted.push(performance.now() - before);
});
const frame = (now) => { window.frames.push(now); request(frame); };
request(frame);
window.afterPaint = (began) => request(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.painted.push(performance.now() - began);
  channel.port2.postMessage(0);
});
"""

COUNT = """(seconds) => new Promise((done) => {
  const root = document.querySelector('[data-testid=stBidiComponentIsolated]')
    ? [...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector('.stepper'))
        .find(Boolean) : null;
  const text = () => root ? Number(root.dataset.step)
    : Number(/step (\\d+)/.exec(document.querySelector('[data-testid=stText]').textContent)[1]);
  window.scripted.length = 0; window.frames.length = 0;
  let [last, steps] = [text(), 0];
  const began = performance.now();
  const look = () => {
    const now = text();
    if (now > last) steps += now - last; else if (now < last) steps += 1;
    last = now;
    const passed = (performance.now() - began) / 1000;
    if (passed < seconds) setTimeout(look, 2);
    else done({rate: steps / passed, frames: [...window.frames], scripted: [...window.scripted]});
  };
  look();
})"""


def percentile(values, share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def frame_times(frames) -> list[float]:
    return [after - before for before, after in itertools.pairwise(frames)]


def rates(page, server: int, name: str) -> list[str]:
    before = cpu_seconds(server)
    result = page.evaluate(COUNT, SECONDS)
    busy = (cpu_seconds(server) - before) / SECONDS
    times = frame_times(result["frames"])
    script = result["scripted"] or [0.0]
    return [
        name,
        f"{result['rate']:.1f}",
        f"{statistics.median(times):.1f} / {percentile(times, 0.95):.1f}",
        f"{statistics.median(script):.2f} / {percentile(script, 0.95):.2f}",
        f"{100 * busy:.0f} %",
    ]


def latency(page, act) -> str:
    page.evaluate("window.painted.length = 0")
    for number in range(MOVES):
        act(number)
        page.wait_for_function(f"window.painted.length > {number}")
    times = page.evaluate("window.painted")
    return f"{statistics.median(times):.1f} / {percentile(times, 0.95):.1f}"


def measure_stepper(page, url: str, server: int) -> tuple[list[list[str]], str]:
    page.goto(f"{url}/step?s_source=picture&s_size=28&s_row=100&s_col=200&s_kernel=sobel-x")
    page.wait_for_selector(".stepper[data-playing=true]")
    page.wait_for_load_state("networkidle")
    rows = []
    for index, speed in [(6, 60), (7, 120)]:
        page.get_by_role("slider", name="Speed").fill(str(index))
        page.get_by_role("button", name="Back to the first step").click()
        page.get_by_role("button", name="Play").click()
        rows.append(rates(page, server, f"stepper, asked for {speed}"))
    page.evaluate(
        "addEventListener('pointermove', (e) => afterPaint(e.timeStamp), {capture: true})"
    )
    box = page.locator("canvas[data-kind=output]").bounding_box()

    def hover(number: int) -> None:
        row, column = divmod(number * 7, 26)
        x = box["x"] + (column + 0.5) * box["width"] / 26
        page.mouse.move(x, box["y"] + (row + 0.5) * box["height"] / 26)

    return rows, latency(page, hover)


def measure_peer(page, url: str, server: int) -> tuple[list[list[str]], str]:
    page.goto(url)
    button = page.get_by_role("button", name="Step")
    button.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => {
          addEventListener('click', (e) => { window.clicked = e.timeStamp; }, {capture: true});
          new MutationObserver(() => {
            const shown = document.querySelector('[data-testid=stText]')?.textContent;
            if (shown !== window.shown && window.clicked) afterPaint(window.clicked);
            window.shown = shown;
          }).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    answered = latency(page, lambda _: button.click())
    page.get_by_text("Play").click()
    return [rates(page, server, "Streamlit rerun per step")], answered


def main() -> None:
    flags = ["--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        peer = Path(folder) / "peer.py"
        peer.write_text(PEER, encoding="utf-8")
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        head = ["28×28 input, 3×3 kernel", "steps/s seen", "frame ms", "script ms a frame"]
        table = [[*head, "server CPU"]]
        answers = []
        for script, measure in [("app.py", measure_stepper), (str(peer), measure_peer)]:
            page = chromium.new_page(bypass_csp=True, viewport={"width": 1280, "height": 800})
            page.add_init_script(PROBE)
            with served(script) as (url, server):
                rows, answer = measure(page, url, server)
                page.close()
            table += rows
            answers.append(answer)
        chromium.close()
    widths = [max(len(row[at]) for row in table) for at in range(5)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(f"\nFrom the hand to the screen, ms (median / p95 of {MOVES}):")
    print(f"  stepper, hovering an output cell   {answers[0]}")
    print(f"  Streamlit rerun, clicking Step     {answers[1]}")
    print("\nTwo numbers are median / p95. Chromium draws in software: no GPU.")


if __name__ == "__main__":
    main()
