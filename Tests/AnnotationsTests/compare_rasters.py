"""Checks the pixel counts that RasterRecord.swift writes, by other methods.

    WSI_SCREEN_RASTERS=rasters.json swift test --filter AnnotationsTests
    python3 compare_rasters.py rasters.json        (needs numpy and pillow)

The exact method asks for every pixel center whether a ray to the left crosses a polygon an odd number of
times, in whole numbers. Pillow treats pixels on an edge in a way of its own, so for it the number of
pixels that differ is only printed.
"""

import json
import sys

import numpy
from PIL import Image, ImageDraw


def exact(polygon, x, y, width, height):
    """Even-odd at pixel centers, in eighths of a pixel as int64; edges have their upper end only."""
    corners = numpy.rint(numpy.asarray(polygon) * 8).astype(numpy.int64)
    assert numpy.array_equal(corners, numpy.asarray(polygon) * 8), "a vertex is not on eighths of a pixel"
    rows = 8 * (y + numpy.arange(height, dtype=numpy.int64)[:, None]) + 4
    columns = 8 * (x + numpy.arange(width, dtype=numpy.int64)[None, :]) + 4
    inside = numpy.zeros((height, width), bool)
    for a, b in zip(corners, numpy.roll(corners, -1, axis=0)):
        (ux, uy), (lx, ly) = (a, b) if a[1] < b[1] else (b, a)
        met = numpy.flatnonzero((uy <= rows[:, 0]) & (rows[:, 0] < ly))
        if met.size:
            part = slice(met[0], met[-1] + 1)
            inside[part] ^= (columns - ux) * (ly - uy) - (rows[part] - uy) * (lx - ux) >= 0
    return inside


def with_pillow(polygon, x, y, width, height):
    image = Image.new("1", (width, height))
    ImageDraw.Draw(image).polygon([(px - x, py - y) for px, py in polygon], fill=1)
    return numpy.asarray(image)


def meets(polygon, x, y, width, height):
    (left, top), (right, bottom) = numpy.min(polygon, 0), numpy.max(polygon, 0)
    return left < x + width and right > x and top < y + height and bottom > y


def covered(method, case, window):
    union = numpy.zeros((window[3], window[2]), bool)
    for polygon in case["tumors"]:
        if meets(polygon, *window):
            union |= method(polygon, *window)
    for polygon in case["holes"]:
        if meets(polygon, *window):
            union &= ~method(polygon, *window)
    return union


def main():
    wrong, windows, pixels, pillow = 0, 0, 0, 0
    for number, case in enumerate(json.load(open(sys.argv[1]))):
        for *window, expected in case["windows"]:
            mask = covered(exact, case, window)
            windows, pixels = windows + 1, pixels + mask.size
            if mask.sum() != expected:
                wrong += 1
                print(f"case {number}, window {window}: {expected} recorded, {mask.sum()} found")
            pillow += (mask != covered(with_pillow, case, window)).sum()
    print(f"{windows} windows, {pixels} pixels; {wrong} windows differ")
    print(f"pixels decided otherwise: {pillow} by Pillow")
    return 1 if wrong or not windows else 0


if __name__ == "__main__":
    sys.exit(main())
