"""Components out of files: the browser is sent one page, one style sheet and one module each.

The files import one another as the browser and Node do, `import { name } from "./file.js"` and
`@import url("./file.css")`, and `register` follows the imports. The browser cannot do so itself:
Streamlit hands it a component's script as text without an address of its own, and serves files
only to components of installed packages, without a version in their addresses.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).resolve().parent

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*(?:(?!\*/).)*\*/)\n", re.MULTILINE | re.DOTALL)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_STYLE_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n+', re.MULTILINE)


def register(
    name: str,
    *,
    isolate_styles: bool = True,
    within: Sequence[str] = (),
    workers: Sequence[str] = (),
) -> ComponentRenderer:
    """Register the component `cnnviz_<name>` of the folder `name` and return what draws it.

    Its files are `<name>.js`, which exports the function that Streamlit calls, and perhaps
    `<name>.html` and `<name>.css`.

    Args:
        name: The folder beside this module.
        isolate_styles: Whether it has its own styles alone; else its style sheet is the page's.
        within: Components that it can show as a part of itself, in a shadow root of their own. The
            page and styles of each are in a `<template>` whose class is its name.
        workers: Scripts of the folder that it runs beside the page, by their names. The text of
            each, with all that it imports, is in a `<template>` whose class is its name.

    Raises:
        ValueError: An import or export is written in a way that is not understood here, or files
            import one another in a circle.
        OSError: A file that is imported does not exist.
    """
    entry = _FOLDER / name / name
    page, styles = entry.with_suffix(".html"), entry.with_suffix(".css")
    html = page.read_text(encoding="utf-8") if page.exists() else ""
    return st.components.v2.component(
        f"cnnviz_{name}",
        html=html
        + "".join(map(template, within))
        + "".join(_worker(entry.with_name(f"{one}.js")) for one in workers)
        or None,
        css=bundled_styles(styles) if styles.exists() else None,
        js=bundled(entry.with_suffix(".js")),
        isolate_styles=isolate_styles,
    )


def template(name: str) -> str:
    """The page and the styles of a component, as an element that is not drawn."""
    entry = _FOLDER / name / name
    styles = bundled_styles(entry.with_suffix(".css"))
    page = entry.with_suffix(".html").read_text(encoding="utf-8")
    return f'<template class="{name}"><style>{styles}</style>{page}</template>'


def _worker(entry: Path) -> str:
    """The script of a worker, as an element that is not drawn."""
    return f'<template class="{entry.stem}">{escape(bundled(entry), quote=False)}</template>'


def bundled(entry: Path) -> str:
    """A script with all that it imports, as one module.

    Each imported file becomes a function that is called once and returns what the file exports,
    so names that a file does not export stay its own.
    """
    return _shortened("\n".join(_module(file, entry) for file in _in_order(entry, _imports)))


def bundled_styles(entry: Path) -> str:
    """A style sheet after all that it imports."""
    files = _in_order(entry, _style_imports)
    return _shortened(
        "\n".join(_STYLE_IMPORT.sub("", file.read_text(encoding="utf-8")) for file in files)
    )


def _shortened(text: str) -> str:
    """A text without indentation, empty lines and comments on lines of their own.

    Streamlit sends the whole with every figure of a page. ESLint sees to it that no text in a
    script goes over several lines, whose spaces would count.
    """
    lines = (line.lstrip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _in_order(entry: Path, imports: Callable[[Path], Iterator[Path]]) -> list[Path]:
    """A file and all that it imports, directly or not: each file after those that it imports."""
    found: dict[Path, None] = {}

    def visit(file: Path, importers: tuple[Path, ...]) -> None:
        if file in importers:
            circle = " → ".join(one.name for one in (*importers[importers.index(file) :], file))
            raise ValueError(f"These files import one another in a circle: {circle}.")
        if file not in found:
            for imported in imports(file):
                visit(imported, (*importers, file))
            found[file] = None

    visit(entry.resolve(), ())
    return list(found)


def _imports(file: Path) -> Iterator[Path]:
    for match in _IMPORT.finditer(file.read_text(encoding="utf-8")):
        yield (file.parent / match[2]).resolve()


def _style_imports(file: Path) -> Iterator[Path]:
    for match in _STYLE_IMPORT.finditer(file.read_text(encoding="utf-8")):
        yield (file.parent / match[1]).resolve()


def _module(file: Path, entry: Path) -> str:
    """A file without its imports and exports: the entry as it is, any other as a function."""

    def unpacked(match: re.Match[str]) -> str:
        names = ", ".join(
            name.strip().replace(" as ", ": ") for name in match[1].split(",") if name.strip()
        )
        return f"const {{ {names} }} = {_name((file.parent / match[2]).resolve())};"

    text = _IMPORT.sub(unpacked, file.read_text(encoding="utf-8"))
    exported = _EXPORT.findall(text)
    text = _EXPORT.sub("", text)
    is_entry = file == entry.resolve()
    left = _LEFT.search(_DEFAULT.sub("", text) if is_entry else text)
    if left:
        raise ValueError(
            f"{file.name}: cannot follow {left[0]!r}. Import as in"
            ' `import { name } from "./file.js";`, export functions, classes and constants where'
            " they are declared, and a default from a component's own script alone."
        )
    if is_entry:
        return text
    return f"const {_name(file)} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();"


def _name(file: Path) -> str:
    """What a file is called inside a bundle: `$kit$numbers`."""
    return "$" + "$".join(file.relative_to(_FOLDER).with_suffix("").parts)
