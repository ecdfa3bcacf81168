#!/usr/bin/env bash
# Exports models with random weights and the built-in one, and compares them in ONNX Runtime with what wsi-screen computes.
#
# Usage: pipelines/check-onnx.sh [FOLDER] [OPTIONS of check_onnx.py...]
#   FOLDER   for the Python environment and the models; default: a temporary one, removed at the end
# With WSI_SCREEN_PYTHON=/path/to/python, an interpreter that has numpy, safetensors, onnx and onnxruntime, nothing is
# installed.
source "$(dirname "${BASH_SOURCE[0]}")/python.sh"
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

python_with numpy safetensors onnx onnxruntime
swift build -c release --build-tests
WSI_SCREEN_ONNX="$folder/models" swift test -c release --skip-build --no-parallel --filter ONNXExportTests
"$python" Tests/ONNXExportTests/check_onnx.py "$folder/models" "$@"
