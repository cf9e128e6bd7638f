"""The list of runs, for people who follow what the presenter shows."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from cnnviz.live.channel import Channel
from cnnviz.runs import RunError, chosen_run, list_runs
from cnnviz.runs.shown import FALLBACK
from cnnviz.runs.state import ACTIVE

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from cnnviz.runs import Run

LOBBY_SECONDS = 0.5
_MOST = 200
"""The newest, which are told of beside those that are shown, at work, in line or shipped."""
_PIECE = 1_000_000


class LobbyChannel(Channel):
    """Announces which runs exist and which one is shown to everybody."""

    def __init__(self, threads: Any) -> None:
        self._reader = LobbyReader()
        self._text = ""
        super().__init__(threads)

    async def tick(self) -> float:
        """Look through the runs folder; says something only when it changed."""
        began = time.monotonic()
        text = await self.in_thread(self._reader.read)
        if text != self._text:
            self._text = text
            self.notice_text("lobby", text)
        # A folder of very many runs, or a slow one, is looked through less often.
        return max(LOBBY_SECONDS, 10 * (time.monotonic() - began))


class LobbyReader:
    """Lists the runs, reading of each only what was added since the last time."""

    def __init__(self) -> None:
        self._runs: dict[Path, Run] = {}
        self._status: dict[Path, tuple[int, str]] = {}
        self._about: dict[Path, dict[str, Any]] = {}

    def read(self) -> str:
        """The lobby message."""
        # The same objects as before: they know what run.json says.
        runs = [self._runs.get(r.path, r) for r in list_runs() if not r.path.is_symlink()]
        self._runs = {run.path: run for run in runs}
        entries = [self._entry(run) for run in runs]
        for known in (self._status, self._about):
            for path in known.keys() - self._runs.keys():
                del known[path]
        chosen = chosen_run()
        ids = [entry["id"] for entry in entries]
        shared = [entry for entry in entries if not entry["owner"]]  # viewers' own are theirs
        active = [entry["id"] for entry in shared if entry["status"] in ACTIVE]
        readable = {entry["id"] for entry in shared if entry["status"] != "unreadable"}
        newest = [run.id for run in runs if not run.shipped and run.id in readable]
        first = [id for id in (chosen,) if id in ids]
        on_show = next(iter([*first, *active, *newest]), FALLBACK if FALLBACK in ids else None)
        told = {on_show, *(run.id for run in runs if run.shipped), *ids[:_MOST]}
        listed = [e for e in entries if e["id"] in told or e["status"] in ACTIVE]
        return json.dumps({"type": "lobby", "runs": listed, "shown": on_show})

    def _entry(self, run: Run) -> dict[str, Any]:
        try:
            if run.path not in self._about:
                config = run.config
                self._about[run.path] = {
                    "created": config.created,
                    "group": getattr(config, "group", ""),
                    "owner": getattr(config, "owner", ""),
                }
            name = run.config.title if (run.path / "name.txt").is_symlink() else run.name
            entry = {"id": run.id, "name": name, "status": self._status_of(run)}
            return entry | self._about[run.path]
        except Exception:  # noqa: BLE001 - one run's nonsense must not hide the others
            # Without what the file says: it may be a link to anywhere.
            empty = {"created": "", "group": "", "owner": ""}
            return {"id": run.id, "name": run.id, "status": "unreadable"} | empty

    def _status_of(self, run: Run) -> str:
        """The run's status, from the status lines of its events."""
        alive = run.is_alive()
        offset, status = self._status.get(run.path, (0, ""))
        path = run.path / "events.jsonl"
        try:
            size = path.stat().st_size
            if size < offset:
                offset, status = 0, ""
            if size > offset:
                if path.is_symlink():
                    raise RunError("events.jsonl is not a file of this run.")
                with path.open("rb") as file:
                    end, found = _read_backwards(file, offset, size)
                status = found or status
                self._status[run.path] = (end, status)
        except FileNotFoundError:
            status = ""
        if status == "waiting":  # in line: that needs no process
            return status
        if not status or (status in ACTIVE and not alive):
            return "interrupted"
        return status


def _read_backwards(file: BinaryIO, begin: int, size: int) -> tuple[int, str]:
    """Where the last whole line of a file ends, and the last status after the byte `begin`.

    Piece by piece from the end: a long run has its status there, or very far away.
    """
    end, left, last = size, b"", begin
    while end > begin:
        at = max(begin, end - _PIECE)
        file.seek(at)
        data = file.read(end - at) + left
        if last == begin:
            whole = data.rfind(b"\n") + 1
            last = at + whole if whole else begin
            data = data[:whole]
        if found := _last_status(data if at == begin else data[data.find(b"\n") + 1 :]):
            return last, found
        # The line that the piece begins in the middle of is looked at with the piece before.
        left = data[: data.find(b"\n") + 1]
        end = at
    return last, ""


def _last_status(lines: bytes) -> str:
    end = len(lines)
    while (at := lines.rfind(b'"status"', 0, end)) >= 0:
        end = lines.rfind(b"\n", 0, at) + 1
        try:
            event = json.loads(lines[end : lines.find(b"\n", at)])
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and event.get("event") == "status":
            return str(event.get("status", ""))
    return ""
