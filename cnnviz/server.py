"""What the server does beside running pages: live broadcast, runs in line, warm-up, sweeping.

It also sees to what nobody else does: enough open files, silent connections, gone sessions.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import streamlit as st
import uvicorn

from cnnviz.live import broadcast
from cnnviz.training.worker import prepare_threads

if sys.platform != "win32":  # which has no such limit
    import resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SWEEP_SECONDS = 30.0
SHUTDOWN_SECONDS = 1
SILENT_SECONDS = 20.0
STALLED_SECONDS = 600.0
"""After so long, an answer that a browser does not take is given up."""

MESSAGE_BYTES = 4_000_000
"""Longest message from a browser that is held in memory (pictures come as uploads)."""

_WEBSOCKET = object()

_LOG = logging.getLogger(__name__)


def _warm_up() -> None:
    """Import what pages need later, so that the first person does not wait for it."""
    for name in ("cv2", "skimage.data", "torch"):
        importlib.import_module(name)
    from cnnviz.ui.shared.zoo import get_ready  # noqa: PLC0415 - torch comes with it

    try:
        get_ready()
    except Exception:  # noqa: BLE001 - whatever it is, pages still work, and tell
        _LOG.exception("The network that is always there does not work")
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
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            _drop_gone_sessions()
            await asyncio.to_thread(_collect)
        except Exception:  # noqa: BLE001 - whatever it is, the next sweep must come
            _LOG.exception("The sweep did not end")


def _drop_gone_sessions() -> None:
    """Let go of the sessions whose browsers did not come back in time.

    Streamlit looks for them only when the next browser leaves, and its loop remembers the last
    one that it served. Its store of sessions has no function for either; a test tells if it can
    no longer be reached like this.
    """
    if not st.runtime.exists():
        return
    stored = st.runtime.get_instance()._session_mgr._session_storage._cache  # type: ignore[attr-defined]  # noqa: SLF001
    for _, gone in stored.expire():
        with contextlib.suppress(Exception):  # what a browser made up may be unreadable
            gone.session.shutdown()
            gone.session.session_state.clear()


def _collect() -> None:
    """Free what script runs and sessions left behind, and give it back to the system."""
    # `runner.postScriptGC` is off (see .streamlit/config.toml), so cycles are collected here,
    # off the path of any click. A session is full of cycles.
    gc.collect()
    _trim()


def _no_trim() -> None:
    """Where the C library gives freed memory back by itself, or cannot be asked to."""


def _find_trim() -> Callable[[], object]:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            trim = ctypes.CDLL(None).malloc_trim  # glibc's; it keeps what is free in small pieces
            return lambda: trim(0)
    return _no_trim


_trim = _find_trim()


def _share_arenas() -> None:
    """Let threads share two of the C library's arenas: freed memory is then used by the next.

    Each script runs on a thread of its own, and glibc would give each of many threads an arena
    that keeps what one large network took: with thirty people asking, twice the memory.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


_M_ARENA_MAX = -8  # of glibc's malloc.h; musl has no mallopt


async def _close_silent(server: uvicorn.Server) -> None:
    """Close connections that ask for nothing, or do not finish asking.

    Uvicorn waits without end for the first request of a connection, and for the rest of a
    request that has begun. (WebSockets are pinged, and closed where no answer comes.)
    """
    idle: dict[Any, tuple[Any, float]] = {}
    while True:
        await asyncio.sleep(SILENT_SECONDS / 4)
        now, before, idle = time.monotonic(), idle, {}
        for connection in list(server.server_state.connections):
            exchange: Any = getattr(connection, "cycle", _WEBSOCKET)
            if exchange is _WEBSOCKET:
                continue
            answering = exchange is not None and not exchange.response_complete
            was, since = before.get(connection, (_WEBSOCKET, now))
            if was is not exchange:  # there was a request in between
                since = now
            idle[connection] = exchange, since
            if now - since >= (STALLED_SECONDS if answering else SILENT_SECONDS):
                connection.transport.abort()


def raise_open_files() -> None:
    """Let this process open as many files as the system allows: each viewer takes several."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft in (hard, resource.RLIM_INFINITY):
        return
    # macOS says that there is no limit, and then allows no more than its OPEN_MAX.
    for wanted in (hard, max(soft, 10_240)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return


def _uvicorn_server() -> uvicorn.Server | None:
    """The server that runs the app; None with another one.

    Streamlit does not tell, but the handler of SIGTERM belongs to it.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if isinstance(server, uvicorn.Server) else None


def _bound(config: uvicorn.Config) -> None:
    """Set what Streamlit does not pass on to uvicorn."""
    # Else the server would wait at its end for every browser that does not read what it was sent.
    if config.timeout_graceful_shutdown is None:
        config.timeout_graceful_shutdown = SHUTDOWN_SECONDS
    # Uvicorn holds a message until it is complete. Streamlit has one limit for both directions.
    config.ws_max_size = min(config.ws_max_size, MESSAGE_BYTES)


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up in a thread while the first page already serves; end everything at shutdown."""
    _share_arenas()
    prepare_threads()  # what pages compute shares the cores with the runs
    raise_open_files()
    broadcast.allowed_hosts = st.get_option("server.allowedHosts") or ()
    stop = threading.Event()
    dispatcher = threading.Thread(target=_train, args=(stop,), name="dispatcher", daemon=True)
    begin = asyncio.create_task(_begin(dispatcher))
    tasks = [begin, asyncio.create_task(_sweep())]
    if server := _uvicorn_server():
        _bound(server.config)
        tasks.append(asyncio.create_task(_close_silent(server)))
    try:
        yield
    finally:
        stop.set()
        for task in tasks[1:]:
            task.cancel()
        await broadcast.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(_close_training, dispatcher)
