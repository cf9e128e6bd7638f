"""Momentum and Adam on a surface of two numbers."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.valley import valley
from cnnviz.ui.shared.choice import choice

TITLES = {
    "valley": "Narrow valley",
    "turned": "Turned valley",
    "banana": "Bent valley (Rosenbrock)",
    "saddle": "Saddle",
}
FORMULAS = {
    "valley": "(x**2 + 100 * y**2) / 2",
    "turned": "((C * x + S * y) ** 2 + 100 * (C * y - S * x) ** 2) / 2",
    "banana": "(1 - x) ** 2 + 10 * (y - x**2) ** 2",
    "saddle": "(x**2 - y**2) / 2 + y**4 / 4",
}
"""As code; C and S are the cosine and sine of 30°."""
_NOTES = {
    "valley": "It is 100 times as curved across as along. SGD diverges above a rate of 2 ∕ 100.",
    "turned": "The same valley, turned by 30°. SGD and momentum do not mind; Adam scales each"
    " number by itself, so it does.",
    "banana": "A valley with a bend: its floor is nearly flat, and its minimum is at (1, 1).",
    "saddle": "At (0, 0) the gradient is 0 but it is no minimum. Begin near y = 0: whoever scales"
    " up small gradients leaves first.",
}


def optimisers_section() -> None:
    """Draw a surface with the paths of three optimisers."""
    surface = choice(st.segmented_control, "Surface", TITLES, "valley", key="tr_surface")
    st.caption(_NOTES[surface])
    valley(
        surface,
        key="tr_valley",
        alt=f"{TITLES[surface]} from above, with the paths of SGD, momentum and Adam",
        pytorch=optimisers_code(surface),
    )


def optimisers_code(surface: str) -> str:
    """PyTorch code for where the optimisers are; see `valley` for the words to replace."""
    return f"""import math

import torch

C, S = math.cos(math.pi / 6), math.sin(math.pi / 6)


def f(x, y):
    return {FORMULAS[surface]}


optimisers = {{
    "SGD": lambda at: torch.optim.SGD(at, lr=RATE_SGD),
    "Momentum": lambda at: torch.optim.SGD(at, lr=RATE_MOMENTUM, momentum=MOMENTUM),
    "Adam": lambda at: torch.optim.Adam(at, lr=RATE_ADAM),
}}
for name, make in optimisers.items():
    at = torch.tensor([START_X, START_Y], dtype=torch.float64, requires_grad=True)
    optimiser = make([at])
    for _ in range(STEPS):
        optimiser.zero_grad()
        f(*at).backward()
        optimiser.step()
    print(name, *at.tolist(), f(*at).item())
"""
