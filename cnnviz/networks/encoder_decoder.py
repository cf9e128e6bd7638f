"""Networks that give a picture back: U-Net, and autoencoders with a bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks.line import network_from_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.networks.spec import Spec


def unet(outputs: int, widths: Sequence[int] = (8, 16, 32), *, skips: bool = True) -> Spec:
    """A small U-Net (O. Ronneberger, P. Fischer and T. Brox, arXiv:1505.04597).

    Down: two convolutions and a max pooling at each level. Up: upsampling, and two convolutions.
    A skip hands the maps of a level over to the decoder, which reads them beside its own. The
    paper's convolutions have no padding, and its maps are cropped; here all keep their size.

    Args:
        outputs: Maps that it gives, such as the scores of each class.
        widths: Maps of each level, from the top down; each level below halves the sides, which
            must be divisible that often.
        skips: Whether there are skips; without, it is a plain encoder and decoder.
    """
    return network_from_line(f"{_level(list(widths), skips=skips)} c{outputs}k1")


def encoder(numbers: int, side: int = 28) -> Spec:
    """To `numbers`×1×1: two strided convolutions, and one as large as their maps.

    Args:
        numbers: How many numbers there are in the middle.
        side: Of the pictures, in pixels: four times a whole number.
    """
    return network_from_line(f"c8k3s2p1 relu c16k3s2p1 relu c{numbers}k{side // 4}")


def decoder(channels: int = 1, side: int = 28) -> Spec:
    """From any number of maps of 1×1 to a picture, twice doubled.

    Its first layer gives each of a quarter by a quarter of the places weights of its own, over all
    the numbers: that is a fully connected layer whose outputs are put into 16 maps.

    Args:
        channels: Of the picture.
        side: Of the picture, in pixels: four times a whole number.
    """
    return network_from_line(
        f"up{side // 4} lc16k1 relu up2 c8k3p1 relu up2 c8k3p1 relu c{channels}k3p1 sigmoid"
    )


def _level(widths: list[int], *, skips: bool) -> str:
    width, *rest = widths
    twice = " ".join([f"c{width}k3p1b0 bn relu"] * 2)
    if not rest:
        return twice
    below = f"p2 {_level(rest, skips=skips)} up2"
    return f"{twice} {f'cat[none | {below}]' if skips else below} {twice}"
