"""Something long in the background: its steps, its end, its errors."""

import threading

from cnnviz.training.background import Background

LONG = 30


def test_all_steps_are_seen_and_the_end_is_known():
    background = Background(lambda: iter(range(5)))
    assert background.wait(LONG)
    assert (background.seen(), background.running, background.error) == ([0, 1, 2, 3, 4], False, "")
    background.cancel()  # too late: it has not been cut short
    assert not background.cancelled


def test_it_can_be_ended_and_the_next_waits_for_it():
    go, begun = threading.Event(), threading.Event()

    def steps():
        yield 1
        begun.set()
        go.wait(LONG)
        yield 2
        yield 3

    first, second = Background(steps), Background(lambda: iter("ab"))
    assert begun.wait(LONG)
    assert (first.seen(), second.seen()) == ([1], [])
    first.cancel()
    go.set()
    assert second.wait(LONG)
    assert (first.seen(), first.cancelled, second.seen()) == ([1, 2], True, ["a", "b"])


def test_an_error_is_told_and_lets_the_next_go_on():
    def fails():
        yield 1
        raise ValueError("It does not fit.")

    background, after = Background(fails), Background(lambda: iter([1]))
    assert background.wait(LONG)
    assert after.wait(LONG)
    assert (background.seen(), background.error) == ([1], "It does not fit.")
    assert after.seen() == [1]
