"""What a run records: events, snapshots with their frames, evaluations, health.

Everything here is paced by the clock and held to a small share of the time, so that a
run learns nearly as fast as if nobody watched.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from cnnviz.inspection.guard import NotFiniteError
from cnnviz.training.diagnosis import diagnose, nan_finding
from cnnviz.training.failure import DivergedError
from cnnviz.training.health import HealthCheck
from cnnviz.training.schedule import Pace, most_snapshots, to_thin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnviz.runs.events import EventWriter
    from cnnviz.training.learner import Learner

_HEALTH_IMAGES = 64
_EARLY_SHARE, _EARLY_SECONDS = 0.1, 2.0
# A run of hours is looked at less often, so that its record grows with the logarithm of its time.
_LOOKS, _SELDOM = 1000, 10.0


@dataclasses.dataclass(frozen=True)
class Moment:
    """When something was seen.

    Attributes:
        step: Optimiser steps done.
        epoch: The same in passes over the training images.
        seconds: Training time.
    """

    step: int
    epoch: float
    seconds: float

    @property
    def fields(self) -> dict[str, float]:
        """For an event."""
        seconds = round(self.seconds, 3)
        return {"step": self.step, "epoch": round(self.epoch, 4), "seconds": seconds}


class Recorder:
    """Writes a run's events and files, and knows its state.

    Args:
        learner: What learns.
        writer: Where events go.

    Attributes:
        state: The fold of all events written so far.
        peak: The highest learning rate of the cycle, for advice.
        reports: When to read the metrics.
        keepings: When to keep weights and a frame.
        evaluations: When to test.
        checkups: When to measure a step.
        savings: When to write a checkpoint.
    """

    def __init__(self, learner: Learner, writer: EventWriter) -> None:
        self._learner, self._writer = learner, writer
        self.state = learner.run.state()
        self.reports, self.savings = Pace(0.35, 0.01), Pace(10.0, 0.01)
        self.keepings, self.evaluations = Pace(1.0, 0.025), Pace(0.1, _EARLY_SHARE)
        self.checkups = Pace(2.0, 0.01)
        self._check = HealthCheck(learner.model, learner.tests.sample(_HEALTH_IMAGES))
        self.peak = learner.position.peak
        self._reported_at = learner.position.seconds
        self.before_step = self._check.before

    def write(self, kind: str, **fields: Any) -> None:
        """Append an event.

        Raises:
            OSError: The disk refused.
        """
        self._writer.write(kind, **fields)
        self.state.apply({"event": kind, **fields})

    def report(
        self, at: Moment, loss: float, tally: Sequence[float], images: int, rate: float
    ) -> None:
        """Training metrics since the last report: sums over so many images.

        Args:
            at: When.
            loss: Sum of the losses.
            tally: What the task has tallied.
            images: How many there were.
            rate: The learning rate.

        Raises:
            DivergedError: The loss is not a finite number.
        """
        if not math.isfinite(loss):
            raise DivergedError(_divergence("The loss", at))
        seconds, self._reported_at = at.seconds - self._reported_at, at.seconds
        self.reports.every = _every(0.35, at)
        with self.reports.spend():
            self.write(
                "step",
                **at.fields,
                loss=round(loss / images, 5),
                **_rounded(self._learner.task.trained(tally, images)),
                learning_rate=float(f"{rate:.4g}"),
                images_per_second=round(images / max(seconds, 1e-9), 1),
            )

    def keep(self, at: Moment) -> None:
        """Keep the weights and what is seen of them; make room if there are too many.

        Raises:
            DivergedError: A weight, or what the network computes with them, is not a finite
                number: such weights are not kept.
        """
        learner, run = self._learner, self._learner.run
        if at.step in self.state.snapshots and run.frame_path(at.step).is_file():
            return
        self.keepings.every = _every(1.0, at)
        with self.keepings.spend():
            self.check_weights(at)
            weights = learner.weights()
            try:
                frame = learner.task.frame(learner.model, *learner.probes, **dataclasses.asdict(at))
            except NotFiniteError as error:
                # Weights can be finite and so large that what they compute is not.
                raise DivergedError(_divergence("What a layer computes", at)) from error
            size = len(frame) + sum(t.nbytes for t in weights.values())
            kept = [*self.state.snapshots, at.step]
            while len(kept) > most_snapshots(size):
                doomed = to_thin(kept)
                kept.remove(doomed)
                self.write("thinned", step=doomed)
                run.snapshot_path(doomed).unlink(missing_ok=True)
                run.frame_path(doomed).unlink(missing_ok=True)
            run.write_tensors(f"snapshots/{at.step}.safetensors", weights)
            run.write_frame(at.step, frame)
            self.write("snapshot", **at.fields)

    def evaluate(self, at: Moment, *, everything: bool = False, unless: Callable[[], bool]) -> None:
        """Test on some images, or on all; leave off when `unless` says so.

        Raises:
            DivergedError: The loss is not a finite number.
        """
        with self.evaluations.spend():
            score = self._learner.tests.evaluate(
                self._learner.model, everything=everything, unless=unless
            )
            if score is None:
                return
            if not math.isfinite(score.loss):
                raise DivergedError(_divergence("The test loss", at))
            confusion = score.confusion
            self.write(
                "evaluation",
                **at.fields,
                loss=round(score.loss, 5),
                **_rounded(score.measures),
                images=score.images,
                **({} if confusion is None else {"confusion": confusion.tolist()}),
            )
        # Often at first, when much changes; then every few seconds.
        self.evaluations.every = _every(min(3.0, max(0.1, at.seconds / 5)), at)
        self.evaluations.share = _EARLY_SHARE if at.seconds < _EARLY_SECONDS else 0.025

    def after_step(self, at: Moment) -> None:
        """The second half of a measured step: `before_step` is the first."""
        self.checkups.every = _every(2.0, at)
        with self.checkups.spend():
            layers = self._check.after()
            if layers is not None:
                self.write("health", step=at.step, layers=layers)
                self.diagnose(at)

    def diagnose(self, at: Moment) -> None:
        """Write what goes wrong, if that is something else than before."""
        learner = self._learner
        found = diagnose(self.state, len(learner.run.config.classes), learner.task)
        if {f.kind for f in found} != {f.kind for f in self.state.findings}:
            findings = [dataclasses.asdict(f) for f in found]
            self.write("diagnosis", step=at.step, findings=findings)

    def diverged(self, at: Moment) -> None:
        """Say that training ended because numbers did."""
        config = self._learner.run.config
        finding = nan_finding(config, self._learner.batches.images, self.peak)
        self.write("diagnosis", step=at.step, findings=[dataclasses.asdict(finding)])

    def check_weights(self, at: Moment) -> None:
        """Refuse weights that are no numbers.

        Raises:
            DivergedError: One is not finite.
        """
        if not self._learner.is_finite():
            raise DivergedError(_divergence("A weight", at))

    def sweep(self, step: int) -> None:
        """Delete what a resumed run will make anew, and what a crash left behind."""
        run = self._learner.run
        for torn in run.path.glob(".*.safetensors.*"):
            torn.unlink(missing_ok=True)
        for folder, known in (
            ("snapshots", self.state.snapshots),
            ("frames", self.state.snapshots),
            ("batches", self.state.batches),
        ):
            kept = {str(s) for s in known if s <= step}
            for path in (run.path / folder).glob("*.safetensors*"):
                if path.name.removesuffix(".safetensors") not in kept:
                    path.unlink(missing_ok=True)


def _divergence(what: str, at: Moment) -> str:
    # What to do about it is said by the diagnosis.
    return f"{what} stopped being a number by step {at.step:,}."


def _rounded(measures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in measures.items()}


def _every(usual: float, at: Moment) -> float:
    """Seconds until something is done again: as usual in a lesson, seldom after hours."""
    return max(usual, min(_SELDOM, at.seconds / _LOOKS))
