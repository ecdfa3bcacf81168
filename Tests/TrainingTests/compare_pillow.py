"""Writes pillow.json: what Pillow makes of synthetic pictures, for PillowTests.swift.

    python3 compare_pillow.py > pillow.json        (needs pillow and numpy)

The pictures are formulas, so that the Swift tests can make them without any file.
"""

import json
import sys

import numpy
import PIL
from PIL import Image, ImageOps


def picture(width, height):
    """RGB: smooth ramps with a coarse lattice on top, all in whole numbers."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = 40 + (x * 170) // width + 9 * ((x // 5 + y // 7) % 3)
    green = 30 + (y * 150) // height + (x * y) % 23
    blue = 90 + ((x + 2 * y) * 60) // (width + 2 * height) + (x * x + y) % 11
    return Image.fromarray(numpy.stack([red, green, blue], -1).astype(numpy.uint8))


def sample(image):
    """Every 29th value and the sum of all."""
    values = numpy.asarray(image).reshape(-1)
    return {"every29": values[::29].tolist(), "sum": int(values.sum())}


def center(image, side):
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def resize(image, width, height):
    """Rows first, then columns. Every Pillow up to 12 does so by itself; Pillow 13 takes the columns first for
    some sizes, which moves values by one."""
    return image.resize((width, image.height), Image.BILINEAR).resize((width, height), Image.BILINEAR)


def film(width, height, equalize):
    """An X-ray as published: grey, 300 x 300, center 224, perhaps equalized, 64 x 64."""
    grey = resize(picture(width, height).convert("L"), 300, 300)
    crop = center(grey, 224)
    if equalize:
        crop = ImageOps.equalize(crop)
    return resize(crop, 64, 64)


def tile(side, crop):
    """A tile without stain normalization: the center, then 64 x 64."""
    return resize(center(picture(side, side), crop), 64, 64)


dark = Image.fromarray((numpy.asarray(picture(40, 30)) // 12).astype(numpy.uint8))
json.dump(
    {
        "pillow": PIL.__version__,
        "equalized_40_30": sample(ImageOps.equalize(picture(40, 30))),
        "equalized_dark_40_30": sample(ImageOps.equalize(dark)),
        "equalized_13_11": sample(ImageOps.equalize(picture(13, 11))),
        "film_340_410": sample(film(340, 410, False)),
        "film_340_410_equalized": sample(film(340, 410, True)),
        "tile_224_crop_149": sample(tile(224, 149)),
        "field_224_to_96": sample(resize(picture(224, 224), 96, 96)),
    },
    sys.stdout,
)
print()
