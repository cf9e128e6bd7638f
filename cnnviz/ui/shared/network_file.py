"""A network that somebody brings as a file: it stays in their session."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz.components.reveal import reveal
from cnnviz.ui.shared.address import OWN_NETWORK
from cnnviz.ui.shared.memory import Room
from cnnviz.ui.shared.picture import release
from cnnviz.ui.shared.text import plain
from cnnviz.upload_limits import WEIGHTS_MB, allow_large_file
from cnnviz.zoo import NAMES, OwnNetwork, ZooError, network_row
from cnnviz.zoo.files import (
    class_names,
    likely_network,
    network_of_line,
    network_of_run_file,
    network_of_the_zoo,
    numbers_from,
    read_weights,
)
from cnnviz.zoo.own import MOST_SIDE, PicturesAsPublished, PicturesByNumbers, pictures_of

if TYPE_CHECKING:
    from cnnviz.zoo.files import Fitted, WeightsFile
    from cnnviz.zoo.own import Pictures

_GIVEN, _ROUND, _REFUSED, _GONE = "_nf_given", "_nf_round", "_nf_refused", "_nf_gone"
_LINE = "line"
_room = Room(400 * 2**20)
_reading = threading.Lock()  # a file is in memory twice while it is read: one at a time
_numbers = itertools.count(1)


@dataclass(eq=False)
class _Given:
    """A file that was read, and what was said about it.

    Attributes:
        file: What was in it.
        likely: The network of the zoo that it seems to be of.
        settings: What was said about it.
        built: The network for some of these settings: a page runs often.
    """

    file: WeightsFile
    likely: str | None
    number: int = field(default_factory=lambda: next(_numbers))
    settings: dict[str, Any] = field(default_factory=dict)
    built: tuple[tuple[Any, ...], Fitted] | None = None


def bring_network() -> OwnNetwork:
    """Let the person upload a network and say what it is; stops the page until there is one."""
    given: _Given | None = st.session_state.get(_GIVEN)
    is_gone = st.session_state.setdefault(_GONE, OWN_NETWORK.read())
    OWN_NETWORK.write(given is not None or None)
    if given is None:
        if is_gone:
            st.warning(
                "Your own network is gone: it is never stored, so it does not outlast a reload,"
                " and no link shows it to others. Bring its file again.",
                icon=":material/link_off:",
            )
        _ask_for_file("A file with the weights of your network")
        st.stop()
    st.session_state[_GONE] = False
    title = plain(given.file.title)
    box, state = f"_nf_box_{given.number}", st.session_state
    # What speaks for itself needs no words.
    state.setdefault(box, not (given.built or given.likely or given.file.config))
    with st.expander(
        f"Your network: {title}", icon=":material/network_node:", key=box, on_change="rerun"
    ):
        pictures, model_key, names = _settings(given)
        fits = st.container()
        st.button("Remove this network", key="_nf_remove", icon=":material/close:", on_click=_drop)
        _ask_for_file("Another file")
    if model_key[:2] == (_LINE, ""):  # which is asked for beside the field
        given.built = None
        st.stop()
    try:
        network = _network(given, pictures, model_key, names)
    except ZooError as error:
        given.built = None
        st.error(plain(str(error)), icon=":material/broken_image:")
        st.stop()
    if model_key[0] == _LINE:  # what it answers stands below the box, perhaps out of sight
        fits.button(
            "It fits: see what it answers", icon=":material/check:", key="_nf_fits",
            on_click=state.update, args=({box: False},),
        )  # fmt: skip
    if given.built and given.built[1].in_order:
        st.caption(
            f"The weights in {title} were taken in their order, because the names differ from those"
            " of the network as it is typed here."
        )
    return network


def _ask_for_file(label: str) -> None:
    files = st.session_state.get(_ROUND, 0)
    key = f"_nf_file_{files}"
    allow_large_file()
    with st.container(key="nf_file_and_refusal"):
        st.file_uploader(
            label, key=key, on_change=_take, args=(key,),
            max_upload_size=WEIGHTS_MB,
        )  # fmt: skip
        if refused := st.session_state.get(_REFUSED):
            st.error(refused, icon=":material/broken_image:")
    if refused:
        reveal("nf_file_and_refusal", f"refusal {files}")
    st.caption(
        "Weights by name: .safetensors, or .pth as torch.save(model.state_dict(), …) writes"
        " it, for a network of the list or one that you type as a line; or the weights of a run,"
        " as “Trained here” lets you download them, or the zip of its folder. Up to"
        f" {WEIGHTS_MB} MB, so ResNet-101’s still fit; for a larger network, “ImageNet” says where"
        " its published file is put. Nothing in the file is run. It stays in this session’s"
        " memory: it is never stored, and nobody else sees it."
    )


def _take(key: str) -> None:
    """Read the upload, or remember why it is refused; then let go of the file itself."""
    state = st.session_state
    file = state[key]
    if not isinstance(file, UploadedFile):
        return
    state[_ROUND] = state.get(_ROUND, 0) + 1
    state.pop(_REFUSED, None)
    data = file.getvalue()
    release(file)
    try:
        if not _room.has_room_for(len(data)):
            raise ZooError(  # noqa: TRY301 - refused like any other
                f"The server has no room for {file.name} at the moment. Try again when others have"
                " left."
            )
        with _reading:
            found = read_weights(data, file.name)
    except ZooError as error:
        told = str(error)
        if _GIVEN in state:
            told += f" {state[_GIVEN].file.title} is still in use."
        state[_REFUSED] = plain(told)
        return
    given = _Given(found, None if found.config else likely_network(found.tensors))
    _room.hold_bytes(given, found.bytes)
    state[_GIVEN] = given


def _drop() -> None:
    st.session_state.pop(_GIVEN, None)
    st.session_state.pop(_REFUSED, None)


def _settings(given: _Given) -> tuple[Pictures | ZooError, tuple[Any, ...], str]:
    """Ask for the architecture, the preprocessing and the classes of the network."""
    if given.file.config is not None:
        return _settings_of_run(given)
    titles = {_LINE: "A line of layers"} | {name: network_row(name).title for name in NAMES}
    chosen = _remembered(
        given, "network", given.likely or _LINE,
        lambda key: st.selectbox(
            "Network", list(titles), format_func=titles.__getitem__, key=key, width=330
        ),
    )  # fmt: skip
    if given.likely:
        st.caption(f"{network_row(given.likely).title} has as many parameters as the file.")
    usual = "published"
    if chosen == _LINE:
        usual, how = "numbers", "numbers"
        line = _typed(
            given, "line", "Its layers", "c16k3p1 relu p2 gap fc10", "Use these layers"
        ).strip()
        if not line:
            st.info(
                f"Say which network {plain(given.file.title)} is of: choose it from the list, or"
                " type its layers.",
                icon=":material/edit:",
            )
    else:
        how = _remembered(
            given, "pictures", usual,
            lambda key: st.segmented_control(
                "Its pictures", ["published", "numbers"], key=key, required=True,
                format_func={
                    "published": f"As for the published {titles[chosen]}", "numbers": "By numbers"
                }.__getitem__,
            ),
        )  # fmt: skip
        line = ""
    names = _typed(
        given, "names", "Names of its classes, separated by commas",
        "Left empty: ImageNet’s for 1,000 classes, numbers for any others", "Use these names",
    )  # fmt: skip
    pictures: Pictures | ZooError
    if how == "published":
        pictures, shape = PicturesAsPublished(chosen), (0, 0, 0)
    else:
        pictures, shape = _by_numbers(given, grey=chosen == _LINE)
    return pictures, (chosen, line, shape), names


def _settings_of_run(given: _Given) -> tuple[Pictures | ZooError, tuple[Any, ...], str]:
    config = given.file.config
    assert config is not None
    st.markdown(f"**{plain(config.title)}**: {len(config.classes)} classes, as the file says.")
    invert = _invert(given)
    try:
        found = pictures_of(config)
    except ZooError as error:
        return error, ("run",), ""
    numbers = PicturesByNumbers(found.channels, found.side, found.mean, found.std, invert)
    return numbers, ("run",), ""


def _by_numbers(
    given: _Given, *, grey: bool
) -> tuple[PicturesByNumbers | ZooError, tuple[int, int, int]]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channels = 3
        if grey:
            channels = _remembered(
                given, "channels", 3,
                lambda key: st.segmented_control(
                    "Colours", [1, 3], key=key, required=True,
                    format_func={1: "Grey", 3: "Red, green, blue"}.__getitem__,
                ),
            )  # fmt: skip
        side = _remembered(
            given,
            "side",
            32 if grey else 224,
            lambda key: st.number_input("Side, in pixels", 1, MOST_SIDE, key=key, width=130),
        )
        mean = _remembered(
            given, "mean", "0.5", lambda key: st.text_input("Mean", key=key, width=170)
        )
        std = _remembered(
            given, "std", "0.5", lambda key: st.text_input("Spread", key=key, width=170)
        )
    st.caption(
        "Values from 0 to 1 less the mean, divided by the spread; one number, or one for each"
        " colour."
    )
    invert = _invert(given)
    try:
        pictures = PicturesByNumbers(
            channels, side, numbers_from(mean, channels), numbers_from(std, channels), invert
        )
    except ZooError as error:
        return error, (channels, side, side)
    return pictures, (channels, side, side)


def _invert(given: _Given) -> bool:
    return bool(
        _remembered(
            given, "invert", False,
            lambda key: st.toggle(
                "Invert the picture", key=key,
                help="For a network that learned light strokes on black, and dark ones on white.",
            ),
        )
    )  # fmt: skip


def _typed(given: _Given, name: str, label: str, example: str, use: str) -> str:
    """Draw a field for a long text; its button is for phones, which have no Ctrl+Enter."""
    text: str = _remembered(
        given, name, "",
        lambda key: st.text_area(label, key=key, height=70, placeholder=example),
    )  # fmt: skip
    # What is in the field is sent when it is left, and a press of the button leaves it.
    st.button(use, key=f"_nf_use_{name}", icon=":material/check:")
    return text


def _remembered(given: _Given, name: str, usual: Any, widget: Any) -> Any:
    """Draw a widget whose value is kept with the file, also from page to page."""
    key = f"_nf_{given.number}_{name}"
    state = st.session_state
    # Assigned every time: what a run sends is lost to the browser if the next one comes at once.
    state[key] = state.get(key, given.settings.get(name, usual))
    value = widget(key)
    given.settings[name] = usual if value is None else value
    return given.settings[name]


def _network(
    given: _Given, pictures: Pictures | ZooError, made_of: tuple[Any, ...], names: str
) -> OwnNetwork:
    if isinstance(pictures, ZooError):
        raise pictures
    if given.built is None or given.built[0] != made_of:
        given.built = made_of, _built(given.file, made_of)
    model, count, _ = given.built[1]
    config = given.file.config
    classes = config.classes if config else class_names(names, count)
    key = f"file {given.number} {made_of} {pictures}"
    return OwnNetwork(key, given.file.title, model, classes, pictures, is_private=True)


def _built(file: WeightsFile, made_of: tuple[Any, ...]) -> Fitted:
    if made_of == ("run",):
        return network_of_run_file(file)
    name, line, shape = made_of
    if name != _LINE:
        return network_of_the_zoo(name, file)
    return network_of_line(line, shape, file)
