"""A contest trains as a plain loop does, the same each time, and only while it is wanted."""

import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.training.experiments import side_by_side
from cnnviz.training.experiments.side_by_side import Contest

DRAWS = torch.Generator().manual_seed(5)
TRAIN = torch.rand(40, 6, generator=DRAWS), torch.randint(3, (40,), generator=DRAWS)
TEST = torch.rand(20, 6, generator=DRAWS), torch.randint(3, (20,), generator=DRAWS)


def made(rounds=3, optimisers=None):
    makers = {"small": lambda: nn.Linear(6, 3), "again": lambda: nn.Linear(6, 3)}
    return Contest(
        makers, TRAIN, {"test": TEST}, rounds=rounds, steps=4, batch=8, rate=0.05, seed=2,
        optimisers=optimisers,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "optimisers"),
    [
        (lambda weights: torch.optim.Adam(weights, lr=0.05), None),
        (lambda weights: torch.optim.SGD(weights, lr=0.3), ("small", "again")),
    ],
)
def test_it_is_a_plain_loop(make, optimisers):
    one = made(optimisers=optimisers and dict.fromkeys(optimisers, make))
    while one.advance():
        pass
    assert (one.round, one.step, one.last_step, one.done) == (3, 12, 12, True)
    assert one.parameters == {"small": 21, "again": 21}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        model = nn.Linear(6, 3)
    optimiser = make(model.parameters())
    losses = [F.cross_entropy(model(TEST[0]), TEST[1]).item()]
    for number in range(3):
        draws = torch.Generator().manual_seed(2 * 1_000_003 + number)
        for _ in range(4):
            batch = torch.randperm(40, generator=draws)[:8]
            optimiser.zero_grad()
            F.cross_entropy(model(TRAIN[0][batch]), TRAIN[1][batch]).backward()
            optimiser.step()
        losses.append(F.cross_entropy(model(TEST[0]), TEST[1]).item())
    for name in ("small", "again"):
        scores = one.scores[name]["test"]
        assert [score.loss for score in scores] == pytest.approx(losses, abs=1e-6)
        right = (model(TEST[0]).argmax(1) == TEST[1]).float().mean().item()
        assert scores[-1].accuracy == pytest.approx(right)
        assert len(one.scores[name]["train"]) == 4


def test_looking_on_changes_nothing():
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    made().advance()
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_it_goes_on_beside_and_stops_when_nobody_asks(monkeypatch):
    whole = made()
    whole.go_on()
    whole._trainer.join(60)
    assert whole.done
    monkeypatch.setattr(side_by_side, "_WANTED", 0.1)
    endless = made(rounds=10**9)
    endless.go_on()
    endless._trainer.join(60)
    assert not endless._trainer.is_alive()
    assert not endless.done
    at = endless.round
    time.sleep(0.05)
    assert endless.round == at
