"""Writes froc-golden.json: lesions, FROC curves and heatmap detections by numpy, scipy and scikit-image.

Usage: python make_froc_golden.py froc-golden.json        (needs numpy, scipy and scikit-image)

The rules of Camelyon16's lesion evaluation, written down anew, on made-up masks (in pixels of 32 level-0 pixels) and
detections. Of the old numpy that the challenge's script ran on, one behavior is spelled out here: an array of single
precision is compared with a number in single precision, and one of double precision in double precision.

Masks are given as spans [row, first column, column behind the last]. Images of labels and of squared distances are
given by one number for each row: the sum of value * (column + 1).
"""

import json
import sys

import numpy
from scipy import ndimage
from skimage import measure

SEED = 16
SIDE = 32
GROWTH = 75 / (0.243 * SIDE * 2)
ISOLATED = 275 / (0.243 * SIDE)
PLACES = [0.25, 0.5, 1, 2, 4, 8]
random = numpy.random.default_rng(SEED)


def whole(low, high):
    return int(random.integers(low, high))


# Masks


def ellipse(mask, x, y, across, down, value=True):
    rows, columns = numpy.ogrid[: mask.shape[0], : mask.shape[1]]
    mask[((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 <= 1] = value


def random_mask(width, height):
    mask = numpy.zeros((height, width), bool)
    for _ in range(whole(2, 7)):
        x, y, across, down = whole(0, width), whole(0, height), whole(1, 26), whole(1, 18)
        ellipse(mask, x, y, across, down)
        if across > 12 and down > 12:
            ellipse(mask, x, y, across - 5, down - 5, False)
            ellipse(mask, x, y, 1, 1)
    return mask


def bars(width, height, *places):
    mask = numpy.zeros((height, width), bool)
    for x, y, w, h in places:
        mask[y : y + h, x : x + w] = True
    return mask


def just_short():
    """Bars that are isolated tumor cells, but would not be if a pixel's own extent (1/12) belonged to the moments."""
    for first in range(15, 24):
        for second in range(1, 24):
            for gap in range(1, 9):
                for shift in range(0, 12):
                    mask = bars(60, 40, (12, 12, first, 1), (12 + shift, 12 + gap, second, 1))
                    lengths = [region.axis_major_length for region in lesions(mask)[1]]
                    if len(lengths) == 1 and lengths[0] < ISOLATED <= (lengths[0] ** 2 + 16 / 12) ** 0.5:
                        return mask
    raise RuntimeError("no such bars")


def lesions(mask):
    distance = ndimage.distance_transform_edt(~mask)
    labels = measure.label(ndimage.binary_fill_holes(distance < GROWTH), connectivity=2)
    return labels, measure.regionprops(labels), distance


def row_sums(image):
    return (image.astype(numpy.int64) * numpy.arange(1, image.shape[1] + 1)).sum(axis=1).tolist()


def spans(mask):
    found = []
    for row, line in enumerate(mask):
        edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], line.astype(int), [0]])))
        found += [[row, int(a), int(b)] for a, b in zip(edges[::2], edges[1::2])]
    return found


def mask_case(mask):
    labels, regions, distance = lesions(mask)
    return {
        "width": mask.shape[1],
        "height": mask.shape[0],
        "spans": spans(mask),
        "labels": row_sums(labels),
        "squares": row_sums(numpy.rint(distance**2)),
        "areas": [int(region.area) for region in regions],
        "lengths": [float(region.axis_major_length) for region in regions],
        "isolated": [bool(region.axis_major_length < ISOLATED) for region in regions],
    }


# FROC


def random_detections(mask, scores):
    found = []
    tumor = numpy.argwhere(mask)
    for _ in range(whole(0, 9)):
        row, column = whole(0, mask.shape[0]), whole(0, mask.shape[1])
        if whole(0, 2):
            row, column = (int(place) for place in tumor[whole(0, len(tumor))])
        found.append([float(random.choice(scores)), column * SIDE + whole(0, SIDE), row * SIDE + whole(0, SIDE)])
    return found


def hits(slide, masks):
    """False positives, all detections of each lesion, and which lesions are isolated cells."""
    if slide["mask"] is None:
        return [p for p, _, _ in slide["detections"] or []], [], []
    labels, regions, _ = lesions(masks[slide["mask"]])
    false, inside = [], [[] for _ in regions]
    for p, x, y in slide["detections"] or []:
        label = labels[y // SIDE, x // SIDE]
        (inside[label - 1] if label else false).append(p)
    return false, inside, [bool(region.axis_major_length < ISOLATED) for region in regions]


def official(slides, masks):
    slides = [slide for slide in slides if slide["detections"] is not None]
    false, slots, count = [], [], 0
    for slide in slides:
        missed, inside, isolated = hits(slide, masks)
        false += missed
        slots += [0 if cells else max([0] + found) for found, cells in zip(inside, isolated)]
        count += len(isolated) - sum(isolated)
    false, slots = numpy.array(false, numpy.float64), numpy.array(slots, numpy.float32)
    thresholds = sorted({float(score) for score in false} | {float(score) for score in slots})[1:]
    curve = [(int((false >= t).sum()), int((slots >= numpy.float32(t)).sum())) for t in thresholds] + [(0, 0)]
    return curve, len(slides), count, thresholds


def clean(slides, masks):
    false, best, count = [], [], 0
    for slide in slides:
        missed, inside, isolated = hits(slide, masks)
        false += missed
        counted = [found for found, cells in zip(inside, isolated) if not cells]
        best += [max(found) for found in counted if found]
        count += len(counted)
    thresholds = sorted(set(false + best))
    curve = [(sum(f >= t for f in false), sum(b >= t for b in best)) for t in thresholds] + [(0, 0)]
    return curve, len(slides), count, thresholds


def curve_case(curve, slides, count, thresholds):
    false = numpy.array([f for f, _ in curve]) / slides
    found = numpy.array([t for _, t in curve]) / count
    read = numpy.interp(PLACES, false[::-1], found[::-1])
    return {
        "slides": slides,
        "lesions": count,
        "thresholds": thresholds,
        "falsePositives": false.tolist(),
        "sensitivity": found.tolist(),
        "sensitivities": read.tolist(),
        "score": float(read.mean()),
    }


def froc_case(masks, scores, sizes):
    slides = []
    for number in range(sizes):
        is_tumor = number < 2 or whole(0, 2) == 1
        mask = whole(0, len(masks)) if is_tumor else None
        area = masks[mask] if is_tumor else numpy.ones((300, 200), bool)
        detections = random_detections(area, scores) if whole(0, 6) else [[], None][whole(0, 2)]
        slides.append({"name": f"slide_{number}", "mask": mask, "detections": detections})
    curves = [rule(slides, masks) for rule in (official, clean)]
    if min(count for _, _, count, _ in curves) == 0:
        return None
    return {"slides": slides, "official": curve_case(*curves[0]), "clean": curve_case(*curves[1])}


# Heatmaps


def peaks(scores, threshold, taken):
    """scores[x, y]; `taken` says which cells a detection at a cell takes with it."""
    scores, found = scores.copy(), []
    x, y = numpy.ogrid[: scores.shape[0], : scores.shape[1]]
    while numpy.nanmax(scores) > threshold:
        best = numpy.argwhere(scores == numpy.nanmax(scores))[0]
        found.append([float(scores[tuple(best)]), int(best[0]), int(best[1])])
        scores[taken(x - best[0], y - best[1])] = 0
    return found


def heatmap_case(width, height, cells, radius):
    scores = random.integers(0, 40, (width, height)) / 32
    scores[random.random((width, height)) < 0.2] = numpy.nan
    square = peaks(scores, 0.5, lambda x, y: (x >= -cells) & (x < cells) & (y >= -cells) & (y < cells))
    disc = peaks(scores, 0.5, lambda x, y: (64 * x) ** 2 + (48 * y) ** 2 <= radius**2)
    return {
        "width": width,
        "height": height,
        "scores": [None if numpy.isnan(s) else float(s) for s in scores.T.reshape(-1)],
        "cells": cells,
        "radius": radius,
        "square": square,
        "disc": disc,
    }


def main():
    masks = [random_mask(whole(60, 170), whole(50, 120)) for _ in range(9)]
    masks += [random.random((60, 70)) < 0.002, bars(50, 40, (12, 12, 23, 1)), bars(50, 40, (12, 12, 24, 1))]
    masks += [bars(40, 30, (10, 10, 1, 1), (19, 10, 1, 1)), bars(40, 30, (10, 10, 1, 1), (20, 10, 1, 1))]
    masks += [bars(60, 60, (0, 0, 60, 2), (0, 20, 60, 2), (58, 0, 2, 20)), just_short()]
    masks += [bars(40, 40, (10, 10, 1, 1), (15, 19, 1, 1)), bars(40, 40, (10, 10, 1, 1), (16, 19, 1, 1))]
    tenths = [number / 10 for number in range(1, 11)]
    spread = [-0.5, -0.25, 0.0] + tenths
    fine = [round(float(p), 5) for p in random.random(200)]
    froc = [froc_case(masks, scores, size) for scores in (tenths, spread, fine) for size in (2, 4, 8, 8)]
    golden = {
        "masks": [mask_case(mask) for mask in masks],
        "froc": [case for case in froc if case],
        "heatmaps": [heatmap_case(26, 19, 3, 130.0), heatmap_case(17, 30, 6, 256.0)],
    }
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


main()
