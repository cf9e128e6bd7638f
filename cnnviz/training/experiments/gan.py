"""A generator and a discriminator that learn from each other, on digits of 28×28.

I. Goodfellow et al., Generative adversarial nets, arXiv:1406.2661; A. Radford, L. Metz and
S. Chintala, DCGAN, arXiv:1511.06434. Here upsampling and a convolution take the place of the
paper's transposed convolutions, which leave a checkerboard.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from cnnviz.datasets import load_dataset
from cnnviz.networks import build, network_from_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor, nn

    from cnnviz.networks import Spec

Weights = dict[str, "Tensor"]
Pace = Literal["even", "hasty"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out"
SHAPE = (1, 28, 28)
LATENT = 16
CLASSES = tuple("0123456789")
GENERATOR_STEPS: dict[Pace, int] = {"even": 1, "hasty": 8}
"""Steps of the generator for each step of the discriminator."""
STEPS: dict[Pace, int] = {"even": 1000, "hasty": 250}
COUNTED = 200
"""Made pictures whose classes are counted."""
REAL_LABEL = 0.9
"""What the discriminator is asked to say of a real picture: one-sided label smoothing, T. Salimans
et al., arXiv:1606.03498, which keeps it from being too sure."""
_BATCH, _RATE, _BETAS = 32, 1e-3, (0.5, 0.999)
_EARLY, _EVERY = (0, 1, 2, 4, 8, 15), 25  # steps of which there are frames


@dataclass(frozen=True, eq=False)
class Frame:
    """Both networks before a step and after it, and what the generator makes before.

    Attributes:
        step: Steps of the discriminator until now.
        losses: The discriminator's and the generator's, means since the frame before.
        counts: How many of `COUNTED` made pictures the classifier takes for each digit.
        spread: Standard deviation of the made pictures' pixels, as a share of the real ones'.
        generator: Weights before the step.
        discriminator: Weights before the step.
        generator_after: Weights after it.
        discriminator_after: Weights after it; it moves first.
    """

    step: int
    losses: tuple[float, float]
    counts: tuple[int, ...]
    spread: float
    generator: Weights
    discriminator: Weights
    generator_after: Weights
    discriminator_after: Weights


_PARTS = ("generator", "discriminator", "generator_after", "discriminator_after")


def generator() -> Spec:
    """From `LATENT`×1×1 to a picture from 0 to 1; its first layer is a fully connected one."""
    return network_from_line("up7 lc32k1 bn relu up2 c16k3p1 bn relu up2 c1k5p2 sigmoid")


def discriminator() -> Spec:
    """From a picture to one score: the logit of its being real."""
    return network_from_line("c16k3s2p1 leaky0.2 c32k3s2p1 bn leaky0.2 c1k7")


def classifier() -> Spec:
    """From a picture to scores of ten digits; it never meets the two."""
    return network_from_line("c8k3s2p1 relu c16k3s2p1 relu c10k7")


def discriminator_loss(real: Tensor, made: Tensor) -> Tensor:
    """Cross-entropy of telling the two apart: −log D(x) − log(1 − D(G(z))), with `REAL_LABEL`.

    Args:
        real: N scores (logits) of real pictures, of any shape.
        made: The same of made pictures.
    """
    return F.binary_cross_entropy_with_logits(
        real, torch.full_like(real, REAL_LABEL)
    ) + F.binary_cross_entropy_with_logits(made, torch.zeros_like(made))


def generator_loss(made: Tensor) -> Tensor:
    """−log D(G(z)), which has a slope where the discriminator is sure (Goodfellow, section 3).

    Args:
        made: N scores (logits) of made pictures, of any shape.
    """
    return F.binary_cross_entropy_with_logits(made, torch.ones_like(made))


def codes(count: int, seed: int) -> Tensor:
    """Latent vectors, `count`×LATENT, standard normal."""
    return torch.randn(count, LATENT, generator=torch.Generator().manual_seed(seed))


def made(weights: Weights, latent: Tensor) -> Tensor:
    """N×1×28×28 pictures of N×LATENT numbers, with batch norm's running averages."""
    pictures: Tensor = _ready(generator(), (LATENT, 1, 1), weights)(latent[..., None, None])
    return pictures


def classes_of(pictures: Tensor, weights: Weights) -> Tensor:
    """N digits that the classifier takes N×1×28×28 pictures for."""
    scores: Tensor = _ready(classifier(), SHAPE, weights)(pictures)
    return scores.flatten(1).argmax(1)


def _ready(spec: Spec, shape: tuple[int, ...], weights: Weights) -> nn.Module:
    model = build(spec, shape)
    model.load_state_dict(weights, strict=False)
    return model.eval()


def learn(pace: Pace, *, steps: int | None = None, seed: int = 0) -> Iterator[Frame]:
    """Train both, on the digits of `mnist5k`.

    Args:
        pace: How many steps the generator takes for each of the discriminator.
        steps: Of the discriminator; `STEPS` by default.
        seed: Of the weights, the pictures and the latent vectors.

    Yields:
        Frames: of the first few steps, then about every 25th, and the last.
    """
    last = STEPS[pace] if steps is None else steps
    pictures = torch.from_numpy(load_dataset("mnist5k").train_images).float() / 255
    judge = shipped_classifier()
    random = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        models = [build(generator(), (LATENT, 1, 1)), build(discriminator(), SHAPE)]
    makes, judges = (model.train() for model in models)
    first, second = (
        torch.optim.Adam(model.parameters(), lr=_RATE, betas=_BETAS) for model in models
    )
    spread = float(pictures.std(0).mean())
    losses: list[tuple[float, float]] = []
    for step in range(last + 1):
        seen = step in _EARLY or step % _EVERY == 0 or step == last
        before = _weights(models) if seen else []
        real = pictures[torch.randint(len(pictures), (_BATCH,), generator=random)]
        fake = makes(_noise(random))
        loss = discriminator_loss(judges(real), judges(fake.detach()))
        second.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        second.step()
        for turn in range(GENERATOR_STEPS[pace]):
            fake = makes(_noise(random)) if turn else fake
            other = generator_loss(judges(fake))
            first.zero_grad(set_to_none=True)
            other.backward()  # type: ignore[no-untyped-call]
            first.step()
        losses.append((loss.item(), other.item()))
        if seen:
            with torch.no_grad():
                found = made(before[0], codes(COUNTED, seed + 1))
                counts = torch.bincount(classes_of(found, judge), minlength=len(CLASSES))
            mean = torch.tensor(losses).mean(0).tolist()
            share = float(found.std(0).mean()) / spread
            yield Frame(
                step, (mean[0], mean[1]), tuple(counts.tolist()), share, *before, *_weights(models)
            )
            losses = []


def _noise(random: torch.Generator) -> Tensor:
    return torch.randn(_BATCH, LATENT, 1, 1, generator=random)


def _weights(models: Sequence[nn.Module]) -> list[Weights]:
    return [
        {
            name: value.detach().clone()
            for name, value in model.state_dict().items()
            if value.is_floating_point()
        }
        for model in models
    ]


def learn_classifier(*, steps: int = 600, seed: int = 0) -> Weights:
    """Train the classifier on the real digits of `mnist5k` alone."""
    data = load_dataset("mnist5k")
    pictures = torch.from_numpy(data.train_images).float() / 255
    labels = torch.from_numpy(data.train_labels)
    random = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(classifier(), SHAPE)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(pictures), (64,), generator=random)
        loss = F.cross_entropy(model(pictures[chosen]).flatten(1), labels[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return _weights([model])[0]


def shipped_classifier() -> Weights:
    """The classifier that comes with the app."""
    return {
        name: value.float()
        for name, value in load_file(SHIPPED / "digit_classifier.safetensors").items()
    }


def shipped(pace: Pace) -> list[Frame]:
    """The frames of a run that comes with the app."""
    path = _file(pace)
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        known = json.loads(file.metadata()["frames"])
    return [
        Frame(
            one["step"], tuple(one["losses"]), tuple(one["counts"]), one["spread"],
            *(_part(tensors, f"{one['step']}.{part}.") for part in _PARTS),
        )
        for one in known
    ]  # fmt: skip


def save(frames: Sequence[Frame], pace: Pace) -> None:
    """Keep frames as those that come with the app, in half precision."""
    numbers = [
        {"step": one.step, "losses": one.losses, "counts": one.counts, "spread": one.spread}
        for one in frames
    ]
    tensors = {
        f"{one.step}.{part}.{name}": value.half().contiguous()
        for one in frames
        for part in _PARTS
        for name, value in getattr(one, part).items()
    }
    save_file(tensors, _file(pace), {"frames": json.dumps(numbers)})


def _file(pace: Pace) -> Path:
    return SHIPPED / f"invent_{pace}.safetensors"


def _part(tensors: Weights, head: str) -> Weights:
    return {
        name.removeprefix(head): value.float()
        for name, value in tensors.items()
        if name.startswith(head)
    }
