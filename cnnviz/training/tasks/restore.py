"""To give a picture back: clean, or through a bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
import torch.nn.functional as F

from cnnviz.inspection.frames import Shown, make_picture_frame
from cnnviz.inspection.likeness import psnr, ssim
from cnnviz.networks import check_picture
from cnnviz.training.tasks.base import Loss, Measure, Score, Task, asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec


class Restore(Task):
    """One picture for each picture."""

    output = "picture"
    measures = (
        Measure("psnr", "PSNR", "dB", trained=True, goals=(14, 16, 18)),
        Measure("ssim", "SSIM", "share"),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "squared": Loss("Mean squared error", F.mse_loss),
        "l1": Loss("Mean absolute error (L1)", F.l1_loss),
    }

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N×C×H×W and M×C×H×W grey levels or colours, in bytes."""
        return asked(dataset)

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """N×classes×H×W levels."""
        return torch.randint(256, (shape[0], classes, *shape[2:]), dtype=torch.uint8)

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Ask for one number for each channel and pixel."""
        check_picture(spec, shape, classes)

    def wanted(self, targets: Tensor) -> Tensor:
        """Levels from 0 to 1."""
        return targets.float() / 255

    def tallies(self, _classes: int) -> int:
        """The decibels of all pictures."""
        return 1

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels of the pictures, added up."""
        return psnr(outputs.clamp(0, 1), wanted).sum()[None]

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """PSNR, the mean over the pictures."""
        return {"psnr": tally[0] / images}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels and the similarities of the pictures, added up."""
        seen = outputs.clamp(0, 1)
        return torch.stack((psnr(seen, wanted).sum(), ssim(seen, wanted).sum())).double()

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """PSNR and SSIM, the means over the pictures."""
        decibels, similarity = (tally / images).tolist()
        return Score(loss, images, {"psnr": decibels, "ssim": similarity})

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The pictures that the network gives."""

        def show(outputs: Tensor) -> Shown:
            seen, wanted = outputs.clamp(0, 1), self.wanted(targets)
            scores = {"psnr": psnr(seen, wanted).tolist(), "ssim": ssim(seen, wanted).tolist()}
            return Shown((seen * 255).round().to(torch.uint8), None, scores)

        return make_picture_frame(model, inputs, show, **moment)


class Denoise(Restore):
    """The clean picture of a noisy one."""

    id = "denoise"
    title = "Take off the noise"
    asks = "What was there before the noise?"


class Autoencode(Restore):
    """The picture itself."""

    id = "autoencode"
    title = "The picture itself, through a bottleneck"
    asks = "What can be made again of a few numbers?"
