"""To give a grey picture its colours.

R. Zhang, P. Isola and A. A. Efros, Colorful image colorization, arXiv:1603.08511. A network gives
each pixel a probability for each class of colour, and the pixel's colour is the mean of the classes
after each probability p has become p^(1/T) (their equation 5). What differs is the loss: the
squared error of that mean, or the cross-entropy of the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
import torch.nn.functional as F

from cnnviz.datasets.colour_classes import AROUND, CENTRES, RINGS
from cnnviz.inspection.similarity import psnr, ssim
from cnnviz.training.tasks.base import Loss, Measure, Score
from cnnviz.training.tasks.restore import Restore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

TEMPERATURE = 0.38
"""T, as Zhang et al. chose it: at 0 the most probable class, at 1 the mean."""
_LEAST_COLOUR = 1 / 255  # of a picture without any, to which nothing can be compared


def parted(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Grey level and colour of RGB, as ITU-R BT.601 has them.

    Args:
        pictures: N×3×H×W, 0 to 1.

    Returns:
        N×1×H×W grey levels from 0 to 1, and N×2×H×W Cb and Cr from −0.5 to 0.5.
    """
    red, green, blue = pictures.unbind(1)
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    return grey[:, None], torch.stack(((blue - grey) / 1.772, (red - grey) / 1.402), 1)


def joined(grey: Tensor, chroma: Tensor) -> Tensor:
    """The inverse of `parted`, cut to 0 to 1."""
    light, blue_less, red_less = grey[:, 0], chroma[:, 0], chroma[:, 1]
    red, blue = light + 1.402 * red_less, light + 1.772 * blue_less
    green = (light - 0.299 * red - 0.114 * blue) / 0.587
    return torch.stack((red, green, blue), 1).clamp(0, 1)


def colours(outputs: Tensor) -> Tensor:
    """The colour of each pixel: N×K×H×W scores of the classes to N×2×H×W Cb and Cr."""
    shares = (outputs / TEMPERATURE).softmax(1)
    return torch.einsum("nkhw,kc->nchw", shares, outputs.new_tensor(CENTRES))


def squared(outputs: Tensor, wanted: Tensor) -> Tensor:
    """The mean squared error of Cb and Cr."""
    _, chroma = parted(wanted)
    return F.mse_loss(colours(outputs), chroma)


def cross_entropy(outputs: Tensor, wanted: Tensor) -> Tensor:
    """The cross-entropy of the nearest class; rare ones count more.

    By the inverse of their share in the batch, mixed half with an even one, as in the paper's
    equation 4, without its smoothing.
    """
    classes = outputs.shape[1]
    _, chroma = parted(wanted)
    places = chroma.permute(0, 2, 3, 1).reshape(-1, 2)
    truth = torch.cdist(places, outputs.new_tensor(CENTRES)).argmin(1)
    shares = torch.bincount(truth, minlength=classes) / len(truth)
    weights = 1 / (0.5 * shares + 0.5 / classes)
    return F.cross_entropy(outputs, truth.view(len(outputs), *outputs.shape[2:]), weights)


_CENTRES_CODE = f"""\
rings, angles = {tuple(RINGS.values())}, [2 * math.pi * at / {AROUND} for at in range({AROUND})]
circles = [(ring * math.cos(at), ring * math.sin(at)) for ring in rings for at in angles]
centres = torch.tensor([(0.0, 0.0), *circles])  # Cb and Cr of each class
red, green, blue = wanted.unbind(1)
grey = 0.299 * red + 0.587 * green + 0.114 * blue
chroma = torch.stack(((blue - grey) / 1.772, (red - grey) / 1.402), 1)
"""
_FOUND_CODE = f"""\
found = torch.einsum("nkhw,kc->nchw", (outputs / {TEMPERATURE}).softmax(1), centres)
"""
_SQUARED_CODE = f"{_CENTRES_CODE}{_FOUND_CODE}return F.mse_loss(found, chroma)"
_CLASSES_CODE = f"""\
{_CENTRES_CODE}classes, places = len(centres), chroma.permute(0, 2, 3, 1).reshape(-1, 2)
truth = torch.cdist(places, centres).argmin(1)
shares = torch.bincount(truth, minlength=classes) / len(truth)
weights = 1 / (0.5 * shares + 0.5 / classes)  # rare colours count more
return F.cross_entropy(outputs, truth.view(len(outputs), *outputs.shape[2:]), weights)"""
_MEASURED = f"""\
{_CENTRES_CODE}{_FOUND_CODE}red, blue = grey + 1.402 * found[:, 1], grey + 1.772 * found[:, 0]
green = (grey - 0.299 * red - 0.114 * blue) / 0.587
answer = torch.stack((red, green, blue), 1).clamp(0, 1)
errors = (answer - wanted).square().flatten(1).mean(1)
measured = (-10 * errors.log10()).mean().item()  # dB"""


class Colour(Restore):
    """The colours of a grey picture."""

    id = "colour"
    title = "Colour for a grey picture"
    asks = "Which colours did it have?"
    measures = (
        Measure("psnr", "PSNR", "dB", trained=True, goals=(22, 24, 26)),
        Measure("ssim", "SSIM", "share"),
        Measure("colourfulness", "Colourfulness", "share"),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "classes": Loss("Cross-entropy of classes of colour", cross_entropy, _CLASSES_CODE),
        "squared": Loss("Mean squared error", squared, _SQUARED_CODE),
    }
    measured_code = _MEASURED

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """N×3×H×W levels."""
        return super().noise(shape, 3 if classes else 0)

    def picture(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The grey levels that were given, in the colours that the network says: N×3×H×W."""
        grey, _ = parted(wanted)
        return joined(grey, colours(outputs))

    def tallies(self, _classes: int) -> int:
        """The decibels of all pictures."""
        return 1

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels of the pictures, added up."""
        return psnr(self.picture(outputs, wanted), wanted).sum()[None]

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """PSNR, the mean over the pictures."""
        return {"psnr": tally[0] / images}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """Decibels, similarities, and how strong the colours are and should be, added up."""
        seen = self.picture(outputs, wanted)
        numbers = psnr(seen, wanted), ssim(seen, wanted), strength(seen), strength(wanted)
        return torch.stack([one.sum() for one in numbers]).double()

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """PSNR and SSIM, the means over the pictures, and the colourfulness of all together."""
        decibels, alike, found, true = tally.tolist()
        ratio = found / max(true, images * _LEAST_COLOUR)
        measures = {"psnr": decibels / images, "ssim": alike / images, "colourfulness": ratio}
        return Score(loss, images, measures)

    def scores(self, seen: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """Each measure of each picture."""
        ratio = strength(seen) / strength(wanted).clamp_min(_LEAST_COLOUR)
        return {"psnr": psnr(seen, wanted), "ssim": ssim(seen, wanted), "colourfulness": ratio}

    def told(self) -> dict[str, Any]:
        """As of every task, and how a colour is made of the scores."""
        return super().told() | {"colours": {"centres": CENTRES, "temperature": TEMPERATURE}}


def strength(pictures: Tensor) -> Tensor:
    """How far from grey the pixels of each picture are: the mean length of (Cb, Cr).

    Args:
        pictures: N×3×H×W, 0 to 1.

    Returns:
        N numbers.
    """
    _, chroma = parted(pictures)
    lengths: Tensor = chroma.norm(dim=1).flatten(1).mean(1)
    return lengths
