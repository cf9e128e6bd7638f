"""Autoencoders of clothes whose middle is a few numbers, and a variational one with two.

G. E. Hinton and R. R. Salakhutdinov, Reducing the dimensionality of data with neural networks,
Science 2006; D. P. Kingma and M. Welling, Auto-encoding variational Bayes, arXiv:1312.6114.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from cnnviz.networks import build
from cnnviz.networks.encoder_decoder import decoder, encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

Weights = dict[str, "Tensor"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out" / "bottleneck.safetensors"
SHAPE = (1, 28, 28)
SIZES = (2, 4, 8, 16, 32, 128)
PLANE = 2
KL_WEIGHTS = (0.0, 0.1, 0.5, 2.0, 8.0, 32.0)
"""Weights of the divergence in the loss, β, of the planes that come with the app; that of the
squared error, summed over the pixels, is 1. With none it is a plain autoencoder. With 2 the
pictures fill the plane and stay sharp enough to tell what they show.

I. Higgins and others, β-VAE: learning basic visual concepts with a constrained variational
framework, ICLR 2017, where β weighs the divergence."""
_BATCH, _RATE = 64, 3e-3
_PLANE = "plane "


@dataclass(frozen=True, eq=False)
class Bottleneck:
    """Both halves of an autoencoder, by their weights.

    Attributes:
        numbers: How many numbers are between them.
        encoder: Weights of `encoder`; a variational one gives as many means and as many logarithms
            of variances.
        decoder: Weights of `decoder`.
        variational: Whether it is a variational one.
    """

    numbers: int
    encoder: Weights
    decoder: Weights
    variational: bool = False

    @property
    def encoded(self) -> int:
        """How many numbers the encoder gives."""
        return self.numbers * (2 if self.variational else 1)


def shipped() -> dict[str, Bottleneck]:
    """The autoencoders that come with this app, by the size of their bottleneck.

    The variational ones are called as `plane_name` says.
    """
    tensors = {name: value.float() for name, value in load_file(SHIPPED).items()}
    found = {}
    for name in dict.fromkeys((*map(str, SIZES), *map(plane_name, KL_WEIGHTS))):
        halves = [
            {
                key.removeprefix(head): value
                for key, value in tensors.items()
                if key.startswith(head)
            }
            for head in (f"{name}.encoder.", f"{name}.decoder.")
        ]
        variational = name.startswith(_PLANE)
        numbers = PLANE if variational else int(name)
        found[name] = Bottleneck(numbers, halves[0], halves[1], variational)
    return found


def plane_name(kl_weight: float) -> str:
    """What the autoencoder with two numbers and a weight of its divergence is called."""
    return f"{_PLANE}{kl_weight:g}" if kl_weight else str(PLANE)


def places(one: Bottleneck, pictures: Tensor) -> Tensor:
    """Where pictures lie: the codes, or a variational encoder's means.

    Args:
        one: The autoencoder.
        pictures: N×1×28×28 `uint8`.

    Returns:
        N×numbers.
    """
    model = build(encoder(one.encoded), SHAPE)
    model.load_state_dict(one.encoder)
    with torch.no_grad():
        codes: Tensor = model.eval()(pictures.float() / 255)
    return codes.flatten(1)[:, : one.numbers]


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of normal distributions from the standard one, summed over the numbers.

    ½ Σ (μ² + σ² − ln σ² − 1), Kingma and Welling, appendix B.

    Args:
        mean: N×d.
        log_variance: N×d: ln σ².

    Returns:
        N numbers.
    """
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1)


def learn(
    pictures: Tensor, numbers: int, *, steps: int, kl_weight: float = 0, seed: int = 0
) -> Iterator[tuple[float, Bottleneck]]:
    """Train one.

    Args:
        pictures: N×1×28×28 `uint8`.
        numbers: How many numbers there are in its middle.
        steps: Updates of the weights.
        kl_weight: Weight of the divergence, which keeps the middle, a distribution then, near the
            standard normal one; 0 for a plain autoencoder.
        seed: Of the weights and the order.

    Yields:
        Every hundredth step and at the end: the mean squared error of the batch, white being 1, and
        the weights.
    """
    variational = kl_weight > 0
    random = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        halves = nn.ModuleList(
            [
                build(encoder(numbers * (2 if variational else 1)), SHAPE),
                build(decoder(), (numbers, 1, 1)),
            ]
        )
    optimiser = torch.optim.Adam(halves.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for step in range(1, steps + 1):
        chosen = torch.randint(len(pictures), (_BATCH,), generator=random)
        wanted = pictures[chosen].float() / 255
        middle = halves[0](wanted)
        extra = torch.zeros(())
        if variational:
            mean, log_variance = middle.flatten(1).chunk(2, 1)
            noise = torch.randn(mean.shape, generator=random)
            middle = (mean + noise * (0.5 * log_variance).exp())[..., None, None]
            extra = kl_weight * divergence(mean, log_variance).mean()
        error = F.mse_loss(halves[1](middle), wanted)
        loss = error * wanted[0].numel() + extra
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step == steps:
            first, second = (
                {name: value.detach().clone() for name, value in half.state_dict().items()}
                for half in halves
            )
            yield error.item(), Bottleneck(numbers, first, second, variational)
