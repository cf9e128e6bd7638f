"""Something long that computes in the background, a step at a time, while pages look at it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Step = TypeVar("Step")

# One thread at a time: two would slow each other down, and everybody who waits for a page.
_TURN = threading.Lock()


class Background(Generic[Step]):
    """A thread that goes through the steps of something long, one such thread at a time.

    Everybody who has the object sees the same steps, and anybody can end it.
    """

    def __init__(self, steps: Callable[[], Iterator[Step]]) -> None:
        """Begin.

        Args:
            steps: Gives the steps; what they hold must not be changed afterwards.
        """
        self._steps = steps
        self._seen: list[Step] = []
        self._ended = threading.Event()
        self._cancelled = threading.Event()
        self.error = ""
        """What went wrong, if anything did."""
        threading.Thread(target=self._run, daemon=True, name="cnnviz-background").start()

    def seen(self) -> list[Step]:
        """The steps until now."""
        return [*self._seen]

    @property
    def running(self) -> bool:
        """Whether more steps are to come."""
        return not self._ended.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it was ended before its last step."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End it after the step at hand."""
        if self.running:
            self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end at most so long; return whether it came."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            with _TURN:
                if self._cancelled.is_set():
                    return
                for step in self._steps():
                    self._seen.append(step)
                    if self._cancelled.is_set():
                        return
        except Exception as error:  # noqa: BLE001 - whoever looks is told
            self.error = str(error) or type(error).__name__
        finally:
            self._ended.set()
