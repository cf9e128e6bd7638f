"""Opening the app to a classroom: who presents, who watches, and how people join.

`python -m cnnviz.classroom` makes a fresh secret, prints the presenter's link and the address for
everybody else, and starts the app on the network. Whoever opens the presenter's link gets a cookie
that the secret alone can make; without it a browser only watches. Where the secret is not set,
the app listens on this machine only and its one person has all the controls.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import segno
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cnnviz.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence
    from typing import Any

    from starlette.types import ASGIApp, Receive, Scope, Send

SECRET_VARIABLE = "CNNVIZ_PRESENTER_SECRET"  # noqa: S105 - its name, not its value
JOIN_VARIABLE = "CNNVIZ_JOIN_ADDRESS"
PRESENTER_COOKIE = "cnnviz_presenter"
VIEWER_COOKIE = "cnnviz_viewer"

_PROJECT = Path(__file__).resolve().parent.parent
VIEWERS_AT_ONCE = 60
VIEWERS_PER_SECOND = 1.0
"""How many browsers of one address get a name: so many at once, then so many a second. A school
is often one address, so it is a class at once and a lecture within minutes."""

_VIEWER = re.compile(r"([A-Za-z0-9_-]{24})([A-Za-z0-9_-]{22})")
_START = secrets.token_hex(32)
_MOST_ADDRESSES = 10_000
_VIEWER_SECONDS = 30 * 24 * 3600
_REFUSED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>cnnviz</title>
<meta name="viewport" content="width=device-width">
<style>body{font:1.1rem/1.5 sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}
:root{color-scheme:light dark}</style>
<h1>This is not the presenter’s link</h1>
<p>The link changes each time the classroom is started. The current one is shown in the terminal
of the person who started it. To watch, open the address without the part after the host.</p>"""


class NotPresenterError(PermissionError):
    """A viewer asked for what only the presenter may do; the message is one sentence."""


def is_open() -> bool:
    """Whether the app is open to a classroom, where only some browsers present."""
    # Set but empty counts too: then nobody presents, rather than everybody.
    return SECRET_VARIABLE in os.environ


def is_presenter(cookies: Mapping[str, str]) -> bool:
    """Whether a browser with these cookies presents.

    Args:
        cookies: Those that its request, or its WebSocket's handshake, came with.
    """
    secret = os.environ.get(SECRET_VARIABLE)
    if secret is None:
        return True
    proof = cookies.get(PRESENTER_COOKIE, "").encode("utf-8", "replace")
    return bool(secret) and secrets.compare_digest(proof, _proof(secret).encode())


def has_lapsed(cookies: Mapping[str, str]) -> bool:
    """Whether a browser with these cookies presented before the classroom was started anew."""
    return is_open() and PRESENTER_COOKIE in cookies and not is_presenter(cookies)


def viewer_of(cookies: Mapping[str, str]) -> str:
    """A name for the browser with these cookies; "" when it has none.

    It may be shown to others: the cookie, which is what proves to be this viewer, cannot be
    found from it.
    """
    cookie = cookies.get(VIEWER_COOKIE, "")
    parts = _VIEWER.fullmatch(cookie)
    if parts is None or not secrets.compare_digest(_signature(parts[1]), parts[2]):
        return ""  # none that this server gave
    return hashlib.sha256(cookie.encode()).hexdigest()[:16]


def new_viewer() -> str:
    """A cookie for a browser that has none: a random name, signed, so that none can be invented."""
    name = secrets.token_urlsafe(18)
    return name + _signature(name)


def _signature(name: str) -> str:
    # Replicas of one classroom have one secret; where there is none, each start has its own.
    key = os.environ.get(SECRET_VARIABLE) or _START
    digest = hmac.digest(f"viewers of {key}".encode(), name.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def join_address() -> str:
    """The app's address for a class, short enough to type; "" when there is none to tell."""
    return os.environ.get(JOIN_VARIABLE, "")


def watch_link(address: str) -> str:
    """Where a code or a link leads that nobody has to type: to the run that is shown."""
    return f"{address.rstrip('/')}/train"


def _proof(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def _present(request: Request) -> Response:
    """Give the presenter's cookie to anyone who knows the secret."""
    secret = os.environ.get(SECRET_VARIABLE, "")
    offered: str = request.path_params["secret"]
    # Digests have one length, so that the time taken says nothing about the secret.
    right = secrets.compare_digest(_proof(offered), _proof(secret)) and bool(secret)
    private = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    if is_open() and not right:
        return HTMLResponse(_REFUSED, status_code=403, headers=private)
    # Away from here at once: a projected address bar must not show the secret. Relative, so
    # that it is right under any `server.baseUrlPath`.
    response = RedirectResponse("../train", status_code=303, headers=private)
    if is_open():
        response.set_cookie(
            PRESENTER_COOKIE,
            _proof(secret),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return response


class Allowance:
    """How much each address may still have: some at once, then so much a second."""

    def __init__(self, most: float, per_second: float) -> None:
        self._most, self._per_second = most, per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Take one; False when there is none left just now."""
        now = time.monotonic()
        left, since = self._left.pop(address, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_second)
        self._left[address] = (max(left - 1, left % 1), now)
        while len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1


class _NameViewers:
    """Gives each browser that opens a page a random name of its own, as a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._names = Allowance(VIEWERS_AT_ONCE, VIEWERS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _opens_page(request := Request(scope)):
            await self._app(scope, receive, send)
            return
        client = scope.get("client") or ("",)
        if viewer_of(request.cookies) or not self._names.take(client[0]):
            await self._app(scope, receive, send)
            return
        naming = Response()
        # Lax, unlike the presenter's: a link from elsewhere must not make a second viewer.
        naming.set_cookie(
            VIEWER_COOKIE,
            new_viewer(),
            max_age=_VIEWER_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

        async def named(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", naming.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, named)


def _opens_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


routes = [
    Route("/present/{secret:path}", _present),
    Route("/{base:path}/present/{secret:path}", _present),  # behind `server.baseUrlPath`
]
middleware = [Middleware(_NameViewers)]


def lan_address() -> str:
    """This machine's address in the network it is on; its name where that cannot be found."""
    try:
        # Connecting a UDP socket sends nothing: it only asks which way out would be taken.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            found: str = probe.getsockname()[0]
    except OSError:
        found = ""
    if not found or found.startswith(("127.", "0.")):
        return socket.gethostname()
    return found


def _command(port: int, hosts: Sequence[str], extra: Sequence[str]) -> list[str]:
    allowed = [part for host in hosts for part in ("--server.allowedHosts", host)]
    return [
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *("--server.address", "0.0.0.0"),  # noqa: S104 - the network is the purpose
        *("--server.port", str(port), "--browser.serverAddress", hosts[0]),
        *allowed,
        *extra,
    ]


def _https(hosts: Sequence[str]) -> list[str]:
    """Streamlit's options for HTTPS; prints what people will meet."""
    # Only here, since the app that serves pages makes no certificates.
    from cnnviz.certificate import certificate_for  # noqa: PLC0415

    certificate, key, fingerprint = certificate_for(hosts, data_folder() / "https")
    print(  # noqa: T201
        "Each browser warns once that the connection is not private, since only this machine\n"
        "vouches for it. To go on: Advanced, then Proceed (Chrome, Edge), Accept the risk\n"
        "(Firefox) or Visit this website (Safari). The right certificate has the SHA-256\n"
        f"fingerprint\n\n  {fingerprint[:47]}\n  {fingerprint[48:]}\n",
        flush=True,
    )
    return ["--server.sslCertFile", str(certificate), "--server.sslKeyFile", str(key)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the two addresses and start the app; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cnnviz.classroom",
        description="Open the app to the network for one presenter and any number of viewers. "
        "Other options are passed on to Streamlit.",
    )
    parser.add_argument("--port", type=int, default=8501, help="default: 8501")
    parser.add_argument("--address", help="name or address for the links; all are listened on")
    parser.add_argument(
        "--https",
        action="store_true",
        help="with a certificate made for this address, so that browsers give pages the live "
        "camera; each browser warns once that nobody vouches for it",
    )
    chosen, extra = parser.parse_known_args(arguments)
    host = chosen.address or lan_address()
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    literal = f"[{host}]" if ":" in host else host
    own = any(option.startswith("--server.sslCertFile") for option in extra)
    scheme = "https" if chosen.https or own else "http"
    join = f"{scheme}://{literal}:{chosen.port}" + (f"/{base}" if base else "")
    secret = secrets.token_urlsafe(18)
    print(f"\nTo join and watch:\n\n  {join}\n")  # noqa: T201
    segno.make(watch_link(join), micro=False).terminal(compact=True)
    print(  # noqa: T201
        f"\nOnly for the presenter (anyone who opens this link gets all controls):\n\n"
        f"  {join}/present/{secret}\n",
        flush=True,
    )
    name = socket.gethostname()
    hosts = list(dict.fromkeys([host, "127.0.0.1", "localhost", name, f"{name}.local"]))
    if chosen.https and not own:
        extra = [*extra, *_https(hosts)]
    command = _command(chosen.port, hosts, extra)
    # In the environment, which only this user can read; arguments are shown to everybody.
    environment = os.environ | {SECRET_VARIABLE: secret, JOIN_VARIABLE: join}
    os.chdir(_PROJECT)
    if os.name == "posix":  # signals to this process are then signals to the app
        os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted
    return subprocess.call(command, env=environment)  # noqa: S603 - our own app, no shell


if __name__ == "__main__":
    sys.exit(main())
