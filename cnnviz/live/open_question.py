"""Whether the class is being asked something, for viewers on any page."""

from __future__ import annotations

import time

from cnnviz.live.channel import Channel
from cnnviz.runs import RunError, find_run, shown_run
from cnnviz.runs.votes import read_questions

LOOK_SECONDS = 1.0


class OpenQuestionChannel(Channel):
    """Announces the question that is open about the run that everybody follows."""

    _told: str | None = None

    async def tick(self) -> float:
        """Look for a question; says something only when it is another."""
        began = time.monotonic()
        question = await self.in_thread(open_question)
        if question != self._told:
            self._told = question
            self.notice("asked", question=question)
        # A folder of very many runs, or a slow one, is looked through less often.
        return max(LOOK_SECONDS, 10 * (time.monotonic() - began))


def open_question() -> str:
    """The id of the question on which the class can vote; "" if there is none."""
    run = find_run(shown_run())
    try:
        last = next(reversed(read_questions(run)), None) if run else None
    except (RunError, OSError):
        return ""  # the view of the run says what is the matter
    return "" if last is None or last.closed or last.revealed else last.id
