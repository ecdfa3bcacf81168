#!/usr/bin/env bash
# Compares 'xray ingest' with a loop over Pillow on the same films: how many a second on one core, and whether the prepared
# images agree to one grey level, for every combination of crop, equalization and resizing.
#
# Usage: pipelines/bench-xray.sh FILMS [FOLDER]
#   FILMS    folder of PNG films; they are repeated until there are 400
#   FOLDER   for the Python environment and the images; default: a temporary one, removed at the end
# With WSI_SCREEN_PYTHON=/path/to/python, an interpreter that has numpy and pillow, nothing is installed. Exits with 1 if the
# images differ or Pillow is faster.
if [ $# -lt 1 ]; then
    sed -n '2,9p' "${BASH_SOURCE[0]}" >&2
    exit 64
fi
films=$(realpath "$1")
shift
source "$(dirname "${BASH_SOURCE[0]}")/python.sh"
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
program=$(swift build -c release --show-bin-path)/wsi-screen
python_with numpy pillow
"$python" pipelines/bench-xray.py --program "$program" --films "$films" --folder "$folder/data" "$@"
