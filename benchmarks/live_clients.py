"""The viewers of `live_viewers.py`: a process of its own full of WebSockets.

    python benchmarks/live_clients.py live|page PORT PATH NUMBER SECONDS

`live` viewers speak to `/live/<run>` and take WebSocket frames apart by hand, because 300
of them share a machine with the server and the training. `page` viewers are Streamlit
sessions: they run the script, and then rerun its fragment whenever the app asks for it, as
a browser does. Both write down, for each message, when it came and how new what it tells
is. Prints JSON: `[viewer][message] = [received, newest event]`, and the CPU seconds used.
"""

import asyncio
import base64
import json
import os
import re
import struct
import sys
import time

TIME = re.compile(rb'"event":"\w+","time":([\d.]+)')
MARK = re.compile(rb"@([\d.]+)@")


class Viewer(asyncio.Protocol):
    """One WebSocket to the broadcast."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self.buffer = bytearray()
        self.is_open = False
        self.seen: list[tuple[float, float]] = []

    def connection_made(self, transport) -> None:
        """Ask for the socket."""
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        host = f"127.0.0.1:{self.port}"
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Note when each message came and how new it is."""
        now = time.time()
        self.buffer += data
        if not self.is_open:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(bytes(self.buffer[:end]).decode())
            del self.buffer[: end + 4]
            self.is_open = True
        while (frame := self._frame()) is not None:
            kind, payload = frame
            if kind == 9:  # ping
                zero = bytes([0x8A, 0x80 | len(payload)]) + bytes(4)
                self.transport.write(zero + payload)
            elif kind == 1 and (times := TIME.findall(payload)):
                self.seen.append((now, float(times[-1])))

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self.buffer
        if len(buffer) < 10 and (len(buffer) < 2 or len(buffer) < 2 + (buffer[1] & 127)):
            return None
        size, head = buffer[1] & 127, 2
        if size == 126:
            size, head = struct.unpack_from("!H", buffer, 2)[0], 4
        elif size == 127:
            size, head = struct.unpack_from("!Q", buffer, 2)[0], 10
        if len(buffer) < head + size:
            return None
        frame = buffer[0] & 15, bytes(buffer[head : head + size])
        del buffer[: head + size]
        return frame


async def live(port: int, path: str, number: int, seconds: float):
    """Watch the broadcast."""
    loop = asyncio.get_running_loop()
    viewers = []
    for _ in range(number):
        _, viewer = await loop.create_connection(lambda: Viewer(port, path), "127.0.0.1", port)
        viewers.append(viewer)
    await asyncio.sleep(seconds)
    return [viewer.seen for viewer in viewers]


def streamlit_socket(port: int):
    """A connection to a Streamlit server, as its page in a browser opens it."""
    import websockets

    address = f"127.0.0.1:{port}"
    return websockets.connect(
        f"ws://{address}/_stcore/stream",
        origin=f"http://{address}",
        subprotocols=["streamlit"],
        max_size=None,
        compression=None,
    )


async def session(port: int, seen: list[tuple[float, float]]) -> None:
    """One Streamlit session, as a browser with the page open."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    timers: dict[str, asyncio.Task[None]] = {}

    async def rerun_often(fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            await socket.send(message.SerializeToString())

    async with streamlit_socket(port) as socket:
        message = BackMsg()
        message.rerun_script.query_string = ""
        await socket.send(message.SerializeToString())
        async for data in socket:
            if marks := MARK.findall(data):
                seen.append((time.time(), float(marks[-1])))
            elif len(data) < 300:
                told = ForwardMsg()
                told.ParseFromString(data)
                if told.WhichOneof("type") == "auto_rerun":
                    fragment, interval = told.auto_rerun.fragment_id, told.auto_rerun.interval
                    if fragment not in timers:
                        timers[fragment] = asyncio.create_task(rerun_often(fragment, interval))


async def page(port: int, _path: str, number: int, seconds: float):
    """Watch the page."""
    seen: list[list[tuple[float, float]]] = [[] for _ in range(number)]
    tasks = []
    for one in seen:
        tasks.append(asyncio.create_task(session(port, one)))
        await asyncio.sleep(1 / number)  # people do not all click in the same moment
    await asyncio.sleep(seconds)
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seen


if __name__ == "__main__":
    kind, port, path, number, seconds = sys.argv[1:]
    watch = {"live": live, "page": page}[kind]
    seen = asyncio.run(watch(int(port), path, int(number), float(seconds)))
    json.dump({"seen": seen, "cpu": time.process_time()}, sys.stdout)
