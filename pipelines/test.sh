#!/usr/bin/env bash
# Runs all tests: in release mode, because optimized float code is what users run, and the concurrency tests once more
# under the thread sanitizer. Usage: pipelines/test.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# The sanitizer first, so that the line that closes the output is the one of the whole suite.
if [ "${WSI_SCREEN_SANITIZE:-1}" = 1 ]; then
    # The sanitizer wants its memory layout; kernels that randomize addresses widely get in its way.
    prefix=""
    if setarch --addr-no-randomize true 2>/dev/null; then prefix="setarch --addr-no-randomize"; fi
    $prefix swift test --sanitize thread --scratch-path .build-sanitized --filter "FlowTests|Worker teams"
fi
swift build -c release --build-tests
# One test after the other: many of them keep all cores busy, and the others have time limits.
swift test -c release --skip-build --no-parallel
