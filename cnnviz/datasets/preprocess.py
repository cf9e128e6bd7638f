"""From a picture to what a network sees."""

import numpy as np
import torch
from numpy.typing import NDArray


def preprocess(
    picture: NDArray[np.uint8],
    shape: tuple[int, int, int],
    *,
    invert: bool = False,
    place: float = 0.5,
) -> NDArray[np.uint8]:
    """Crop, shrink and, for one channel, grey a picture to a network's input size.

    Args:
        picture: H×W×3 RGB.
        shape: C, H, W wanted; C is 1 (grey, ITU-R 601 luma) or 3.
        invert: Swap dark and light, for a network that learned light strokes on a dark ground (as
            MNIST and Fashion-MNIST are) and a picture that is dark on light.
        place: Where the crop is along the longer side: 0 at the top or left, 1 at the other end.

    Returns:
        C×H×W ``uint8``: the largest crop of the wanted proportions, by default from the middle;
        each new pixel the mean of those it covers (bilinear where the picture is smaller than
        asked).
    """
    import cv2  # noqa: PLC0415 - a process that trains does without

    channels, height, width = shape
    cropped = largest_crop(picture, height / width, place)
    shrinks = cropped.shape[0] >= height and cropped.shape[1] >= width
    resized = cv2.resize(
        cropped, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    if channels == 1:
        resized = cv2.cvtColor(resized, cv2.COLOR_RGB2GRAY)[..., None]
    seen = np.ascontiguousarray(resized.transpose(2, 0, 1)).astype(np.uint8, copy=False)
    return 255 - seen if invert else seen


def normalise(
    images: NDArray[np.uint8] | torch.Tensor, mean: tuple[float, ...], std: tuple[float, ...]
) -> torch.Tensor:
    """Scale pictures to mean 0 and spread 1: ``(images / 255 − mean) / std`` per channel.

    Args:
        images: N×C×H×W or C×H×W, 0…255, an array or a tensor on any device.
        mean: One number per channel, on the scale 0 to 1.
        std: Likewise.

    Returns:
        ``float32`` tensor of the same shape, on the same device.
    """
    values = torch.as_tensor(images)
    centre = torch.tensor(mean, device=values.device).view(-1, 1, 1)
    spread = torch.tensor(std, device=values.device).view(-1, 1, 1)
    return (values.float() / 255 - centre) / spread


def centre_crop(picture: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Largest centred part whose height is ``aspect`` times its width, at least one pixel."""
    return largest_crop(picture, aspect, 0.5)


def largest_crop(picture: NDArray[np.uint8], aspect: float, place: float) -> NDArray[np.uint8]:
    """Largest part whose height is ``aspect`` times its width: at ``place`` between the ends."""
    top, left, height, width = crop_frame(picture.shape[:2], aspect, place)
    return picture[top : top + height, left : left + width]


def crop_frame(shape: tuple[int, ...], aspect: float, place: float) -> tuple[int, int, int, int]:
    """Top row, left column, height and width of :func:`largest_crop` of a picture of this shape."""
    height, width = shape
    crop_height = max(1, min(height, round(width * aspect)))
    crop_width = max(1, min(width, round(height / aspect)))
    top, left = int((height - crop_height) * place), int((width - crop_width) * place)
    return top, left, crop_height, crop_width
