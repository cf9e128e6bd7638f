"""Small networks on one thread: sharing their work out costs more than it saves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

# Asked for once: threads that begin meanwhile have the last number that any of them has set.
_USUAL = torch.get_num_threads()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use a single thread within, and as many as usual afterwards."""
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(_USUAL)
