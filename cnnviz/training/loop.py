"""The training loop of one run.

Nothing is read back from the device step by step: loss and accuracy add up there and
are fetched when the clock says that somebody may want to see them.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F

from cnnviz.networks import build
from cnnviz.runs.events import read_commands
from cnnviz.training import checkpoint
from cnnviz.training.config import default_recipe
from cnnviz.training.data import Batches, Normalise, load_run_dataset
from cnnviz.training.device import describe_device, pick_device
from cnnviz.training.evaluate import TestSet, probabilities
from cnnviz.training.failure import DivergedError
from cnnviz.training.schedule import Pace, Stopwatch, make_optimiser, one_cycle, snapshot_steps

if TYPE_CHECKING:
    from cnnviz.runs import Run
    from cnnviz.runs.events import EventWriter

_CONTROL_SECONDS = 0.1


class Trainer:
    """Trains a run from its checkpoint, or from the start, to its end.

    Args:
        run: The run; the caller holds its lock (`Run.writing`).
        writer: Where events go.
        device: Where to compute; picked if not given.

    Raises:
        DatasetError: The data set cannot be had.
        NetworkError: The network does not fit it.
        RunError: The checkpoint cannot be used.
    """

    def __init__(self, run: Run, writer: EventWriter, device: torch.device | None = None) -> None:
        self.run, self.writer = run, writer
        self.device = device = device or pick_device()
        config = run.config
        self.recipe = config.recipe
        dataset = load_run_dataset(run)
        normalise = Normalise(config.mean, config.std, device)
        self.batches = Batches(
            torch.from_numpy(dataset.train_images),
            torch.from_numpy(dataset.train_labels),
            self.recipe,
            normalise,
            device,
        )
        self.tests = TestSet(
            torch.from_numpy(dataset.test_images),
            torch.from_numpy(dataset.test_labels),
            len(config.classes),
            normalise,
            device,
        )
        torch.manual_seed(self.recipe.seed)
        model = build(config.spec, config.input_shape)
        self.model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = make_optimiser(self.model.parameters(), self.recipe)
        self.step, seconds = checkpoint.load(run, self.model, self.optimiser) or (0, 0.0)
        probes, labels = self.tests.pick_probes()
        run.write_tensors("probes.safetensors", {"images": probes, "labels": labels})
        self._probes = normalise(probes.to(device))
        weights = sum(t.nbytes for t in self.model.state_dict().values())
        self._snapshot_steps = frozenset(snapshot_steps(self.batches.total, weights))
        self._control = run.state().control
        # Loss and right answers since the last report: they stay on the device.
        self._sums = torch.zeros(2, device=device)
        self._images = 0
        self._watch = Stopwatch(seconds)
        self._reported_at = seconds
        self._reports, self._evaluations, self._keepings = Pace(0.35), Pace(0.5, 0.05), Pace(1.0)
        self._polls = Pace(_CONTROL_SECONDS)

    def train(self) -> None:
        """Go on until the recipe is done or somebody says stop.

        Raises:
            DivergedError: The loss or a weight is not finite any more.
            OSError: The disk refused.
        """
        self._drop_superseded_snapshots()
        self._write_running()
        self.model.train()
        if self.step == 0:
            self._evaluate()
            self._keep_snapshot()
        outcome: Literal["finished", "stopped"] = "finished"
        self._watch.start()
        while self.step < self.batches.total:
            self._take_step()
            keep = self.step in self._snapshot_steps
            report = keep or self._reports.due()
            if not (report or self._polls.due()):
                continue
            sums = self._sums.tolist() if report else None  # waits for the device
            self._watch.stop()
            if sums is not None:
                self._report(*sums)
                self._look(keep=keep)
            if not self._obey():
                outcome = "stopped"
                break
            self._watch.start()
        self._finish(outcome)

    def _take_step(self) -> None:
        images, labels = self.batches.batch(self.step)
        rate = self._rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        logits = self.model(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.recipe.label_smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        right = (logits.detach().argmax(1) == labels).sum()
        self._sums += torch.stack((loss.detach() * len(labels), right))
        self._images += len(labels)
        self.step += 1

    def _rate(self) -> float:
        return one_cycle(self.step, self.batches.total, self.recipe.learning_rate)

    def _report(self, loss: float, right: float) -> None:
        """Write training metrics since the last report."""
        if not math.isfinite(loss):
            raise DivergedError(self._divergence("The loss"))
        seconds = self._watch.seconds - self._reported_at
        with self._reports.spend():
            self.writer.write(
                "step",
                step=self.step,
                epoch=round(self.batches.epoch(self.step), 4),
                loss=round(loss / self._images, 5),
                accuracy=round(right / self._images, 5),
                learning_rate=float(f"{self._rate():.4g}"),
                images_per_second=round(self._images / max(seconds, 1e-9), 1),
                seconds=round(self._watch.seconds, 3),
            )
        self._sums.zero_()
        self._images = 0
        self._reported_at = self._watch.seconds

    def _divergence(self, what: str) -> str:
        recipe = self.recipe
        usual = default_recipe(self.run.config.network, self.batches.images, recipe.optimiser)
        lower = min(usual.learning_rate, recipe.learning_rate / 10)
        return (
            f"{what} stopped being a number by step {self.step}: the learning rate "
            f"{recipe.learning_rate:g} is too high for this network. Start again with a lower "
            f"one, such as {lower:g}."
        )

    def _look(self, *, keep: bool) -> None:
        """Do what is due of keeping weights, predicting the probes and testing."""
        if keep:
            self._keep_snapshot()
        if self._keepings.due():
            with self._keepings.spend():
                self._check_weights()
                self._predict_probes()
                self._save()
        if self._evaluations.due():
            with self._evaluations.spend():
                self._evaluate()

    def _check_weights(self) -> None:
        if not all(bool(t.isfinite().all()) for t in self.model.state_dict().values()):
            raise DivergedError(self._divergence("A weight"))

    def _keep_snapshot(self) -> None:
        self._check_weights()
        state = {name: t.contiguous() for name, t in self.model.state_dict().items()}
        self.run.write_tensors(f"snapshots/{self.step}.safetensors", state)
        self.writer.write("snapshot", step=self.step)
        self._predict_probes()

    def _predict_probes(self) -> None:
        rows = probabilities(self.model, self._probes)
        self.writer.write("probe", step=self.step, probabilities=rows)

    def _save(self) -> None:
        checkpoint.save(self.run, self.model, self.optimiser, self.step, self._watch.seconds)

    def _evaluate(self, *, everything: bool = False) -> None:
        score = self.tests.evaluate(self.model, everything=everything)
        if not math.isfinite(score.loss):
            raise DivergedError(self._divergence("The test loss"))
        self.writer.write(
            "evaluation",
            step=self.step,
            epoch=round(self.batches.epoch(self.step), 4),
            loss=round(score.loss, 5),
            accuracy=round(score.accuracy, 5),
            images=score.images,
            seconds=round(self._watch.seconds, 3),
            **({"confusion": score.confusion.tolist()} if everything else {}),
        )

    def _obey(self) -> bool:
        """Do what was asked through control.jsonl; False to stop."""
        with self._polls.spend():
            paused = False
            while True:
                commands, self._control = read_commands(
                    self.run.path / "control.jsonl", self._control
                )
                last = commands[-1] if commands else None
                if last == "stop":
                    return False
                if last == "pause" and not paused:
                    paused = True
                    self._save()
                    self._write_status("paused")
                elif last == "resume" and paused:
                    self._write_running()
                    return True
                if not paused:
                    return True
                time.sleep(_CONTROL_SECONDS)

    def _finish(self, outcome: Literal["finished", "stopped"]) -> None:
        self._write_status("testing")
        self._keep_snapshot()
        self._save()
        self._evaluate(everything=True)
        self._write_status(outcome)

    def _write_running(self) -> None:
        self._write_status(
            "running",
            total_steps=self.batches.total,
            train_images=self.batches.images,
            test_images=len(self.tests),
            device=describe_device(self.device),
        )

    def _write_status(self, status: str, **fields: object) -> None:
        self.writer.write("status", status=status, step=self.step, control=self._control, **fields)

    def _drop_superseded_snapshots(self) -> None:
        """A resumed run repeats what lies past its checkpoint, and keeps that anew."""
        for step in self.run.state().snapshots:
            if step > self.step:
                self.run.snapshot_path(step).unlink(missing_ok=True)
