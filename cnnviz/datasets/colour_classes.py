"""Classes of colour: grey, and hues in a circle on three rings around it.

A colour is two numbers beside the grey level, Cb and Cr (ITU-R BT.601), from −0.5 to 0.5: a point
in a plane with grey at its origin. R. Zhang, P. Isola and A. A. Efros, Colorful image
colorization, arXiv:1603.08511, divide such a plane into squares; rings are narrower near grey,
where most colours of photos are.
"""

import math

RINGS = {"pale": 0.05, "medium": 0.12, "strong": 0.25}
"""Distance of each ring from grey."""
AROUND = 12
"""Hues on a ring."""
_ANGLES = [2 * math.pi * at / AROUND for at in range(AROUND)]
CENTRES: tuple[tuple[float, float], ...] = (
    (0.0, 0.0),
    *((ring * math.cos(at), ring * math.sin(at)) for ring in RINGS.values() for at in _ANGLES),
)
"""Cb and Cr of each class; the first is grey."""
NAMES = ("grey", *(f"{name}, {at * 360 // AROUND}°" for name in RINGS for at in range(AROUND)))
"""What the classes are called: the ring, and the angle from Cb to Cr."""
