"""How long a network takes for one picture: in Chromium, in Node, in PyTorch, by way of the server.

In the browser and in Node it is `kit/network/forward.js`, which gives all maps of all layers.
PyTorch runs the same weights on the same picture in the same minute, on one thread, with all maps
kept by hooks. The way by the server is what a plain Streamlit page does: a click makes the server
run the script and send ten probabilities, and the clock stops when they are in the page.

    python benchmarks/forward_rate.py
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from app_server import served
from playwright.sync_api import Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.components.packing import packed_weights  # noqa: E402
from cnnviz.networks import NETWORKS, build, network_spec, summary  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPE = (1, 28, 28)
FLAGS = ["--no-sandbox", "--disable-gpu"]
ADDRESS = "http://components.test"

# Browsers round their clocks, so several runs are timed at once.
RUNS = """
const { prepare } = await import(`${root}/kit/network/forward.js`);
const { readSafetensors } = await import(`${root}/kit/network/safetensors.js`);
const bytes = Uint8Array.from(atob(data.weights), (letter) => letter.charCodeAt(0));
const network = prepare(data.spec, data.shape, readSafetensors(bytes).tensors);
const times = [];
for (let batch = 0; batch < data.batches; batch += 1) {
  const start = performance.now();
  for (let run = 0; run < 5; run += 1) network.run(data.picture);
  times.push((performance.now() - start) / 5);
}
const result = { times, logits: [...network.output.values] };
"""

PEER = """
import streamlit as st
import torch
from cnnviz.networks import build, network_spec

@st.cache_resource
def network():
    torch.set_num_threads(1)
    return build(network_spec("gap", (1, 28, 28), 10), (1, 28, 28)).eval()

clicks = st.session_state.setdefault("clicks", 0)
if st.button("Predict"):
    st.session_state.clicks = clicks = clicks + 1
with torch.no_grad():
    shares = network()(torch.randn(1, 1, 28, 28)).softmax(1)[0].tolist()
st.text(f"{clicks}: {shares}")
"""

CLICK = """
async (click) => {
  const start = performance.now();
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((one) => one.innerText === "Predict").click();
  while (!document.body.innerText.includes(`${click}: [`)) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""


def in_pytorch(model: torch.nn.Module, picture: torch.Tensor, runs: int) -> list[float]:
    """Milliseconds of each run, with every layer's maps kept."""
    maps: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        return lambda _module, _input, output: maps.__setitem__(name, output.clone())

    hooks = [module.register_forward_hook(keep(name)) for name, module in model.named_modules()]
    times = []
    with torch.no_grad():
        for _ in range(runs):
            start = time.perf_counter()
            model(picture)
            times.append(1000 * (time.perf_counter() - start))
    for hook in hooks:
        hook.remove()
    return times


def in_node(data: dict[str, Any]) -> dict[str, Any]:
    """Times and logits of the same in Node."""
    root = (ROOT / "cnnviz" / "components").as_uri()
    script = (
        'import { readFileSync } from "node:fs";\n'
        f'const root = "{root}", data = JSON.parse(readFileSync(0));\n{RUNS}'
        "console.log(JSON.stringify(result));"
    )
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [node, "--input-type=module", "-e", script],
        input=json.dumps(data), capture_output=True, text=True, check=True,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def in_browser(page: Page, data: dict[str, Any]) -> dict[str, Any]:
    """Times and logits of the same in the page."""
    root = json.dumps(ADDRESS)
    result: dict[str, Any] = page.evaluate(
        f"async (data) => {{ const root = {root}; {RUNS} return result; }}", data
    )
    return result


def serve_components(route: Route) -> None:
    """Answer a request of the page with a component's file."""
    path = route.request.url.removeprefix(ADDRESS).lstrip("/")
    if not path:
        route.fulfill(body="<!doctype html>", content_type="text/html")
        return
    file = ROOT / "cnnviz" / "components" / path
    route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")


def by_the_server(page: Page, clicks: int) -> list[float]:
    """Milliseconds from each click to its probabilities."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.py"
        script.write_text(PEER, encoding="utf-8")
        with served(str(script)) as (url, _):
            page.goto(url)
            page.get_by_text("0: [").wait_for()
            return [page.evaluate(CLICK, click) for click in range(1, clicks + 1)]


def row(name: str, *columns: list[float]) -> str:
    """A line of the table: median and p95 of each column."""
    cells = [
        f"{statistics.median(times):.2f} / {statistics.quantiles(times, n=20)[-1]:.2f}"
        for times in columns
    ]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=60, help="of five runs each")
    parser.add_argument("--clicks", type=int, default=30)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with sync_playwright() as playwright:
        system = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.route(f"{ADDRESS}/**", serve_components)
        page.goto(f"{ADDRESS}/")
        print("| 28×28, median / p95 ms | multiply-adds | Chromium | Node | PyTorch, one thread |")
        print("|---|---|---|---|---|")
        for id, info in NETWORKS.items():
            spec = network_spec(id, SHAPE, 10)
            model = build(spec, SHAPE).eval()
            picture = torch.randn(1, *SHAPE)
            with torch.no_grad():
                exact = model(picture)[0]
            data = {
                "spec": spec, "shape": SHAPE, "weights": packed_weights(model.state_dict()),
                "picture": picture.flatten().tolist(), "batches": options.batches,
            }  # fmt: skip
            chromium, node = in_browser(page, data), in_node(data)
            for result in (chromium, node):
                assert torch.allclose(torch.tensor(result["logits"]), exact, atol=1e-4)
            macs = sum(layer.macs for layer in summary(spec, SHAPE))
            pytorch = in_pytorch(model, picture, options.batches * 5)
            print(row(f"{info.title} | {macs:,}", chromium["times"], node["times"], pytorch))
        trips = by_the_server(browser.new_page(), options.clicks)
        browser.close()
    print(f"\n| by way of the server | median / p95 ms |\n|---|---|\n{row('GAP net', trips)}")


if __name__ == "__main__":
    main()
