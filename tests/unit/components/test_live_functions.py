"""What the live component computes in the browser is what Python computes."""

import base64

import numpy as np
import pytest
import torch

from cnnviz.inspection.frames import make_frame, read_frame
from cnnviz.networks import build
from cnnviz.runs import fold
from tests.browser.made_up_runs import SPEC
from tests.unit.components.node import in_node

FOLD = """
import { RunState } from "./cnnviz/components/live/fold.js";
const steps = (points) => points.map((point) => point.step);
console.log(JSON.stringify([true, false].map((alive) => {
  const state = new RunState();
  for (const event of data) state.apply(event);
  state.alive = alive;
  return [state.status, state.step, state.seconds,
    steps(state.progress), steps(state.evaluations), steps(state.snapshots),
    steps(state.health), steps(state.diagnoses), steps(state.changes), steps(state.batches),
    state.findings.map((finding) => finding.text)];
})));
"""
FRAME = """
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { Frame } from "./cnnviz/components/live/frames.js";
const frame = new Frame(bytesOf(data));
console.log(JSON.stringify([frame.step, [...frame.slice("maps", 2, 5)],
  [...frame.slice("cams", 1, 1)], frame.filters.high, frame.predicted, frame.probabilities]));
"""


@pytest.mark.parametrize("seed", range(4))
def test_the_fold_is_that_of_the_server(seed):
    random = np.random.default_rng(seed)
    kinds = [
        "step",
        "evaluation",
        "snapshot",
        "thinned",
        "health",
        "diagnosis",
        "changed",
        "batch",
        "status",
    ]
    made, step = [], 0
    for _ in range(300):
        kind = str(random.choice(kinds))
        step = max(0, step + int(random.integers(-1, 6)))
        event = {"event": kind, "time": 0.0, "step": step}
        if kind in ("step", "evaluation"):
            event |= {"epoch": step / 50, "loss": 1.0, "accuracy": round(random.random(), 3),
                      "learning_rate": 0.1, "images_per_second": 1.0, "seconds": step * 0.3,
                      "images": int(random.choice([100, 500])), "confusion": [[1]]}  # fmt: skip
        elif kind == "health":
            event["layers"] = []
        elif kind == "diagnosis":
            event["findings"] = [{"kind": "flat", "text": str(step), "advice": ""}]
        elif kind == "changed":
            event["pace"] = 2.0
        elif kind == "status":
            status = str(random.choice(["running", "paused", "waiting", "finished", "failed"]))
            event |= {
                "status": status,
                "total_steps": 900,
                "train_images": 1000,
                "test_images": 500,
            }
            if random.random() < 0.6:
                del event["step"]
            else:
                step = event["step"] = max(0, step - int(random.integers(0, 30)))
        made.append(event)
    for alive, got in zip((True, False), in_node(FOLD, data=made), strict=True):
        state = fold(made)
        state.alive = alive
        points = (state.progress, state.evaluations, state.health, state.diagnoses, state.changes)
        steps = [[point.step for point in these] for these in points]
        steps.insert(2, state.snapshots)
        steps.append(state.batches)
        wanted = [state.status, state.step, state.seconds, *steps]
        assert got[:10] == wanted
        assert got[10] == [finding.text for finding in state.findings]


def test_a_frame_of_the_trainer_is_read():
    torch.manual_seed(0)
    model = build(SPEC, (1, 28, 28)).eval()
    data = make_frame(model, torch.randn(3, 1, 28, 28), torch.tensor([0, 4, 9]), step=7, epoch=0.5,
                      seconds=1.5)  # fmt: skip
    frame = read_frame(data)
    got = in_node(FRAME, data=base64.b64encode(data).decode())
    assert got[0] == 7
    assert got[1] == frame.maps.codes[2, 5].ravel().tolist()
    assert got[2] == frame.cams.codes[1, 1].ravel().tolist()
    assert got[3] == pytest.approx(frame.filters.high)
    assert got[4] == list(frame.predicted)
    np.testing.assert_allclose(got[5], frame.probabilities, atol=1e-4)
