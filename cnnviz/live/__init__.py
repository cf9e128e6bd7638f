"""Runs, to every browser: one task per watched run, any number of viewers.

```
origin.py      who may connect: Origin against Host
source.py      one run's folder, read in a thread; nothing outside it
log.py         the end of events.jsonl, encoded once for all who stand at the same place
channel.py     one task per watched run, and what it tells its subscribers
run_channel.py the channel of a run; lobby.py: the list of runs; open_question.py: of the class
weights.py     a snapshot's weights for browsers, encoded once for all
subscriber.py  one browser: where it stands, and what it may ask
broadcast.py   the routes
```

The idea is a log, not queues: a subscriber is a position. Its sender wakes when there is
something newer and sends all of it merged, so readers in step share the same encoded
message, and a slow one skips ahead by itself and holds up nobody.
"""

from cnnviz.live.broadcast import Broadcast

broadcast = Broadcast()
live_routes = broadcast.routes

__all__ = ["Broadcast", "broadcast", "live_routes"]
