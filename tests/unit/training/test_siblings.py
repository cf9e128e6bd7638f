"""The small siblings of papers' networks learn, are diagnosed, and are drawn by the map."""

import dataclasses

import pytest

from cnnviz.components import network
from cnnviz.datasets import normalise
from cnnviz.inspection import load_model
from cnnviz.networks import EXAMPLES, PAPER_NETWORKS, network_from_line, sibling_of
from cnnviz.networks.siblings import SIBLINGS
from cnnviz.runs import create_run
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training import worker
from cnnviz.training.config import default_recipe, make_config
from cnnviz.training.diagnosis import diagnose
from tests.unit.components.test_forward import compare


@pytest.mark.parametrize("id", SIBLINGS)
def test_it_learns_in_a_few_epochs_and_is_diagnosed_and_drawn(id, digits):
    spec = network_from_line(EXAMPLES[id].line(digits.shape, 10))
    usual = default_recipe(OWN_NETWORK, len(digits.train_images))
    run = create_run(make_config(digits, spec, dataclasses.replace(usual, epochs=2)))
    assert worker.train(run, 1) == 0
    state = run.state()
    first, last = state.progress[0].loss, state.progress[-1].loss
    assert last < 0.8 * first
    assert state.final.accuracy > 0.3
    assert not [finding for finding in diagnose(state, 10) if finding.kind in ("flat", "diverging")]
    assert state.health
    # The browser computes each of its maps.
    picture = normalise(digits.test_images[0], run.config.mean, run.config.std)
    compare([(spec, load_model(run), picture)])
    drawn = network.described(run.config)
    assert [layer["shape"] for layer in drawn["layers"]][-1] == (10,)


def test_every_network_of_a_paper_has_a_sibling():
    assert {sibling_of(name) for name in PAPER_NETWORKS} == {*SIBLINGS, "lenet5", "vgg"}
    assert {sibling_of(name) for name in PAPER_NETWORKS} < EXAMPLES.keys()
