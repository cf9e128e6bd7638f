"""The runs of tasks beyond a class that come with the app."""

from pathlib import Path

import pytest
import torch

from assets.runs.make_runs import MAX_TASK_BYTES, TASK_RUNS
from cnnviz.datasets import load_dataset
from cnnviz.networks import build
from cnnviz.runs import Run
from cnnviz.training.data import Normalise
from cnnviz.training.race.lanes import lane_config
from cnnviz.training.race.presets import PRESETS
from cnnviz.training.tasks import TASKS

CPU = torch.device("cpu")
RUNS = Path(__file__).parents[3] / "assets" / "runs"


@pytest.mark.parametrize("name", TASK_RUNS)
def test_runs_that_come_with_it(name):
    """Small, finished, of no machine, as good as they say, and made as `make_runs` says."""
    run = Run(RUNS / name, shipped=True)
    asked = TASK_RUNS[name]
    files = [file for file in run.path.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MAX_TASK_BYTES
    state, config = run.state(), run.config
    assert state.status == "finished"
    events = (run.path / "events.jsonl").read_text("utf-8")
    assert not any(word in events for word in ("process", "host", "/"))
    steps = run.snapshot_steps()
    assert (len(steps), steps[0], steps[-1]) == (asked.snapshots, 0, state.total_steps)
    data = load_dataset(asked.dataset)
    lane = PRESETS[asked.preset].lanes(data.shape, False, len(data.classes))[asked.lane]
    again = lane_config(data, lane, length=asked.length, seed=0, group=config.group, threads=1)
    assert (config.spec, config.recipe, config.loss) == (again.spec, again.recipe, again.loss)
    model = build(config.spec, config.input_shape).eval()
    model.load_state_dict(run.load_snapshot(steps[-1]))
    task = TASKS[config.task]
    _, wanted = task.targets(data)
    few = torch.arange(40)
    inputs = Normalise(config.mean, config.std, CPU)(torch.from_numpy(data.test_images)[few])
    with torch.inference_mode():
        _, tally = task.assess(model, inputs, task.wanted(wanted[few]), config.loss)
        score = task.tested(0, tally, len(few))
    main = task.measures[0].name
    assert score.measures[main] == pytest.approx(state.final.measures[main], rel=0.15)
    assert run.load_frame(steps[2])
