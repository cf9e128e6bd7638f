"""A network with all it needs to learn, on its device; and one step of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cnnviz.networks import build, summary
from cnnviz.training import checkpoint
from cnnviz.training.checkpoint import Position
from cnnviz.training.data import Batches, Normalise, load_run_dataset
from cnnviz.training.evaluate import TestSet
from cnnviz.training.optimisers import make_optimiser
from cnnviz.training.tasks import Pupil, task_of

if TYPE_CHECKING:
    from cnnviz.runs import Run

# Below this many multiply-adds a step, a GPU waits for its next kernel rather than for
# the arithmetic, and casting to half precision only adds kernels.
_HALF_PAYS = 4_000_000_000


class Learner:
    """Model, optimiser and data of a run, as they were at its checkpoint or at the start.

    Args:
        run: The run.
        device: Where to compute.

    Attributes:
        position: Where the checkpoint left off; step 0 without one.
        task: What it learns.
        probes: A few test images, normalised, on the device; with what is asked for.

    Raises:
        DatasetError: The data set cannot be had.
        NetworkError: The network does not fit it.
        OSError: The disk refused.
        RunError: The checkpoint cannot be used.
    """

    def __init__(self, run: Run, device: torch.device) -> None:
        config = run.config
        self.run, self.device, self.recipe = run, device, config.recipe
        dataset = load_run_dataset(run)
        self.task = task_of(config)
        self.task.loss_named(config.loss)
        train, test = self.task.targets(dataset)
        normalise = Normalise(config.mean, config.std, device)
        self.batches = Batches(
            torch.from_numpy(dataset.train_images),
            train,
            self.recipe,
            normalise,
            device,
        )
        self.tests = TestSet(
            torch.from_numpy(dataset.test_images),
            test,
            len(config.classes),
            normalise,
            device,
            task=self.task,
            loss=config.loss,
        )
        torch.manual_seed(self.recipe.seed)
        model = build(config.spec, config.input_shape)
        self.model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = make_optimiser(self.model.parameters(), self.recipe)
        self._pupil = Pupil(self.model, self.optimiser, config.loss, self.recipe.label_smoothing)
        start = Position(0, 0.0, self.recipe.learning_rate, config.pace)
        self.position = checkpoint.load(run, self.model, self.optimiser) or start
        pixels, labels = self.tests.pick_probes()
        run.write_tensors("probes.safetensors", {"images": pixels, "labels": labels})
        self.probes = normalise(pixels.to(device)), labels.to(device)
        macs = sum(layer.macs for layer in summary(config.spec, config.input_shape))
        self._half = device.type == "cuda" and 3 * macs * self.batches.size >= _HALF_PAYS
        if device.type == "cuda":
            torch.backends.cudnn.benchmark = True
            torch.set_float32_matmul_precision("high")

    def step(self, step: int, rate: float, *, exact: bool = False) -> Tensor:
        """Take one optimiser step.

        Args:
            step: Which; it decides the batch.
            rate: The learning rate.
            exact: In single precision also where half would be faster.

        Returns:
            Sum of the losses, and what the task tallies, on the device: nothing waits.
        """
        images, targets = self.batches.batch(step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self._pupil.half = self._half and not exact
        return self.task.step(self._pupil, images, self.task.wanted(targets))

    def is_finite(self) -> bool:
        """Whether every weight and buffer is a finite number."""
        values = [t for t in self.model.state_dict().values() if t.is_floating_point()]
        return bool(torch.stack([t.isfinite().all() for t in values]).all())

    def weights(self) -> dict[str, Tensor]:
        """Weights and buffers, as they are now; they change with the next step."""
        return {name: t.contiguous() for name, t in self.model.state_dict().items()}

    def save(self, position: Position) -> None:
        """Replace the run's checkpoint.

        Raises:
            OSError: The disk refused; the old checkpoint is still there.
        """
        checkpoint.save(self.run, self.model, self.optimiser, position)
