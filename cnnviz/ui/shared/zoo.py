"""A network that others trained, and a picture in front of it: what several pages look at."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import streamlit as st

from cnnviz.inspection import InspectionError, Prediction, predict
from cnnviz.inspection.guard import NotFiniteError
from cnnviz.inspection.head import evidence_layer, linear_head
from cnnviz.inspection.layers import LayerRow, layer_rows
from cnnviz.numbers.formatting import counted
from cnnviz.pages import page_at
from cnnviz.ui.shared import role
from cnnviz.ui.shared.answer import show_scores
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.computed_so_far import Kept, kept
from cnnviz.ui.shared.picture import OWN, sample_picture
from cnnviz.ui.shared.projecting import wide
from cnnviz.ui.shared.text import plain
from cnnviz.zoo import NAMES, NetworkRow, OwnNetwork, ZooError, ZooNetwork, network_row
from cnnviz.zoo.catalogue import LITE0
from cnnviz.zoo.download import fetch
from cnnviz.zoo.sharing import Line, Shelf
from cnnviz.zoo.weights import is_on_this_machine, weights_file

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator
    from torch import Tensor

    from cnnviz.ui.shared.picture import Picture

Item = TypeVar("Item")
_SIDE = 224  # pixels that a picture with fewer is drawn with, about

# Not in a cache of Streamlit's: any browser can have all of these cleared.
_shelf = Shelf()
_line = Line()


@dataclass(frozen=True, eq=False)
class Look:
    """A network and the picture that it looks at.

    Attributes:
        network: The network.
        picture: The picture, whole.
        inputs: 1×3×h×w: what the network reads.
        seen: h×w×3 `uint8`: the same, to look at.
        answer: What the network says.
        layers: Its layers, in the order in which they run.
        usual_layer: The one whose maps are read for evidence, unless another is chosen; None where
            no layer gives maps.
        has_cam: Whether the network's CAM is exact.
    """

    network: ZooNetwork | OwnNetwork
    picture: Picture
    inputs: Tensor
    seen: NDArray[np.uint8]
    answer: Prediction
    layers: list[LayerRow]
    usual_layer: str | None
    has_cam: bool

    def known(self, *key: Hashable) -> dict[Any, Any]:
        """What was found out about this network and picture; what is put into it is kept."""
        whole = (self.network.name, self.network.trained, self.picture.digest, *key)
        return known_of(self.picture, whole, self.network)

    @property
    def best_layer(self) -> str:
        """The one whose maps are read for evidence, unless another is chosen.

        Raises:
            InspectionError: No layer gives maps.
        """
        if self.usual_layer is None:
            raise InspectionError(
                "No layer of this network gives maps for this picture, so there is no place to"
                " mark. Methods that ask about the picture itself, such as the gradient, do work."
            )
        return self.usual_layer

    @property
    def backdrop(self) -> NDArray[np.uint8]:
        """What the network sees, with pixels repeated where there are few, to look at."""
        return enlarged(self.seen)

    def map_layers(self) -> dict[str, tuple[int, ...]]:
        """The layers that give maps, with the shape of their output."""
        return {row.name: row.shape for row in self.layers if row.gives_maps}


def enlarged(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture H×W×3 of few pixels with each of them repeated, and any other as it is."""
    times = max(1, _SIDE // max(pixels.shape[:2]))
    return pixels if times == 1 else np.ascontiguousarray(pixels.repeat(times, 0).repeat(times, 1))


@contextlib.contextmanager
def turn(place: DeltaGenerator) -> Iterator[None]:
    """Wait in line for the processors, and say so.

    Args:
        place: An `st.empty()` for the words.
    """

    def tell(before: int) -> None:
        place.info(
            f"{counted(before, 'request')} before yours: large networks answer one at a time.",
            icon=":material/hourglass_top:",
        )

    with _line.turn(tell):
        place.empty()
        yield


def in_turns(steps: Iterable[Item], place: DeltaGenerator) -> Iterator[Item]:
    """The steps of something long, each in a turn of its own, so that others get in between."""
    each = iter(steps)
    while True:
        with turn(place):
            try:
                step = next(each)
            except StopIteration:
                return
        yield step


def choose_from_zoo(place: DeltaGenerator, *, key: str) -> ZooNetwork:
    """Let the person choose a network that others trained; stops the page where there is none.

    One without a file of weights on this machine is used untrained, and its file is offered.

    Args:
        place: For what there is to say about it.
        key: Address parameter; that of the random weights is the same with `_random`.
    """
    titles = {name: _title(network_row(name)) for name in NAMES}
    name = choice(
        st.selectbox, "Network", titles, LITE0, key=key, width=wide(330),
        unknown="There is no network called “{}” here. Another one is shown instead.",
    )  # fmt: skip
    row = network_row(name)
    there = is_on_this_machine(row)
    random = st.toggle(
        "Random weights", key=f"{key}_random", bind="query-params", disabled=not there,
        help="The same network before any training: what it shows then, it did not learn.",
    )  # fmt: skip
    if not there:
        with place:
            _offer_file(row)
    try:
        with st.spinner(f"Loading {row.title}", show_time=False):
            return _shelf.network(name, weights=there and not random)
    except ZooError as error:
        place.error(plain(str(error)), icon=":material/broken_image:")
        if there and not random:  # a damaged file: the network can be shown without it
            with contextlib.suppress(ZooError):
                return _shelf.network(name, weights=False)
        st.stop()


def get_ready() -> None:
    """Load the network that is always there and ask it once, before anybody comes.

    What is asked is a sample, and what comes out is kept for all, as if somebody had asked.
    """
    network = _shelf.network(LITE0, weights=True)
    picture = sample_picture(page_at("real-networks").first_picture)
    with _line.turn():
        inputs, *_ = _ask(network, picture, _known_look(network, picture))
        _read_layers(network, inputs, _known_structure(network))


def always_there() -> ZooNetwork:
    """EfficientNet-Lite0, whose weights are installed with the app."""
    with st.spinner("Loading the network", show_time=False):
        return _shelf.network(LITE0, weights=True)


def _title(row: NetworkRow) -> str:
    if is_on_this_machine(row):
        return row.title
    return f"{row.title} · {_megabytes(row)} to download"


def _megabytes(row: NetworkRow) -> str:
    return f"{row.bytes / 1e6:.0f} MB"


def _offer_file(row: NetworkRow) -> None:
    st.info(
        f"The weights of {row.title} are not on this machine, so it is shown **untrained**, with"
        " random weights.",
        icon=":material/cloud_download:",
    )
    if not role.is_presenter():
        st.caption("The presenter can download them.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Download {_megabytes(row)}", key="_zoo_download", icon=":material/download:"
        ):
            _download(row)
        folder = weights_file(row).parent
        with st.popover("Without a connection", icon=":material/folder:"):
            st.markdown(
                f"Put the file `{row.file}` into the folder `{folder}`. It is published at"
                f" `{row.url}`; its SHA-256 sum begins with `{row.sha256}`."
            )


def _download(row: NetworkRow) -> None:
    role.presenter_only()
    bar = st.progress(0.0, text="Connecting")

    def tell(there: int, total: int) -> None:
        share = there / max(1, total)
        bar.progress(share, text=f"{there / 1e6:.1f} of {total / 1e6:.1f} MB")

    try:
        fetch(row, tell)
    except ZooError as error:
        bar.empty()
        st.error(plain(str(error)), icon=":material/cloud_off:")
        return
    st.rerun()


def look_with(network: ZooNetwork | OwnNetwork, picture: Picture, place: DeltaGenerator) -> Look:
    """Show a network a picture; stops the page where it cannot.

    Args:
        network: The network.
        picture: The picture.
        place: An `st.empty()` to say in how many are before.
    """
    known, structure = _known_look(network, picture), _known_structure(network)
    try:
        if "answer" not in known:
            with turn(place):
                _ask(network, picture, known)
        inputs, seen, answer = known["answer"]
        if "layers" not in structure:
            with turn(place):
                _read_layers(network, inputs, structure)
    except (InspectionError, ZooError) as error:
        place.error(plain(str(error)))
        st.stop()
    except RuntimeError as error:  # PyTorch's, where pictures are too small for the layers
        if not network.is_private:
            raise
        place.error(f"{plain(network.title)} cannot read these pictures: {plain(str(error)[:200])}")
        st.stop()
    return Look(
        network, picture, inputs, seen, answer, structure["layers"], structure["best"],
        structure["cam"],
    )  # fmt: skip


def _known_look(network: ZooNetwork | OwnNetwork, picture: Picture) -> dict[Any, Any]:
    key = network.name, network.trained, picture.digest, "look"
    return known_of(picture, key, network)


def _known_structure(network: ZooNetwork | OwnNetwork) -> dict[Any, Any]:
    return (session_kept() if network.is_private else kept()).of((network.name, "structure"))


def _ask(
    network: ZooNetwork | OwnNetwork, picture: Picture, known: dict[Any, Any]
) -> tuple[Tensor, NDArray[np.uint8], Prediction]:
    inputs = network.preprocess(picture.pixels)
    known["answer"] = found = inputs, network.seen(inputs), predict(network.model, inputs)
    return found


def _read_layers(
    network: ZooNetwork | OwnNetwork, inputs: Tensor, structure: dict[Any, Any]
) -> None:
    try:
        structure["best"] = evidence_layer(network.model, inputs)
    except NotFiniteError:
        raise
    except InspectionError:
        structure["best"] = None
    structure["cam"] = linear_head(network.model, inputs) is not None
    structure["layers"] = layer_rows(network.model, inputs)


def known_of(
    picture: Picture, key: Hashable, network: ZooNetwork | OwnNetwork | None = None
) -> dict[Any, Any]:
    """What was found out about a picture: of a sample for all, of one's own for this session.

    What a network of one's own says is for this session, too.
    """
    if picture.id != OWN and not (network and network.is_private):
        return kept().of(key)
    return session_kept().of(key)


def session_kept() -> Kept:
    """What is kept for this session alone."""
    own: Kept = st.session_state.setdefault("_own_kept", Kept())
    return own


def show_answer(look: Look) -> None:
    """Draw what the network sees and its five best answers."""
    height, width = look.seen.shape[:2]
    network = look.network
    st.markdown("What the network sees")
    st.image(
        look.backdrop, width=224, output_format="PNG", alt=f"{look.picture.title}, as it is read",
        caption=f"{plain(look.picture.title)}: the middle, at {width}×{height} pixels",
    )  # fmt: skip
    best = look.answer.top(1)[0]
    name = plain(network.classes[best])
    by_chance = "" if network.trained else ", by chance alone"
    st.markdown(f"{plain(network.title)} predicts **{name}**{by_chance}.")
    show_scores(network.classes, look.answer, width=120)
    if isinstance(network, OwnNetwork):
        st.caption(
            f"It knows {len(network.classes):,} classes and always predicts one of them, whatever"
            " it is shown."
        )
        return
    st.caption(
        f"It knows {len(network.classes):,} classes of ImageNet and always predicts one of"
        " them. There is none for a person."
    )
