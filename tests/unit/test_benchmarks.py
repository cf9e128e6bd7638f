"""The benchmark that is meant for other machines can at least be started on this one."""

import ast
import os
import subprocess
import sys

# What a machine with a GPU need not have: Python runs this module first, where it finds one.
WITHOUT = """
import sys
sys.modules |= dict.fromkeys(["cv2", "segno", "skimage", "starlette", "streamlit"])
"""


def test_the_gpu_script_says_what_it_leaves_out(root, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    names = {name: value for name, value in os.environ.items() if name != "CNNVIZ_DATA"}
    run = subprocess.run(
        [sys.executable, "benchmarks/gpu.py", str(tmp_path), "--seconds", "0"],
        cwd=root,
        env=names | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    said = run.stdout
    assert "Fashion-MNIST is left out: " in said
    for part in ("gap, bfloat16 auto", "Killed and resumed", "Two runs at once"):
        assert f"\n{part}: left out, the time is up." in said
    assert "failed" not in said
    assert "CIFAR-10 is not in the data folder" in said


def test_the_shell_script_finds_an_interpreter(root):
    run = subprocess.run(
        ["bash", "benchmarks/gpu.sh", "--help"],
        cwd=root,
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--seconds" in run.stdout


def test_each_benchmark_finds_the_app_when_it_is_run_as_its_docstring_says(root):
    for script in (root / "benchmarks").glob("*.py"):
        text = script.read_text()
        uses = [
            node.lineno
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnviz")
        ]
        finds = [n for n, line in enumerate(text.splitlines(), 1) if "sys.path" in line]
        assert not uses or (finds and finds[0] < min(uses)), script.name
