#!/usr/bin/env bash
# Chest X-rays from the table to heatmaps, on synthetic films: prepares those of one view, trains a model on the normal ones
# for half a minute, says how well it tells the abnormal test films, and draws where each test film is unusual.
# Usage: pipelines/demo-xray.sh [FOLDER]   (default: wsi-screen-demo-xray)
#
# With NIH ChestX-ray14 the same commands serve; train with pipelines/configs/nih-pa.yaml.
folder=$(realpath -m "${1:-wsi-screen-demo-xray}")
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
swift build -c release --product make-fixtures
bin=$(swift build -c release --show-bin-path)

mkdir -p "$folder"
"$bin/make-fixtures" films "$folder"
films=$folder/films
"$bin/wsi-screen" xray ingest --csv "$films/Data_Entry_2017.csv" --images "$films" --view PA \
    --split "$films/train_val_list.txt" "$films/test_list.txt" --validation-share 0.2 --finding Infiltration -o "$folder/pa"

# The published configuration for PA films, on the built-in extractor and with a short schedule.
cat >"$folder/short.yaml" <<'YAML'
name: demo-xray
seed: 1
input: {color: grey, tile: 300, crop: 224, size: 64, equalize: false}
augmentation: {crop: center, flips: none}
network: {widths: 16, latent_channels: 16, latent_resolution: 1}
extractor: {weights: built-in, taps: [r22], calibration_images: 64}
optimizer: {learning_rate: 0.002, batch: 16}
schedule: {iterations: 150, warmup: 30}
YAML
"$bin/wsi-screen" train --config "$folder/short.yaml" --data "$folder/pa/manifest.csv" -o "$folder/model.safetensors"
"$bin/wsi-screen" evaluate --model "$folder/model.safetensors" --data "$folder/pa/manifest.csv"
"$bin/wsi-screen" xray score "$folder/pa" --split test --model "$folder/model.safetensors" --heatmaps -o "$folder/scores"

echo
echo "Films:     $folder/pa/manifest.csv"
echo "Scores:    $folder/scores/scores.csv"
echo "Heatmaps:  $folder/scores/heatmaps"
