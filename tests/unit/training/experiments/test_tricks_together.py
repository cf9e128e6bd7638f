"""The tricks together: what each switch builds, and that a deep network needs some of them."""

import torch
from torch import nn

from cnnviz.networks import build, network_from_line
from cnnviz.training.experiments.tricks_together import Tricks, line_of, tricks_contest


def kinds(tricks):
    model = build(network_from_line(line_of(tricks)), (1, 8, 8))
    found = [type(layer).__name__ for layer in model.modules()]
    return {name: found.count(name) for name in set(found)}


def test_each_switch_is_in_the_network():
    none = kinds(Tricks())
    assert (none["Conv2d"], none["Sigmoid"]) == (10, 10)
    assert {"BatchNorm2d", "ReLU", "Residual", "Dropout", "Dropout2d"}.isdisjoint(none)
    assert kinds(Tricks(relu=True))["ReLU"] == 10
    assert kinds(Tricks(norm=True))["BatchNorm2d"] == 10
    assert kinds(Tricks(skips=True))["Residual"] == 9
    assert kinds(Tricks(dropout=True))["Dropout"] == 1
    model = build(network_from_line(line_of(Tricks(wide=True))), (1, 8, 8))
    assert model(torch.zeros(1, 1, 8, 8)).shape == (1, 10)
    assert [layer.out_channels for layer in model if isinstance(layer, nn.Conv2d)] == [16] * 10


def test_without_any_it_does_not_learn_and_with_them_it_does():
    nets = {"none": Tricks(), "all": Tricks(relu=True, norm=True, skips=True, adam=True)}
    contest = tricks_contest(nets, 0)
    while contest.round < 3:
        contest.advance()
    none, learned = (contest.scores[name]["train"] for name in nets)
    chance = torch.tensor(10.0).log().item()
    assert abs(none[-1].loss - chance) < 0.2
    assert learned[-1].loss < 0.85 * chance
