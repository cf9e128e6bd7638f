"""Networks to begin from, and which ones can tell classes apart."""

import pytest
import torch

from cnnviz.networks import (
    EXAMPLES,
    NETWORKS,
    NetworkError,
    build,
    check_classifier,
    network_from_line,
    network_spec,
    summary,
)
from cnnviz.networks.examples import macs
from tests.unit.networks.plans import SHAPES


def spec(id, shape, classes=10):
    return network_from_line(EXAMPLES[id].line(shape, classes))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("id", EXAMPLES)
def test_every_example_tells_classes_apart(id, shape):
    for classes in (2, 10):
        check_classifier(spec(id, shape, classes), shape, classes)


def test_the_named_networks_are_the_first():
    assert list(EXAMPLES)[: len(NETWORKS)] == list(NETWORKS)
    for id in NETWORKS:
        assert spec(id, (1, 28, 28)) == network_spec(id, (1, 28, 28), 10)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_huge_layer_costs_what_the_convolutions_cost_and_has_more_weights(shape):
    small, dense = spec("small", shape), spec("dense", shape)
    assert macs(dense, shape) == pytest.approx(macs(small, shape), rel=0.01)
    weights = [sum(row.parameters for row in summary(one, shape)) for one in (small, dense)]
    assert weights[1] > 10 * weights[0]


def test_without_an_activation_the_network_is_a_single_linear_map():
    torch.manual_seed(0)
    for id, linear in (("linear", True), ("one", True), ("averaged", False), ("small", False)):
        model = build(spec(id, (1, 8, 8)), (1, 8, 8)).double()
        with torch.no_grad():
            a, b = torch.randn(2, 1, 1, 8, 8, dtype=torch.float64)
            mean = (model(a) + model(b)) / 2
            assert torch.allclose(model((a + b) / 2), mean, atol=1e-12) == linear, id


def test_shared_weights_save_weights_and_cost_the_same():
    shape = (1, 28, 28)
    shared, unshared = spec("shared", shape), spec("unshared", shape)
    assert macs(shared, shape) == macs(unshared, shape)
    # The fully connected layer at the end is the same in both.
    first = [summary(one, shape)[0].parameters for one in (shared, unshared)]
    assert first[1] == 28 * 28 * first[0]


@pytest.mark.parametrize(
    ("line", "layer", "said"),
    [
        ("c6k5", "conv1", "end the network with gap fc10. PyTorch says: "),
        ("c6k5 gap", "gap1", "end the network with fc10"),
        ("c6k5 fc9", "linear1", "gives 9 numbers, but there are 10 classes"),
        ("c6k5 fc9", "linear1", "PyTorch says: Target 9 is out of bounds"),
        ("fc12", "linear1", "end the network with fc10"),
        ("c6k5 c16k5 fc10", "conv2", "PyTorch says: "),
        ("c6k3 res[c6k3 bn] fc10", "residual1", "do not match"),
        ("c6k3 cat[c3k3 | res[c3k3 | c3k1]] fc10", "concat1.branch2.residual1", "do not match"),
    ],
)
def test_what_does_not_fit_says_where_and_why(line, layer, said):
    with pytest.raises(NetworkError) as refused:
        check_classifier(network_from_line(line), (1, 8, 8), 10)
    assert said in str(refused.value)
    assert refused.value.layer == layer


def test_a_network_without_weights_cannot_learn():
    with pytest.raises(NetworkError, match="cannot learn"):
        check_classifier(network_from_line("a4 flatten"), (1, 8, 8), 4)
