"""Steps a second of training in the browser, beside PyTorch's loop on the same batches.

In Chromium and in Node it is `kit/network/learning.js`, as the page Training in your browser runs
it. PyTorch takes the same steps with `torch.optim.Adam` in the same minute, on one thread and on
two; the losses have to agree.

    python benchmarks/training_rate.py
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from forward_rate import ADDRESS, FLAGS, serve_components  # noqa: E402

from cnnviz.components.packing import packed_weights  # noqa: E402
from cnnviz.networks import build  # noqa: E402
from cnnviz.training.experiments.in_browser import DATASETS, lesson, starting_lines  # noqa: E402

BATCH, STEPS, WARM = 10, 40, 10

RUN = """
const { Learner } = await import(`${root}/kit/network/learning.js`);
const { readSafetensors } = await import(`${root}/kit/network/safetensors.js`);
const bytes = Uint8Array.from(atob(data.weights), (letter) => letter.charCodeAt(0));
const learner = new Learner(data.spec, data.shape, readSafetensors(bytes).tensors);
const times = [], losses = [];
for (const { pictures, labels } of data.batches) {
  const start = performance.now();
  losses.push(learner.step(pictures, labels, { rule: "adam", rate: 0.001, momentum: 0 }));
  times.push(performance.now() - start);
}
const result = { times, losses };
"""


def in_node(data: dict[str, Any]) -> dict[str, Any]:
    """Times and losses in Node."""
    root = (ROOT / "cnnviz" / "components").as_uri()
    script = (
        'import { readFileSync } from "node:fs";\n'
        f'const root = "{root}", data = JSON.parse(readFileSync(0));\n{RUN}'
        "console.log(JSON.stringify(result));"
    )
    done = subprocess.run(
        [Path(sys.executable).with_name("node"), "--input-type=module", "-e", script],
        input=json.dumps(data), capture_output=True, text=True, check=True,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def in_pytorch(
    model: torch.nn.Module, batches: list[tuple[torch.Tensor, torch.Tensor]], threads: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each step, and its loss."""
    torch.set_num_threads(threads)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    times, losses = [], []
    for x, y in batches:
        start = time.perf_counter()
        loss = F.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        times.append(1000 * (time.perf_counter() - start))
    return times, losses


def steps_a_second(times: list[float]) -> float:
    """From the median, without the first steps."""
    return 1000 / statistics.median(times[WARM:])


def main() -> None:
    """Print the table."""
    with sync_playwright() as playwright:
        system = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        page = browser.new_page()
        page.route(f"{ADDRESS}/**", serve_components)
        page.goto(f"{ADDRESS}/")
        print(f"| batches of {BATCH}, steps a second | Chromium | Node | PyTorch, 1 thread | 2 |")
        print("|---|---|---|---|---|")
        for dataset in DATASETS:
            for title, line in starting_lines(dataset).values():
                of = lesson(dataset, line, 0)
                mean, std = (torch.tensor(one).view(-1, 1, 1) for one in (of.config.mean, of.config.std))  # noqa: E501  # fmt: skip
                x = (torch.from_numpy(of.images[: BATCH * STEPS]) / 255 - mean) / std
                y = torch.from_numpy(of.labels[: BATCH * STEPS])
                batches = list(zip(x.split(BATCH), y.split(BATCH), strict=True))
                data = {
                    "spec": of.config.spec, "shape": of.config.input_shape,
                    "weights": packed_weights(of.weights),
                    "batches": [
                        {"pictures": a.flatten(1).tolist(), "labels": b.tolist()}
                        for a, b in batches
                    ],
                }  # fmt: skip
                root = json.dumps(ADDRESS)
                code = f"async (data) => {{ const root = {root}; {RUN} return result; }}"
                found = [page.evaluate(code, data), in_node(data)]
                rates = [steps_a_second(one["times"]) for one in found]
                for threads in (1, 2):
                    model = build(of.config.spec, of.config.input_shape)
                    model.load_state_dict(of.weights)
                    times, losses = in_pytorch(model, batches, threads)
                    assert all(torch.allclose(torch.tensor(one["losses"]), torch.tensor(losses), atol=1e-3) for one in found)  # noqa: E501  # fmt: skip
                    rates.append(steps_a_second(times))
                cells = " | ".join(f"{rate:,.0f}" for rate in rates)
                print(f"| {dataset}: {title} | {cells} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
