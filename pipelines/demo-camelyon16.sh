#!/usr/bin/env bash
# Camelyon16 from slides to scores, on a small synthetic one in the official layout: cuts labeled tiles, trains a model on
# the normal ones for a minute or two, says how well it tells the tumor tiles of the test slides, searches for a better one,
# and screens these slides with it.
# Usage: pipelines/demo-camelyon16.sh [FOLDER]   (default: wsi-screen-demo-camelyon16)
#
# With the real data set the same commands serve; there leave out --mask, --min-tissue and --per-slide, whose defaults are the
# paper's, and train with pipelines/configs/camelyon16.yaml. --no-stain, because that configuration normalizes the stain itself.
folder=$(realpath -m "${1:-wsi-screen-demo-camelyon16}")
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
swift build -c release --product make-fixtures
bin=$(swift build -c release --show-bin-path)

mkdir -p "$folder"
"$bin/make-fixtures" camelyon16 "$folder"
"$bin/wsi-screen" preprocess camelyon16 --root "$folder/camelyon16" -o "$folder/tiles" \
    --mask otsu --min-tissue 0.9 --per-slide 20 --no-stain

# The configuration for users' own tissue with a shorter schedule.
sed -e 's/iterations: 4000/iterations: 300/' -e 's/warmup: 200/warmup: 50/' pipelines/configs/tissue.yaml \
    >"$folder/short.yaml"
"$bin/wsi-screen" train --config "$folder/short.yaml" --data "$folder/tiles/manifest.csv" -o "$folder/model.safetensors"
"$bin/wsi-screen" evaluate --model "$folder/model.safetensors" --data "$folder/tiles/manifest.csv"

# Which detector and layer is best here, by the tumor tiles of the training slides: folds by slide, half a minute.
cat >"$folder/search.yaml" <<EOF
base: $PWD/pipelines/configs/tissue.yaml
grid:
  detector: [gaussian, deep-if]
  extractor.taps: [[r12], [r22]]
EOF
"$bin/wsi-screen" search --config "$folder/search.yaml" --data "$folder/tiles/manifest.csv" -o "$folder/search"
"$bin/wsi-screen" search --config "$folder/search.yaml" --data "$folder/tiles/manifest.csv" -o "$folder/search" --anomalies 1,5

"$bin/wsi-screen" screen "$folder/camelyon16/testing/images" --model "$folder/search/winner.safetensors" \
    -o "$folder/screened"
"$bin/wsi-screen" evaluate camelyon16 --root "$folder/camelyon16" --screened "$folder/screened" -o "$folder/froc"

echo
echo "The figures show that everything works, not how well the method does: on synthetic tissue dense nuclei are easier to"
echo "reproduce than stroma and glands, so the autoencoder finds the tumor the less unusual of the two; the Gaussian that the search chooses does not."
echo "Tiles:     $folder/tiles/manifest.csv"
echo "Model:     $folder/model.safetensors"
echo "Search:    $folder/search/report.md, $folder/search/search.png"
echo "Heatmaps:  $folder/screened/test_001/heatmap.png (tumor), $folder/screened/test_002/heatmap.png (normal)"
