#!/usr/bin/env bash
# Exports models with random weights and the built-in one, and compares them in ONNX Runtime with what wsi-screen computes.
#
# Usage: pipelines/check-onnx.sh [FOLDER] [OPTIONS of check_onnx.py...]
#   FOLDER   for the Python environment and the models; default: a temporary one, removed at the end
# With WSI_SCREEN_PYTHON=/path/to/python, an interpreter that has numpy, safetensors, onnx and onnxruntime, nothing is
# installed.
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    folder=$(realpath -m "$1")
    shift
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

python=${WSI_SCREEN_PYTHON:-}
if [ -z "$python" ]; then
    python=$folder/environment/bin/python
    if [ ! -x "$python" ]; then
        python3 -m venv "$folder/environment"
        "$python" -m pip install --quiet numpy safetensors onnx onnxruntime
    fi
fi
swift build -c release --build-tests
WSI_SCREEN_ONNX="$folder/models" swift test -c release --skip-build --no-parallel --filter ONNXExportTests
"$python" Tests/ONNXExportTests/check_onnx.py "$folder/models" "$@"
