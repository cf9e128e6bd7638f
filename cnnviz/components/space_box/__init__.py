"""A box on a table, drawn over a photo of it by a pinhole camera, to be moved and turned."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, jpeg_address
from cnnviz.components.sources import register

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_component = register("space_box")


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks down at a table.

    Attributes:
        focal: Focal length, in pixels.
        centre: Where its axis meets the picture: column and row.
        pitch: How far below the horizon it looks, in degrees.
        distance: How far along its axis the table is, in centimetres.
    """

    focal: float
    centre: tuple[float, float]
    pitch: float
    distance: float


@dataclass(frozen=True)
class Box:
    """A box that stands on the table; in centimetres, from where the camera's axis meets it.

    Attributes:
        x: Its middle, to the right.
        y: Its middle, away from the camera.
        width: Along x, before it is turned.
        length: Along y.
        height: Up from the table.
        turn: About the vertical, in degrees.
    """

    x: float
    y: float
    width: float
    length: float
    height: float
    turn: float


def space_box(
    photo: NDArray[np.uint8], camera: Camera, box: Box, *, key: str, alt: str, parameter: str
) -> None:
    """Draw a box over a photo, from above and from the side; the browser projects it.

    Args:
        photo: H×W×3.
        camera: The one that took it, or so it is assumed.
        box: Where it begins.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        parameter: Name of the box in the address.
    """
    _component(key=key, data=payload(photo, camera, box, alt=alt, parameter=parameter))


def payload(
    photo: NDArray[np.uint8], camera: Camera, box: Box, *, alt: str, parameter: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "photo": jpeg_address(photo),
        "width": photo.shape[1],
        "height": photo.shape[0],
        "camera": asdict(camera),
        "box": asdict(box),
        "parameter": parameter,
        "alt": alt,
        "pytorch": pytorch_code(camera, box),
    }
    return content | {"id": digest(content)}


def pytorch_code(camera: Camera, box: Box) -> str:
    """Code that prints the pixels of the box's corners, and its 2-D box."""
    return f"""import torch

pitch, turn = torch.deg2rad(torch.tensor([{camera.pitch}, {box.turn}]))
size = torch.tensor([{box.width}, {box.length}, {box.height}])  # width, length, height, in cm
unit = torch.cartesian_prod(*[torch.tensor([-0.5, 0.5])] * 2, torch.tensor([0.0, 1.0]))
p, q, z = (unit * size).T
x = {box.x} + p * turn.cos() - q * turn.sin()  # right
y = {box.y} + p * turn.sin() + q * turn.cos()  # away
X = x  # as the camera has it: right, down, ahead
Y = -y * pitch.sin() - z * pitch.cos()
Z = {camera.distance} + y * pitch.cos() - z * pitch.sin()
u = {camera.centre[0]} + {camera.focal} * X / Z
v = {camera.centre[1]} + {camera.focal} * Y / Z
print(torch.stack([u, v], 1))  # eight corners, in pixels
print(u.min(), v.min(), u.max(), v.max())  # the 2-D box
"""
