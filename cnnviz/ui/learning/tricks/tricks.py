"""The tricks: what each does, what shows it at work, and the races that switch it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.training.race.presets import PRESETS
from cnnviz.ui.learning.tricks.augmentation import augmentation_section
from cnnviz.ui.learning.tricks.batch_norm import batch_norm_section
from cnnviz.ui.learning.tricks.dropout import dropout_section
from cnnviz.ui.learning.tricks.optimisers import optimisers_section
from cnnviz.ui.learning.tricks.processors import processors_section
from cnnviz.ui.learning.tricks.response_norm import response_norm_section
from cnnviz.ui.learning.tricks.together import together_section

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Trick:
    """A trick at work.

    Attributes:
        title: Its name.
        about: What it does, in a few sentences.
        show: Draws it.
        presets: Races that switch it, keys of `PRESETS`.
    """

    title: str
    about: str
    show: Callable[[], None]
    presets: tuple[str, ...]

    @property
    def races(self) -> dict[str, str]:
        """The titles of its races."""
        return {preset: PRESETS[preset].title for preset in self.presets}


TRICKS = {
    "dropout": Trick(
        "Dropout",
        "At each training step, **dropout** sets every unit to 0 with probability *p*, and"
        " multiplies the others by 1 ∕ (1 − *p*), so that sums stay the same on average. Each mask"
        " makes another *thinned* network. At test time nothing is dropped: that network stands"
        " for the average of all thinned ones.",
        dropout_section,
        ("dropout", "width"),
    ),
    "batch_norm": Trick(
        "Batch norm",
        "In training, **batch norm** subtracts from each channel its mean over the batch and"
        " divides it by its standard deviation. In evaluation there may be a single picture, so"
        " *running* statistics stand in, averaged over the batches seen before.",
        batch_norm_section,
        ("norm", "skips"),
    ),
    "response_norm": Trick(
        "Response norm",
        "AlexNet's **local response normalisation** divides a map's number by what the neighbouring"
        " maps answer at the same place: strong answers quieten those beside them. VGG's authors"
        " found that it does not help, and batch norm has replaced it.",
        response_norm_section,
        ("norm",),
    ),
    "augmentation": Trick(
        "Augmentation",
        "A cat moved, mirrored or in another light is still a cat. **Augmentation** shows the"
        " network another copy of each training picture every time, so it has to learn what they"
        " have in common. It must keep the meaning: a mirrored 3 is no digit.",
        augmentation_section,
        ("augmentation",),
    ),
    "optimisers": Trick(
        "Momentum and Adam",
        "In a narrow valley the gradient points across rather than along. **SGD** follows it and"
        " zigzags; **momentum** adds up the steps before, so that what points back and forth"
        " cancels; **Adam** divides each number's step by the size of its own gradients.",
        optimisers_section,
        ("optimiser", "rates"),
    ),
    "processors": Trick(
        "CPU and GPU",
        "Nets of the 1990s were small because each step had to be **computed**. A step is thousands"
        " of equal products, which many cores can do at once: AlexNet learned on two graphics cards"
        " in six days.",
        processors_section,
        ("width", "depth"),
    ),
    "together": Trick(
        "All together",
        "Deep networks **failed at first**: they learned slowly or not at all. Then came better"
        " activations, batch norm, skips, dropout, better steps, more units, and computers that"
        " could afford all of it. Switch each, and watch what the loss does.",
        together_section,
        ("activation", "norm", "skips", "optimiser"),
    ),
}
