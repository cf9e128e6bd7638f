"""Whether a network can be trained to tell classes apart, or to give a picture."""

import torch
import torch.nn.functional as F

from cnnviz.networks.layers import NetworkError, Shape
from cnnviz.networks.plan import flat, plan, times
from cnnviz.networks.spec import Spec


def check_classifier(spec: Spec, input_shape: Shape, classes: int) -> None:
    """Refuse a network that does not give one number for each class, or that cannot learn.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.
        classes: How many there are.

    Raises:
        NetworkError: What does not fit, and what to do.
    """
    layers = plan(spec, input_shape)
    last = layers[-1]
    if len(last.output) == 3:
        gap = "" if last.output[1:] == (1, 1) else "gap "
        said, end = f"maps of {times(last.output)}", f"{gap}fc{classes}"
    elif last.output[0] != classes:
        said, end = f"{last.output[0]:,} numbers", f"fc{classes}"
    elif not any(layer.parameters for layer in flat(layers)):
        raise NetworkError(
            "No layer of this network has weights, so it cannot learn: add a convolution or a "
            "fully connected layer."
        )
    else:
        return
    raise NetworkError(
        f"The last layer, {last.name}, gives {said}, but there are {classes} classes, which need "
        f"one number each: end the network with {end}.{_pytorch_says(last.output, classes)}",
        last.name,
    )


def check_picture(spec: Spec, input_shape: Shape, outputs: int) -> None:
    """Refuse a network that does not give `outputs` numbers for each pixel, or that cannot learn.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.
        outputs: How many numbers for each pixel.

    Raises:
        NetworkError: What does not fit, and what to do.
    """
    layers = plan(spec, input_shape)
    last, wanted = layers[-1], (outputs, *input_shape[1:])
    if not any(layer.parameters for layer in flat(layers)):
        raise NetworkError(
            "No layer of this network has weights, so it cannot learn: add a convolution."
        )
    if last.output == wanted:
        return
    if last.output[1:] == wanted[1:]:
        advice = f"end the network with c{outputs}k1"
    else:
        advice = "double with up2 as often as you halve with p2 or a stride of 2"
    raise NetworkError(
        f"The last layer, {last.name}, gives {times(last.output)}, but a picture of {times(wanted)}"
        f" is asked for: {advice}.",
        last.name,
    )


def _pytorch_says(output: Shape, classes: int) -> str:
    """What PyTorch says to the loss of such outputs; empty if it would take them."""
    try:
        F.cross_entropy(torch.zeros(1, *output), torch.tensor([classes - 1]))
    except (IndexError, RuntimeError, ValueError) as error:
        return f" PyTorch says: {str(error).splitlines()[0]}"
    return ""
