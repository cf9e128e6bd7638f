"""One task that sends news to many subscribers."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, TypeVar

from cnnviz.runs import RunError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from cnnviz.live.subscriber import Subscriber

GONE = 4404
BEAT = '{"type":"beat"}'
BEAT_SECONDS = 4.0
"""After so long without news a subscriber is sent a beat: who hears nothing knows that the line
is dead (`SILENCE` in `components/live/socket.js`)."""

UNREADABLE = 4422
_PATIENCE = 5

_Result = TypeVar("_Result")
_LOG = logging.getLogger(__name__)


class Channel:
    """Sends news to its subscribers, from a task that runs as long as there are any.

    A notice replaces the previous notice of the same kind (for example the run's name, or the
    votes so far): a subscriber that was away gets only the newest of each kind. A subclass
    implements `open` and `tick`, and `deliver` if it sends more than notices.
    """

    def __init__(self, threads: Executor) -> None:
        self.subscribers: set[Subscriber] = set()
        self.ended: int | None = None
        self._threads = threads
        self._notices: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._ready = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def open(self) -> None:
        """Read what the first subscriber needs before it is served."""

    async def tick(self) -> float:
        """Look for news once; return the seconds until the next look."""
        raise NotImplementedError

    async def welcome(self, subscriber: Subscriber, query: dict[str, str]) -> None:
        """Send what precedes the stream, and set the subscriber's position in it."""

    async def deliver(self, subscriber: Subscriber) -> bool:  # noqa: ARG002
        """Send news other than notices; return whether there was any."""
        return False

    async def asked(self, subscriber: Subscriber, message: dict[str, Any]) -> None:
        """Handle a subscriber's request; ignore unknown ones."""

    async def in_thread(self, call: Callable[..., _Result], *arguments: Any) -> _Result:
        """Call something that may block."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    def notice(self, kind: str, **fields: Any) -> None:
        """Send this to all current and future subscribers, until the next notice of its kind."""
        self.notice_text(kind, json.dumps({"type": kind, **fields}))

    def notice_text(self, kind: str, text: str) -> None:
        """Like `notice`, for a message that is already encoded."""
        self._count += 1
        # Moved to the end: notices are sent in the order they were made.
        self._notices.pop(kind, None)
        self._notices[kind] = (self._count, text)
        self.announce()

    def withdraw(self, *kinds: str) -> None:
        """Forget notices: subscribers that have not received them no longer need them."""
        for kind in kinds:
            self._notices.pop(kind, None)

    def announce(self) -> None:
        """Wake all subscribers."""
        for subscriber in self.subscribers:
            subscriber.wake.set()

    def end(self, code: int, kind: str, **fields: Any) -> None:
        """Send a last notice to all subscribers and close their connections."""
        self.ended = code
        self.notice(kind, **fields)
        self._ready.set()

    async def serve(self, subscriber: Subscriber, query: dict[str, str]) -> None:
        """Send a subscriber everything, until it is cancelled or the channel ends."""
        await _beating(subscriber, self._ready)
        if self.ended is None:
            await self.welcome(subscriber, query)
        while True:
            subscriber.wake.clear()
            # First what happened: “its process is gone” after “finished” is no news.
            sent = self.ended is None and await self.deliver(subscriber)
            sent |= await self._send_notices(subscriber)
            if self.ended is not None:
                await subscriber.close(self.ended)
                return
            if not sent:
                await _beating(subscriber, subscriber.wake)

    async def close(self) -> None:
        """End the task without telling the subscribers."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _send_notices(self, subscriber: Subscriber) -> bool:
        messages = [text for n, text in self._notices.values() if n > subscriber.seen]
        subscriber.seen = self._count
        while subscriber.replies:
            messages.append(subscriber.replies.popleft())
        for message in messages:
            await subscriber.send(message)
        return bool(messages)

    async def _run(self) -> None:
        failures = 0
        try:
            await self.open()
            self._ready.set()
            while self.ended is None:
                try:
                    pause = await self.tick()
                    failures = 0
                except OSError:
                    # A network folder may be away for a moment.
                    failures += 1
                    if failures >= _PATIENCE:
                        raise
                    pause = 0.5
                await asyncio.sleep(pause)
        except RunError as error:
            self.end(UNREADABLE, "error", message=str(error))
        except OSError as error:
            self.end(UNREADABLE, "error", message=f"The run cannot be read: {error.strerror}.")
        except Exception:  # noqa: BLE001 - one run's fault must not reach the others
            _LOG.exception("A live channel failed")
            self.end(UNREADABLE, "error", message="The run cannot be read.")


async def _beating(subscriber: Subscriber, event: asyncio.Event) -> None:
    """Wait for an event; meanwhile tell the subscriber that the connection still stands."""
    while not event.is_set():
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await event.wait()
        except TimeoutError:
            await subscriber.send(BEAT)
