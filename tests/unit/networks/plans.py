"""Networks to test with: the catalogue's, and random ones with every kind of layer.

A random one is the same for the same seed.
"""

from random import Random

from cnnviz.networks import NETWORKS, NetworkError, summary

CLASSES = 5
SHAPES = [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 64)]  # of all data sets' pictures
CASES = [(id, shape) for id in NETWORKS for shape in SHAPES]

_FLAT = ["relu", "leakyrelu", "gelu", "tanh", "sigmoid", "identity", "dropout", "batchnorm"]
_PLAIN = [*_FLAT, "lrn"]
_WINDOWS = ["conv", "local", "maxpool", "avgpool"]
_BLOCKS = ["residual", "concat"]
_TABLE = ["tableconv"]
# Windows as often as all the rest: they are what can go wrong.
_MAPS = _WINDOWS * 3 + _BLOCKS * 2 + _PLAIN + _TABLE


def random_plan(seed):
    """A classifier, and the shape of the pictures it takes.

    Args:
        seed: Any whole number. Seeds that follow one another begin with different kinds.

    Returns:
        The description and (C, H, W); the network gives `CLASSES` numbers.
    """
    random = Random(seed)
    shape = (random.choice([1, 2, 3]), random.randint(8, 14), random.randint(8, 14))
    kinds = _WINDOWS + _BLOCKS + _PLAIN + _TABLE
    spec, _ = _maps(random, shape, [kinds[seed % len(kinds)], *random.choices(_MAPS, k=5)])
    if seed % 10 == 3:
        spec.append({"layer": "upsample", "factor": 2 + seed // 10 % 2})
    if seed % 10 == 5:
        spec += [{"layer": "conv", "out": 4, "kernel": 1}, {"layer": "sample"}]
    if random.random() < 0.5:
        spec.append({"layer": "gap"})
    spec.append({"layer": "flatten"})
    if seed % 10 == 7:
        spec += [{"layer": "linear", "out": 84}, {"layer": "rbf"}]
    elif random.random() < 0.5:
        spec += _features(random)
    return [*spec, {"layer": "linear", "out": CLASSES}], shape


def _maps(random, shape, kinds, *, depth=0):
    """Layers from maps to maps, those that fit of the kinds asked for; and the last shape."""
    spec = []
    for kind in kinds:
        layers = _layer(random, kind, shape, depth)
        try:
            rows = summary(layers, shape)
        except NetworkError:
            continue
        spec += layers
        shape = rows[-1].output_shape
    return spec, shape


def _layer(random, kind, shape, depth):
    if kind in _BLOCKS:
        return _block(random, kind, shape, depth) if depth < 2 else []
    if kind in _PLAIN:
        return [_plain(random, kind)]
    layer = {"layer": kind, "kernel": random.randint(1, 3)}
    if kind == "tableconv":
        return [{"layer": "conv", "out": 6, "kernel": 1}, layer | {"out": 16}]
    # What may be left out is left out half of the time.
    if random.random() < 0.5:
        layer["stride"] = random.randint(1, 2)
    if random.random() < 0.5:
        layer["padding"] = random.randint(0, layer["kernel"] // 2)
    if kind in {"conv", "local"}:
        layer["out"] = random.randint(1, 4)
    if kind == "conv" and random.random() < 0.5:
        layer["dilation"] = random.randint(1, 2)
    if kind == "conv" and random.random() < 0.3:
        layer["bias"] = random.randint(0, 1)
    if kind.endswith("pool") and random.random() < 0.5:
        layer["ceil"] = 1
    if kind == "conv" and random.random() < 0.5:
        layer["groups"] = shape[0]
        layer["out"] = shape[0] * random.randint(1, 2)
    return [layer]


def _plain(random, kind):
    layer = {"layer": kind}
    if kind == "leakyrelu" and random.random() < 0.5:
        layer["slope"] = random.choice([0.1, 0.2])
    if kind == "lrn" and random.random() < 0.5:
        alpha = random.choice([0.00005, 0.5])
        layer |= {"size": random.randint(1, 4), "alpha": alpha, "beta": 0.5, "k": 1}
    if kind == "dropout" and random.random() < 0.5:
        layer["p"] = random.choice([0, 0.25])
    return layer


def _block(random, kind, shape, depth):
    """A block whose parts all give maps of one size; every second one halves it."""
    stride = random.randint(1, 2)
    if kind == "concat":
        branches = [_part(random, shape, stride, depth) for _ in range(random.randint(2, 3))]
        return [{"layer": "concat", "branches": branches}]
    out = random.randint(1, 4)
    if stride == 1 and random.random() < 0.5:
        return [{"layer": "residual", "body": _part(random, shape, 1, depth, out=shape[0])}]
    ways = [_part(random, shape, stride, depth, out=out) for _ in range(2)]
    return [{"layer": "residual", "body": ways[0], "shortcut": ways[1]}]


def _part(random, shape, stride, depth, out=None):
    """Layers that keep the size but for the stride, with ``out`` channels if that is given."""
    if out is None and stride == 1 and random.random() < 0.3:
        return [{"layer": "identity"}]
    spec, _ = _maps(random, shape, random.choices(_PLAIN, k=random.randint(0, 1)), depth=depth)
    kernel = random.choice([1, 3])
    window = {"kernel": kernel, "stride": stride, "padding": kernel // 2}
    kinds = ["conv", "local"] if out else ["conv", "local", "maxpool", "avgpool"]
    kind = random.choice(kinds)
    if kind in {"conv", "local"}:
        window["out"] = out or random.randint(1, 3)
    spec.append({"layer": kind} | window)
    inner = summary(spec, shape)[-1].output_shape
    if depth < 1 and random.random() < 0.4:
        spec.append({"layer": "residual", "body": _part(random, inner, 1, depth + 1, out=inner[0])})
    return spec + [_plain(random, kind) for kind in random.choices(_PLAIN, k=random.randint(0, 2))]


def _features(random):
    """Layers from a flat input to features, some in blocks."""
    out = random.randint(2, 6)
    plain = [_plain(random, kind) for kind in random.choices(_FLAT, k=2)]
    side = [{"layer": "linear", "out": out}, *plain]
    return [
        {"layer": "linear", "out": out},
        random.choice(
            [
                {"layer": "relu"},
                {"layer": "residual", "body": side},
                {"layer": "concat", "branches": [side, [{"layer": "identity"}]]},
            ]
        ),
    ]
