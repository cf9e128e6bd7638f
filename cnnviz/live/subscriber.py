"""One browser at the other end of a socket: where it stands, what it may ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import TYPE_CHECKING, Any, TypeGuard

from starlette.websockets import WebSocketState

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

MAX_MESSAGE = 4096
QUIET_SECONDS = 45.0
"""A browser says every ten seconds that it is there. One that has said nothing for so long is
gone, although its socket may look open: a phone without a network closes nothing."""

_CLOSING_SECONDS = 1.0
MAX_STEPS = 64
MAX_WANTED = 1024
_TRY_AGAIN = 1001
_BURST = 40.0
_PER_SECOND = 8.0


class Subscriber:
    """A viewer of one channel.

    Attributes:
        socket: Its open WebSocket.
        voter: Who it votes as; "" for who presents, and when its browser has no name.
        address: Where it connects from.
        wake: Set when there may be something to send.
        position: Byte offset of the events it has.
        seen: Number of the newest notice it has.
        frames: Number of the newest tick whose frames it has.
        wanted: Steps whose frames it lacks, in the order to send them.
        replies: Answers to it alone.
    """

    def __init__(self, socket: WebSocket, voter: str) -> None:
        self.socket = socket
        self.voter = voter
        self.address = socket.client.host if socket.client else ""
        self.wake = asyncio.Event()
        self.position = 0
        self.seen = 0
        self.frames = 0
        self.wanted: deque[int] = deque()
        self.replies: deque[str] = deque(maxlen=4)
        self._tokens = _BURST
        self._asked = asyncio.get_running_loop().time()

    async def send(self, message: str | bytes) -> None:
        """Send; waits while the browser does not read."""
        if isinstance(message, str):
            await self.socket.send_text(message)
        else:
            await self.socket.send_bytes(message)

    async def close(self, code: int) -> None:
        """Close the socket, if it is still open."""
        if self.socket.application_state is WebSocketState.CONNECTED:
            # It waits for what was sent before, which nobody may be reading any more.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await self.socket.close(code)

    async def receive(self) -> dict[str, Any] | None:
        """The next request; None when the browser has left, is silent or asks too much.

        What is not a JSON object comes back as an empty one.
        """
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                message = await self.socket.receive()
        except TimeoutError:
            await self.close(_TRY_AGAIN)
            return None
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        if len(text or message.get("bytes") or "") > MAX_MESSAGE or not self._may_ask():
            await self.close(1008)
            return None
        try:
            asked = json.loads(text or "")
        except (ValueError, RecursionError):
            return {}
        return asked if isinstance(asked, dict) else {}

    def want(self, steps: object) -> None:
        """Note which frames the subscriber asks for, if `steps` is a list of steps."""
        if isinstance(steps, list) and all(_is_step(step) for step in steps[:MAX_STEPS]):
            known = set(self.wanted)
            for step in steps[:MAX_STEPS]:
                if step not in known and len(self.wanted) < MAX_WANTED:
                    known.add(step)
                    self.wanted.append(step)
            self.wake.set()

    def reply(self, **message: Any) -> None:
        """Answer this subscriber only."""
        self.replies.append(json.dumps(message))
        self.wake.set()

    def _may_ask(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._tokens = min(_BURST, self._tokens + (now - self._asked) * _PER_SECOND)
        self._asked = now
        self._tokens -= 1
        return self._tokens >= 0


def _is_step(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
