"""How large uploads may be, and how many of them fit into memory: `cnnviz/gate.py` keeps to it.

Streamlit has one limit for all requests, `server.maxUploadSize`, which has to let weights in, and
none for what all files together may take. So every field says its own limit, `FILE_MEGABYTES` of
`cnnviz.imaging` but for weights and a presenter's photos, and each upload is held against what is
here already.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.imaging import FILE_MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

WEIGHTS_MB = 200
"""Of a file with weights. It is in memory twice while it is read, and thirty sessions have to stay
under 2 GB; ResNet-101, DenseNet-201 and ConvNeXt-Tiny fit, VGG (530 MB) does not."""

PHOTOS_MB = 100
"""Of a presenter's zip of photos to train on: a few dozen, as a phone takes them."""

FILES_AT_ONCE = 100
"""Addresses for uploads that a browser can ask for in one message, and files of one session."""

UPLOADS = 1_000_000_000
UPLOADS_OF_ONE = 100_000_000
UPLOADS_OF_ONE_ALWAYS = 10_000_000
"""Bytes of uploaded files in memory: of all sessions together, and of one. A session with little
gets its file in even when others have used up what there is for all."""

USUAL_UPLOAD = (FILE_MEGABYTES + 1) * 2**20
"""Bytes of a request beyond which it may only bring a large file, weights or photos, from a session
that was asked for one; a form adds a little to its file."""

LARGE_UPLOAD = (WEIGHTS_MB + 1) * 2**20
LARGE_AT_ONCE = 2
"""Large files that arrive or wait to be read, of all sessions together."""

UNREAD_SECONDS = 120.0
"""After so long, a large file that no page has read is dropped."""

_MOST_SESSIONS = 1000
_asked: OrderedDict[str, None] = OrderedDict()


def allow_large_file() -> None:
    """Let this session send a large file: it was asked for one."""
    if context := get_script_run_ctx():
        _asked[context.session_id] = None
        if len(_asked) > _MOST_SESSIONS:
            _asked.popitem(last=False)


class Uploads:
    """The uploads of all sessions: those that arrive, and those in memory."""

    def __init__(self) -> None:
        self._arriving: Counter[str] = Counter()
        self._large: set[tuple[str, str]] = set()

    def have_room(self, session: str, size: int) -> bool:
        """Whether a session may send so many bytes now."""
        if size > USUAL_UPLOAD:
            return self._have_room_for_large(session, size)
        # Large files have bounds of their own.
        held = {
            id: [size for size in files.values() if size <= USUAL_UPLOAD]
            for id, files in _in_memory().items()
        }
        own = held.get(session, [])
        if len(own) >= FILES_AT_ONCE:
            return False
        of_one = sum(own) + self._arriving[session] + size
        if of_one <= UPLOADS_OF_ONE_ALWAYS:
            return True
        of_all = sum(map(sum, held.values())) + self._arriving[session] + size
        return of_one <= UPLOADS_OF_ONE and of_all <= UPLOADS

    def _have_room_for_large(self, session: str, size: int) -> bool:
        there = self._large | {
            (id, name)
            for id, files in _in_memory().items()
            for name, size in files.items()
            if size > USUAL_UPLOAD
        }
        return (
            session in _asked
            and size <= LARGE_UPLOAD
            and len(there) < LARGE_AT_ONCE
            and all(of != session for of, _ in there)
        )

    @contextlib.contextmanager
    def arriving(self, session: str, file: str, size: int) -> Iterator[None]:
        """Count an upload while it arrives.

        Args:
            session: The id of the session that sends it.
            file: The id that Streamlit gave it.
            size: Bytes of the request.
        """
        if size > USUAL_UPLOAD:
            self._large.add((session, file))
            try:
                yield
            finally:
                self._large.remove((session, file))
                asyncio.get_running_loop().call_later(UNREAD_SECONDS, _release, session, file)
            return
        self._arriving[session] += size
        try:
            yield
        finally:
            self._arriving[session] -= size
            if not self._arriving[session]:
                del self._arriving[session]


def _in_memory() -> dict[str, dict[str, int]]:
    """The bytes of each uploaded file in memory, by session and name."""
    if not Runtime.exists():
        return {}
    # By name, because Streamlit's interface of file managers does not tell what they hold.
    storage = Runtime.instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return {
        session: {name: len(file.data) for name, file in list(files.items())}
        for session, files in list(storage.items())
    }


def _release(session: str, file: str) -> None:
    if Runtime.exists():
        Runtime.instance().uploaded_file_mgr.remove_file(session, file)  # type: ignore[attr-defined]
