"""The networks offered by name, each fitted to the pictures it is for."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.networks.encoder_decoder import decoder, encoder, unet
from cnnviz.networks.layers import NetworkError, Shape
from cnnviz.networks.line import network_from_line, network_line
from cnnviz.networks.plan import plan
from cnnviz.networks.spec import Spec
from cnnviz.numbers.formatting import sides

MIN_SIDE = 8
# Only the first blocks of the GAP net are pooled, so more always fit: the limit is patience.
_MOST_GAP_BLOCKS = 20


@dataclass(frozen=True)
class NetworkOptions:
    """What can be chosen about a network, for pictures of a shape.

    Attributes:
        depth: How many convolution blocks it has by default; 0 where that cannot be chosen.
        depths: The numbers of blocks that can be chosen; empty where none can.
        batch_norm: Whether it can do without batch normalisation.
        skips: Whether it can have skip connections.
    """

    depth: int = 0
    depths: range = range(0)
    batch_norm: bool = False
    skips: bool = False


@dataclass(frozen=True)
class _Chosen:
    """What was chosen, checked."""

    depth: int
    batch_norm: bool
    skips: bool


@dataclass(frozen=True)
class NetworkInfo:
    """A network by name.

    Attributes:
        id: Short name, as :func:`network_spec` takes it.
        title: Name for people.
        about: One sentence on what it is.
        source: The paper it follows.
        block: What its depth counts; empty where depth cannot be chosen.
        options: What can be chosen about it for an input shape.
        line: Gives its line for an input shape, a number of classes and what was chosen.
        tasks: What it can be trained for, keys of `cnnviz.training.tasks.TASKS`.
    """

    id: str
    title: str
    about: str
    source: str
    block: str
    options: Callable[[Shape], NetworkOptions]
    line: Callable[[Shape, int, _Chosen], str]
    tasks: tuple[str, ...] = ("classify",)


def options(id: str, input_shape: Shape) -> NetworkOptions:
    """What can be chosen about a network for pictures of a shape C, H, W.

    Raises:
        NetworkError: There is no such network, or the pictures are too small for it.
    """
    return _info(id, input_shape).options(input_shape)


def network_spec(
    id: str,
    input_shape: Shape,
    classes: int,
    *,
    depth: int | None = None,
    batch_norm: bool = True,
    skips: bool = False,
) -> Spec:
    """Describe a named network for pictures of a shape.

    Args:
        id: A key of ``ALL_NETWORKS``.
        input_shape: C, H, W; at least 8×8.
        classes: Number of classes, at least 2; for a network that gives a picture, how many
            numbers there are for each pixel.
        depth: Number of convolution blocks: one convolution each in the GAP net, two in the
            VGG-style stack. The network's own number if not given.
        batch_norm: Whether a network that normalises its batches does so.
        skips: Whether the input of two convolutions is added to what comes out of them, as in
            a ResNet; where the channels change, through a 1×1 convolution.

    Returns:
        The layers, as data that JSON can hold.

    Raises:
        NetworkError: Unknown id; pictures, classes or options that it cannot work with.
    """
    info = _info(id, input_shape)
    if classes < 2 and "classify" in info.tasks:
        raise NetworkError(f"{info.title} needs at least 2 classes to tell apart, not {classes}.")
    chosen = _check(info, input_shape, depth, batch_norm=batch_norm, skips=skips)
    spec = network_from_line(info.line(input_shape, classes, chosen))
    plan(spec, input_shape)
    return spec


def _info(id: str, shape: Shape) -> NetworkInfo:
    info = ALL_NETWORKS.get(id)
    if info is None:
        known = ", ".join(ALL_NETWORKS)
        raise NetworkError(f"There is no network “{id}”; choose one of {known}.")
    if min(shape[1:]) < MIN_SIDE:
        raise NetworkError(
            f"{info.title} needs pictures of at least {MIN_SIDE}×{MIN_SIDE}, not "
            f"{sides(shape[1:])}."
        )
    return info


def _check(
    info: NetworkInfo, shape: Shape, depth: int | None, *, batch_norm: bool, skips: bool
) -> _Chosen:
    offered = info.options(shape)
    if depth is None:
        depth = offered.depth
    elif not offered.depths:
        raise NetworkError(f"{info.title} has a fixed depth: do not change it.")
    elif isinstance(depth, bool) or depth not in offered.depths:
        raise NetworkError(
            f"{info.title} can have {offered.depths[0]} to {offered.depths[-1]} {info.block} for "
            f"pictures of {sides(shape[1:])}, not {depth}."
        )
    if not batch_norm and not offered.batch_norm:
        raise NetworkError(f"{info.title} has no batch normalisation to leave out.")
    if skips and not offered.skips:
        raise NetworkError(f"{info.title} has no skip connections: choose another network.")
    if skips and depth < 2:
        raise NetworkError("Skip connections need a depth of at least 2: the first block has none.")
    return _Chosen(depth, batch_norm, skips)


def _conv(out: int, chosen: _Chosen, *, pool: bool = False) -> str:
    """A 3×3 convolution that keeps the size; pooled before it is normalised, which is faster."""
    return f"c{out}k3p1{' p2' * pool}{' bn' * chosen.batch_norm}"


def _skip(body: str, channels: int, out: int, chosen: _Chosen, *, pools: int = 0) -> str:
    """A body with its input added (He et al., arXiv:1512.03385), and the ReLU after the sum."""
    shortcut = " p2" * pools
    if channels != out:
        shortcut += f" c{out}k1{' bn' * chosen.batch_norm}"
    return f"res[{body}{shortcut and ' |' + shortcut}] relu"


def _gap_options(shape: Shape) -> NetworkOptions:
    pools, most = _halvings(max(shape[1:]), until=8), _pools_that_fit(shape)
    depths = range(1, (_MOST_GAP_BLOCKS if pools <= most else most) + 1)
    return NetworkOptions(max(3, pools), depths, batch_norm=True, skips=True)


def _gap(shape: Shape, classes: int, chosen: _Chosen) -> str:
    """Three or more 3×3 convolutions of 16, 32, 64 … channels; the first ones are pooled.

    The maps are halved until no side is above 8, at least once: 8×8 pictures end in 4×4 maps,
    28×28 in 7×7, 32×32 and 64×64 in 8×8. A skip goes round two blocks, from the second on.
    """
    pools = _halvings(max(shape[1:]), until=8)
    width = [min(16 * 2**block, 64) for block in range(chosen.depth)]
    layers = [_conv(width[0], chosen, pool=pools > 0), "relu"]
    per_skip = 2 if chosen.skips else 1
    for first in range(1, chosen.depth, per_skip):
        blocks = range(first, min(first + per_skip, chosen.depth))
        body = " relu ".join(_conv(width[block], chosen, pool=block < pools) for block in blocks)
        if chosen.skips:
            pooled = sum(block < pools for block in blocks)
            layers.append(_skip(body, width[first - 1], width[blocks[-1]], chosen, pools=pooled))
        else:
            layers += [body, "relu"]
    return f"{' '.join(layers)} gap fc{classes}"


def _lenet5(shape: Shape, classes: int, _chosen: _Chosen) -> str:
    """LeNet-5 with the full second convolution; padded where a picture is below its 32×32."""
    side = min(shape[1:])
    first, second = (0 if side >= least else 2 for least in (32, 20))
    return f"c6k5p{first} tanh a2 c16k5p{second} tanh a2 fc120 tanh fc84 tanh fc{classes}"


def _vgg_options(shape: Shape) -> NetworkOptions:
    depths = range(1, _pools_that_fit(shape) + 1)  # every pair is pooled
    depth = 3 if max(shape[1:]) <= 32 else 4
    return NetworkOptions(depth, depths, batch_norm=True, skips=True)


def _vgg(_shape: Shape, classes: int, chosen: _Chosen) -> str:
    """Pairs of 3×3 convolutions, each pair pooled; one more pair above 32 pixels."""
    layers = []
    channels = 0
    for out in [min(16 * 2**pair, 64) for pair in range(chosen.depth)]:
        body = f"{_conv(out, chosen)} relu {_conv(out, chosen)}"
        # The first pair reads pixels, which are nothing to add its maps to.
        skips = chosen.skips and channels
        layers += [_skip(body, channels, out, chosen) if skips else f"{body} relu", "p2"]
        channels = out
    return f"{' '.join(layers)} fc128 relu drop0.5 fc{classes}"


def _pools_that_fit(shape: Shape) -> int:
    """How often maps can be halved before a side is gone."""
    return min(shape[1:]).bit_length() - 1


def _halvings(side: int, until: int) -> int:
    """How often a side must be halved to be at most ``until``, at least once."""
    count = 1
    while side >> count > until:
        count += 1
    return count


_MOST_HALVINGS = 5


def _levels(shape: Shape) -> range:
    """How many levels a U-Net can have: the sides are halved between them, without a rest."""
    halvings = next(
        n
        for n in range(_MOST_HALVINGS + 1)
        if shape[1] >> n & 1 or shape[2] >> n & 1 or n == _MOST_HALVINGS
    )
    return range(2, halvings + 2)


def _unet_options(shape: Shape) -> NetworkOptions:
    if shape[1] % 2 or shape[2] % 2:
        raise NetworkError(
            f"U-Net halves its maps and doubles them again, which pictures of {shape[1]}×{shape[2]}"
            " do not allow: use even sides."
        )
    levels = _levels(shape)
    return NetworkOptions(min(3, levels[-1]), levels)


def _unet(outputs: int, chosen: _Chosen, *, skips: bool) -> str:
    widths = [8 * 2**level for level in range(chosen.depth)]
    return network_line(unet(outputs, widths, skips=skips))


_MOST_NUMBERS = 256


def _autoencoder_options(shape: Shape) -> NetworkOptions:
    if shape[1] != shape[2] or shape[1] % 4:
        raise NetworkError(
            f"The autoencoder needs square pictures whose side is four times a whole number, not "
            f"{shape[1]}×{shape[2]}."
        )
    return NetworkOptions(8, range(1, _MOST_NUMBERS + 1))


def _autoencoder(shape: Shape, outputs: int, chosen: _Chosen) -> str:
    # Without the sigmoid at its end: with pictures that are mostly black, its input is driven so
    # far below 0 that it is flat there, and with few numbers in the middle all stays black.
    return network_line([*encoder(chosen.depth, shape[1]), *decoder(outputs, shape[1])[:-1]])


def _variational(shape: Shape, outputs: int, chosen: _Chosen) -> str:
    halves = encoder(2 * chosen.depth, shape[1]), decoder(outputs, shape[1])
    return f"{network_line(halves[0])} sample {network_line(halves[1])}"


def _adversaries(shape: Shape, _outputs: int, _chosen: _Chosen) -> str:
    """A generator, which ends in a sigmoid, and behind it a discriminator."""
    if shape != (1, 8, 8):
        raise NetworkError(
            f"The generator makes its picture of 8×8 random levels, not of {sides(shape)}."
        )
    generator = "c16k8 up7 lc32k1 bn relu up2 c16k3p1 bn relu up2 c1k5p2 sigmoid"
    return f"{generator} c16k3s2p1 leaky0.2 c32k3s2p1 bn leaky0.2 c1k7"


NETWORKS: dict[str, NetworkInfo] = {
    info.id: info
    for info in (
        NetworkInfo(
            "gap",
            "GAP net",
            "Three small convolutions, then an average over the picture: fast, and it can show "
            "exactly which places it used.",
            "B. Zhou et al., Learning deep features for discriminative localization, 2016",
            "convolutions",
            _gap_options,
            _gap,
        ),
        NetworkInfo(
            "lenet5",
            "LeNet-5",
            "The classic network for reading digits: two convolutions, average pooling, tanh and "
            "three fully connected layers.",
            "Y. LeCun et al., Gradient-based learning applied to document recognition, 1998",
            "",
            lambda _shape: NetworkOptions(),
            _lenet5,
        ),
        NetworkInfo(
            "vgg",
            "VGG-style stack",
            "Pairs of 3×3 convolutions with pooling in between, small enough for a laptop.",
            "K. Simonyan and A. Zisserman, Very deep convolutional networks, 2015; with batch "
            "normalisation",
            "pairs of convolutions",
            _vgg_options,
            _vgg,
        ),
    )
}
"""Those that tell classes apart, by id."""

PICTURE_NETWORKS: dict[str, NetworkInfo] = {
    info.id: info
    for info in (
        NetworkInfo(
            "unet",
            "U-Net",
            "Down to small maps, which know what is there, and up again; skips hand the fine maps, "
            "which know where it is, over to the way up.",
            "O. Ronneberger, P. Fischer and T. Brox, U-Net, 2015; with padding and batch "
            "normalisation",
            "levels",
            _unet_options,
            lambda _shape, outputs, chosen: _unet(outputs, chosen, skips=True),
            ("segment", "denoise", "colour"),
        ),
        NetworkInfo(
            "encoderdecoder",
            "U-Net without skips",
            "The same way down and up, but all must pass through the small maps in the middle.",
            "H. Noh, S. Hong and B. Han, Learning deconvolution network for semantic segmentation, "
            "2015, much smaller",
            "levels",
            _unet_options,
            lambda _shape, outputs, chosen: _unet(outputs, chosen, skips=False),
            ("segment", "denoise", "colour"),
        ),
        NetworkInfo(
            "autoencoder",
            "Autoencoder",
            "The picture is pressed into a few numbers, and made again of these alone.",
            "G. E. Hinton and R. R. Salakhutdinov, Reducing the dimensionality of data with neural "
            "networks, 2006; convolutional",
            "numbers in the middle",
            _autoencoder_options,
            _autoencoder,
            ("autoencode", "denoise"),
        ),
        NetworkInfo(
            "vae",
            "Variational autoencoder",
            "The encoder gives a normal distribution for each number in the middle, and the decoder"
            " gets a draw from it: so it learns what to make of draws without a picture, too.",
            "D. P. Kingma and M. Welling, Auto-encoding variational Bayes, 2013; convolutional",
            "numbers in the middle",
            _autoencoder_options,
            _variational,
            ("variational",),
        ),
        NetworkInfo(
            "dcgan",
            "DCGAN",
            "The generator G makes a picture of noise, and the discriminator D behind it scores how"
            " real a picture looks. They learn against each other, and are two parts of one list of"
            " layers.",
            "A. Radford, L. Metz and S. Chintala, Unsupervised representation learning with deep"
            " convolutional generative adversarial networks, 2016; smaller, with upsampling",
            "",
            lambda _shape: NetworkOptions(),
            _adversaries,
            ("generate",),
        ),
    )
}
"""Those that give a picture back, by id."""

ALL_NETWORKS: dict[str, NetworkInfo] = NETWORKS | PICTURE_NETWORKS


def networks_for(task: str) -> dict[str, NetworkInfo]:
    """The networks that can be trained for a task, by id; the first one is the usual one."""
    return {id: info for id, info in ALL_NETWORKS.items() if task in info.tasks}
