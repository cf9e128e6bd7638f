"""One copy of each network for everybody, within a limit, and one line of those who wait."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from cnnviz.zoo.base import ZooError
from cnnviz.zoo.catalogue import network_row
from cnnviz.zoo.load import ZooNetwork, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BYTES = 700 * 2**20
"""Of the weights of all networks in memory: the largest of VGG fits, or 37 of the smallest."""

_BYTES = 4  # a parameter


class Shelf:
    """The networks in memory; the least recently used go when there is no room.

    Args:
        most_bytes: Of their weights together.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._there: OrderedDict[tuple[str, bool], ZooNetwork] = OrderedDict()
        self._lock = threading.Lock()  # held while loading: two would not fit beside each other

    def network(self, name: str, *, weights: bool = True) -> ZooNetwork:
        """A network from memory, or loaded.

        Args:
            name: One of `NAMES`.
            weights: As for `load`.

        Raises:
            ZooError: As for `load`; or it is larger than the limit.
        """
        key = name, weights
        with self._lock:
            if key not in self._there:
                size = network_row(name).parameters * _BYTES
                if size > self._most:
                    raise ZooError(
                        f"{network_row(name).title} takes {size / 1e9:.1f} GB of memory, more than"
                        f" the {self._most / 1e9:.1f} GB that all networks have together here."
                    )
                while self._there and self._bytes() + size > self._most:
                    self._there.popitem(last=False)
                self._there[key] = load(name, weights=weights)
            self._there.move_to_end(key)
            return self._there[key]

    def _bytes(self) -> int:
        return sum(network.row.parameters * _BYTES for network in self._there.values())


class Line:
    """A line in which people wait for their turn, first come, first served.

    Networks of this size use all processors for each picture, so two at once are no faster, and
    each takes memory while it computes.
    """

    def __init__(self) -> None:
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def turn(self, on_wait: Callable[[int], None] | None = None) -> Iterator[None]:
        """Wait for a turn, and have it.

        Args:
            on_wait: Called with how many are before, each time that this changes, about.
        """
        me, told = object(), 0
        with self._changed:
            self._waiting.append(me)
        try:
            while (before := self._before(me, told)) > 0:
                told = before
                if on_wait:
                    on_wait(before)
            yield
        finally:
            with self._changed:
                self._waiting.remove(me)
                self._changed.notify_all()

    def _before(self, me: object, told: int) -> int:
        """How many are before: 0 when it is one's turn, else a number other than `told`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting.index(me) != told or not told)
            return self._waiting.index(me)
