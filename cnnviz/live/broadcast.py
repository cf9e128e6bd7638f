"""The routes, and who is connected to what."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from cnnviz.classroom import is_open, is_presenter, viewer_of
from cnnviz.live.channel import GONE, Channel
from cnnviz.live.lobby import LobbyChannel
from cnnviz.live.open_question import OpenQuestionChannel
from cnnviz.live.origin import is_allowed, may_read
from cnnviz.live.run_channel import RunChannel
from cnnviz.live.subscriber import Subscriber
from cnnviz.live.weights import WeightStore
from cnnviz.runs import RunError, find_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

MAX_SUBSCRIBERS = 2000
_LOBBY = ""
_QUESTION = "-question"  # as no run can be called
_STEP = re.compile("[0-9]{1,12}")
_LOG = logging.getLogger(__name__)
_FULL = 1013


class Broadcast:
    """All channels of one server.

    Attributes:
        routes: To be mounted. Under any prefix too, for `server.baseUrlPath`.
        allowed_hosts: Names that the server may be called by, as Streamlit's
            `server.allowedHosts`; empty allows all.
    """

    def __init__(self) -> None:
        self.allowed_hosts: Sequence[str] = ()
        self.routes: list[BaseRoute] = [
            WebSocketRoute(prefix + path, self._endpoint)
            for prefix in ("", "/{base:path}")
            for path in ("/live", "/live/{run_id}")
        ]
        self.routes += [
            Route(f"{prefix}/live/{{run_id}}/weights/{{step}}", self._weights, methods=["GET"])
            for prefix in ("", "/{base:path}")
        ]
        self._weight_store = WeightStore()
        self._encoder: ThreadPoolExecutor | None = None
        self._reading = 0
        self._channels: dict[str, Channel] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._ballots: ThreadPoolExecutor | None = None
        self._connected = 0

    async def close(self) -> None:
        """End all tasks and threads; the server has closed the sockets, or is about to."""
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()
        for threads in (self._threads, self._ballots, self._encoder):
            if threads is not None:
                threads.shutdown(wait=False, cancel_futures=True)
        self._threads = self._ballots = self._encoder = None

    async def _endpoint(self, socket: WebSocket) -> None:
        if not is_allowed(socket.headers, self.allowed_hosts):
            await socket.close(1008)  # before accept: the browser gets 403
            return
        run_id = socket.path_params.get("run_id", _LOBBY)
        if self._connected >= MAX_SUBSCRIBERS:
            await socket.accept()
            await socket.close(_FULL)
            return
        self._connected += 1
        try:
            await self._connect(socket, run_id)
        except WebSocketDisconnect:
            pass
        finally:
            self._connected -= 1

    async def _weights(self, request: Request) -> Response:
        """A snapshot's weights, for a browser that computes the network itself."""
        run_id, step = request.path_params["run_id"], request.path_params["step"]
        if not may_read(request.headers, self.allowed_hosts):
            return PlainTextResponse("This request comes from another page.", 403)
        if self._reading >= MAX_SUBSCRIBERS:
            return PlainTextResponse("Too many ask at once: try again.", 503)
        self._reading += 1
        try:
            run = await self._in_thread(find_run, run_id) if _STEP.fullmatch(step) else None
            known = request.headers.get("if-none-match", "")
            found = run and await asyncio.get_running_loop().run_in_executor(
                self._encoding_thread(), self._weight_store.get, run, int(step), known
            )
        finally:
            self._reading -= 1
        if not found:
            return PlainTextResponse("There are no weights of this step that can be sent.", 404)
        tag, data = found
        # A run that is resumed writes a step anew: the browser has to ask each time.
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if not data:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type="application/octet-stream", headers=headers)

    async def _connect(self, socket: WebSocket, run_id: str) -> None:
        of_all = {_LOBBY: LobbyChannel, _QUESTION: OpenQuestionChannel}.get(run_id)
        run = None if of_all else await self._in_thread(find_run, run_id)
        await socket.accept()
        if of_all:
            channel = self._channel(run_id, of_all)
        elif run is not None:
            channel = self._channel(
                run_id, lambda threads: RunChannel(run, threads, self._ballot_thread())
            )
        else:
            await socket.send_json({"type": "gone"})
            await socket.close(GONE)
            return
        presents = is_open() and is_presenter(socket.cookies)
        subscriber = Subscriber(socket, "" if presents else viewer_of(socket.cookies))
        channel.subscribers.add(subscriber)
        sender = asyncio.create_task(self._send(channel, subscriber))
        try:
            while (message := await subscriber.receive()) is not None:
                await channel.asked(subscriber, message)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            channel.subscribers.discard(subscriber)
            if not channel.subscribers:
                if self._channels.get(run_id) is channel:
                    del self._channels[run_id]
                await channel.close()

    @staticmethod
    async def _send(channel: Channel, subscriber: Subscriber) -> None:
        try:
            await channel.serve(subscriber, dict(subscriber.socket.query_params))
        except WebSocketDisconnect:
            pass  # seen by the receiving side too
        except Exception as error:  # noqa: BLE001 - told in the log, and the browser comes back
            if not isinstance(error, RunError | OSError):
                _LOG.exception("A live viewer could not be served")
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await subscriber.close(1011)

    def _channel(self, key: str, make: Callable[[ThreadPoolExecutor], Channel]) -> Channel:
        channel = self._channels.get(key)
        if channel is None or channel.ended is not None:
            channel = self._channels[key] = make(self._pool())
        return channel

    def _pool(self) -> ThreadPoolExecutor:
        # Of our own: a network folder that hangs must not hold up anything else.
        if self._threads is None:
            self._threads = ThreadPoolExecutor(4, thread_name_prefix="live")
        return self._threads

    def _ballot_thread(self) -> ThreadPoolExecutor:
        # A crowd that votes on one run must not hold up what others see of theirs.
        if self._ballots is None:
            self._ballots = ThreadPoolExecutor(1, thread_name_prefix="ballots")
        return self._ballots

    def _encoding_thread(self) -> ThreadPoolExecutor:
        # One: what many ask for at the same moment is encoded for the first of them.
        if self._encoder is None:
            self._encoder = ThreadPoolExecutor(1, thread_name_prefix="weights")
        return self._encoder

    async def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool(), call, *arguments)
