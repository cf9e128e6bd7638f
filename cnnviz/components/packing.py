"""Packing arrays and pictures for the browser; `shared/arrays.js` unpacks the arrays."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


def packed(array: ArrayLike, kind: DTypeLike = np.float64) -> dict[str, Any]:
    """An array as base64, little-endian, with its shape and the name of its kind of number."""
    dtype = np.dtype(kind)
    values = np.asarray(array)
    data = np.ascontiguousarray(values, dtype=dtype.newbyteorder("<")).tobytes()
    return {"dtype": dtype.name, "shape": values.shape, "data": base64.b64encode(data).decode()}


def digest(content: object) -> str:
    """What tells the browser new content from the same sent again; `content` is JSON-able."""
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()


def png_address(image: NDArray[np.uint8]) -> str:
    """A picture as a data address: H×W grey, H×W×3 or, with opacity, H×W×4."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
