"""Whatever lies in a run's folder, it is said to be unreadable, and harms nothing else."""

import contextlib
import dataclasses
import json
import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnviz.inspection import InspectionError
from cnnviz.inspection.frames import read_frame
from cnnviz.live.lobby import LobbyReader
from cnnviz.live.source import RunGoneError, Source
from cnnviz.networks import NetworkError, summary
from cnnviz.runs import Run, RunError, create_run, find_run, list_runs, open_run, shown_run
from cnnviz.runs.events import read_commands
from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import pose, read_questions, reveal, vote
from cnnviz.training import TrainingError
from cnnviz.training.engines import limits, line
from cnnviz.training.engines.dispatcher import Dispatcher
from cnnviz.training.engines.process import trainer_of
from cnnviz.training.race.times import work_of

DEEP = "[" * 100_000
SECRET = "the content of somebody's private file"
HUGE = 10**400
FILES = ["run.json", "events.jsonl", "questions.jsonl", "control.jsonl", "name.txt", "lock",
         "frames/1.safetensors", "batches/1.safetensors", "snapshots/1.safetensors"]  # fmt: skip

odd = st.sampled_from(
    [
        None,
        True,
        -1,
        99,
        0.5,
        HUGE,
        -HUGE,
        float("nan"),
        float("inf"),
        2**63,
        "",
        "text",
        "\ud800",
        "\0",
        "x" * 300_000,
        [],
        {},
        [[]],
        [None],
        {"a": []},
        [1e308] * 3,
    ]
) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


class Engine(Dispatcher):
    """Starts nothing, and has room for all."""

    def _at_work(self, run):
        return run.is_alive()

    def _has_room(self, busy):
        return len(busy) < 2

    def _launch(self, _run):
        raise TrainingError("This engine starts nothing.")

    def _end(self, run):
        pass


def events():
    point = {"step": 1, "epoch": 0.1, "seconds": 0.1, "loss": 1.0, "accuracy": 0.5}
    health = {"name": "conv1", "gradient": 1.0, "ratio": 0.1, "dead": None}
    finding = {"kind": "nan", "text": "x", "advice": "y"}
    status = {"event": "status", "step": 0, "control": 0}
    return [
        {**status, "status": "waiting"},
        {**status, "status": "starting", "process": 2**30, "threads": 1, "host": "h"},
        {**status, "status": "running", "total_steps": 9, "train_images": 9, "test_images": 9,
         "device": "CPU"},
        {"event": "step", **point, "learning_rate": 0.1, "images_per_second": 9.0},
        {"event": "evaluation", **point, "images": 9, "confusion": [[1, 1], [1, 1]]},
        {"event": "snapshot", "step": 1},
        {"event": "thinned", "step": 1},
        {"event": "health", "step": 1, "layers": [health]},
        {"event": "diagnosis", "step": 1, "findings": [finding]},
        {"event": "changed", "step": 1, "learning_rate": 0.1},
        {"event": "batch", "step": 1},
        {"event": "threads", "step": 1, "threads": 2, "device": "CPU"},
        {**status, "status": "failed", "message": "m", "resumable": True},
        {**status, "status": "waiting"},
    ]  # fmt: skip


@pytest.fixture
def folder(config, own_runs):
    """A run with something in each of its files."""
    run = create_run(dataclasses.replace(config, variant={"depth": 2}))
    lines = [json.dumps({"time": 1.7e9, **event}) for event in events()]
    (run.path / "events.jsonl").write_text("\n".join(lines) + "\n")
    id = pose(run, Question("class", "Which?", (Option("a"), Option("b"))))
    vote(run, id, 1, "voter-one")
    reveal(run, id, 1, "b")
    run.control("learning_rate", value=0.1)
    run.rename("mine")
    (run.path / "secret").write_text(SECRET)
    shutil.move(run.path / "secret", own_runs.parent / "secret")
    return run


def look(run, good):
    """Do all that the app does with a run that may be mangled, beside a good one."""
    runs = {r.id: r for r in list_runs()}
    assert runs[good.id].problem is None
    said = [runs[run.id].problem or ""]
    engine = Engine()
    for call, errors in [
        (lambda: open_run(run.id), RunError),
        (lambda: Run(run.path).name, RunError),
        (lambda: work_of(Run(run.path).kept_events()), RunError),
        (lambda: read_questions(run), RunError),
        (lambda: read_commands(run.path / "control.jsonl"), (RunError, OSError)),
        (lambda: read_frame(run.load_frame(1)), (RunError, InspectionError)),
        (lambda: run.load_batch(1), RunError),
        (lambda: run.load_snapshot(1), RunError),
        (run.is_alive, ()),
        (lambda: line.waiting_since(run), ()),
        (lambda: trainer_of(run), ()),
        (shown_run, ()),
        (lambda: limits.check_crowd(dataclasses.replace(good.config, owner="v")), ()),
        (engine.dispatch, ()),
        (lambda: LobbyReader().read().encode(), ()),
        (lambda: Source(run).describe(), (RunError, RunGoneError)),
        (lambda: Source(run).poll(0), (RunError, RunGoneError, OSError)),
        (lambda: Source(run).aside(), (RunError, OSError)),
        (lambda: Source(run).frame(1), ()),
        (lambda: summary(Run(run.path).config.spec, (1, 8, 8)), (RunError, NetworkError)),
    ]:
        try:
            said.append(repr(call()))
        except errors as error:
            said.append(str(error))
    assert not any(SECRET[:10] in text for text in said)
    assert find_run(shown_run()).problem is None
    for text in said[:2]:
        text.encode()
        assert len(text) < 10_000


@contextlib.contextmanager
def copy_of(run):
    """A copy that the newest name makes the first of the list."""
    path = run.path.with_name("99991231-235959-copy")
    shutil.copytree(run.path, path)
    try:
        yield Run(path)
    finally:
        shutil.rmtree(path)


QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def replace_somewhere(value, path, odd_value):
    """A JSON value with something odd in one place, which the numbers of `path` choose."""
    if path and isinstance(value, dict) and value:
        key = sorted(value)[path[0] % len(value)]
        return value | {key: replace_somewhere(value[key], path[1:], odd_value)}
    if path and isinstance(value, list) and value:
        at = path[0] % len(value)
        return [*value[:at], replace_somewhere(value[at], path[1:], odd_value), *value[at + 1 :]]
    return odd_value


@QUICK
@given(st.sampled_from(FILES[:4]), st.lists(st.integers(0, 20), min_size=1, max_size=4), odd)
def test_one_value_of_another_kind(folder, good, name, path, value):
    with copy_of(folder) as run:
        file = run.path / name
        texts = [file.read_text()] if name == "run.json" else file.read_text().splitlines()
        values = list(map(json.loads, texts))
        at = path.pop() % len(values)
        values[at] = replace_somewhere(values[at], path, value)
        file.write_text("\n".join(map(json.dumps, values)) + "\n")
        look(run, good)


@QUICK
@given(st.sampled_from(FILES), st.binary(max_size=60), st.booleans())
def test_bytes_of_any_kind(folder, good, name, data, ends):
    with copy_of(folder) as run:
        (run.path / name).parent.mkdir(exist_ok=True)
        with (run.path / name).open("ab" if ends else "wb") as file:
            file.write(data + b"\n" * ends)
        look(run, good)


@pytest.fixture
def good(config, own_runs):
    return create_run(config)


def deep(path):
    path.write_text(DEEP + "\n")


def deep_inside(path):
    path.write_text('{"event":"x","a":' + "[" * 900 + "]" * 900 + "}\n")


def folder_instead(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def pipe_instead(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link_outside(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path.parents[2] / "secret")


def link_to_itself(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def nothing(path):
    path.write_bytes(b"")


def huge_number(path):
    path.write_text('{"event":"step","step":1e400,"time":1}\n{"a":' + "9" * 5000 + "}\n")


@pytest.mark.parametrize("name", FILES[:6])
@pytest.mark.parametrize(
    "spoil",
    [deep, deep_inside, folder_instead, pipe_instead, link_outside, link_to_itself, nothing,
     huge_number],
)  # fmt: skip
def test_something_else_in_place_of_a_file(folder, good, name, spoil):
    with copy_of(folder) as run:
        spoil(run.path / name)
        look(run, good)


def test_a_folder_of_frames_that_is_a_link(folder, good, tmp_path):
    (tmp_path / "runs" / "elsewhere").mkdir()
    (tmp_path / "runs" / "elsewhere" / "1.safetensors").write_text(SECRET)
    for name in ("frames", "snapshots", "batches"):
        (folder.path / name).symlink_to(tmp_path / "runs" / "elsewhere")
    with pytest.raises(RunError, match="link"):
        folder.load_frame(1)
    with pytest.raises(RunError, match="link"):
        folder.load_snapshot(1)


def test_votes_for_options_that_there_are_not(folder):
    id = pose(folder, Question("class", "Which?", (Option("a"), Option("b"))))
    with (folder.path / "questions.jsonl").open("a") as file:
        for option in (99, -1, "1", None, 0.5, HUGE, 1):
            ballot = {"question": id, "option": option, "voter": f"v{option}"[:9]}
            file.write(json.dumps({"vote": ballot}) + "\n")
        file.write(json.dumps({"reveal": {"question": id, "answer": 99, "words": ""}}) + "\n")
    question = read_questions(folder)[-1]
    assert question.counts == [0, 1]
    assert not question.revealed


def test_a_waiting_run_that_is_mangled_leaves_the_line(folder, good):
    (folder.path / "run.json").write_text(DEEP)
    assert line.waiting_since(folder) is not None
    Engine().dispatch()
    assert line.waiting_since(folder) is None
