"""Autoencoders with a bottleneck: the divergence, the plans, and what was shipped."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

from cnnviz.inspection.clothes import clothes
from cnnviz.networks import build, summary
from cnnviz.networks.encoder_decoder import decoder, encoder
from cnnviz.training.experiments.autoencoders import (
    KL_WEIGHTS,
    SHAPE,
    SIZES,
    divergence,
    learn,
    places,
    plane_name,
    shipped,
)


def through(one):
    """What comes out for the test pictures, and the wanted pictures."""
    wanted = torch.from_numpy(clothes().images).float() / 255
    first, second = build(encoder(one.numbers), SHAPE), build(decoder(), (one.numbers, 1, 1))
    first.load_state_dict(one.encoder)
    second.load_state_dict(one.decoder)
    with torch.no_grad():
        return second(first(wanted)), wanted


def test_the_divergence_is_torch_s():
    mean, log_variance = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    exact = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0, 1)).sum(1)
    torch.testing.assert_close(divergence(mean, log_variance), exact)


def test_the_decoder_begins_with_a_fully_connected_layer():
    """Enlarging one cell and weights for each place is a linear layer whose outputs are maps."""
    torch.manual_seed(0)
    first = build(decoder(), (5, 1, 1))[:2]
    local, code = first[1], torch.randn(3, 5)
    linear = nn.Linear(5, 16 * 49)
    with torch.no_grad():
        linear.weight.copy_(local.weight.permute(2, 0, 1, 3, 4, 5).reshape(16 * 49, 5))
        linear.bias.copy_(local.bias.permute(2, 0, 1).reshape(-1))
        torch.testing.assert_close(first(code[..., None, None]), linear(code).reshape(3, 16, 7, 7))
    assert summary(encoder(5), SHAPE)[-1].output_shape == (5, 1, 1)
    assert summary(decoder(), (5, 1, 1))[-1].output_shape == SHAPE


def test_the_larger_the_bottleneck_the_less_is_lost():
    known = shipped()
    errors = []
    for size in SIZES:
        found, wanted = through(known[str(size)])
        errors.append(float((found - wanted).square().mean()))
    assert errors[0] < float((wanted.mean(0) - wanted).square().mean())  # than one picture for all
    assert errors[-1] < 0.6 * errors[0]
    assert all(after < 1.02 * before for before, after in itertools.pairwise(errors))


def test_on_the_shipped_plane_pictures_lie_about_as_a_normal_distribution():
    found = places(shipped()["plane 2"], torch.from_numpy(clothes().images)).numpy()
    assert found.shape == (50, 2)
    assert np.abs(found).max() < 4
    assert 0.5 < found.std() < 1.5


def test_places_drawn_by_chance_come_back_on_the_variational_plane_more_often():
    drawn = torch.randn(100, 2, generator=torch.Generator().manual_seed(0))
    astray = {}
    for name in ("2", "plane 2"):
        one = shipped()[name]
        second = build(decoder(), (2, 1, 1))
        second.load_state_dict(one.decoder)
        with torch.no_grad():
            pictures = (255 * second(drawn[..., None, None])).to(torch.uint8)
        astray[name] = int(((places(one, pictures) - drawn).norm(dim=1) > 0.5).sum())
    assert astray["plane 2"] < 15 < astray["2"]


def test_the_more_the_divergence_weighs_the_smaller_it_is_until_all_is_lost():
    known, pictures = shipped(), torch.from_numpy(clothes().images).float() / 255
    errors, apart = [], []
    for weight in KL_WEIGHTS:
        one = known[plane_name(weight)]
        assert one.variational is (weight > 0)
        first, second = build(encoder(one.encoded), SHAPE), build(decoder(), (2, 1, 1))
        first.load_state_dict(one.encoder)
        second.load_state_dict(one.decoder)
        with torch.no_grad():
            code = first(pictures).flatten(1)
            errors.append(float((second(code[:, :2, None, None]) - pictures).square().mean()))
        if weight:
            mean, log_variance = code.chunk(2, 1)
            cloud = Normal(mean, (0.5 * log_variance).exp())
            apart.append(float(kl_divergence(cloud, Normal(0, 1)).sum(1).mean()))
    assert all(after < before for before, after in itertools.pairwise(apart))
    assert errors[-1] > 1.5 * max(errors[:-1])  # as the page says, a large weight costs all


def test_both_kinds_learn_the_same_each_time():
    pictures = torch.from_numpy(clothes().images)
    for weight in (0, 2):
        (first,), (again,) = (list(learn(pictures, 2, steps=3, kl_weight=weight)) for _ in range(2))
        assert first[0] == pytest.approx(again[0], rel=1e-4)
        assert first[1].encoder["conv3.weight"].shape[0] == (4 if weight else 2)
