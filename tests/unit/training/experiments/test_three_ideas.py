"""The three ideas: parameters by hand, digits where they belong, code that counts the same."""

import numpy as np
import torch

from cnnviz.datasets import load_dataset
from cnnviz.training.experiments.three_ideas import (
    ROWS,
    idea_network,
    ideas_code,
    ideas_contest,
    moved_digits,
    overfitting_contest,
)

BY_HAND = {
    "Full": (144 + 1) * 1024 + (1024 + 1) * 10,
    "Full, pooled": (144 + 1) * 1024 + (64 + 1) * 10,
    "Local": (25 + 1) * 1024 + (1024 + 1) * 10,
    "Local, pooled": (25 + 1) * 1024 + (64 + 1) * 10,
    "Shared": (25 + 1) * 16 + (1024 + 1) * 10,
    "Shared, pooled": (25 + 1) * 16 + (64 + 1) * 10,
}


def test_parameters_are_those_counted_by_hand_and_by_the_code(capsys):
    found = ideas_contest(50, 2, 0)
    assert found.parameters == BY_HAND
    exec(ideas_code(), {})
    printed = [int(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert printed == list(BY_HAND.values())


def test_local_weights_that_are_alike_are_shared_ones():
    torch.manual_seed(0)
    local, shared = (idea_network(row) for row in ROWS if row.local and not row.pooled)
    with torch.no_grad():
        local[0].weight[:] = shared[0].weight
        local[0].bias[:] = shared[0].bias
        local[-1].load_state_dict(shared[-1].state_dict())
        x = torch.rand(3, 1, 12, 12)
        torch.testing.assert_close(local(x), shared(x))


def test_digits_are_moved_by_whole_pixels():
    images = load_dataset("digits").train_images[:30]
    still, moved = moved_digits(images, 0, 0), moved_digits(images, 2, 0)
    np.testing.assert_allclose(still[:, :, 2:10, 2:10], images / 255, rtol=1e-6)
    assert not torch.equal(moved, still)
    torch.testing.assert_close(moved.sum((1, 2, 3)), still.sum((1, 2, 3)))
    places = {
        (down, right)
        for picture, one in zip(moved, images, strict=True)
        for down in range(5)
        for right in range(5)
        if np.allclose(picture[0, down : down + 8, right : right + 8], one[0] / 255)
    }
    assert len(places) > 8


def test_the_smallest_network_learns():
    found = ideas_contest(300, 2, 0)
    for _ in range(2):
        assert found.advance()
    first, last = (found.scores["Shared, pooled"]["train"][at].loss for at in (0, -1))
    assert last < first


def test_wrong_labels_and_large_networks_part_the_curves():
    found = overfitting_contest(40, 0.3, 0)
    clean = overfitting_contest(40, 0.0, 0)
    true = torch.from_numpy(load_dataset("digits").train_labels[:40])
    assert torch.equal(clean._sets["train"][1], true)
    share = (found._sets["train"][1] != true).float().mean().item()
    assert 0.05 < share < 0.5
    while found.round < 12:
        found.advance()
    of = found.scores["256 hidden units"]
    assert of["test"][-1].loss > of["train"][-1].loss + 0.5
    assert next(iter(found.parameters.values())) == 65 + 20
