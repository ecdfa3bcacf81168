#!/usr/bin/env bash
# Builds wsi-screen, makes a synthetic slide with known truth, screens it with the built-in model and says where the
# heatmap is. Usage: pipelines/demo.sh [FOLDER]   (default: wsi-screen-demo)
folder=$(realpath -m "${1:-wsi-screen-demo}")
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
swift build -c release --product make-fixtures
bin=$(swift build -c release --show-bin-path)

mkdir -p "$folder"
"$bin/make-fixtures" demo "$folder"
"$bin/wsi-screen" screen "$folder/demo.svs" -o "$folder/results" --overwrite

echo
echo "Slide:    $folder/demo.svs (what is abnormal in it: $folder/demo.truth.json)"
echo "Heatmap:  $folder/results/demo/heatmap.png"
echo "Program:  $bin/wsi-screen --help"
