"""What lies between a browser and the server, and fails as it does in schools and trains."""

import contextlib
import select
import socket
import threading


class Wire:
    """A TCP proxy to a port of this machine, with faults on demand.

    Attributes:
        url: Where it listens.
        blocked: Paths that are refused as a school's firewall does, by what they begin with.
    """

    def __init__(self, port):
        self._port = port
        self.blocked = ()
        self._forgotten = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def forget(self):
        """Pass nothing on any more in the WebSockets that stand; new ones are as good as ever.

        Other connections are closed: a browser would wait on them for its next page.
        """
        self._forgotten.set()
        self._forgotten = threading.Event()

    def close(self):
        self._forgotten.set()
        self._listener.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(
                    target=self._carry, args=(near, self._forgotten), daemon=True
                ).start()

    def _carry(self, near, forgotten):
        with (
            contextlib.suppress(OSError),
            near,
            socket.create_connection(("127.0.0.1", self._port)) as far,
        ):
            upgraded = False
            while True:
                ready, _, _ = select.select([near, far], [], [], 0.1)
                if forgotten.is_set() and not upgraded:
                    return
                if forgotten.is_set():
                    break
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    if one is near and self._refuses(data):
                        near.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                        return
                    upgraded |= one is near and b"\nupgrade: websocket" in data.lower()
                    (far if one is near else near).sendall(data)
            # Both sides stand as before: nobody is told.
            self._keep = [*getattr(self, "_keep", []), near.dup(), far.dup()]

    def _refuses(self, data):
        method, _, rest = data.partition(b" ")
        return method == b"GET" and rest.startswith(tuple(p.encode() for p in self.blocked))
