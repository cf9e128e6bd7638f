#!/usr/bin/env bash
# Everything about training that only a GPU can show, in about 8 minutes:
#
#     bash benchmarks/gpu.sh [data folder]
#
# It needs torch, torchvision and safetensors, and none of the app's other packages. Without
# FashionMNIST in the data folder (torchvision's layout) the digits of scikit-learn stand in where
# that makes sense, and the rest is left out and said so.
# PYTHON names the interpreter; otherwise .venv's is used, or the one on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
command -v "$python" >/dev/null || python=python3
for package in torch torchvision safetensors; do
  "$python" -c "import importlib.util as u, sys; sys.exit(not u.find_spec('$package'))" || {
    echo "gpu.sh needs $package, which $python does not have: $python -m pip install $package" >&2
    exit 1
  }
done
exec "$python" benchmarks/gpu.py "$@"
