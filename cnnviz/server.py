"""What the server does beside running pages: live broadcast, runs in line, warm-up, sweeping."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import threading
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.live import broadcast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SWEEP_SECONDS = 30.0
SHUTDOWN_SECONDS = 1

_LOG = logging.getLogger(__name__)


def _warm_up() -> None:
    """Import what pages need later, so that the first person does not wait for it."""
    for name in ("cv2", "skimage.data", "torch"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _train(stop: threading.Event) -> None:
    """Keep a training process ready, and start the runs in line as their turn comes."""
    from cnnviz.training.engines import engine  # noqa: PLC0415 - torch may come with it

    if stop.is_set():
        return
    try:
        engine().warm()
        engine().dispatch_forever(stop)
    except Exception:  # noqa: BLE001 - whatever it is, pages still work, and starting a run tells
        _LOG.exception("The training engine does not work")


def _close_training(dispatcher: threading.Thread) -> None:
    from cnnviz.training.engines import close_engines  # noqa: PLC0415

    if dispatcher.ident is not None:
        dispatcher.join(SHUTDOWN_SECONDS)
    close_engines()


async def _begin(dispatcher: threading.Thread) -> None:
    # One after the other: the spare training process imports as much again, and the first
    # page is being drawn meanwhile.
    try:
        await asyncio.to_thread(_warm_up)
    finally:
        dispatcher.start()


async def _sweep() -> None:
    # `runner.postScriptGC` is off (see .streamlit/config.toml), so cycles left
    # by script runs are collected here, off the path of any click.
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        await asyncio.to_thread(gc.collect)


def _limit_shutdown() -> None:
    """Let the server shut down even if a browser does not read what it was sent.

    Uvicorn waits for every connection without end, unless told how long. Streamlit does
    not pass that setting on, but the handler of SIGTERM belongs to the uvicorn server.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    config = getattr(server, "config", None)
    if getattr(config, "timeout_graceful_shutdown", SHUTDOWN_SECONDS) is None:
        config.timeout_graceful_shutdown = SHUTDOWN_SECONDS  # type: ignore[union-attr]


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up in a thread while the first page already serves; end everything at shutdown."""
    _limit_shutdown()
    broadcast.allowed_hosts = st.get_option("server.allowedHosts") or ()
    stop = threading.Event()
    dispatcher = threading.Thread(target=_train, args=(stop,), name="dispatcher", daemon=True)
    begin = asyncio.create_task(_begin(dispatcher))
    sweep = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        stop.set()
        sweep.cancel()
        await broadcast.close()
        await asyncio.gather(begin, sweep, return_exceptions=True)
        await asyncio.to_thread(_close_training, dispatcher)
