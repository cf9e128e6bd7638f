"""plotly.js for the browser, out of the wheel of plotly.py: no other server is ever asked for it.

No module of ours imports plotly.py: figures are plain dictionaries, and to check them would load
20 MB more than what Streamlit loads of it at its start wherever it is installed (16 MB, 0.1 s).
"""

from __future__ import annotations

import asyncio
import functools
import gzip
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

_WHEEL = distribution("plotly")

NAME = f"plotly-{_WHEEL.version}.js"
"""With its version: a browser keeps what it once had under this name."""

_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@functools.cache
def source() -> bytes:
    """The script."""
    return Path(str(_WHEEL.locate_file("plotly/package_data/plotly.min.js"))).read_bytes()


@functools.cache
def compressed() -> bytes:
    """The script by gzip: 1.5 instead of 4.8 MB."""
    return gzip.compress(source(), 6)


async def _send(request: Request) -> Response:
    headers, body = dict(_HEADERS), compressed
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = source
    return Response(await asyncio.to_thread(body), media_type="text/javascript", headers=headers)


routes = [
    Route(f"/{NAME}", _send),
    Route(f"/{{base:path}}/{NAME}", _send),  # behind `server.baseUrlPath`
]
