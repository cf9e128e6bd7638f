import dataclasses

import pytest

from cnnviz.runs import RunError, chosen_run, create_run, show_run_to_all, shown_run


def test_the_chosen_run_is_shown(run, config):
    other = create_run(dataclasses.replace(config, network="lenet5"))
    show_run_to_all(run.id)
    assert shown_run() == run.id
    show_run_to_all(other.id)
    assert shown_run() == other.id
    assert chosen_run() == other.id


def test_without_a_choice_the_one_at_work_then_the_newest(run, config):
    older = run.path.rename(run.path.with_name("20200101-a")).name
    newer = create_run(config)
    assert chosen_run() is None
    assert shown_run() == newer.id
    from cnnviz.runs import open_run

    with open_run(older).writing() as writer:
        writer.write("status", status="running")
        assert shown_run() == older
    assert shown_run() == newer.id


def test_without_any_run_one_that_is_shipped():
    assert shown_run() == "fashionmnist-gap"


def test_viewers_runs_are_not_put_before_everybody(run, config):
    theirs = create_run(dataclasses.replace(config, owner="a-viewer"))
    with theirs.writing() as writer:
        writer.write("status", status="running")
        assert shown_run() == run.id
    show_run_to_all(theirs.id)  # unless the presenter shows it
    assert shown_run() == theirs.id


def test_a_run_in_line_is_shown_before_one_that_has_ended(run, config):
    older = run.path.rename(run.path.with_name("20200101-a"))
    create_run(config)
    (older / "events.jsonl").write_text(
        '{"event":"step","step":1}\n{"event":"status","status":"waiting"}\n'
    )
    assert shown_run() == older.name


def test_a_run_that_cannot_be_read_is_not_put_before_everybody(run, config, root):
    bad = create_run(config)
    bad.path.rename(root / "29990101-bad")
    (root / "29990101-bad" / "run.json").write_text("nonsense")
    assert shown_run() == run.id


def test_a_choice_that_is_gone_or_nonsense_counts_for_nothing(run, root):
    (root / "shown.txt").write_bytes(b"\xff\x00../../etc")
    assert shown_run() == run.id
    (root / "shown.txt").write_text("gone")
    assert shown_run() == run.id
    with pytest.raises(RunError, match="no run"):
        show_run_to_all("../x")
    show_run_to_all(None)
    assert not (root / "shown.txt").exists()
    show_run_to_all(None)  # again is no error
