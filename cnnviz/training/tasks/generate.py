"""To make pictures of noise that another network cannot tell from real ones.

I. Goodfellow et al., Generative adversarial nets, arXiv:1406.2661; A. Radford, L. Metz and
S. Chintala, DCGAN, arXiv:1511.06434.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from cnnviz.inspection.frames import Shown, make_picture_frame
from cnnviz.networks import NetworkError
from cnnviz.networks.plan import plan, times
from cnnviz.runs import Finding
from cnnviz.training.experiments.gan import (
    CLASSES,
    SHAPE,
    classes_of,
    discriminator_loss,
    generator_loss,
    shipped_classifier,
)
from cnnviz.training.tasks.base import Loss, Measure, Score, Task, asked, collapsed, parted
from cnnviz.training.tasks.restore import levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec
    from cnnviz.runs import RunState
    from cnnviz.training.tasks.base import Pupil

_COLLAPSED = 4.0  # digits


@dataclasses.dataclass(frozen=True)
class Turns(Loss):
    """The two losses, and who takes how many steps on a batch.

    Attributes:
        discriminator: Its steps.
        generator: Its steps, after those.
    """

    discriminator: int = 1
    generator: int = 1


_CODE = """\
real_loss = F.binary_cross_entropy_with_logits(real, torch.full_like(real, 0.9))
return real_loss + F.binary_cross_entropy_with_logits(made, torch.zeros_like(made))"""
_STEP = """\
for parameter in model[middle:].parameters():
    parameter.requires_grad_(True)
for turn in range({discriminator}):  # the discriminator's
    with torch.no_grad():
        made = model[:middle](normalise(pixels))
    real, fake = model[middle:](wanted_of(targets)), model[middle:](made)
    optimiser.zero_grad()
    loss_of(real, fake).backward()
    optimiser.step()
for parameter in model[middle:].parameters():
    parameter.requires_grad_(False)
for turn in range({generator}):  # the generator's
    fake = model(normalise(pixels))
    optimiser.zero_grad()
    F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake)).backward()
    optimiser.step()"""


class Generate(Task):
    """Pictures made of noise: a generator, and behind it a discriminator that judges them.

    They are one network, whose first sigmoid ends the generator: what it gives is a picture.
    """

    id = "generate"
    title = "Make pictures of noise: a generator and a discriminator"
    asks = "Which pictures pass for real ones?"
    output = "picture"
    shown = (("noise", "images"), ("made", "outputs"), ("a real one", "targets"))
    by_heart = False
    drawable = False
    moves = False
    parts = (
        "The layers up to sigmoid1 are the generator: the map of sigmoid1 is the picture that it"
        " makes of the noise. Those behind it are the discriminator, which gives one score."
    )
    measures = (
        Measure("variety", "Variety", "digits", goals=(5, 7, 8), alone=False),
        Measure("made", "D(G(z))", "share", trained=True),
        Measure("real", "D(x)", "share", trained=True),
        Measure("generator", "Loss of G", "nats", trained=True, lower=True),
        Measure("discriminator", "Loss of D", "nats", trained=True, lower=True),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "even": Turns("Adversarial, turn by turn", discriminator_loss, _CODE),
        "sharp": Turns(
            "Adversarial, the discriminator takes 2 steps a turn", discriminator_loss, _CODE, 2, 1
        ),
        "hasty": Turns(
            "Adversarial, the generator takes 8 steps a turn", discriminator_loss, _CODE, 1, 8
        ),
    }
    wanted_code = "targets.float() / 255"
    arguments_code = "real, made"
    before_code = 'middle = [name for name, _ in model.named_children()].index("sigmoid1") + 1'
    measured_code = """\
from cnnviz.training.experiments.gan import classes_of, shipped_classifier

with torch.no_grad():
    made = torch.cat([model[:middle](normalise(x)) for x in test_x.split(500)])
shares = torch.bincount(classes_of(made, shipped_classifier()), minlength=10) / len(made)
measured = torch.special.entr(shares).sum().exp().item()  # digits"""

    def code_of(self, loss: str) -> str:
        """The steps of both."""
        turns = self._turns(loss)
        return _STEP.format(discriminator=turns.discriminator, generator=turns.generator)

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N×1×28×28 and M×1×28×28 grey levels of real pictures, in bytes."""
        return asked(dataset)

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:  # noqa: ARG002
        """N×1×28×28 levels."""
        return torch.randint(256, (shape[0], *SHAPE), dtype=torch.uint8)

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:  # noqa: ARG002
        """Ask for a generator that ends in a sigmoid, and a discriminator that gives one score."""
        layers = plan(spec, shape)
        made = next((layer.output for layer in layers if layer.kind == "sigmoid"), None)
        if made != SHAPE:
            raise NetworkError(
                f"The generator is the part up to the first sigmoid, which must give a picture of"
                f" {times(SHAPE)}, as the real ones are"
                + (f", not {times(made)}." if made else ": there is none.")
            )
        if set(layers[-1].output) != {1}:
            raise NetworkError(
                f"The discriminator behind the first sigmoid must end in one number, the score of"
                f" the picture, not in {times(layers[-1].output)}: end it with fc1.",
                layers[-1].name,
            )

    def wanted(self, targets: Tensor) -> Tensor:
        """Levels from 0 to 1."""
        return targets.float() / 255

    def given(self, model: nn.Module, images: Tensor) -> Tensor:
        """The pictures that the generator makes of noise."""
        generator, _ = _halves(model)
        made: Tensor = generator(images)
        return made

    def step(self, pupil: Pupil, images: Tensor, wanted: Tensor) -> Tensor:
        """First the discriminator's steps, then the generator's.

        A weight without a gradient is one that the optimiser leaves alone.
        """
        generator, discriminator = _halves(pupil.model)
        turns, optimiser = self._turns(pupil.loss), pupil.optimiser
        theirs = list(discriminator.parameters())
        for _ in range(turns.discriminator):
            with torch.no_grad():
                made = pupil.run(generator, images)
            real, fake = pupil.run(discriminator, wanted), pupil.run(discriminator, made)
            optimiser.zero_grad(set_to_none=True)
            loss = discriminator_loss(real, fake)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        gradients = [one.grad for one in theirs]
        for one in theirs:
            one.requires_grad_(False)
        for _ in range(turns.generator):
            passed = pupil.run(pupil.model, images)
            optimiser.zero_grad(set_to_none=True)
            other = generator_loss(passed)
            other.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        for one, gradient in zip(theirs, gradients, strict=True):
            one.requires_grad_(True)
            one.grad = gradient  # the step is looked at afterwards
        total = loss.detach() * len(wanted)
        return torch.cat(
            (total[None], self._sums(real.detach(), fake.detach(), other.detach(), loss.detach()))
        )

    def assess(
        self, model: nn.Module, images: Tensor, wanted: Tensor, loss: str
    ) -> tuple[Tensor, Tensor]:
        """Both losses, and what a classifier of digits takes the made pictures for."""
        del loss
        generator, discriminator = _halves(model)
        made = generator(images)
        real, fake = discriminator(wanted), discriminator(made)
        apart = discriminator_loss(real, fake)
        found = classes_of(made.cpu().clamp(0, 1), shipped_classifier())
        counts = torch.bincount(found, minlength=len(CLASSES)).to(made.device)
        sums = self._sums(real, fake, generator_loss(fake), apart)
        return apart * len(wanted), torch.cat((sums, counts)).double()

    def tallies(self, _classes: int) -> int:
        """D(x), D(G(z)) and both losses."""
        return 4

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """D(x), D(G(z)) and both losses: the scores of made pictures and of real ones."""
        made, real = outputs, wanted
        return self._sums(real, made, generator_loss(made), discriminator_loss(real, made))

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """Their means over the pictures."""
        names = ("real", "made", "generator", "discriminator")
        return {name: total / images for name, total in zip(names, tally, strict=True)}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """As in training."""
        return self.tally(outputs, wanted)

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """The same of test pictures, and how many digits they are.

        The variety is exp H of the frequencies of the digits that a classifier takes the made
        pictures for: 10 where all are as frequent, 1 where they are all the same.
        """
        shares = tally[4:] / images
        variety = float(torch.special.entr(shares).sum().exp())
        return Score(loss, images, {"variety": variety} | self.trained(tally[:4].tolist(), images))

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """What is made of the same noise in each frame, and what the discriminator says of it."""
        generator, discriminator = _halves(model)

        def show(outputs: Tensor) -> Shown:
            with torch.no_grad():
                made = generator(inputs)
                real = discriminator(self.wanted(targets))
            scores = {"made": outputs, "real": real}
            shares = {name: one.flatten().sigmoid().tolist() for name, one in scores.items()}
            return Shown(levels(made), None, shares)

        return make_picture_frame(model, inputs, show, **moment)

    def findings(self, state: RunState) -> list[Finding]:
        """Mode collapse: of ten digits few are made."""
        last = state.evaluations[-2:]
        if len(last) < 2 or not collapsed(state, last, "variety", _COLLAPSED):
            return []
        return [
            Finding(
                "collapsed",
                f"Mode collapse: a classifier takes the {last[-1].images:,} made pictures for about"
                f" {last[-1].measure('variety'):.1f} digits of ten. The generator makes the few"
                " that the discriminator believes just now.",
                "Choose a loss in which the generator takes no more steps than the discriminator;"
                " with one, train longer: the variety usually grows with the steps.",
            )
        ]

    def _sums(self, real: Tensor, made: Tensor, generator: Tensor, discriminator: Tensor) -> Tensor:
        """D of real and of made pictures, and the two mean losses, added up over the pictures."""
        both = torch.stack((real.sigmoid().mean(), made.sigmoid().mean()))
        return torch.cat((both, torch.stack((generator, discriminator)))) * len(real)

    def _turns(self, name: str) -> Turns:
        found = self.loss_named(name)
        assert isinstance(found, Turns)
        return found


def _halves(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    """The generator, up to the first sigmoid, and the discriminator behind it."""
    before, sigmoid, behind = parted(model, nn.Sigmoid)
    return nn.Sequential(*before.children(), sigmoid), behind
