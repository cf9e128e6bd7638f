"""Errors of ResNet's paper against depth: facts, which nothing here can compute."""

RESNET_ERRORS = (
    ("plain", ((18, 27.94), (34, 28.54))),
    ("with skips", ((18, 27.88), (34, 24.52), (50, 22.85), (101, 21.75), (152, 21.43))),
)
"""Layers and top-1 error in percent on ImageNet's validation pictures, 10 crops of each.

He et al. 2015: table 2 for 18 layers, table 3, which the lecture prints, for the others (B for 34).
"""
