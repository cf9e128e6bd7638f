"""Our optimisers against torch's own."""

import sys

import pytest
import torch

from cnnviz.runs import Recipe
from cnnviz.training.optimisers import make_optimiser


@pytest.mark.parametrize(
    ("recipe", "reference"),
    [
        (
            Recipe(optimiser="adamw", learning_rate=0.1, weight_decay=0.2),
            lambda p: torch.optim.AdamW([p], lr=0.1, weight_decay=0.2, foreach=False),
        ),
        (
            Recipe(optimiser="sgd", learning_rate=0.1, weight_decay=0.2),
            lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.2),
        ),
    ],
)
def test_optimisers_step_like_the_plain_ones(recipe, reference):
    start = torch.linspace(-1, 1, 6)
    ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    for optimiser, p in ((make_optimiser([ours], recipe), ours), (reference(theirs), theirs)):
        for _ in range(5):
            optimiser.zero_grad()
            (p**3).sum().backward()
            optimiser.step()
    assert not torch.equal(ours, start)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_optimisers_do_without_torchs_compiler(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)  # cannot be imported
    p = torch.ones(2, requires_grad=True)
    optimiser = make_optimiser([p], Recipe(optimiser=name))
    optimiser.zero_grad()
    (p * p).sum().backward()
    optimiser.step()
    other = make_optimiser([torch.ones(2, requires_grad=True)], Recipe(optimiser=name))
    other.load_state_dict(optimiser.state_dict())
    assert (p < 1).all()
    assert p.requires_grad
