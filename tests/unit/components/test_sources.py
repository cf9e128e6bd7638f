"""Scripts and style sheets that import one another become one text for the browser."""

import pkgutil
from pathlib import Path

import pytest

from cnnviz import components
from cnnviz.components import sources
from tests.unit.components.node import in_node

COMPONENTS = Path(components.__path__[0])
A = """\
/* One comment, */ const own = 1; // and
/**
 * another.
 */
export const seen = [];
  // Not sent.
export function a() {
  return own;
}
"""
B = """\
import { a, seen } from "./a.js";

const own = 2;
seen.push("b");
export class B {
  static sum = a() + own;
}
"""
C = """\
import { B } from "../kit/b.js";
import {
  a as first,
  seen,
} from "../kit/a.js";

const own = 3;
export default function () {
  return [first(), B.sum, own, ...seen];
}
"""
PARSE = """
import vm from "node:vm";
for (const [name, text] of Object.entries(data)) {
  new vm.SourceTextModule(text, { identifier: name });
}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of components, and `write("kit/a.js", text)` for its files."""
    monkeypatch.setattr(sources, "_FOLDER", tmp_path)

    def write(name, text):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="module")
def entries():
    """The scripts that Streamlit is given, each with what it imports; workers among them."""
    names = [one.name for one in pkgutil.iter_modules(components.__path__) if one.ispkg]
    assert {"live", "linked_grids", "page_wide", "stepper"} < set(names)
    return [*(COMPONENTS / name / f"{name}.js" for name in names), *COMPONENTS.glob("*/worker.js")]


def test_every_component_is_one_module_that_the_browser_can_read(entries):
    bundles = {file.name: sources.bundled(file) for file in entries}
    in_node(PARSE, "--experimental-vm-modules", "--no-warnings", data=bundles)
    assert all(
        text.count("export default ") == int(name != "worker.js") for name, text in bundles.items()
    )


def test_no_file_is_forgotten(entries):
    styles = [file for file in (one.with_suffix(".css") for one in entries) if file.exists()]
    used = {file for one in entries for file in sources._in_order(one, sources._imports)}
    used |= {file for one in styles for file in sources._in_order(one, sources._style_imports)}
    assert used == {*COMPONENTS.rglob("*.js"), *COMPONENTS.rglob("*.css")}


def test_a_bundle_does_what_the_files_do(folder):
    folder("kit/a.js", A)
    folder("kit/b.js", B)
    entry = folder("c/c.js", C)
    text = sources.bundled(entry).replace("export default function", "function main")
    assert "One comment" in text
    assert "another" not in text
    assert "Not sent" not in text
    assert in_node(f"{text}\nconsole.log(JSON.stringify(main()))") == [1, 3, 3, "b"]


@pytest.mark.parametrize(
    "line",
    [
        'import everything from "./a.js";',
        'import * as a from "./a.js";',
        'import { a } from "somewhere";',
        "export let a = 1;",
        "export { a };",
    ],
)
def test_what_cannot_be_followed_is_refused(folder, line):
    folder("c/a.js", "export const a = 1;\n")
    with pytest.raises(ValueError, match=r"c\.js: cannot follow"):
        sources.bundled(folder("c/c.js", f"{line}\n"))


def test_a_default_is_exported_by_a_components_own_script_alone(folder):
    folder("c/a.js", "export const a = 1;\nexport default a;\n")
    with pytest.raises(ValueError, match=r"a\.js: cannot follow"):
        sources.bundled(folder("c/c.js", 'import { a } from "./a.js";\nexport default a;\n'))


def test_a_circle_is_named(folder):
    folder("c/a.js", 'import { b } from "./b.js";\nexport const a = b;\n')
    file = folder("c/b.js", 'import { a } from "./a.js";\nexport const b = a;\n')
    with pytest.raises(ValueError, match=r"b\.js → a\.js → b\.js"):
        sources.bundled(file)


def test_style_sheets_come_after_what_they_import(folder):
    folder("kit/base.css", "a { top: 1px }\n")
    folder("kit/more.css", '@import url("./base.css");\n\na { top: 2px }\n')
    imports = "".join(f'@import url("../kit/{name}.css");\n' for name in ("base", "more"))
    entry = folder("c/c.css", f"{imports}\na {{ top: 3px }}\n")
    text = sources.bundled_styles(entry)
    assert [line[9] for line in text.splitlines() if line] == ["1", "2", "3"]
    assert "@import" not in text


def test_what_is_not_there_is_no_style_sheet(folder):
    with pytest.raises(FileNotFoundError):
        sources.bundled_styles(folder("c/c.css", '@import url("./gone.css");\n'))


def test_a_component_within_another_brings_its_page_and_its_styles(folder):
    folder("kit/base.css", "a { top: 1px }\n")
    folder("c/c.css", '@import url("../kit/base.css");\n\na { top: 2px }\n')
    folder("c/c.html", "<p>Here</p>\n")
    styles = "<style>a { top: 1px }\na { top: 2px }\n</style>"
    expected = f'<template class="c">{styles}<p>Here</p>\n</template>'
    assert sources.template("c") == expected
