"""What every engine does for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

    from cnnviz.runs import Run


class TrainingError(RuntimeError):
    """Training cannot start or go on; the message is one sentence."""


class Engine(Protocol):
    """Finds a place where a run can be trained.

    What an engine knows lies in the runs' folders, so any number of processes may have
    one on the same folder, and one that is started again goes on where the last one died.
    """

    def submit(self, run: Run) -> None:
        """Put a run in line and start it if there is room; returns without waiting for it.

        Raises:
            TrainingError: It has a process, is in line, or may not be started.
            RunError: Its folder cannot be read or written.
        """

    def stop(self, run: Run) -> None:
        """End a run, in line or at work; returns at once and does the rest in a thread.

        A run that has ended already stays as it is.

        Raises:
            RunError: The run is read-only, or the disk refused.
        """

    def warm(self) -> None:
        """Prepare, so that the next start is quick."""

    def dispatch(self) -> None:
        """Start what is in line, as far as there is room."""

    def dispatch_forever(self, stop_event: threading.Event) -> None:
        """Dispatch again and again until the event is set."""

    def close(self) -> None:
        """Let go of what `warm` prepared; runs at work go on."""
