"""The methods by name, with what is said about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cnnviz.inspection.attribution import (
    grad_cam,
    grad_cam_plus_plus,
    gradient,
    guided_backpropagation,
    hires_cam,
    integrated_gradients,
    layer_cam,
    occlusion,
    score_cam,
    smooth_grad,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Reads = Literal["head", "layer", "maps", "picture"]


@dataclass(frozen=True)
class Method:
    """A way of asking where the evidence is.

    Attributes:
        id: As `evidence` takes it.
        title: Its name on screen.
        reads: What it reads: the end of the network, a layer's maps and their gradient, a layer's
            maps alone, or the picture.
        formula: In LaTeX: y is the logit, A_k the maps, g_k their gradient, x the picture.
        paper: Where it is from.
        about: What it says, in one sentence.
        compute: What weighs maps and gradients, or gives the map step by step; None for the CAM.
        slow: Whether it takes many passes.
    """

    id: str
    title: str
    reads: Reads
    formula: str
    paper: str
    about: str
    compute: Callable[..., Any] | None = None
    slow: bool = False


_ALL = (
    Method(
        "cam", "CAM", "head",
        r"\sum_k w_k A_k", "Zhou et al., CVPR 2016",
        "The last maps, each times the class’s own weight: exact, its mean and the bias are the"
        " logit. Only for networks that end in an average and one linear layer.",
    ),
    Method(
        "grad_cam", "Grad-CAM", "layer",
        r"\sum_k \bar g_k A_k", "Selvaraju et al., ICCV 2017",
        "The maps of a layer, each times its mean gradient.", grad_cam.weigh,
    ),
    Method(
        "grad_cam_plus_plus", "Grad-CAM++", "layer",
        r"\sum_k \Big(\sum_{ij} \tfrac{\max(0, g_{kij})}{2 + g_{kij} \sum A_k}\Big) A_k",
        "Chattopadhay et al., WACV 2018",
        "As Grad-CAM, but cells count more in maps that are small: for several objects of a class.",
        grad_cam_plus_plus.weigh,
    ),
    Method(
        "hires_cam", "HiResCAM", "layer",
        r"\sum_k g_k \odot A_k", "Draelos and Carin, 2020",
        "Each cell of the maps times its own gradient, not the mean.", hires_cam.weigh,
    ),
    Method(
        "layer_cam", "LayerCAM", "layer",
        r"\sum_k \max(0, g_k) \odot A_k", "Jiang et al., 2021",
        "As HiResCAM, but only where the gradient is positive: made for early layers.",
        layer_cam.weigh,
    ),
    Method(
        "score_cam", "Score-CAM", "maps",
        r"\sum_k \big(y(x \odot H_k) - y(0)\big) A_k", "Wang et al., 2020",
        "The maps of a layer, each times the logit that is left when only its places are seen. An"
        f" approximation: the {score_cam.CHANNELS} maps that vary most are asked about.",
        score_cam.steps, slow=True,
    ),
    Method(
        "gradient", "Gradient", "picture",
        r"\partial y / \partial x", "Simonyan et al., 2014",
        "How the logit grows as a pixel gets brighter.", gradient.steps,
    ),
    Method(
        "smooth_grad", "SmoothGrad", "picture",
        r"\tfrac{1}{n} \sum_i \nabla y(x + \varepsilon_i)", "Smilkov et al., 2017",
        f"The mean gradient of {smooth_grad.SAMPLES} copies of the picture with noise.",
        smooth_grad.steps, slow=True,
    ),
    Method(
        "integrated_gradients", "Integrated gradients", "picture",
        r"x \odot \int_0^1 \nabla y(t x) \, dt", "Sundararajan et al., ICML 2017",
        "Each pixel’s share of the logit’s change from a picture of the mean colour to this one.",
        integrated_gradients.steps, slow=True,
    ),
    Method(
        "occlusion", "Occlusion", "picture",
        r"y(x) - y(x \text{ covered})", "Zeiler and Fergus, ECCV 2014",
        "What the logit loses when a window is covered with the mean colour.",
        occlusion.steps, slow=True,
    ),
)  # fmt: skip

METHODS: dict[str, Method] = {method.id: method for method in _ALL}
"""The ten methods."""

GUIDED = Method(
    "guided_backpropagation", "Guided backpropagation", "picture",
    r"\partial y / \partial x \text{, only what is positive at each ReLU}",
    "Springenberg et al., 2015",
    "Sharp edges, whether or not anything was learned: a bad example.",
    guided_backpropagation.steps,
)  # fmt: skip
"""A method whose maps look convincing and do not depend on what was learned."""
