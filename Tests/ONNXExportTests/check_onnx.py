"""Check exported models with ONNX's own checker and ONNX Runtime.

    pip install onnx onnxruntime numpy safetensors
    WSI_SCREEN_ONNX=FOLDER swift test -c release --filter ONNXExportTests
    python check_onnx.py FOLDER [--golden demo_crops.safetensors]

pipelines/check-onnx.sh does all three.

The tests leave NAME.onnx and NAME.expected.safetensors in FOLDER: random crops and what wsi-screen itself computes
for them. The golden file holds crops (uint8) and reference scores for the model that the tests leave as golden-demo.onnx. Prints the largest differences
and fails if one is above its tolerance.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-4


def session(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 2  # warnings, too
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check_metadata(runner):
    metadata = runner.get_modelmeta().custom_metadata_map
    record = json.loads(metadata["wsi_screen"])
    scores = json.loads(metadata["normal_scores"])
    json.loads(metadata["stain_target"])
    assert record["format"] == 1 and scores == sorted(scores) and "diagnosis" in metadata["notice"]


def compare(runner, expected):
    """Largest difference of every output, relative to its largest value; also one crop alone against the batch."""
    names = [value.name for value in runner.get_outputs()]
    assert set(names) == set(expected) - {"crops"}, names
    found = dict(zip(names, runner.run(names, {"crops": expected["crops"]})))
    alone = runner.run(["score"], {"crops": expected["crops"][:1]})[0]
    assert alone.shape == (1,) and abs(alone[0] - found["score"][0]) < 1e-5
    differences = {}
    for name in names:
        assert found[name].shape == expected[name].shape, name
        scale = np.abs(expected[name]).max()
        differences[name] = float(np.abs(found[name] - expected[name]).max() / scale)
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--golden", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = False
    models = sorted(arguments.folder.glob("*.onnx"))
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, {len(models)} models")
    for path in models:
        runner = session(path)
        check_metadata(runner)
        differences = compare(runner, load_file(path.with_suffix(".expected.safetensors")))
        failed |= not max(differences.values()) < TOLERANCE
        print(path.name, ", ".join(f"{name} {value:.1e}" for name, value in differences.items()))
    if arguments.golden:
        golden = load_file(arguments.golden)
        runner = session(arguments.folder / "golden-demo.onnx")
        crops = golden["crops"].astype(np.float32) / 127.5 - 1
        difference = np.abs(runner.run(["score"], {"crops": crops})[0] - golden["scores"]).max()
        failed |= not difference < TOLERANCE
        print(f"golden scores: {difference:.1e} (absolute)")
    sys.exit(1 if failed or not models else 0)


if __name__ == "__main__":
    main()
