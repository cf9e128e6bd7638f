"""What the server does beside running pages: warm up once, sweep garbage in the background."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import streamlit as st

SWEEP_SECONDS = 30.0


def _warm_up() -> None:
    """Import what pages need later, so that the first person does not wait for it."""
    for name in ("cv2", "skimage.data", "torch"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


async def _sweep() -> None:
    # `runner.postScriptGC` is off (see .streamlit/config.toml), so cycles left
    # by script runs are collected here, off the path of any click.
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        await asyncio.to_thread(gc.collect)


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up in a thread while the first page already serves, then sweep until shutdown."""
    warm = asyncio.create_task(asyncio.to_thread(_warm_up))
    sweep = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        sweep.cancel()
        await asyncio.gather(warm, sweep, return_exceptions=True)
