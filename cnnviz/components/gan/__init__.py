"""A generator and a discriminator at work: what each sees, and pictures between two codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.training.experiments.gan import CLASSES, COUNTED, classifier, discriminator, generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from cnnviz.training.experiments.gan import Frame, Weights

_component = register("gan")


def gan(
    real: NDArray[np.uint8],
    codes: ArrayLike,
    frames: Sequence[Frame],
    judge: Weights,
    *,
    run: str,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw both networks at the frames of a run.

    Args:
        real: N×28×28 real pictures that the discriminator is shown.
        codes: M×LATENT latent vectors; the generator is shown the first N.
        frames: Of the run; the last one is shown first. Weights are sent in half precision.
        judge: Weights of the classifier that counts what is made.
        run: Which run it is; a step that was chosen stays while this is the same.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that runs a generator.
    """
    data = payload(real, codes, frames, judge, run=run, alt=alt, pytorch=pytorch)
    _component(key=key, data=data)


def payload(
    real: NDArray[np.uint8],
    codes: ArrayLike,
    frames: Sequence[Frame],
    judge: Weights,
    *,
    run: str,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "run": run,
        "side": real.shape[1],
        "real": packed(real, np.int16),
        "codes": packed(codes, np.float32),
        "generator": generator(),
        "discriminator": discriminator(),
        "classifier": classifier(),
        "judge": packed_weights(judge, "float16"),
        "classes": list(CLASSES),
        "counted": COUNTED,
        "frames": [
            {
                "step": one.step,
                "counts": list(one.counts),
                "spread": one.spread,
                "before": [packed_weights(one.generator, "float16"),
                           packed_weights(one.discriminator, "float16")],
                "after": [packed_weights(one.generator_after, "float16"),
                          packed_weights(one.discriminator_after, "float16")],
            }
            for one in frames
        ],
        "stops": DIVERGING_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }  # fmt: skip
    return content | {"id": digest(content)}
