# Sourced, before setup.sh, by scripts that compare with Python programs. Takes the working folder off the arguments, or makes
# a temporary one that is removed at the end.
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    folder=$(realpath -m "$1")
    shift
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

# python_with PACKAGE...: sets `python` to an interpreter that has these packages: $WSI_SCREEN_PYTHON, or one that is made in
# the working folder.
python_with() {
    python=${WSI_SCREEN_PYTHON:-}
    if [ -n "$python" ]; then return; fi
    python=$folder/environment/bin/python
    if [ ! -x "$python" ]; then python3 -m venv "$folder/environment"; fi
    "$python" -m pip install --quiet "$@"
}
