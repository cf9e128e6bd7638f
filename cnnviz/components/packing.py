"""Arrays on their way to the browser, where `shared/arrays.js` unpacks them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def packed(array: ArrayLike) -> dict[str, Any]:
    """An array as base64 of little-endian float64, with its shape."""
    values = np.asarray(array)
    data = np.ascontiguousarray(values, dtype="<f8").tobytes()
    return {"shape": values.shape, "data": base64.b64encode(data).decode("ascii")}
