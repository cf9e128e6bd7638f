"""The modules that components are put together into: nothing is declared twice or missing."""

import json
import re
import subprocess
import sys

import pytest

# In a process of its own, which hands the files out instead of registering them.
COLLECT = """
import importlib, json, pkgutil, streamlit as st
found = {}
st.components.v2.component = lambda name, **files: found.setdefault(name, files)
from cnnviz import components
for module in pkgutil.iter_modules(components.__path__):
    importlib.import_module(f"cnnviz.components.{module.name}")
print(json.dumps({name: files.get("js") or "" for name, files in found.items()}))
"""
OF_THE_LANGUAGE = {"if", "for", "while", "switch", "catch", "return", "function", "super", "await"}
OF_THE_BROWSER = {
    "addEventListener", "atob", "btoa", "cancelAnimationFrame", "clearInterval", "clearTimeout",
    "createImageBitmap", "decodeURIComponent", "encodeURIComponent", "fetch", "getComputedStyle",
    "getSelection", "matchMedia", "parseFloat", "parseInt", "queueMicrotask",
    "requestAnimationFrame", "setInterval", "setTimeout", "structuredClone",
}  # fmt: skip


@pytest.fixture(scope="module")
def modules(request) -> dict[str, str]:
    """The script of each component as the browser gets it, without its comments."""
    run = subprocess.run(
        [sys.executable, "-c", COLLECT],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout)
    assert {"cnnviz_linked_grids", "cnnviz_live", "cnnviz_stepper"} < found.keys()
    comments = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
    return {name: comments.sub("", script) for name, script in found.items()}


def test_no_name_is_declared_twice(modules):
    for name, script in modules.items():
        declared = re.findall(r"(?m)^(?:async )?(?:function|class|const|let) (\w+)", script)
        assert sorted(declared) == sorted(set(declared)), name


def test_what_is_called_exists(modules):
    for name, script in modules.items():
        called = set(re.findall(r"(?<![\\\w.$'\"`#-])(?<!new )([a-z]\w*)\(", script))
        methods = set(re.findall(r"(?m)^ +(?:async |static |get )?(\w+)\(.*\) \{", script))
        # Whatever is declared, given or imported also stands somewhere without being called.
        known = set(re.findall(r"(?:function )(\w+)|\b([a-zA-Z]\w*)\b(?!\()", script))
        known = {one for pair in known for one in pair}
        assert called - methods - known - OF_THE_LANGUAGE - OF_THE_BROWSER == set(), name
