#!/usr/bin/env bash
# When does a warm-up with pixel differences help? Trains one configuration for a short time with warm-ups of different
# lengths and seeds, and prints how soon the perceptual loss leaves its plateau at 1, where the reconstruction has no
# features in common with the image, and how far it gets.
#
# Usage: pipelines/warmup.sh CONFIG UPDATES WARMUPS SEEDS OUT OPTIONS...
#   CONFIG   one of pipelines/configs
#   UPDATES  number of updates, warm-up included, such as 600
#   WARMUPS  such as "0 50 200"
#   SEEDS    such as "1 2"
#   OUT      folder for models, loss tables and curves
#   OPTIONS  of 'wsi-screen train': --data, and what the configuration needs, such as --extractor
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [ $# -lt 7 ]; then
    sed -n '2,12p' "${BASH_SOURCE[0]}" >&2
    exit 64
fi
config=$1 updates=$2 warmups=$3 seeds=$4 out=$5
shift 5
mkdir -p "$out"
program=${WSI_SCREEN_PROGRAM:-}
if [ -z "$program" ]; then
    swift build -c release --product wsi-screen
    program=$PWD/.build/release/wsi-screen
fi
name=$(basename "${config%.yaml}")

echo "config,warmup,seed,updates_to_0.95,updates_to_0.8,held_out_loss"
for warmup in $warmups; do
    for seed in $seeds; do
        run=$out/$name-w$warmup-s$seed
        sed -E "s/iterations: [0-9]+/iterations: $((updates - warmup))/; s/warmup: [0-9]+/warmup: $warmup/" \
            "$config" >"$run.yaml"
        "$program" train --quiet --config "$run.yaml" --seed "$seed" -o "$run.safetensors" "$@"
        # A mean over 20 updates, so that one easy batch does not count; the warm-up's own loss is another one.
        awk -F, -v head="$name,$warmup,$seed" -v warmup="$warmup" '
            FNR == 1 || $1 <= warmup { next }
            { sum += $4 - at[$1 % 20]; at[$1 % 20] = $4; seen += 1; mean = sum / 20 }
            seen >= 20 && mean < 0.95 && !first { first = $1 }
            seen >= 20 && mean < 0.8 && !second { second = $1 }
            $5 != "" { held = $5 }
            END { printf "%s,%s,%s,%.4f\n", head, first ? first : "never", second ? second : "never", held }
        ' "$run.loss.csv"
    done
done
