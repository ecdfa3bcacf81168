#!/usr/bin/env bash
# Makes the built-in models he-lung-demo and he-lung-gaussian from public data, extractor included; about half an hour on two cores. The same
# inputs give the same bytes on the same kind of processor.
#
# Usage: pipelines/built-in-model.sh LUNG SLIDE FILMS VGG19 OUT
#   LUNG   folder of LC25000's lung tiles with index.csv (columns file,label,...,source_tile_cluster; clusters as in
#          LC25000-clean, since LC25000 multiplies each source tile by rotation and flips)
#   SLIDE  CMU-1-Small-Region.svs, OpenSlide's test slide: stain target, and variety for the extractor
#   FILMS  folder of chest X-rays (NIH ChestX-ray14): variety for the extractor
#   VGG19  safetensors of the Oxford VGG19 in torchvision's naming, at least up to relu3_2
#   OUT    folder for everything that is made
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [ $# -ne 5 ]; then
    sed -n '2,12p' "${BASH_SOURCE[0]}" >&2
    exit 64
fi
lung=$(realpath "$1") slide=$(realpath "$2") films=$(realpath "$3") vgg19=$(realpath "$4") out=$5
mkdir -p "$out"
out=$(realpath "$out")
here=$PWD/pipelines/built-in
swift build -c release --product wsi-screen
program=$PWD/.build/release/wsi-screen

# Source tiles never cross from training to validation or test: the split is by cluster, and committed.
awk -F, -v folder="$lung" '
    FNR == 1 { file += 1; for (i = 1; i <= NF; i++) column[file, $i] = i; if (file == 2) print "file,label,split,group"; next }
    file == 1 { split_of[$1] = $2; next }
    { cluster = $column[2, "source_tile_cluster"]
      print folder "/" $column[2, "file"] "," $column[2, "label"] "," split_of[cluster] "," cluster }
' "$here/lc25000-lung-split.csv" "$lung/index.csv" >"$out/manifest.csv"

# One tile of the slide gives the look that all tiles get: its stains are 30 degrees apart and no darker than those of the
# lung tiles. Chosen on the validation clusters among four tiles of the slide.
"$program" tile "$slide" -o "$out/slide" --stain none
tiles="$out/slide/$(basename "${slide%.*}")/tiles"
cp "$tiles/x1155_y2695.png" "$out/stain-target.png"

"$program" model distill --teacher "$vgg19" --data "$out/manifest.csv" --data "$tiles" --data "$films" \
    --stain-target "$out/stain-target.png" --seed 1 -o "$out/extractor.safetensors"

cp "$here/he-lung-demo.yaml" "$out/he-lung-demo.yaml"
"$program" train --config "$out/he-lung-demo.yaml" --data "$out/manifest.csv" --extractor "$out/extractor.safetensors" \
    --licence "LC25000: free for research with citation; Oxford VGG19: CC BY 4.0" -o "$out/he-lung-demo.safetensors"

cp "$here/he-lung-gaussian.yaml" "$out/he-lung-gaussian.yaml"
"$program" train --config "$out/he-lung-gaussian.yaml" --data "$out/manifest.csv" --extractor "$out/extractor.safetensors" \
    --licence "LC25000: free for research with citation; Oxford VGG19: CC BY 4.0" -o "$out/he-lung-gaussian.safetensors"

for part in validation test; do
    for model in demo gaussian; do
        echo "$part, he-lung-$model:"
        "$program" evaluate --model "$out/he-lung-$model.safetensors" --data "$out/manifest.csv" --split "$part" \
            --scores "$out/$part-$model-scores.csv"
    done
done
echo "To build them in: cp $out/he-lung-*.safetensors Sources/Networks/Resources/, and update their cards there."
