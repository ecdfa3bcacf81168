#!/usr/bin/env bash
# One row of Table 5 of Shvetsova et al. 2021: a CIFAR-10 class as the normal one, the nine others as abnormal, with the
# published final configuration. Interrupted trainings go on when the same command is run again.
#
# The last line is the mean and standard deviation over the seeds, beside the published value.
#
# Usage: pipelines/cifar10.sh CLASS DATA VGG19 OUT [SEED...]
#   CLASS  0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck
#   DATA   folder with train/NAME/ and test/NAME/ of PNG or JPEG images, 32 x 32 pixels
#   VGG19  safetensors of VGG19 in torchvision's naming
#   OUT    folder for models and figures; default seeds: 1 2 3
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

names=(airplane automobile bird cat deer dog frog horse ship truck)
if [ $# -lt 4 ] || ! [[ $1 =~ ^[0-9]$ ]]; then
    sed -n '2,11p' "${BASH_SOURCE[0]}" >&2
    exit 64
fi
class=$1 normal=${names[$1]} data=$(realpath "$2") vgg19=$(realpath "$3") out=$4
shift 4
if [ $# -eq 0 ]; then set -- 1 2 3; fi
mkdir -p "$out"
swift build -c release --product wsi-screen
program=$PWD/.build/release/wsi-screen

{
    echo "file,label,split"
    for name in "${names[@]}"; do
        find "$data/test/$name" -type f | sort | sed "s|\$|,$name,test|"
    done
} >"$out/test-$normal.csv"

# A number of the JSON document on standard input; the keys stand one a line.
number() {
    awk -v key="\"$1\"" '$1 == key { gsub(/[,"]/, "", $3); print $3 }'
}

areas=()
for seed in "$@"; do
    model=$out/$normal-$seed.safetensors
    if [ ! -f "$model" ]; then
        "$program" train --config "pipelines/configs/cifar10-$class.yaml" --seed "$seed" --data "$data/train/$normal" \
            --extractor "$vgg19" --licence "CIFAR-10, Krizhevsky 2009" -o "$model"
    fi
    report=$out/$normal-$seed.json
    "$program" evaluate --model "$model" --extractor "$vgg19" --data "$out/test-$normal.csv" --label-normal "$normal" \
        --json >"$report"
    areas+=("$(number auc <"$report")")
    echo "seed $seed: ROC AUC ${areas[-1]}; trivial, whichever way: red $(number separation_mean_red <"$report")," \
        "optical density $(number separation_mean_optical_density <"$report")," \
        "intensity $(number separation_mean_intensity <"$report")"
done

# Table 5, "without growing"; only what is known for sure.
published=(86.5 92.2 - - - - - - - -)
printf '%s\n' "${areas[@]}" | awk -v name="$normal" -v published="${published[$class]}" '
    { value[NR] = 100 * $1; sum += value[NR] }
    END {
        mean = sum / NR
        for (i = 1; i <= NR; i++) squares += (value[i] - mean) ^ 2
        deviation = NR > 1 ? sprintf("%.1f", sqrt(squares / (NR - 1))) : "-"
        printf "%s: ROC AUC x 100 = %.1f ± %s (n = %d); published: %s\n", name, mean, deviation, NR, published
    }'
