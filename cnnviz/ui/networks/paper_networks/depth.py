"""Errors of ResNet's paper against depth: facts, which nothing here can compute."""

from math import nan

TABLE_3 = {
    "VGG-16": (28.07, 9.33),
    "GoogLeNet": (nan, 9.15),
    "PReLU-net": (24.27, 7.38),
    "plain-34": (28.54, 10.02),
    "ResNet-34 A": (25.03, 7.76),
    "ResNet-34 B": (24.52, 7.46),
    "ResNet-34 C": (24.19, 7.40),
    "ResNet-50": (22.85, 6.71),
    "ResNet-101": (21.75, 6.05),
    "ResNet-152": (21.43, 5.71),
}
"""Top-1 and top-5 error in percent on ImageNet's validation pictures, 10 crops of each.

He et al. 2015, table 3, which the lecture prints; it has no top-1 error of GoogLeNet.
"""

RESNET_ERRORS = (
    ("plain", ((18, 27.94), (34, TABLE_3["plain-34"][0]))),
    (
        "with skips",
        (
            (18, 27.88),
            (34, TABLE_3["ResNet-34 B"][0]),
            *((depth, TABLE_3[f"ResNet-{depth}"][0]) for depth in (50, 101, 152)),
        ),
    ),
)
"""Layers and top-1 error; of 18 layers from table 2 of the same paper."""
