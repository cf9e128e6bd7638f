"""Who may connect: a page of this server, opened by an address that the server allows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import Headers


def is_allowed(headers: Headers, allowed_hosts: Sequence[str] = ()) -> bool:
    """Whether a WebSocket handshake comes from a page of this very server.

    A browser tells in `Origin` whose page opens the socket, and in `Host` to whom it
    talks; a page of somebody else cannot change either. `X-Forwarded-Host` is not looked
    at, because a browser's page could be made to send it: a reverse proxy passes `Host`.

    Args:
        headers: Of the handshake.
        allowed_hosts: As Streamlit's `server.allowedHosts`: names, `*.name` or `*`; empty
            allows all. It keeps out a foreign name that was made to point here.
    """
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    scheme = urlsplit(origins[0]).scheme
    if scheme not in ("http", "https"):
        return False
    origin, host = _address(origins[0], scheme), _address(f"{scheme}://{hosts[0]}", scheme)
    if origin is None or origin != host:
        return False
    return not allowed_hosts or any(_matches(origin[0], pattern) for pattern in allowed_hosts)


def may_read(headers: Headers, allowed_hosts: Sequence[str] = ()) -> bool:
    """Whether a plain request may be answered: no page of somebody else asks.

    A browser leaves out `Origin` where a page reads from its own server.

    Args:
        headers: Of the request.
        allowed_hosts: As for `is_allowed`.
    """
    if "origin" in headers:
        return is_allowed(headers, allowed_hosts)
    hosts = headers.getlist("host")
    host = _address(f"http://{hosts[0]}", "http") if len(hosts) == 1 else None
    if host is None or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return not allowed_hosts or any(_matches(host[0], pattern) for pattern in allowed_hosts)


def _address(url: str, scheme: str) -> tuple[str, int] | None:
    """Host and port of an address that has nothing else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if not parts.hostname or extra:
        return None
    return parts.hostname.rstrip("."), port or (443 if scheme == "https" else 80)


def _matches(host: str, pattern: str) -> bool:
    pattern = pattern.strip().lower().rstrip(".")
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return pattern in ("*", host)
