#!/usr/bin/env bash
# Compares the networks' speed with ONNX Runtime and PyTorch (CPU) on the same weights and images, in turns, and checks
# that the results agree. Takes about ten minutes on a quiet machine; keep it quiet meanwhile.
# Usage: pipelines/bench-network.sh [FOLDER] [OPTIONS of bench-network.py...]
#   FOLDER    for the Python environment and the data; default: a temporary one, removed at the end. About 5 GB.
#   OPTIONS   such as --extractor vgg19.safetensors, --path avx2, --rounds 9, --tasks features-64
# With WSI_SCREEN_PYTHON=/path/to/python, an interpreter that has numpy, safetensors, onnx, onnxruntime and torch, nothing
# is installed. Exits with 1 if a bar is missed:
#   features of VGG19 to relu4_2 (64 px, batch 16; 128 px, batch 8): 2.2 x ONNX Runtime on 1 thread, 1.8 x on 2;
#   a training step (64 px, batch 32): 2 x PyTorch, with no more memory.
source "$(dirname "${BASH_SOURCE[0]}")/python.sh"
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
program=$(swift build -c release --show-bin-path)/wsi-screen
python_with numpy safetensors onnx onnxruntime torch

"$python" - <<'VERSIONS'
import onnxruntime, torch
print(f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__}")
VERSIONS
"$python" pipelines/bench-network.py --program "$program" --folder "$folder/data" "$@"
