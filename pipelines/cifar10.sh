#!/usr/bin/env bash
# One row of Table 5 of Shvetsova et al. 2021: a CIFAR-10 class as the normal one, the nine others as abnormal, with the
# published final configuration. Interrupted trainings go on when the same command is run again.
#
# Usage: pipelines/cifar10.sh CLASS DATA VGG19 OUT [SEED...]
#   CLASS  0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck
#   DATA   folder with train/NAME/ and test/NAME/ of PNG or JPEG images, 32 x 32 pixels
#   VGG19  safetensors of VGG19 in torchvision's naming
#   OUT    folder for models and figures; default seeds: 1 2 3
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

names=(airplane automobile bird cat deer dog frog horse ship truck)
if [ $# -lt 4 ] || ! [[ $1 =~ ^[0-9]$ ]]; then
    sed -n '2,10p' "${BASH_SOURCE[0]}" >&2
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

for seed in "$@"; do
    model=$out/$normal-$seed.safetensors
    if [ ! -f "$model" ]; then
        "$program" train --config "pipelines/configs/cifar10-$class.yaml" --seed "$seed" --data "$data/train/$normal" \
            --extractor "$vgg19" --licence "CIFAR-10, Krizhevsky 2009" -o "$model"
    fi
    echo "seed $seed:"
    "$program" evaluate --model "$model" --extractor "$vgg19" --data "$out/test-$normal.csv" --label-normal "$normal"
done
