"""PyTorch code for the answers of a simple and a complex cell."""

from cnnviz.imaging.simple_and_complex_cells import LENGTH, SIDE, SIGMA, WAVELENGTH, WIDTH

CELLS = f"""import torch

at = torch.arange({SIDE}, dtype=torch.float64) - {(SIDE - 1) / 2}
y, x = torch.meshgrid(at, at, indexing="ij")


def turned(angle):
    turn = torch.deg2rad(torch.tensor(float(angle), dtype=torch.float64))
    return x * turn.sin() + y * turn.cos(), x * turn.cos() - y * turn.sin()


def gabor(angle, phase):
    across, along = turned(angle)
    bell = torch.exp(-(across**2 + along**2) / {2 * SIGMA**2})
    phase = torch.deg2rad(torch.tensor(float(phase), dtype=torch.float64))
    wave = bell * torch.cos(2 * torch.pi * across / {WAVELENGTH} + phase)
    wave = wave - bell * (wave.sum() / bell.sum())
    return wave / wave.abs().sum()


across, along = turned(ANGLE)
light = (0.5 + {WIDTH / 2} - (across - (SHIFT)).abs()).clamp(0, 1)
light *= (0.5 + {LENGTH / 2} - along.abs()).clamp(0, 1)
a, b = ((light * gabor(PREFERRED, phase)).sum() for phase in (0, 90))
print("simple", a.relu().item(), "complex", torch.hypot(a, b).item())
"""
"""`ANGLE`, `SHIFT` and `PREFERRED` stand for the numbers on screen."""
