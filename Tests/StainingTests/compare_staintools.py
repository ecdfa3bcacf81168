"""Time StainTools' Vahadane normalization on one picture, and the objective of its stain matrices.

    pip install spams-bin numpy pillow opencv-python-headless matplotlib; pip install --no-deps staintools
    python compare_staintools.py PICTURE [--box X Y WIDTH HEIGHT] [--repetitions N]

The picture serves as its own target. Compare with `StainBenchmark` on the same pixels, in the same session. SPAMS
learns for one second of wall time whatever the size of the picture, so both parts are timed separately, and the
spread of its matrices over the repetitions is printed too.
"""
import argparse
import statistics
import time

import numpy as np
import spams
from PIL import Image
from staintools import StainNormalizer
from staintools.tissue_masks.luminosity_threshold_tissue_locator import LuminosityThresholdTissueLocator


def milliseconds(function):
    start = time.perf_counter()
    result = function()
    return (time.perf_counter() - start) * 1e3, result


def density(pixels):
    return np.maximum(-np.log(np.maximum(pixels.astype(np.float64), 1) / 255), 1e-6)


def objective(pixels, matrix):
    """Mean of 0.5 |v - hW|^2 + 0.1 sum(h) over tissue, with SPAMS' own codes."""
    tissue = LuminosityThresholdTissueLocator.get_tissue_mask(pixels, 0.8).reshape(-1)
    v = density(pixels.reshape(-1, 3))[tissue]
    h = spams.lasso(X=np.asfortranarray(v.T), D=np.asfortranarray(matrix.T), mode=2, lambda1=0.1, pos=True,
                    numThreads=1).toarray().T
    return float((0.5 * ((v - h @ matrix) ** 2).sum(1) + 0.1 * h.sum(1)).mean())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("picture")
    arguments.add_argument("--box", type=int, nargs=4, metavar=("X", "Y", "WIDTH", "HEIGHT"))
    arguments.add_argument("--repetitions", type=int, default=5)
    options = arguments.parse_args()
    picture = Image.open(options.picture).convert("RGB")
    if options.box:
        x, y, width, height = options.box
        picture = picture.crop((x, y, x + width, y + height))
    pixels = np.ascontiguousarray(np.asarray(picture))

    normalizer = StainNormalizer("vahadane")
    normalizer.fit(pixels.copy())
    fits, transforms, matrices = [], [], []
    for _ in range(options.repetitions):
        time_of_fit, matrix = milliseconds(lambda: normalizer.extractor.get_stain_matrix(pixels.copy()))
        fits.append(time_of_fit)
        matrices.append(matrix)
        transforms.append(milliseconds(lambda: normalizer.transform(pixels.copy()))[0])
    matrices = np.stack(matrices)
    print(f"{pixels.shape[1]} x {pixels.shape[0]}, {options.repetitions} repetitions, medians")
    print(f"  stain matrix     {statistics.median(fits):9.1f} ms")
    print(f"  whole transform  {statistics.median(transforms):9.1f} ms")
    print("  objectives      ", " ".join(f"{objective(pixels, matrix):.6f}" for matrix in matrices))
    print("  largest spread of an entry", float((matrices.max(0) - matrices.min(0)).max()))


if __name__ == "__main__":
    main()
