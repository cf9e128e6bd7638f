"""Small networks trained side by side while they are watched, a round at a time."""

from __future__ import annotations

import functools
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from cnnviz.training.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import Tensor, nn
    from torch.optim import Optimizer

_DRAWS = 1_000_003
_WANTED = 3.0  # seconds that training goes on after anybody has asked for it


@dataclass(frozen=True)
class Score:
    """How good a network is on some pictures.

    Attributes:
        loss: Mean cross-entropy.
        accuracy: Share that it names rightly.
    """

    loss: float
    accuracy: float


class Contest:
    """Networks that take the same steps on the same batches; equal arguments, equal numbers.

    `advance` trains a round, `go_on` all of them in a thread beside.

    Args:
        makers: Gives each network, by its name; it may draw random weights.
        train: N×… inputs and N labels.
        tests: Other inputs and labels, by name; `train` is scored too, as "train".
        rounds: How many rounds there are.
        steps: Steps a round.
        batch: Pictures a step, at most N.
        rate: Learning rate of Adam.
        optimisers: What updates the weights of networks, by name, in place of Adam.
        seed: Of the first weights, the batches and what the networks draw.

    Attributes:
        parameters: Of each network.
        scores: Of each network and each set of pictures, before the first round and after each.
    """

    def __init__(
        self,
        makers: Mapping[str, Callable[[], nn.Module]],
        train: tuple[Tensor, Tensor],
        tests: Mapping[str, tuple[Tensor, Tensor]],
        *,
        rounds: int,
        steps: int,
        batch: int,
        rate: float,
        seed: int,
        optimisers: Mapping[str, Callable[[Iterator[nn.Parameter]], Optimizer]] | None = None,
    ) -> None:
        self._sets = {"train": train, **tests}
        self.rounds, self._steps, self._seed = rounds, steps, seed
        self._batch = min(batch, len(train[1]))
        self._models: dict[str, nn.Module] = {}
        with torch.random.fork_rng(devices=[]):
            for name, make in makers.items():
                torch.manual_seed(seed)
                self._models[name] = make()
        adam = functools.partial(torch.optim.Adam, lr=rate)
        self._optimisers = {
            name: (optimisers or {}).get(name, adam)(model.parameters())
            for name, model in self._models.items()
        }
        self.parameters = {
            name: sum(values.numel() for values in model.parameters())
            for name, model in self._models.items()
        }
        self._lock = threading.Lock()
        self._wanted = 0.0
        self._trainer: threading.Thread | None = None
        self.scores: dict[str, dict[str, list[Score]]] = {
            name: {which: [] for which in self._sets} for name in self._models
        }
        self._score()

    @property
    def round(self) -> int:
        """How many rounds have been trained."""
        return min(len(of[which]) for of in self.scores.values() for which in of) - 1

    @property
    def step(self) -> int:
        """How many steps each network has taken."""
        return self.round * self._steps

    @property
    def last_step(self) -> int:
        """How many steps each network takes in all rounds."""
        return self.rounds * self._steps

    @property
    def done(self) -> bool:
        """Whether all rounds have been trained."""
        return self.round >= self.rounds

    def go_on(self) -> None:
        """Train the rounds in a thread of their own.

        The thread ends a few seconds after the last call of this function, so that nothing is
        trained that nobody watches.
        """
        self._wanted = time.monotonic()
        if self.done or (self._trainer and self._trainer.is_alive()):
            return
        self._trainer = threading.Thread(target=self._go_on, name="contest")
        self._trainer.start()

    def _go_on(self) -> None:
        # If Python ended while this thread is inside torch, the process would crash.
        main = threading.main_thread()
        while main.is_alive() and time.monotonic() - self._wanted < _WANTED and self.advance():
            pass

    def advance(self) -> bool:
        """Train one round; False if there is none left or another thread is at it."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self.done:
                return False
            with one_thread():
                self._train(self.round)
                self._score()
            return True
        finally:
            self._lock.release()

    def _train(self, number: int) -> None:
        inputs, labels = self._sets["train"]
        draws = torch.Generator().manual_seed(self._seed * _DRAWS + number)
        batches = [
            torch.randperm(len(labels), generator=draws)[: self._batch] for _ in range(self._steps)
        ]
        for name, model in self._models.items():
            optimiser = self._optimisers[name]
            model.train()
            for batch in batches:
                optimiser.zero_grad(set_to_none=True)
                loss = F.cross_entropy(model(inputs[batch]), labels[batch])
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            model.eval()

    def _score(self) -> None:
        with torch.inference_mode():
            for name, model in self._models.items():
                for which, (inputs, labels) in self._sets.items():
                    logits = model(inputs)
                    self.scores[name][which].append(
                        Score(
                            float(F.cross_entropy(logits, labels)),
                            float((logits.argmax(1) == labels).float().mean()),
                        )
                    )
