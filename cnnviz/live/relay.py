"""The news of a run for a browser whose network blocks WebSockets.

A school's firewall or a proxy may pass the page and refuse `/live`. The page then runs again every
few seconds and carries the news itself: slower, but the numbers are there.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

from cnnviz.live.log import cut, encode
from cnnviz.live.run_channel import pack, question_messages
from cnnviz.live.source import RunGoneError, Source
from cnnviz.runs import RunError, find_run, shown_run

if TYPE_CHECKING:
    from cnnviz.runs import Run

_MOST_RUNS = 8


def relay(asked: object) -> dict[str, Any] | None:
    """Answer a browser that gets no socket.

    Args:
        asked: What the browser says: `number`, and in `runs` the byte offset of the events that it
            has of each run. It may be anything.

    Returns:
        The same `number`, the run that is `shown` to all, and of each run its `messages`, each as
        it would have come over the socket, with the newest `frame` in base64 if there is a new one.
        None if nothing was asked.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("runs"), dict):
        return None
    runs = {}
    for id, after in list(asked["runs"].items())[:_MOST_RUNS]:
        run = find_run(str(id))
        runs[str(id)] = {"messages": ['{"type":"gone"}']} if run is None else _news(run, after)
    return {"number": asked.get("number"), "shown": shown_run(), "runs": runs}


def _news(run: Run, after: object) -> dict[str, Any]:
    source, end = Source(run), 0
    if isinstance(after, int) and 0 <= after < 10**15 and source.begins_line(after):
        end = after
    try:
        about, news = source.describe(), source.poll(end)
        probes, question = source.aside()
    except RunGoneError:
        return {"messages": ['{"type":"gone"}']}
    except (RunError, OSError) as error:
        return {"messages": [json.dumps({"type": "error", "message": str(error)})]}
    hello = {"type": "hello", "run": about, "alive": news.alive, "from": end}
    messages = [json.dumps(hello | {"now": round(time.time(), 3)})]
    if probes and end == 0:
        messages.append(probes)
    lines = cut(news.lines)
    if lines:
        messages.append(encode(lines, end + len(lines)).text)
    if question:
        messages += [json.dumps(message) for message in question_messages(question)]
    events = news.events[: lines.count(b"\n")]
    steps = [event.get("step") for event in events if event.get("event") == "snapshot"]
    frame = source.frame(steps[-1]) if steps and isinstance(steps[-1], int) else None
    sent = base64.b64encode(pack([frame])).decode() if frame else None
    return {"messages": messages, "frame": sent}
