"""The training loop of one run.

Nothing is read back from the device step by step: loss and accuracy add up there and
are fetched when the clock says that somebody may want to see them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch

from cnnviz.runs import RunError
from cnnviz.runs.events import check_command, read_commands
from cnnviz.training.checkpoint import Position
from cnnviz.training.device import describe_device, pick_device
from cnnviz.training.failure import DivergedError
from cnnviz.training.learner import Learner
from cnnviz.training.race.barrier import await_lanes
from cnnviz.training.recorder import Moment, Recorder
from cnnviz.training.schedule import EARLY, Pace, Stopwatch, one_cycle
from cnnviz.training.stepwise import step_in_detail

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from cnnviz.runs import Run
    from cnnviz.runs.events import Event, EventWriter

_CONTROL_SECONDS = 0.1
_SHARE_SECONDS = 1.0
_SLICE = 0.02
_LONGEST_PAUSE = 3600.0


class Trainer:
    """Trains a run from its checkpoint, or from the start, to its end.

    Args:
        run: The run; the caller holds its lock (`Run.writing`).
        writer: Where events go.
        device: Where to compute; picked if not given.
        threads: Says how many CPU threads to use from now on, asked once a second. By default
            they stay as they are.
        watch: Whether to record anything on the way. Without, the same loop runs as fast
            as it can, and only its end is recorded: to measure what watching costs.

    Attributes:
        loop_seconds: Wall time of the loop so far, with all that is recorded on the way,
            without the full test at the end.

    Raises:
        DatasetError: The data set cannot be had.
        NetworkError: The network does not fit it.
        OSError: The disk refused.
        RunError: The checkpoint cannot be used.
    """

    def __init__(
        self,
        run: Run,
        writer: EventWriter,
        device: torch.device | None = None,
        *,
        threads: Callable[[], int] | None = None,
        watch: bool = True,
    ) -> None:
        self.run, self.watch, self._threads = run, watch, threads
        self.learner = learner = Learner(run, device or pick_device())
        self.model, self.batches = learner.model, learner.batches
        self.recorder = Recorder(learner, writer)
        start = learner.position
        self.step, self.peak, self.pace = start.step, start.peak, start.pace
        self._clock = Stopwatch(start.seconds)
        self._seconds_before = start.seconds
        self._began = time.monotonic()
        state = self.recorder.state
        self._control, self._asked_at = state.control, state.asked_at
        # Loss and what the task tallies since the last report: they stay on the device.
        tallies = learner.task.tallies(len(run.config.classes))
        self._sums = torch.zeros(1 + tallies, device=learner.device)
        self._images = 0
        self._polls, self._shares = Pace(_CONTROL_SECONDS), Pace(_SHARE_SECONDS, 0.01)
        self._next_step = 0.0
        self._stop = self._paused = self._queued = False
        self._heard_at = 0.0
        self._message = ""
        self.loop_seconds = 0.0

    def request_stop(self) -> None:
        """Ask the loop to end soon, as the command `stop` does; safe in a signal handler."""
        self._stop = True

    def train(self) -> None:
        """Go on until the recipe is done or somebody says stop.

        Raises:
            DivergedError: The loss or a weight is not finite any more.
            OSError: The disk refused.
        """
        self._began = time.monotonic()
        self.recorder.sweep(self.step)
        self.model.train()
        try:
            if together := self.step == 0 and self.run.config.lanes > 1:
                if self.watch:
                    self._look_first()  # what the first step would wait for
                self.recorder.write("ready")
                await_lanes(self.run, self._stop_heard)
            self._write_running()
            if self.step == 0 and self.watch and not together:
                self._look_first()
            began = time.perf_counter()
            self._loop()
            self.loop_seconds = time.perf_counter() - began
            self._finish()
        except DivergedError:
            self.recorder.diverged(self._now())
            raise

    def _look_first(self) -> None:
        self.recorder.keep(self._now())
        self._evaluate()

    def _loop(self) -> None:
        recorder = self.recorder
        self._clock.start()
        while self.step < self.batches.total and not self._stop:
            checkup = self.watch and recorder.checkups.due()
            if checkup:
                recorder.before_step()
            self._add(self.learner.step(self.step, self._rate()))
            look = self.watch and (checkup or self.step in EARLY or recorder.reports.due())
            if look or self._polls.due():
                if look:
                    self._report()  # waits for the device
                self._clock.stop()
                if look:
                    self._look(checkup=checkup)
                self._obey()
                self._clock.start()
            if self.pace:
                self._hold()
        if self._images:
            self._report()
        self._clock.stop()

    def _add(self, sums: Tensor) -> None:
        self._sums += sums
        self._images += self.batches.size
        self.step += 1

    def _rate(self) -> float:
        return one_cycle(self.step, self.batches.total, self.peak)

    def _now(self) -> Moment:
        return Moment(self.step, self.batches.epoch(self.step), self._clock.seconds)

    def _report(self) -> None:
        """Fetch and write the training metrics since the last report."""
        loss, *tally = self._sums.tolist()
        self._clock.stop()
        self.recorder.report(self._now(), loss, tally, self._images, self._rate())
        self._clock.start()
        self._sums.zero_()
        self._images = 0

    def _look(self, *, checkup: bool) -> None:
        """Do what is due of measuring, keeping weights, testing and saving."""
        now, recorder = self._now(), self.recorder
        if checkup:
            recorder.after_step(now)
        if self.step in EARLY or recorder.keepings.due():
            recorder.keep(now)
        if recorder.evaluations.due():
            self._evaluate()
        if recorder.savings.due():
            with recorder.savings.spend():
                self._save()

    def _evaluate(self, *, everything: bool = False) -> None:
        self.recorder.evaluate(self._now(), everything=everything, unless=self._stop_heard)

    def _save(self) -> None:
        self.recorder.check_weights(self._now())
        self.learner.save(Position(self.step, self._clock.seconds, self.peak, self.pace))

    def _hold(self) -> None:
        """Wait until the pace allows the next step; commands are obeyed meanwhile."""
        self._clock.stop()
        # Not from now on, or the time that the step took would slow the pace down.
        begin = max(self._next_step, time.perf_counter() - 1 / self.pace)
        while self.pace and not (self._stop or self._paused):
            self._next_step = begin + 1 / self.pace
            left = self._next_step - time.perf_counter()
            if left <= 0:
                break
            time.sleep(min(left, _SLICE))
            if self._polls.due():
                self._obey()
        self._clock.start()

    def _obey(self) -> None:
        """Do what was asked through control.jsonl; stay here while paused."""
        while True:
            with self._polls.spend():
                commands, self._control = self._commands()
            for command in commands:
                self._do(command)
            self._check_limit()
            self._share_cores()
            if self._stop or not self._paused:
                return
            time.sleep(_SLICE)

    def _share_cores(self) -> None:
        """Use as many threads as this run should have beside those at work now."""
        if self._threads is None or self.learner.device.type != "cpu" or not self._shares.due():
            return
        with self._shares.spend():
            threads = self._threads()
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)
            device = describe_device(self.learner.device)
            self.recorder.write("threads", step=self.step, threads=threads, device=device)

    def _commands(self) -> tuple[list[Event], int]:
        """What was asked since the last time, of this process."""
        commands, offset = read_commands(self.run.path / "control.jsonl", self._control)
        since = self._asked_at
        return [c for c in commands if c.get("time", since) >= since], offset

    def _stop_heard(self) -> bool:
        """Whether to leave off what takes long; commands stay to be obeyed in their turn."""
        if not self._stop and self._polls.due():
            with self._polls.spend():
                self._stop = any(c["command"] == "stop" for c in self._commands()[0])
        return self._stop

    def _do(self, command: Event) -> None:
        try:
            check_command(command)
        except RunError:
            return  # a line that somebody wrote by hand
        self._heard_at = time.monotonic()
        name = command["command"]
        if name == "stop":
            self._stop, self._queued = True, False
        elif name == "queue" and self._paused:
            self._stop = self._queued = True
        elif name == "pause" and not self._paused:
            self._paused = True
            self._report_paused()
            self.recorder.keep(self._now())
            self._save()
            self._write_status("paused")
        elif name == "resume" and self._paused:
            self._paused = False
            self._write_running()
        elif name == "step" and self._paused:
            self._step_by_hand(int(command.get("filter", 0)))
        elif name == "learning_rate" and "value" in command:
            self.peak = self.recorder.peak = float(command["value"])
            self.recorder.write("changed", step=self.step, learning_rate=self.peak)
            self._save()
        elif name == "pace" and "value" in command:
            self.pace = float(command["value"])
            self.recorder.write("changed", step=self.step, pace=self.pace)

    def _step_by_hand(self, chosen: int) -> None:
        """One mini-batch in detail; afterwards the run is still paused, or at its end."""
        self._clock.start()
        self._add(step_in_detail(self.learner, self.step, self._rate(), chosen))
        self._clock.stop()
        self._report_paused()
        if self.learner.task.output == "class":
            self.recorder.write("batch", step=self.step)
        self.recorder.keep(self._now())
        self._evaluate()
        self._save()
        self._paused = self.step < self.batches.total

    def _report_paused(self) -> None:
        if self._images:
            self._clock.start()
            self._report()
            self._clock.stop()

    def _check_limit(self) -> None:
        limit = self.run.config.max_seconds
        if limit and self._seconds_before + time.monotonic() - self._began > limit:
            self._stop = True
            self._message = f"Stopped after {limit:g} s, the longest this run may take."
        elif self._paused and time.monotonic() - self._heard_at > _LONGEST_PAUSE:
            # Its process outlives the app, and would keep its memory for ever.
            self._stop = True
            self._message = "Stopped after a pause of an hour. Resume continues from here."

    def _finish(self) -> None:
        if not self._stop:
            self._write_status("testing")
        self.recorder.keep(self._now())
        self._save()
        if not self._stop:
            self._evaluate(everything=True)
        if self.watch:
            self.recorder.diagnose(self._now())
        message = {"message": self._message} if self._message else {}
        ended = "stopped" if self._stop else "finished"
        self._write_status("waiting" if self._queued else ended, **message)

    def _write_running(self) -> None:
        self._write_status(
            "running",
            total_steps=self.batches.total,
            train_images=self.batches.images,
            test_images=len(self.learner.tests),
            device=describe_device(self.learner.device),
        )

    def _write_status(self, status: str, **fields: object) -> None:
        self.recorder.write(
            "status", status=status, step=self.step, control=self._control, **fields
        )
