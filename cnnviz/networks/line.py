"""A network as a line of text, such as ``c16k3 bn relu p2 c32k3 bn relu gap fc10``."""

import difflib
import re
from typing import Any

from cnnviz.networks.layers import KINDS, Block, Kind, NetworkError
from cnnviz.networks.spec import MAX_DEPTH, Reader, Spec, check

MAX_LINE = 10_000

_KINDS = {name: name for name in KINDS} | {kind.word: name for name, kind in KINDS.items()}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?"
_TOKEN = re.compile(r"[\[\]|]|[^\s,\[\]|]+")
_WORD = re.compile(
    rf"({'|'.join(sorted(_KINDS, key=len, reverse=True))})"
    rf"({_NUMBER})?((?:[a-z]{_NUMBER})*)"
)
_OPTION = re.compile(rf"([a-z])({_NUMBER})")


def network_from_line(text: str) -> Spec:
    """Read a network that somebody typed.

    A layer is a word, and words stand apart by spaces or commas. A number follows its word, and
    further numbers their letters: ``k`` kernel, ``s`` stride, ``p`` padding, ``d`` dilation,
    ``g`` groups, ``b0`` no bias, ``c1`` sizes rounded up. What is left out is as in PyTorch, but
    in ``lrn`` as in its paper.

    =================  =======================================================
    ``c16k3s2p1d1g1``  convolution with 16 filters of 3×3
    ``tc16k5``         from 6 maps to 16 by the table of LeNet-5's C3
    ``lc8k3s1p0``      locally connected: a convolution without shared weights
    ``p2s2p0``         max pooling of 2×2; its stride is its kernel if not given
    ``a2s2p0``         average pooling, likewise
    ``bn``             batch normalisation
    ``lrn5``           local response normalisation over 5 neighbouring maps
    ``drop0.5``        dropout
    ``relu``           and ``leaky0.01``, ``gelu``, ``tanh``, ``sigmoid``, ``none``
    ``sample``         drawn from normal distributions: means first, then logarithms of variances
    ``gap``            global average of every map
    ``up2``            upsampling: every cell twice in both directions (nearest neighbour)
    ``flatten``        maps to a flat list; before ``fc`` it may be left out
    ``fc10``           fully connected (linear) layer with 10 outputs
    ``rbf``            the output of LeNet-5: how near 84 features are to pictures of digits
    ``res[… | …]``     adds what the layers before the bar give to what those behind it give;
                       without a bar, to the input
    ``cat[… | …]``     puts the maps of two or more branches behind each other; ``none`` as a
                       branch is the input itself
    =================  =======================================================

    Blocks can stand inside each other. The full names of the kinds are understood too.

    Args:
        text: The line; upper and lower case, and line breaks, make no difference.

    Returns:
        The layers, as data that JSON can hold. Whether they fit a picture's shape,
        :func:`cnnviz.networks.summary` says.

    Raises:
        NetworkError: A word is not understood; the message names it and says what to write.

    Example:
        >>> network_from_line("c6k5 tanh fc10")[0]
        {'layer': 'conv', 'out': 6, 'kernel': 5}
        >>> [layer["layer"] for layer in network_from_line("c6k5 tanh fc10")]
        ['conv', 'tanh', 'flatten', 'linear']
    """
    if len(text) > MAX_LINE:
        raise NetworkError(f"The line has more than {MAX_LINE:,} characters: make it shorter.")
    words = _TOKEN.findall(text.lower())[::-1]
    spec: Spec = []
    try:
        _sequence(words, spec, flat=False, depth=0)
    except NetworkError as error:
        error.before = spec
        raise
    if words:
        raise NetworkError(
            "There is a ] without its [ before it: take it away."
            if words[-1] == "]"
            else "A | stands between the parts of a block: write it inside res[…] or cat[…]."
        )
    if not spec:
        raise NetworkError("The line is empty: write layers, such as c16k3 bn relu p2 gap fc10.")
    network_line(spec)  # refuses too many layers
    return spec


def network_line(spec: Spec) -> str:
    """Write a network as a line; :func:`network_from_line` makes the same description of it.

    Args:
        spec: The layers.

    Returns:
        The line. It says a number where the description does, also if it is the default.

    Raises:
        NetworkError: The description is not one of a network.

    Example:
        >>> network_line([{"layer": "conv", "out": 6, "kernel": 5}, {"layer": "tanh"}])
        'c6k5 tanh'
    """
    return _written(Reader(), spec, "")


def _written(reader: Reader, spec: Any, within: str) -> str:
    words: list[str] = []
    for entry in reader.read(spec, within):
        kind = KINDS[entry.kind]
        # One word says both.
        if entry.kind == "linear" and words[-1:] == ["flatten"]:
            words.pop()
        word = kind.word + "".join(
            f"{option.letter}{entry.given[key]!r}"
            for key, option in kind.options.items()
            if key in entry.given
        )
        parts = [
            _written(reader, part, f"{entry.title}.{name}") for name, part in entry.parts.items()
        ]
        words.append(f"{word}[{' | '.join(parts)}]" if parts else word)
    return " ".join(words)


def _sequence(words: list[str], spec: Spec, *, flat: bool, depth: int) -> bool:
    """Take layers off a stack of words, up to a ``|`` or ``]``.

    Args:
        words: What is still to be read, the next word last.
        spec: Where the layers are put.
        flat: Whether the input is flat.
        depth: How many blocks there are around it.

    Returns:
        Whether their output is flat.
    """
    while words and words[-1] not in {"]", "|"}:
        word = words.pop()
        name, entry = _layer(word)
        block = KINDS[name].block
        if block:
            fields, flat = _block(words, word, KINDS[name], block, flat=flat, depth=depth + 1)
            entry |= fields
        elif words and words[-1] == "[":
            raise NetworkError(
                f"“{word}” holds no other layers: only res[…] and cat[…] have brackets."
            )
        if name == "linear" and not flat:
            spec.append({"layer": "flatten"})
        flat = flat or name in {"flatten", "linear"}
        spec.append(entry)
    return flat


def _block(
    words: list[str], word: str, kind: Kind, block: Block, *, flat: bool, depth: int
) -> tuple[dict[str, Any], bool]:
    """What is in the brackets behind ``word``, and whether its output is flat."""
    if words[-1:] != ["["]:
        raise NetworkError(f"“{word}” needs layers in brackets: write it like {kind.example}.")
    if depth > MAX_DEPTH:
        raise NetworkError(
            f"“{word}” is inside {MAX_DEPTH} other blocks already: take some of them apart."
        )
    parts: list[Spec] = []
    flats: list[bool] = []
    while words and words[-1] != "]":
        words.pop()  # the bracket that opens, or a bar
        part: Spec = []
        end = _sequence(words, part, flat=flat, depth=depth)
        if not part and words:
            raise NetworkError(
                f"“{word}[…]” has an empty part: write none where the input goes on as it is."
            )
        parts.append(part)
        flats.append(end)
    if not words:
        raise NetworkError(f"“{word}[” is not closed: write a ] behind its last layer.")
    words.pop()
    if not block.least <= len(parts) <= block.most:
        raise NetworkError(
            f"“{word}[…]” has {block.least} to {block.most} parts with a | between them, not "
            f"{len(parts)}: write it like {kind.example}."
        )
    return block.describe(parts), flats[0]


def _layer(word: str) -> tuple[str, dict[str, Any]]:
    """The kind that a word names, and the layer's description without what is inside."""
    if word == "[":
        raise NetworkError("A [ stands right behind res or cat: write it like res[c16k3p1 relu].")
    found = _WORD.fullmatch(word)
    if not found:
        raise NetworkError(_unknown(word))
    name = _KINDS[found[1]]
    kind = KINDS[name]
    letters = {option.letter: key for key, option in kind.options.items()}
    entry: dict[str, Any] = {"layer": name}
    numbers = [("", found[2])] if found[2] else []
    for letter, text in [*numbers, *_OPTION.findall(found[3])]:
        key = letters.get(letter)
        if key is None or key in entry or len(text) > 30:
            raise NetworkError(
                f"“{_cut(word)}” has {_cut(letter + text)}, which "
                + ("is said twice" if key in entry else "does not belong there")
                + f": write it like {kind.example}."
            )
        entry[key] = int(text) if text.isdigit() else float(text)
    if not kind.block:
        try:
            check(entry, kind, f"“{_cut(word)}”")
        except NetworkError as error:
            raise NetworkError(f"{str(error)[:-1]}: write it like {kind.example}.") from None
    return name, entry


def _unknown(word: str) -> str:
    known = max((name for name in _KINDS if word.startswith(name)), key=len, default="")
    if known and word[len(known) : len(known) + 1].isdigit():
        return f"“{_cut(word)}” cannot be read: write it like {KINDS[_KINDS[known]].example}."
    letters = re.match(r"[a-z]*", word)
    alike = difflib.get_close_matches(letters[0] if letters else "", _KINDS, 1)
    if alike:
        example = KINDS[_KINDS[alike[0]]].example
        return f"“{_cut(word)}” is not a layer: did you mean {example}?"
    return (
        f"“{_cut(word)}” is not a layer: write c16k3 for a convolution, p2 for max pooling, bn, "
        "relu, gap, or fc10 for a fully connected layer."
    )


def _cut(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"
