"""EfficientNet-Lite0 with its real weights: right answers, and the published network's numbers."""

import numpy as np
import pytest
import torch
from skimage import data
from sklearn.datasets import load_sample_image

from cnnviz import zoo
from cnnviz.inspection import gap_head
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.catalogue import network_row
from cnnviz.zoo.lite0 import SameConv2d
from cnnviz.zoo.weights import read_tensors, weights_file


def answers(network, image, count=1):
    with torch.no_grad():
        logits = network.model(network.preprocess(np.asarray(image)))[0]
    return [network.classes[at] for at in logits.topk(count).indices]


def test_it_is_first_and_whole(lite0):
    assert zoo.NAMES[0] == "efficientnet_lite0"
    assert sum(p.numel() for p in lite0.model.parameters()) == lite0.row.parameters
    assert not any(module.training for module in lite0.model.modules())
    assert lite0.trained
    assert lite0.title == "EfficientNet-Lite0"
    assert len(lite0.classes) == 1000


@pytest.mark.parametrize(
    ("image", "right"),
    [
        (data.coffee, {"espresso"}),
        (data.cat, {"tiger cat", "Egyptian cat", "tabby"}),
        (lambda: load_sample_image("flower.jpg"), {"daisy"}),
        # It is wrong, since ImageNet has no class for a person.
        (data.astronaut, {"football helmet"}),
    ],
)
def test_answers(lite0, image, right):
    assert set(answers(lite0, image())) <= right


def test_numbers_are_those_of_the_published_network(lite0):
    # The package efficientnet-lite-pytorch 0.1.0 gave these for the same weights and the same
    # picture; in one process, the difference to it was 0.
    with torch.no_grad():
        logits = lite0.model(lite0.preprocess(np.asarray(data.coffee())))[0]
    wanted = {
        0: 0.663493,
        1: 0.371931,
        281: -0.242126,
        967: 11.402442,
        968: 7.251585,
        999: 0.436002,
    }
    for at, value in wanted.items():
        assert float(logits[at]) == pytest.approx(value, abs=5e-5)


def test_tensors_fit_in_file_order():
    tensors = read_tensors(weights_file(network_row("efficientnet_lite0")))
    own = build_without_memory("efficientnet_lite0").state_dict()
    assert len(tensors) == 296
    assert [tuple(t.shape) for t in tensors.values()] == [tuple(t.shape) for t in own.values()]


def test_the_map_of_its_head_is_exact(lite0):
    head = gap_head(lite0.model)
    assert head.layer == "head.relu6"
    assert head.linear.out_features == 1000


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"),
    # In TensorFlow: ⌈size / stride⌉ outputs, and where the padding is odd, more of it at the end.
    [
        (224, 3, 2, (0, 1)), (7, 3, 2, (1, 1)), (112, 5, 2, (1, 2)), (14, 5, 1, (2, 2)),
        (9, 1, 1, (0, 0)),
    ],
)  # fmt: skip
def test_same_padding_is_tensorflows(size, kernel, stride, padding):
    layer = SameConv2d(1, 1, kernel, stride, bias=False)
    x = torch.randn(1, 1, size, 9)
    sides = max(0, (-(-9 // stride) - 1) * stride + kernel - 9)
    whole = torch.nn.functional.pad(x, (sides // 2, sides - sides // 2, *padding))
    wanted = torch.nn.functional.conv2d(whole, layer.weight, stride=stride)
    assert layer(x).shape[2] == -(-size // stride)
    torch.testing.assert_close(layer(x), wanted)


def test_what_it_sees_is_the_middle(lite0):
    image = np.zeros((300, 400, 3), np.uint8)
    image[:, 200:] = 255
    seen = lite0.seen(lite0.preprocess(image))
    assert seen.shape == (224, 224, 3)
    assert (seen[:, :110] == 0).all()
    assert (seen[:, 114:] == 255).all()


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(lite0, image):
    with pytest.raises(zoo.ZooError, match="H×W×3 values of the kind uint8"):
        lite0.preprocess(image)
