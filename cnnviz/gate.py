"""What browsers may ask of the server, whatever page they come from: a middleware of `app.py`.

Streamlit trusts every browser that it lets in, and itself runs for one person. Here a class is in,
and a page of somebody else may be open in the presenter's browser. So each request and each
message passes here first:

- A page that this server did not send cannot act: `Origin` must equal `Host`, as at the live
  socket. Streamlit compares the host without its port, and cookies ignore ports too. A request
  without `Origin` passes: every browser sends it with a WebSocket and with whatever is no plain
  GET, so no page of somebody else is behind such a request, and nobody else's cookies come with it.
- Of the messages to Streamlit's own socket, those in `ANYBODY` alone are passed on; that others'
  caches are emptied, the presenter alone can ask.
- What tells of the server answers the presenter or this machine.
- Uploads and messages have bounds, and there is always room for those who are already in.
- Every answer says what a browser may do with it.

A link to an address that a page had before, or that is written in capital letters or with a folder
too many, is led on to the page.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import ipaddress
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from streamlit.proto.BackMsg_pb2 import BackMsg

from cnnviz.classroom import is_presenter
from cnnviz.live.origin import is_allowed
from cnnviz.pages import FORMER_URLS, PAGES
from cnnviz.upload_limits import FILES_AT_ONCE, Uploads

if sys.platform != "win32":  # which has no such limit
    import resource

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

ANYBODY = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "deferred_file",
     "dataframe_chunk"}
)  # fmt: skip
"""Messages that do something in the sender's own session alone."""

PRESENTER = frozenset({"clear_cache"})
"""Messages that the presenter's browser may send as well."""

NOBODY = frozenset(
    {"set_run_on_save", "load_git_info", "debug_disconnect_websocket", "debug_shutdown_runtime",
     "install_skills", "dismiss_skills_nudge"}
)  # fmt: skip
"""Messages for a developer's machine. Refused like any that are not named here."""

MESSAGES_PER_SECOND = 30.0
MESSAGES_AT_ONCE = 100
"""A page that sends more is heard more slowly: each message can start the page's script anew."""

SPARE_HANDLES = 64
"""Open files that are kept for those who are already in."""

UPLOAD_SECONDS = 30.0
"""An upload from which nothing comes for so long is given up."""

WHOLE_UPLOAD_SECONDS = 600.0
"""And so is one that is not whole after this."""

_WHERE = (
    "window.__streamlit = {BACKEND_BASE_URL: new URL('.', location).href,"
    " HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false}}"
)
INLINE_SCRIPTS = (
    "sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA=",
    f"sha256-{base64.b64encode(hashlib.sha256(_WHERE.encode()).digest()).decode()}",
)
"""The scripts inside the page: Streamlit's own (`window.prerenderReady = false`), and `_WHERE`."""

# Streamlit's page, told where its server is. From the address of a page, as /filters, it would ask
# below that first, wait a tenth of a second, and ask twice more before it opens its socket.
_PAGE = (
    (Path(st.__file__).parent / "static" / "index.html")
    .read_text("utf-8")
    .replace("<head>", f"<head><script>{_WHERE}</script>", 1)
)
_URLS = {page.url for page in PAGES}
_SERVED = {"_stcore", "app", "component", "live", "media", "present", "static"}
"""Folders that hold something."""

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            # Streamlit imports the source of a component as a blob, and its reader of messages
            # counts in WebAssembly. Neither lets text on a page become a script.
            "script-src 'self' blob: 'wasm-unsafe-eval' "
            + " ".join(f"'{script}'" for script in INLINE_SCRIPTS),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # The address of a page holds its settings. Not `no-referrer`, which would blank `Origin`.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=(), "
    "payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_STREAM = re.compile(r"/_stcore/stream/?$")
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)/?$")
_PRIVATE = re.compile(r"/_stcore/(metrics|script-health-check|agent)(/|$)")
_FULL_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>cnnviz</title>
<meta name="viewport" content="width=device-width">
<style>body{font:1.1rem/1.5 sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}
:root{color-scheme:light dark}</style>
<h1>The room is full</h1>
<p>This server has as many viewers as it can hold. Try again when somebody has left, or watch
with a neighbour.</p>"""


class Gate:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass, refuse or bound."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, _with_headers(send))
        else:
            await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_foreign(scope) or not has_room():
            await send({"type": "websocket.close", "code": 1008})  # before accept: gives 403
            return
        if _STREAM.search(scope["path"]):
            receive = _Listener(receive, presents=_presents(scope))
        await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        answer: Response | None = None
        if method not in _READS and _is_foreign(scope):
            answer = PlainTextResponse("This request comes from another page.", 403)
        elif _PRIVATE.search(path) and not _is_private(scope):
            answer = PlainTextResponse("Only the presenter and this machine may read this.", 403)
        elif method == "PUT" and (upload := _UPLOAD.search(path)):
            await self._upload(upload[1], upload[2], scope, receive, send)
            return
        elif _opens_page(scope) and not has_room():
            answer = HTMLResponse(_FULL_PAGE, 503, headers={"Cache-Control": "no-store"})
        elif method in _READS and (page := _moved_to(path) or _meant_by(scope)):
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(f"{page}?{query}" if query else page, 308)
        elif _opens_page(scope) and path.removeprefix(_base() + "/") in _URLS:
            answer = HTMLResponse(_PAGE, headers={"Cache-Control": "no-cache"})
        await (answer or self._app)(scope, receive, send)

    async def _upload(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        length = Headers(scope=scope).get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            answer = PlainTextResponse("The request does not state its length.", 411)
        elif not self._uploads.have_room(session, int(length)):
            answer = PlainTextResponse("There is no room for more uploads.", 413)
        else:
            with self._uploads.arriving(session, file, int(length)):
                await self._app(scope, _in_time(receive), send)
            return
        await answer(scope, receive, send)


class _Listener:
    """What Streamlit's socket hears: the messages that this browser may send, in good time."""

    def __init__(self, receive: Receive, *, presents: bool) -> None:
        self._receive = receive
        self._kinds = ANYBODY | PRESENTER if presents else ANYBODY
        self._tokens, self._filled = float(MESSAGES_AT_ONCE), time.monotonic()

    async def __call__(self) -> MutableMapping[str, Any]:
        while True:
            message = await self._receive()
            data = message.get("bytes")
            if message["type"] != "websocket.receive" or data is None:
                return message
            await self._take_time()
            # Streamlit closes the socket for what is too long; it need not be read before.
            if len(data) > st.get_option("server.maxWidgetStateSize") * 1e6:
                return message
            if self._hears(data):
                return message

    def _hears(self, data: bytes) -> bool:
        try:
            message = BackMsg.FromString(data)
        except DecodeError:
            return True  # Streamlit closes the socket
        kind = message.WhichOneof("type")
        if kind == "backend_operation_request":
            kind = message.backend_operation_request.WhichOneof("payload")
        if (
            kind == "file_urls_request"
            and len(message.file_urls_request.file_names) > FILES_AT_ONCE
        ):
            return False  # each name costs time of the loop that serves everybody
        return kind in self._kinds

    async def _take_time(self) -> None:
        now = time.monotonic()
        earned = (now - self._filled) * MESSAGES_PER_SECOND
        self._tokens, self._filled = min(MESSAGES_AT_ONCE, self._tokens + earned) - 1, now
        if self._tokens < 0:  # uvicorn stops reading meanwhile, and then the browser waits
            await asyncio.sleep(-self._tokens / MESSAGES_PER_SECOND)


def has_room() -> bool:
    """Whether the server can open more files (sockets are files too) without running out."""
    if sys.platform == "win32":
        return True
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    with contextlib.suppress(OSError):
        return limit == resource.RLIM_INFINITY or open_files() + SPARE_HANDLES < limit
    return False


def open_files() -> int:
    """How many files this process has open, on POSIX."""
    return sum(1 for _ in Path("/dev/fd").iterdir())


middleware = [Middleware(Gate)]


def _is_foreign(scope: Scope) -> bool:
    """Whether a page that is not of this server asks."""
    headers = Headers(scope=scope)
    if "origin" not in headers:
        return False
    return not is_allowed(headers, st.get_option("server.allowedHosts") or ())


def _presents(scope: Scope) -> bool:
    return is_presenter(HTTPConnection(scope).cookies)


def _is_private(scope: Scope) -> bool:
    """Whether the presenter asks, or somebody at this machine and not through a proxy on it."""
    if _presents(scope):
        return True
    headers = Headers(scope=scope)
    if any(name in headers for name in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return _is_loopback((scope.get("client") or ("",))[0]) and (
        host == "localhost" or _is_loopback(host.strip("[]"))
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _opens_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _base() -> str:
    """The path below which the app is served: empty, or as "/cnnviz"."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def _moved_to(path: str) -> str | None:
    """Where the page is that had this address before.

    Returns:
        Its address relative to the one asked for, which is right behind any proxy and base path.
    """
    folder, _, url = path.rstrip("/").rpartition("/")
    if url not in FORMER_URLS or folder.rstrip("/") != _base():
        return None
    return ("../" if path.endswith("/") else "") + FORMER_URLS[url]


def _meant_by(scope: Scope) -> str | None:
    """The page that somebody means whose link has capital letters, or a folder that is none.

    In a folder, Streamlit's own page would not find its scripts and stay white.

    Returns:
        Its address relative to the one asked for; or the last part of that, of which Streamlit then
        says that there is no such page.
    """
    path = scope["path"].removeprefix(_base()).strip("/")
    *folders, url = path.split("/")
    if not _opens_page(scope) or (folders and folders[0] in _SERVED):
        return None
    meant = "../" * len(folders) + (url.lower() if url.lower() in _URLS else url)
    return meant if meant != path else None


def _in_time(receive: Receive) -> Receive:
    """An upload that is given up when nothing comes, or when it takes too long."""
    end = time.monotonic() + WHOLE_UPLOAD_SECONDS

    async def received() -> MutableMapping[str, Any]:
        try:
            async with asyncio.timeout(min(UPLOAD_SECONDS, end - time.monotonic())):
                return await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}

    return received


def _with_headers(send: Send) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
