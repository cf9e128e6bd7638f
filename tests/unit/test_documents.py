"""README and the guides name what exists: paths, commands, variables, links, messages."""

import inspect
import re
from pathlib import Path

import pytest
from streamlit.web.server.starlette import starlette_server

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
EVERYTHING = "\n".join(DOCUMENTS.values())
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPTS = "\n".join(text for kind, text in FENCE.findall(EVERYTHING) if kind == "sh")
INLINE_CODE = r"`([^`\n]+)`"
INLINE = re.findall(INLINE_CODE, FENCE.sub("", EVERYTHING))
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (
        ROOT / "install.py",
        *(ROOT / "cnnviz").rglob("*.py"),
        *(ROOT / "pages").rglob("*.py"),
        *(ROOT / "cnnviz" / "components").rglob("*.js"),
        ROOT / "tests" / "browser" / "conftest.py",
    )
) + inspect.getsource(starlette_server)
# Long sentences stand in the code as several literals, and a few characters as their numbers.
SENTENCES = re.sub(r'"\s*\n\s*f?"', "", SOURCES).replace("\\u2026", "…").replace("\\u2019", "’")


def is_path(text):
    plain = re.fullmatch(r"[\w.-]+(/[\w.-]*)*", text) and not text.startswith("..")
    return plain and ("/" in text or re.search(r"\.(py|md|toml|sh)$", text))


def commands():
    return SCRIPTS + "\n" + "\n".join(INLINE)


def anchors(text):
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_paths_exist(name):
    named = filter(is_path, re.findall(INLINE_CODE, FENCE.sub("", DOCUMENTS[name])))
    missing = [path for path in named if path != "__init__.py" and not (ROOT / path).exists()]
    assert missing == []


def test_the_tree_is_the_real_one():
    tree = DOCUMENTS["docs/develop.md"].partition("## The tree\n\n```\n")[2].partition("```")[0]
    folders, listed = [], set()
    for line in tree.splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        folders[depth:] = [name.rstrip("/")]
        listed.add("/".join(folders))
        path = ROOT.joinpath(*folders)
        assert path.is_dir() if name.endswith("/") else path.is_file(), line
    # Whatever is in the project is in the tree, the pages' rooms among it.
    packages = [
        *(ROOT / "cnnviz").glob("*/__init__.py"),
        *(ROOT / "cnnviz/ui").glob("*/__init__.py"),
    ]
    modules = [path for path in (ROOT / "cnnviz").glob("*.py") if path.name != "__init__.py"]
    groups = [path.parent for path in (ROOT / "pages").glob("*/*.py")]
    there = {path.parent for path in packages} | set(modules) | set(groups)
    assert len(there) > 30
    assert {path.relative_to(ROOT).as_posix() for path in there} - listed == set()


def test_the_ideas_are_where_the_table_says():
    table = DOCUMENTS["docs/develop.md"].partition("## Where is what?")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| .+ \| `(\S+)` \| `(\w+)` \|$", table, re.MULTILINE)
    assert len(rows) >= 25
    for path, name in rows:
        source = (ROOT / path).read_text(encoding="utf-8")
        declared = rf"^(export )?(def |class |function |){name}\b(?=[(:\[ ])"
        assert re.search(declared, source, re.MULTILINE), (path, name)


def test_make_has_the_targets():
    wanted = set(re.findall(r"\bmake ([a-z]+)\b", commands()))
    assert {"run", "test", "classroom", "lint"} <= wanted
    assert wanted <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_python_has_the_modules_and_scripts():
    modules = set(re.findall(r"-m ((?:cnnviz|tests)[\w.]+)", commands()))
    assert {"cnnviz.classroom", "tests.browser.press"} <= modules
    for module in modules:
        text = (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        assert "__main__" in text
    files = set(re.findall(r"(?:python|run|-r) ([\w-]+\.(?:py|txt))", commands()))
    assert {"install.py", "app.py", "requirements-ray.txt"} <= files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_the_commands_have_the_options():
    for line in SCRIPTS.splitlines():
        if found := re.search(r"-m ((?:cnnviz|tests)\.[\w.]+)(.*)", line):
            text = (ROOT / (found[1].replace(".", "/") + ".py")).read_text(encoding="utf-8")
            for option in re.findall(r"--[a-z]+", found[2]):
                assert f'add_argument("{option}"' in text, line


def test_the_variables_exist_and_each_is_explained():
    pattern = r"\b(?:CNNVIZ_[A-Z_]+[A-Z]|RAY_ADDRESS)\b"
    assert set(re.findall(pattern, EVERYTHING)) == set(re.findall(pattern, SOURCES))
    rows = set(re.findall(rf"^\| `({pattern})` \|", DOCUMENTS["docs/deploy.md"], re.MULTILINE))
    assert rows == set(re.findall(pattern, SOURCES))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", DOCUMENTS[name]))
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.is_file(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_the_app_prints_the_messages_of_troubleshooting():
    table = DOCUMENTS["README.md"].partition("## Troubleshooting")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (“.*?) \| .+ \|$", table, re.MULTILINE)
    messages = [message for cell in cells for message in re.findall("“(.*?)”", cell)]
    assert len(messages) >= len(cells) > 20
    for message in messages:
        # What differs is … here, and {…} or ${…} there.
        for part in filter(None, (part.strip(" ().") for part in message.split("…"))):
            assert part in SENTENCES, message
