"""What was learned from a person's pictures, and what it says of the picture at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
import torch

from cnnviz.inspection import Prediction
from cnnviz.numbers.formatting import counted
from cnnviz.training.experiments.transfer_learning import (
    TransferError,
    feature_maps_of,
    learn,
    pooled,
    square,
)
from cnnviz.ui.own_classes.examples import labelled
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.memory import Room
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.zoo import known_of, session_kept, turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator
    from torch import Tensor

    from cnnviz.training.experiments.transfer_learning import Head, Thawed
    from cnnviz.ui.own_classes.examples import Example, OwnClass
    from cnnviz.zoo import ZooNetwork

_TUNED = "_oc_thawed_network"
_room = Room(400 * 2**20)  # of thawed networks: thirty with all blocks that can be


@dataclass(frozen=True, eq=False)
class Taught:
    """A head, what it learned from, and its answer to the picture at hand.

    Attributes:
        head: The linear layer.
        names: Its classes.
        examples: N pictures with their features.
        labels: N class numbers.
        seen: S×S×3 `uint8`: the picture at hand, as the network reads it.
        maps: C×h×w: what the network makes of it.
        features: C: the averages of the maps.
        answer: What the head says.
        all_features: N×C: of the pictures.
        thawed: How many blocks below the head learned as well.
    """

    head: Head
    names: tuple[str, ...]
    examples: list[Example]
    labels: Tensor
    seen: NDArray[np.uint8]
    maps: Tensor
    features: Tensor
    answer: Prediction
    all_features: Tensor
    thawed: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What decides what was learned."""
        return tuple(one.id for one in self.examples), tuple(self.labels.tolist())

    @property
    def title(self) -> str:
        """What answers."""
        return f"{counted(self.thawed, 'block')} thawed" if self.thawed else "Frozen"


@dataclass(frozen=True, eq=False)
class Tuned:
    """The network that was thawed last.

    Attributes:
        key: `Taught.key` of what it learned from.
        count: How many blocks were thawed.
        thawed: The blocks and the head.
    """

    key: tuple[object, ...]
    count: int
    thawed: Thawed


@st.cache_resource(max_entries=64, show_spinner=False)
def _head(features: bytes, labels: tuple[int, ...], classes: int, _features: Tensor) -> Head:  # noqa: ARG001 - the cache's key
    return learn(_features, torch.tensor(labels), classes)


def teach(network: ZooNetwork, classes: list[OwnClass], place: DeltaGenerator) -> Taught | None:
    """Learn the classes that have pictures, and ask about the picture at hand.

    None where there is too little to learn from.
    """
    classes = [one for one in classes if one.examples]
    examples, labels = labelled(classes)
    features = torch.stack(
        [one.features for one in examples if one.features is not None] or [torch.zeros(1)]
    )
    try:
        head = _head(features.numpy().tobytes(), tuple(labels.tolist()), len(classes), features)
    except TransferError as error:
        place.info(str(error), icon=":material/add_photo_alternate:")
        return None
    picture = current_picture()
    known = known_of(picture, ("own classes", picture.digest))
    if "maps" not in known:
        with turn(place):
            seen = square(picture.pixels)
            known["maps"] = seen, feature_maps_of(network, [seen])[0]
    seen, maps = known["maps"]
    names = tuple(one.name for one in classes)
    asked, answer = _answer(head, maps)
    return Taught(head, names, examples, labels, seen, maps, asked, answer, features)


def thaw(network: ZooNetwork, taught: Taught, place: DeltaGenerator) -> Taught | None:
    """The same with upper blocks that learned from these pictures; None where none did."""
    tuned = tuned_for(taught)
    if tuned is None:
        return None
    known = session_kept().of(("thawed", tuned.key, tuned.count, current_picture().digest))
    if "maps" not in known:
        with turn(place):
            known["maps"] = tuned.thawed.maps_of(network, [taught.seen])[0]
    maps, head = known["maps"], tuned.thawed.head
    asked, answer = _answer(head, maps)
    return replace(
        taught, head=head, maps=maps, features=asked, answer=answer, thawed=tuned.count,
        all_features=tuned.thawed.features,
    )  # fmt: skip


def _answer(head: Head, maps: Tensor) -> tuple[Tensor, Prediction]:
    asked = pooled(maps[None])
    logits = head.logits(asked)[0]
    return asked[0], Prediction(logits, logits.softmax(0))


def tuned_for(taught: Taught) -> Tuned | None:
    """The network that was thawed last, if it learned from these pictures."""
    tuned: Tuned | None = st.session_state.get(_TUNED)
    return tuned if tuned and tuned.key == taught.key else None


def keep(tuned: Tuned) -> bool:
    """Let a thawed network answer from now on, in place of the one before, if there is room."""
    st.session_state.pop(_TUNED, None)
    if not _room.has_room_for(tuned.thawed.bytes):
        return False
    _room.hold_bytes(tuned, tuned.thawed.bytes)
    st.session_state[_TUNED] = tuned
    return True


def choose_taught(frozen: Taught, thawed: Taught | None) -> Taught:
    """Let the person choose which of both answers, where there are two."""
    if thawed is None:
        return frozen
    by = choice(
        st.segmented_control, "Who answers", {"thawed": thawed.title, "frozen": frozen.title},
        "thawed", key="oc_by",
        help="Frozen: the network as others trained it, and your head. Thawed: its upper blocks"
        " learned from your pictures as well.",
    )  # fmt: skip
    return frozen if by == "frozen" else thawed
