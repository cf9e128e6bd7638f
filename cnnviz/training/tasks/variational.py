"""To give a picture back through a middle that is drawn by chance, so that it can be drawn alone.

D. P. Kingma and M. Welling, Auto-encoding variational Bayes, arXiv:1312.6114; I. Higgins and
others, β-VAE: learning basic visual concepts with a constrained variational framework, ICLR 2017.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import torch
import torch.nn.functional as F

from cnnviz.inspection.frames import Shown, make_picture_frame
from cnnviz.networks import NetworkError, Sample
from cnnviz.networks.plan import plan
from cnnviz.runs import Finding
from cnnviz.training.experiments.autoencoders import divergence
from cnnviz.training.tasks.base import Loss, Measure, collapsed, parted
from cnnviz.training.tasks.restore import Autoencode, levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from cnnviz.networks import Spec
    from cnnviz.runs import RunState
    from cnnviz.training.tasks.base import Pupil, Score

_COLLAPSED = 0.1  # nats


@dataclasses.dataclass(frozen=True)
class Weighed(Loss):
    """The squared error of a picture, the sum over its pixels, and the divergence times β."""

    beta: float = 1.0


def _weighed(beta: float) -> Weighed:
    return Weighed(
        f"Squared error and {beta:g} × KL" if beta != 1 else "Squared error and KL",
        lambda outputs, wanted: F.mse_loss(outputs, wanted) * wanted[0].numel(),
        f"return F.mse_loss(outputs, wanted) * wanted[0].numel() + {beta!r} * divergence",
        beta,
    )


_STEP = """\
optimiser.zero_grad()
statistics = model[:middle](normalise(pixels))  # means, and logarithms of variances
mu, log_variance = statistics.flatten(1).chunk(2, 1)
divergence = 0.5 * (mu.square() + log_variance.exp() - log_variance - 1).sum(1).mean()
loss = loss_of(model[middle:](statistics), wanted_of(targets), divergence)
loss.backward()
optimiser.step()"""


class Variational(Autoencode):
    """The picture itself, through numbers that are drawn from a normal distribution each."""

    id = "variational"
    title = "Make new pictures: a variational autoencoder"
    asks = "What can be made again of a few numbers, and of numbers drawn by chance?"
    shown = (("input", "images"), ("output", "outputs"), ("from chance", "samples"))
    measures = (
        Autoencode.measures[0],
        Measure("kl", "KL divergence", "nats", trained=True),
        *Autoencode.measures[1:],
    )
    losses: ClassVar[dict[str, Loss]] = {f"kl{beta:g}": _weighed(beta) for beta in (1.0, 0.1, 10.0)}
    arguments_code = "outputs, wanted, divergence"
    before_code = 'middle = [name for name, _ in model.named_children()].index("sample1")'
    step_code = _STEP

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Ask for a picture, and for one place where numbers are drawn."""
        super().check(spec, shape, classes)
        if [layer.kind for layer in plan(spec, shape)].count("sample") != 1:
            raise NetworkError(
                "A variational autoencoder draws its middle once: put one sample between the layers"
                " that encode and those that decode."
            )

    def step(self, pupil: Pupil, images: Tensor, wanted: Tensor) -> Tensor:
        """One step on the squared error and the divergence."""
        encode, draw, decode = parted(pupil.model, Sample)
        pupil.optimiser.zero_grad(set_to_none=True)
        statistics = pupil.run(encode, images)
        outputs = pupil.run(decode, draw(statistics))
        apart = _divergences(statistics)
        beta = self._beta(pupil.loss)
        loss = self.loss(outputs, wanted, pupil.loss, 0.0) + beta * apart.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        pupil.optimiser.step()
        tally = self.tally(outputs.detach(), wanted)
        total = loss.detach() * len(wanted)
        return torch.cat((total[None], tally, apart.detach().sum()[None]))

    def assess(
        self, model: nn.Module, images: Tensor, wanted: Tensor, loss: str
    ) -> tuple[Tensor, Tensor]:
        """The loss and the tally of test pictures; they go through the means, not through draws."""
        encode, draw, decode = parted(model, Sample)
        statistics = encode(images)
        outputs, apart = decode(draw(statistics)), _divergences(statistics).sum()
        total = self.sum_loss(outputs, wanted, loss) + self._beta(loss) * apart
        return total, torch.cat((self.test_tally(outputs, wanted), apart[None].double()))

    def tallies(self, classes: int) -> int:
        """The divergences too."""
        return super().tallies(classes) + 1

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """The divergence too, the mean over the pictures."""
        return super().trained(tally[:-1], images) | {"kl": tally[-1] / images}

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """The divergence too, the mean over the pictures."""
        score = super().tested(loss, tally[:-1], images)
        kl = {"kl": float(tally[-1]) / images}
        return dataclasses.replace(score, measures=score.measures | kl)

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The pictures that come back, and as many decoded from numbers drawn by chance.

        The numbers are the same in every frame.
        """
        encode, _, decode = parted(model, Sample)

        def show(outputs: Tensor) -> Shown:
            with torch.no_grad():
                statistics = encode(inputs)
                middle = statistics.chunk(2, 1)[0]
                random = torch.Generator().manual_seed(0)
                drawn = torch.randn(middle.shape, generator=random).to(middle.device)
                samples = decode(drawn)
            shown = self.shown_of(outputs, targets)
            scores = shown.scores | {"kl": _divergences(statistics).tolist()}
            return dataclasses.replace(shown, scores=scores, samples=levels(samples))

        return make_picture_frame(model, inputs, show, **moment)

    def findings(self, state: RunState) -> list[Finding]:
        """Posterior collapse: the decoder does without what the encoder gives."""
        last = state.progress[-3:]
        if len(last) < 3 or not collapsed(state, last, "kl", _COLLAPSED):
            return []
        return [
            Finding(
                "collapsed",
                f"Posterior collapse: the KL divergence is {last[-1].measure('kl'):.2f} nats, so"
                " the numbers in the middle say nothing of the picture, and the same blur comes"
                " back for all.",
                "Weigh the divergence less: a smaller β.",
            )
        ]

    def _beta(self, name: str) -> float:
        loss = self.loss_named(name)
        assert isinstance(loss, Weighed)
        return loss.beta


def _divergences(statistics: Tensor) -> Tensor:
    mean, log_variance = statistics.flatten(1).chunk(2, 1)
    return divergence(mean, log_variance)
