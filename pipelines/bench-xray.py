"""The measuring part of bench-xray.sh; see there."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import numpy
import PIL
from PIL import Image, ImageOps

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"
)
# Options of 'xray ingest', and what Pillow does for them behind the resizing to 300.
CASES = [
    ([], None, False, None),
    (["--crop", "224"], 224, False, None),
    (["--crop", "224", "--input", "64"], 224, False, 64),
    (["--crop", "224", "--equalize", "--input", "64"], 224, True, 64),
    (["--equalize", "--input", "128"], None, True, 128),
]


def make_set(films, folder, count):
    images = folder / "films"
    images.mkdir(parents=True)
    rows = [HEADER]
    for number in range(count):
        name = f"{number + 1:08d}_000.png"
        shutil.copy(films[number % len(films)], images / name)
        rows.append(f"{name},No Finding,0,{number + 1},50,M,PA,1,1,1,1")
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    return images


def with_pillow(path, crop=None, equalize=False, size=None):
    image = Image.open(path).convert("L").resize((300, 300), Image.BILINEAR)
    if crop:
        edge = (300 - crop) // 2
        image = image.crop((edge, edge, edge + crop, edge + crop))
    if equalize:
        image = ImageOps.equalize(image)
    return image.resize((size, size), Image.BILINEAR) if size else image


def pillow_loop(images, target, level):
    target.mkdir()
    for path in sorted(images.iterdir()):
        with_pillow(path).save(target / path.name, compress_level=level)


def ingest(program, folder, images, target, workers, options=()):
    command = [program, "xray", "ingest", "--csv", folder / "table.csv", "--images", images, "--view", "PA"]
    command += ["-o", target, "--workers", workers, "-q", *options]
    subprocess.run([str(word) for word in command], check=True)


def rate(count, work):
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def measure(program, folder, images, count, rounds):
    """Median films a second, the contestants in turns; one core each unless said otherwise."""
    cores = os.sched_getaffinity(0)
    one = {min(cores)}
    rates = {}

    def run(name, affinity, work):
        target = folder / "timed"
        shutil.rmtree(target, ignore_errors=True)
        os.sched_setaffinity(0, affinity)
        rates.setdefault(name, []).append(rate(count, lambda: work(target)))
        os.sched_setaffinity(0, cores)

    for _ in range(rounds):
        run("Pillow, one core, its own compression level 6", one, lambda t: pillow_loop(images, t, 6))
        run("Pillow, one core, compression level 2 as here", one, lambda t: pillow_loop(images, t, 2))
        run("xray ingest, one core", one, lambda t: ingest(program, folder, images, t, 1))
        run(f"xray ingest, {len(cores)} cores", cores, lambda t: ingest(program, folder, images, t, len(cores)))
    return {name: statistics.median(values) for name, values in rates.items()}


def largest_difference(program, folder, images, case):
    options, crop, equalize, size = case
    target = folder / "compared"
    shutil.rmtree(target, ignore_errors=True)
    ingest(program, folder, images, target, 2, options)
    worst = 0
    for path in pathlib.Path(target).glob("*/*/*.png"):
        ours = numpy.asarray(Image.open(path)).astype(int)
        theirs = numpy.asarray(with_pillow(images / path.name, crop, equalize, size)).astype(int)
        worst = max(worst, int(numpy.abs(ours - theirs).max()))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--films", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    films = sorted(options.films.rglob("*.png"))
    if not films:
        sys.exit(f"there are no PNG files below '{options.films}'")
    if options.folder.exists() and any(options.folder.iterdir()):
        sys.exit(f"'{options.folder}' is not empty; give another folder")
    options.folder.mkdir(parents=True, exist_ok=True)
    images = make_set(films, options.folder, options.count)

    print(f"Pillow {PIL.__version__}, {len(films)} films as {options.count}, medians of {options.rounds} rounds")
    worst = 0
    for case in CASES:
        difference = largest_difference(options.program, options.folder, images, case)
        worst = max(worst, difference)
        print(f"largest difference, ingest {' '.join(case[0]) or 'as it is'}: {difference} grey levels")
    rates = measure(options.program, options.folder, images, options.count, options.rounds)
    for name, value in rates.items():
        print(f"{name}: {value:.1f} films a second")
    names = list(rates)
    ratios = [rates[names[2]] / rates[name] for name in names[:2]]
    print(f"xray ingest beside Pillow, one core: {ratios[0]:.2f}, with the same compression level {ratios[1]:.2f}")
    sys.exit(0 if worst <= 1 and ratios[0] >= 1 else 1)


if __name__ == "__main__":
    main()
