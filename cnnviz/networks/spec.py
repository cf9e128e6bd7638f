"""A network's description: which one is well formed, whatever the pictures are.

A description may come from a file that somebody edited by hand, so nothing in it is trusted:
it can name only the layers of ``KINDS``, and hold only numbers within limits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnviz.networks.layers import KINDS, Kind, NetworkError, Option

Spec = list[dict[str, Any]]


# Twice as many as the deepest network of the papers has, far below what would exhaust a computer.
MAX_LAYERS = 1000
MAX_DEPTH = 4


@dataclass(frozen=True)
class Entry:
    """One layer of a description, checked.

    Attributes:
        name: Its name in the module, unique among its neighbours, such as ``conv2``.
        title: The same with the names of the blocks around it.
        place: How a person finds it, such as ``Layer 3, conv2,``.
        kind: Its key in ``KINDS``.
        options: Its numbers, with defaults filled in.
        parts: Descriptions of what is inside, by name in the module; not checked yet.
        given: What the description says.
    """

    name: str
    title: str
    place: str
    kind: str
    options: dict[str, Any]
    parts: dict[str, Any]
    given: dict[str, Any]


class Reader:
    """Reads one description; it knows how much of it there has been."""

    def __init__(self) -> None:
        self._layers = 0

    def read(self, spec: Any, within: str = "") -> Iterator[Entry]:
        """Check the layers of a list one after the other.

        Args:
            spec: The list.
            within: Where it is: the title of its block and its name in it, with a dot between.

        Yields:
            Each layer. Whoever wants what is inside reads its parts before going on.

        Raises:
            NetworkError: What is wrong, and with which layer.
        """
        if not isinstance(spec, list) or not spec:
            raise NetworkError(f"{within or 'A network'} must be a list of at least one layer.")
        if within.count(".") > 2 * MAX_DEPTH - 1:
            raise NetworkError(
                f"The network has more than {MAX_DEPTH} blocks inside each other: take some apart."
            )
        counts: dict[str, int] = {}
        for position, given in enumerate(spec, start=1):
            kind = given.get("layer") if isinstance(given, dict) else None
            if not isinstance(kind, str) or kind not in KINDS:
                raise NetworkError(
                    f"Layer {position}{within and f' of {within}'} is not one of "
                    f"{', '.join(KINDS)}: it is {short(given)}."
                )
            self._layers += 1
            if self._layers > MAX_LAYERS:
                raise NetworkError(
                    f"The network has more than {MAX_LAYERS:,} layers: leave some out."
                )
            counts[kind] = counts.get(kind, 0) + 1
            name = f"{kind}{counts[kind]}"
            title = f"{within}.{name}" if within else name
            place = f"Layer {position}{within and f' of {within}'}, {name},"
            options, parts = check(given, KINDS[kind], title)
            yield Entry(name, title, place, kind, options, parts, given)


def check(given: dict[str, Any], kind: Kind, title: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check the fields of one layer.

    Args:
        given: Its description.
        kind: Its kind.
        title: What messages call it.

    Returns:
        Its numbers, with defaults filled in, and what is inside it, by name.

    Raises:
        NetworkError: What is wrong with it.
    """
    fields = kind.block.fields if kind.block else ()
    unknown = set(given) - {"layer", *kind.options, *fields}
    if unknown:
        raise NetworkError(f"{title} has no {short(min(unknown, key=str))}.")
    options: dict[str, Any] = {}
    for key, option in kind.options.items():
        if key in given or option.required:
            options[key] = _number(given, key, option, title)
        else:
            options[key] = options["kernel"] if option.default is None else option.default
    if not kind.block:
        return options, {}
    parts = kind.block.parts(given)
    if not kind.block.least <= len(parts) <= kind.block.most:
        raise NetworkError(
            f"{title} needs {kind.block.least} to {kind.block.most} {fields[-1]}, not {len(parts)}."
        )
    return options, parts


def _number(given: dict[str, Any], key: str, option: Option, title: str) -> float:
    value: Any = given.get(key)
    if is_number(value, whole=option.whole) and option.low <= value <= option.high:
        number: float = value
        return number
    kind = "a whole number" if option.whole else "a number"
    said = f"not {short(value)}" if key in given else "but it is missing"
    raise NetworkError(
        f"{title} needs {kind} from {option.low} to {option.high} as its {key}, {said}."
    )


def is_number(value: Any, *, whole: bool) -> bool:
    """True and False count as numbers in Python, but nobody means them as such."""
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)


def short(value: object) -> str:
    """A value as Python would write it, cut to what fits in a sentence."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or a number of 5,000 digits
        return "nothing that can be written here"
    return text if len(text) <= 60 else f"{text[:57]}…"
