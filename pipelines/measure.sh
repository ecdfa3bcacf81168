#!/usr/bin/env bash
# Repeats the measurements of the README: peak memory on synthetic slides of 5,000 and 50,000 px width, tiles a second,
# and the time of stain normalization. Takes some minutes, most of them for drawing the large slide.
# Usage: pipelines/measure.sh [FOLDER]   (default: .build/measure; keeps the slides there)
folder=$(realpath -m "${1:-.build/measure}")
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

swift build -c release --product wsi-screen
swift build -c release --product make-fixtures
bin=$(swift build -c release --show-bin-path)
mkdir -p "$folder"

# peak_memory PID: highest resident memory of the process in MB, as the kernel counted it
peak_memory() {
    local peak=0 now
    while now=$(awk '/VmHWM/ { print int($2 / 1000) }' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.2
    done
    echo "$peak"
}

echo "width px   tiles   seconds   peak MB"
for width in 5000 50000; do
    [ -f "$folder/width-$width.svs" ] || "$bin/make-fixtures" "width-$width" "$folder" >/dev/null
    start=$(date +%s.%N)
    "$bin/wsi-screen" screen "$folder/width-$width.svs" -o "$folder/out" --overwrite --quiet &
    peak=$(peak_memory $!)
    wait $!
    seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
    tiles=$(($(wc -l <"$folder/out/width-$width/tiles.csv") - 1))
    printf '%8s %7s %9s %9s\n' "$width" "$tiles" "$seconds" "$peak"
done

# A raw tile of the large slide (768 x 768 pixels), then its normalization on one core.
"$bin/wsi-screen" tile "$folder/width-5000.svs" -o "$folder/tiles" --stain none --max-tiles 1 --overwrite --quiet
tile=$(find "$folder/tiles" -name 'x*.png' | head -1)
echo
taskset -c 0 "$bin/wsi-screen" bench stain "$tile"
echo
echo "The same tile with StainTools, where Python has it (see the script's head):"
echo "  python Tests/StainingTests/compare_staintools.py $tile"
