"""How long training will take: from runs like it, else from a few steps that are timed."""

from cnnviz.training import estimate
from cnnviz.training.config import again, make_config
from cnnviz.training.estimate import estimate_seconds, recorded_rate


def test_the_fastest_of_several_timings_counts(digits, monkeypatch):
    """The first is often taken while the machine is busy."""
    timed = []

    def time_steps(_config):
        timed.append(len(timed))
        return [100.0, 400.0, 200.0, 300.0, 100.0, 100.0, 100.0][timed[-1]]

    monkeypatch.setattr(estimate, "_timed", {})
    monkeypatch.setattr(estimate, "_time_steps", time_steps)
    monkeypatch.setattr(estimate, "_APART", -1.0)
    config = make_config(digits, "lenet5")
    seconds = [estimate_seconds(config, 1000) for _ in range(7)]
    assert seconds[1:] == [seconds[0] / 4] * 6
    assert len(timed) == 5  # then it is known well enough


def finished(new_run, *points):
    """A finished run on 1,000 pictures, with these epochs at these seconds."""
    run = new_run(epochs=2, batch_size=32)
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=88, train_images=1000,
                     test_images=2, device="CPU, 1 thread")  # fmt: skip
        for step, (epoch, seconds) in enumerate(points, start=1):
            writer.write("step", step=step, epoch=epoch, loss=1, accuracy=0.5, learning_rate=0.1,
                         images_per_second=9.0, seconds=seconds)  # fmt: skip
        writer.write("status", status="finished", step=88)
    return run


def test_the_fastest_of_the_finished_runs_counts(new_run):
    """A run that shared the machine says little about the next one."""
    for seconds in (4.0, 2.0, 8.0):
        run = finished(new_run, (0.1, 1.0), (2.1, 1.0 + seconds))
    assert recorded_rate(again(run.config)) == 1000


def test_the_slow_start_of_a_run_does_not_count(new_run):
    run = finished(new_run, (0.1, 0.9))
    assert recorded_rate(again(run.config)) is None  # too short to tell
    run = finished(new_run, (0.1, 1.0), (6.1, 4.0))
    assert recorded_rate(again(run.config)) == 2000
