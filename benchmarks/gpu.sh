#!/usr/bin/env bash
# Everything about training that only a GPU can show, in about 8 minutes:
#
#     bash benchmarks/gpu.sh [data folder]
#
# It needs what training needs (torch, torchvision, safetensors, OpenCV, scikit-image), not
# Streamlit. Without FashionMNIST in the data folder (torchvision's layout) the digits of
# scikit-learn stand in where that makes sense, and the rest is left out and said so.
# PYTHON names the interpreter; otherwise .venv's is used, or the one on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
command -v "$python" >/dev/null || python=python3
exec "$python" benchmarks/gpu.py "$@"
