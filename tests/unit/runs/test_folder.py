import datetime as dt
import json
import os
import secrets
import shutil
import stat

import pytest
import torch

from cnnviz.runs import RunError, create_run, delete_run, list_runs, open_run, runs_root
from cnnviz.runs.folder import Run, replace_file


class Stopped(dt.datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz=None):  # noqa: ARG003 - it stands in all zones
        return cls(2026, 11, 28, 12, tzinfo=dt.UTC)


def test_a_new_run_is_found_and_says_what_was_asked(run, config, root):
    again = open_run(run.id)
    assert run.path.parent == root == runs_root()
    assert again.config.created
    assert again.config.recipe == config.recipe
    assert again.config.spec == config.spec
    assert again.state().status == "interrupted"
    assert [p.name for p in root.iterdir()] == [run.id]


def test_newest_first_shipped_last_and_hidden_folders_not_at_all(config, root, tmp_path):
    first, second = create_run(config), create_run(config)
    first.path.rename(root / "20200101-000000-digits-gap-aaaa")
    shutil.copytree(second.path, tmp_path / "shipped" / "digits-gap")
    (root / ".half").mkdir()
    (root / "file").touch()
    (root / "Upper Case").mkdir()
    runs = list_runs()
    assert [r.id for r in runs] == [second.id, "20200101-000000-digits-gap-aaaa", "digits-gap"]
    assert [r.shipped for r in runs] == [False, False, True]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\0b", "A", "x" * 101, "no-such-run"]
)
def test_a_name_that_is_no_run(run, name):
    with pytest.raises(RunError, match="no run called"):
        open_run(name)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.json", b"{", "not JSON"),
        ("run.json", b"\xff\xfe\x00", "not JSON"),
        ("run.json", b"[]", "not a JSON object"),
        ("run.json", None, "cannot be read"),
        ("events.jsonl", b"hello\n", "not an event"),
        ("events.jsonl", b'{"event":"step"}\n', "no sense"),
    ],
)
def test_a_mangled_folder_is_listed_with_its_reason(run, name, content, reason):
    path = run.path / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    (listed,) = list_runs()
    assert reason in listed.problem
    with pytest.raises(RunError, match=reason):
        open_run(run.id)


def test_following_reads_only_what_is_new(run):
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=5)
        state = run.state()
        assert state.status == "running"
        assert state.alive
        offset = state.offset
        writer.write("snapshot", step=1)
        assert run.state(state) is state
    assert state.snapshots == [1]
    assert state.offset > offset
    assert run.state(state).status == "interrupted"
    assert run.state(state) == run.state()


def test_a_known_state_is_folded_again_when_something_has_happened(run):
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=5)
        known = run.known_state()
        assert Run(run.path).known_state() is known
        writer.write("snapshot", step=1)
        assert run.known_state().snapshots == [1]
        assert known.snapshots == []
    assert run.known_state().status == "interrupted"
    assert run.known_state() == run.state()


def test_only_one_process_may_write(run):
    with (
        run.writing(),
        pytest.raises(RunError, match="Another process"),
        Run(run.path).writing(),
    ):
        pass


def test_snapshots_come_back_bit_for_bit(run):
    weights = {"0_conv.weight": torch.randn(4, 3, 3, 3), "count": torch.tensor(7)}
    with run.writing() as writer:
        run.write_tensors("snapshots/12.safetensors", weights)
        writer.write("snapshot", step=12)
        writer.write("snapshot", step=13)  # its file is missing
    assert run.snapshot_steps() == [12]
    loaded = run.load_snapshot(12)
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[k], weights[k]) for k in weights)
    with pytest.raises(RunError, match=r"no snapshots/13"):
        run.load_snapshot(13)
    run.snapshot_path(12).write_bytes(b"torn")
    with pytest.raises(RunError, match="cannot be read"):
        run.load_snapshot(12)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "file"
    replace_file(path, b"old")

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_commands_are_lines(run):
    run.control("pause")
    run.control("stop")
    lines = (run.path / "control.jsonl").read_text().splitlines()
    assert [json.loads(line)["command"] for line in lines] == ["pause", "stop"]


def test_shipped_runs_are_read_only(run):
    shipped = Run(run.path, shipped=True)
    with pytest.raises(RunError, match="read-only"):
        shipped.control("stop")
    with pytest.raises(RunError, match="read-only"):
        delete_run(shipped)


def test_deleting_waits_for_the_process_and_leaves_nothing(run, root):
    with run.writing(), pytest.raises(RunError, match="Stop it first"):
        delete_run(run)
    delete_run(run)
    assert list(root.iterdir()) == []


def test_no_two_runs_share_a_name(config, root, monkeypatch):
    monkeypatch.setattr(dt, "datetime", Stopped)
    endings = iter(["aaaa", "aaaa", "bbbb", "bbbb", "cccc", "dddd"])
    usual = secrets.token_hex  # for temporary files, longer
    monkeypatch.setattr(secrets, "token_hex", lambda n: next(endings) if n == 2 else usual(n))
    first, second = create_run(config), create_run(config)
    stem = "20261128-120000-digits-gap"
    assert [first.id, second.id] == [f"{stem}-aaaa", f"{stem}-bbbb"]
    (root / f".{stem}-cccc").mkdir()  # a run that is being built
    assert create_run(config).id == f"{stem}-dddd"
    assert (root / f".{stem}-cccc").is_dir()
    assert not (root / f".{stem}-aaaa").exists()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_cannot_be_written_is_named(config, root):
    root.mkdir(parents=True)
    root.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(RunError, match="cannot be written"):
        create_run(config)


def test_a_root_that_is_a_file_is_named(config, root):
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        create_run(config)
    assert list_runs() == []


def test_a_name_of_its_own(run, config):
    assert run.name == config.title == "Digits, gap"
    run.rename("  The fast one ☃ ")
    assert open_run(run.id).name == "The fast one ☃"
    for bad in ("x" * 81, "two\nlines", "bell\a"):
        with pytest.raises(RunError, match="name"):
            run.rename(bad)
    assert run.name == "The fast one ☃"
    run.rename("x" * 80)
    assert run.name == "x" * 80
    run.rename("  ")
    assert run.name == config.title
    (run.path / "name.txt").write_bytes(b"\xff\x00" + b"y" * 200 + b"\nmore")
    assert len(run.name) == 80
    assert run.name.isprintable()
    with pytest.raises(RunError, match="read-only"):
        Run(run.path, shipped=True).rename("mine")


def test_frames_come_back_byte_for_byte(run):
    with run.writing() as writer:
        for step in (3, 4):
            writer.write("snapshot", step=step)
        run.write_frame(3, b"frame")
    assert run.frame_steps() == [3]
    assert run.load_frame(3) == b"frame"
    assert run.frame_path(3) == run.path / "frames" / "3.safetensors"
    with pytest.raises(RunError, match=r"no frames/4"):
        run.load_frame(4)


def test_a_mini_batch_comes_with_what_is_said_of_it(run):
    run.write_tensors("batches/5.safetensors", {"labels": torch.arange(3)}, {"batch": '{"step":5}'})
    tensors, about = run.load_batch(5)
    assert tensors["labels"].tolist() == [0, 1, 2]
    assert about == {"step": 5}
    with pytest.raises(RunError, match="no batches/6"):
        run.load_batch(6)
    run.write_tensors("batches/6.safetensors", {"labels": torch.arange(3)})
    with pytest.raises(RunError, match="cannot be read"):
        run.load_batch(6)


def test_a_command_with_a_value_that_makes_no_sense_is_refused(run):
    with pytest.raises(RunError, match="above 0"):
        run.control("learning_rate", value=0)
    assert not (run.path / "control.jsonl").exists()
    run.control("learning_rate", value=0.25)
    run.control("step", filter=2)
    lines = [json.loads(x) for x in (run.path / "control.jsonl").read_text().splitlines()]
    assert [(x["command"], x.get("value"), x.get("filter")) for x in lines] == [
        ("learning_rate", 0.25, None),
        ("step", None, 2),
    ]
