"""What is made small where a class is asked for every pixel.

Each takes N×K×H×W scores and N×H×W class numbers, and gives one number, the mean over the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F

if TYPE_CHECKING:
    from torch import Tensor

BACKGROUND_WEIGHT = 0.2
"""Of a pixel of class 0 in `weighted`. Nine pixels of ten are background in most scenes: without a
weight it would decide the loss alone."""


def cross_entropy(scores: Tensor, truth: Tensor) -> Tensor:
    """The cross-entropy of the softmax, the mean over all pixels."""
    return F.cross_entropy(scores, truth)


def weighted(scores: Tensor, truth: Tensor) -> Tensor:
    """The cross-entropy in which a pixel of the background counts BACKGROUND_WEIGHT.

    O. Ronneberger, P. Fischer and T. Brox, U-Net, 2015, weigh pixels too, there by how rare their
    class is and by how near the border of another cell is.
    """
    weights = scores.new_ones(scores.shape[1])
    weights[0] = BACKGROUND_WEIGHT
    return F.cross_entropy(scores, truth, weights)


def dice(scores: Tensor, truth: Tensor) -> Tensor:
    """1 − 2 Σ p g / (Σ p + Σ g), the mean over the classes that the truth has.

    p is the softmax, g is 1 at the true class and 0 elsewhere, and the sums go over all pixels of
    the batch. F. Milletari, N. Navab and S.-A. Ahmadi, V-Net, 2016, with plain sums below.
    """
    shares = scores.softmax(1)
    wanted = F.one_hot(truth, scores.shape[1]).permute(0, 3, 1, 2).to(scores.dtype)
    over = (0, 2, 3)
    there = wanted.sum(over)
    found = 2 * (shares * wanted).sum(over) / (shares.sum(over) + there)
    return 1 - found[there > 0].mean()


def cross_entropy_and_dice(scores: Tensor, truth: Tensor) -> Tensor:
    """The sum of both: F. Isensee et al., nnU-Net, 2021, train with it whatever the pictures."""
    return cross_entropy(scores, truth) + dice(scores, truth)


def squared(scores: Tensor, truth: Tensor) -> Tensor:
    """The mean squared difference of the softmax from 1 at the true class and 0 elsewhere."""
    wanted = F.one_hot(truth, scores.shape[1]).permute(0, 3, 1, 2).to(scores.dtype)
    return F.mse_loss(scores.softmax(1), wanted)


WEIGHTED_CODE = f"""\
weights = outputs.new_ones(outputs.shape[1])
weights[0] = {BACKGROUND_WEIGHT}  # of a pixel of the background
return F.cross_entropy(outputs, wanted, weights)"""

DICE_CODE = """\
shares = outputs.softmax(1)
truth = F.one_hot(wanted, outputs.shape[1]).permute(0, 3, 1, 2).to(outputs.dtype)
there = truth.sum((0, 2, 3))
found = 2 * (shares * truth).sum((0, 2, 3)) / (shares.sum((0, 2, 3)) + there)
return 1 - found[there > 0].mean()"""

BOTH_CODE = DICE_CODE.replace(
    "return 1 - found[there > 0].mean()",
    "return F.cross_entropy(outputs, wanted) + (1 - found[there > 0].mean())",
)

SQUARED_CODE = """\
truth = F.one_hot(wanted, outputs.shape[1]).permute(0, 3, 1, 2).to(outputs.dtype)
return F.mse_loss(outputs.softmax(1), truth)"""
