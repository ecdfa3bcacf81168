# Sourced by the other scripts: goes to the root of the package and installs the system libraries that are missing.
# Needs a Swift toolchain (6.1 or newer) and, if anything is missing, apt-get; sudo only when not root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v swift >/dev/null; then
    echo "There is no 'swift' on the PATH. Install a Swift toolchain first: https://www.swift.org/install" >&2
    exit 69
fi

missing_packages() {
    if ! command -v pkg-config >/dev/null; then
        echo libopenslide-dev libtiff-dev libopenblas-dev libpng-dev pkg-config
        return
    fi
    pkg-config --exists openslide || echo libopenslide-dev
    pkg-config --exists libtiff-4 libjpeg || echo libtiff-dev
    pkg-config --exists openblas || echo libopenblas-dev
    pkg-config --exists libpng || echo libpng-dev
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "${packages// /}" ]; then
    echo "Installing: $packages"
    run=""
    if [ "$(id -u)" -ne 0 ]; then run="sudo"; fi
    $run apt-get update -qq
    # shellcheck disable=SC2086  # one word per package is meant
    $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
