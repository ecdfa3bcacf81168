#!/usr/bin/env bash
# Style: swift-format of the toolchain, strictly, and a short list of what has no place in this project.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
failed=0

swift format lint --strict --parallel --recursive Package.swift Sources Tests fixtures || failed=1

# refuse PATTERN FOLDERS HINT
refuse() {
    local hits
    # shellcheck disable=SC2086  # several folders are meant
    hits=$(grep -rnE --include='*.swift' "$1" $2) && { echo "$hits"; echo "  -> $3"; failed=1; }
}
refuse 'try!' Sources 'throw a typed error instead'
refuse '\bprint\(' 'Sources' 'libraries are silent; the program speaks through Terminal and Logger'
refuse 'DispatchSemaphore|Thread\.sleep' Sources 'suspend instead of blocking'
hits=$(grep -rlE --include='*.swift' '@unchecked Sendable' Sources Tests | sort | while read -r file; do
    # The reason is a comment right above that begins with "Unchecked".
    awk -v file="$file" '
        /^[[:space:]]*\/\/\// { if (/\/\/\/ Unchecked[ ,:]/) reason = 1; next }
        /@unchecked Sendable/ && !reason { print file ":" NR ":" $0 }
        { reason = 0 }' "$file"
done)
[ -z "$hits" ] || { echo "$hits"; echo '  -> say why above it (/// Unchecked: ...), or use a lock of Flow'; failed=1; }
refuse 'fatalError\(' Sources 'precondition for mistakes of the programmer, errors for everything else'
refuse '^(public |internal )?import Foundation$' 'Sources/Pixels Sources/Flow Sources/Tissue Sources/Pictures' \
    'these modules need the standard library only'

while read -r size file; do
    echo "$file has $size bytes; fixtures over 200 KB are generated on demand"
    failed=1
done < <(git ls-files -z fixtures | xargs -0 -r stat -c '%s %n' | awk '$1 > 204800')

exit $failed
