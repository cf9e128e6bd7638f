"""Packing arrays, weights and pictures for the browser.

`kit/arrays.js` unpacks the arrays, `kit/network/safetensors.js` the weights.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import Image
from safetensors.numpy import save

from cnnviz.imaging.encode import encode_jpeg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, DTypeLike, NDArray

# Numbers of a network's weights; 8 MB.
_IN_BROWSER = 2_000_000


def packed(array: ArrayLike, kind: DTypeLike = np.float64) -> dict[str, Any]:
    """An array as base64, little-endian, with its shape and the name of its kind of number."""
    dtype = np.dtype(kind)
    values = np.asarray(array)
    data = np.ascontiguousarray(values, dtype=dtype.newbyteorder("<")).tobytes()
    return {"dtype": dtype.name, "shape": values.shape, "data": base64.b64encode(data).decode()}


def packed_pictures(pictures: NDArray[np.uint8]) -> dict[str, Any]:
    """Square pictures of one size, N×side×side or with colours at the end, and their side."""
    return {"side": pictures.shape[1], "pictures": packed(pictures, np.int16)}


def packed_weights(
    weights: Mapping[str, ArrayLike], kind: Literal["float32", "float16"] = "float32"
) -> str:
    """A network's weights as base64 of a safetensors file, for `kit/network/forward.js`.

    Half precision takes half the bytes, but the maps then differ from PyTorch's in the third or
    fourth digit: send it only where no number of a map is compared with a tensor's.

    Args:
        weights: By name, such as a module's `state_dict()`; whole numbers, which count batches
            and which no forward pass reads, are left out.
        kind: Kind of number to send.
    """
    arrays = {name: np.asarray(values) for name, values in weights.items()}
    numbers = {
        name: np.ascontiguousarray(array, dtype=kind)
        for name, array in arrays.items()
        if array.dtype.kind == "f"
    }
    return base64.b64encode(save(numbers)).decode()


def fits_in_browser(weights: Mapping[str, ArrayLike]) -> bool:
    """Whether a network's weights, or its maps, are few enough to be sent to a browser."""
    return sum(np.asarray(values).size for values in weights.values()) <= _IN_BROWSER


def digest(content: object) -> str:
    """What tells the browser new content from the same sent again; `content` is JSON-able."""
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()


def jpeg_address(image: NDArray[np.uint8]) -> str:
    """A photo as a data address, a tenth as long as a PNG's: H×W grey or H×W×3."""
    return "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(image)).decode()


def png_address(image: NDArray[np.uint8]) -> str:
    """A picture as a data address: H×W grey, H×W×3 or, with opacity, H×W×4."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
