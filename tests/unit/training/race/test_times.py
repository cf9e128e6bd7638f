"""When the times of a race can be compared: what each run had of the machine."""

import pytest

from cnnviz.training.race.times import uneven, work_of


def lived(*statuses, threads=1, host="here"):
    """The work of a run whose statuses were written at these seconds."""
    events = [{"event": "status", "status": status, "time": time} for status, time in statuses]
    events[0] |= {"threads": threads, "host": host}
    return work_of(events)


def worked(begin, end, **about):
    return lived(("starting", begin), ("running", begin + 1), ("finished", end), **about)


def test_waiting_and_pauses_are_no_work():
    work = lived(("waiting", 0), ("starting", 5), ("running", 6), ("paused", 8), ("running", 20),
                 ("testing", 22), ("finished", 23), ("waiting", 50), ("stopped", 60))  # fmt: skip
    assert work.spells == ((5, 6), (6, 8), (20, 22), (22, 23))


@pytest.mark.parametrize("again", ["waiting", "starting"])
def test_a_process_that_died_worked_until_its_last_event(again):
    work = work_of([
        {"event": "status", "status": "running", "time": 1.0},
        {"event": "step", "step": 3, "time": 4.0},
        {"event": "status", "status": again, "time": 900.0},
        {"event": "status", "status": "stopped", "time": 901.0},
    ])  # fmt: skip
    assert work.spells[0] == (1, 4)


def test_a_run_that_is_still_at_work_worked_until_now():
    events = [{"event": "status", "status": "running", "time": 1.0}, {"event": "step", "time": 9.0}]
    assert work_of(events).spells == ((1, 9),)


def test_lanes_side_by_side_or_one_after_another_are_even():
    assert uneven([worked(0, 20), worked(1, 22)], []) == ""
    assert uneven([worked(0, 20), worked(21, 45), worked(46, 50)], []) == ""
    # As much beside each of them.
    assert uneven([worked(0, 20), worked(21, 41)], [worked(0, 41)]) == ""


def test_another_run_beside_one_of_the_lanes_is_said():
    said = uneven([worked(0, 20), worked(21, 41)], [worked(0, 21)])
    assert "cannot be compared" in said
    assert "share the machine with 0.0 to 1.0 other runs" in said
    assert uneven([worked(0, 20), worked(21, 41)], [worked(0, 21, host="there")]) == ""


def test_a_lane_that_trains_on_alone_is_said():
    assert "with 0.2 to 1.0 other runs" in uneven([worked(0, 4), worked(0, 20)], [])


def test_other_numbers_of_threads_are_said():
    assert "had 1 or 2 threads" in uneven([worked(0, 9), worked(20, 29, threads=2)], [])
    events = [
        {"event": "status", "status": "running", "time": 0.0, "threads": 4},
        {"event": "threads", "time": 2.0, "threads": 2},
        {"event": "status", "status": "finished", "time": 5.0},
    ]
    assert work_of(events).threads == {2, 4}


def test_other_machines_are_said():
    assert "different machines" in uneven([worked(0, 9), worked(0, 9, host="there")], [])


def test_a_lane_that_never_began_says_nothing():
    assert uneven([worked(0, 9), lived(("waiting", 0), ("stopped", 3), threads=8)], []) == ""
    assert uneven([], []) == ""
