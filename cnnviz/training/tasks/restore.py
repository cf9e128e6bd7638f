"""To give a picture back: clean, or through a bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
import torch.nn.functional as F

from cnnviz.inspection.frames import Shown, make_picture_frame
from cnnviz.inspection.similarity import psnr, ssim
from cnnviz.networks import check_picture
from cnnviz.training.tasks.base import Loss, Measure, Score, Task, asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec


_PSNR = Measure("psnr", "PSNR", "dB", trained=True, goals=(14, 16, 18))
_SSIM = Measure("ssim", "SSIM", "share")
_ERROR = Measure("error", "Mean error", "levels", trained=True, goals=(20, 15, 10), lower=True)


class Restore(Task):
    """One picture for each picture."""

    output = "picture"
    sampled = 200  # with U-Net, a test of 1,000 would take as long as 40 steps
    measures: ClassVar[tuple[Measure, ...]] = (_PSNR, _SSIM, _ERROR)
    losses: ClassVar[dict[str, Loss]] = {
        "squared": Loss("Mean squared error", F.mse_loss, "return F.mse_loss(outputs, wanted)"),
        "l1": Loss("Mean absolute error (L1)", F.l1_loss, "return F.l1_loss(outputs, wanted)"),
    }
    wanted_code = "targets.float() / 255"
    measured_code = """\
errors = (outputs.clamp(0, 1) - wanted).square().flatten(1).mean(1)
measured = (-10 * errors.log10()).mean().item()  # dB"""

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

    def scores(self, seen: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """Each measure of each picture."""
        return {name: f(seen, wanted) for name, f in _OF.items()}

    def tallies(self, _classes: int) -> int:
        """The decibels and the errors of all pictures."""
        return 2

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels and the errors of the pictures, added up."""
        seen = self.picture(outputs, wanted)
        return torch.stack((psnr(seen, wanted).sum(), mean_error(seen, wanted).sum()))

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """PSNR and error, the means over the pictures."""
        return {"psnr": tally[0] / images, "error": tally[1] / images}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels, the similarities and the errors of the pictures, added up."""
        scores = self.scores(self.picture(outputs, wanted), wanted)
        return torch.stack([one.sum() for one in scores.values()]).double()

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """PSNR, SSIM and error, the means over the pictures."""
        return Score(loss, images, dict(zip(_OF, (tally / images).tolist(), strict=True)))

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The pictures that the network gives."""
        return make_picture_frame(
            model, inputs, lambda outputs: self.shown_of(outputs, targets), **moment
        )

    def shown_of(self, outputs: Tensor, targets: Tensor) -> Shown:
        """The pictures that the network gave, and how good each is."""
        wanted = self.wanted(targets)
        seen = self.picture(outputs, wanted)
        scores = {name: one.tolist() for name, one in self.scores(seen, wanted).items()}
        return Shown(levels(seen), None, scores)


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
    measures: ClassVar[tuple[Measure, ...]] = (_ERROR, _PSNR, _SSIM)
    measured_code = "measured = 255 * (outputs.clamp(0, 1) - wanted).abs().mean().item()"


def levels(pictures: Tensor) -> Tensor:
    """Pictures from black 0 to white 1 in bytes."""
    return (pictures.clamp(0, 1) * 255).round().to(torch.uint8)


def mean_error(found: Tensor, truth: Tensor) -> Tensor:
    """How far the levels of each picture are off, the mean over all its pixels.

    Args:
        found: N×C×H×W, black 0 and white 1.
        truth: Likewise.

    Returns:
        N numbers, in levels of 255.
    """
    return 255 * (found - truth).abs().flatten(1).mean(1)


_OF = {"psnr": psnr, "ssim": ssim, "error": mean_error}
