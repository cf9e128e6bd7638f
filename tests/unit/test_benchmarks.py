"""The benchmark that is meant for other machines can at least be started on this one."""

import os
import subprocess
import sys


def test_the_gpu_script_says_what_it_leaves_out(root, tmp_path):
    run = subprocess.run(
        [sys.executable, "benchmarks/gpu.py", str(tmp_path), "--seconds", "0"],
        cwd=root,
        env={name: value for name, value in os.environ.items() if name != "CNNVIZ_DATA"},
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
