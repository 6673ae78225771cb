#!/bin/sh
# Print the first of the named Pythons that runs, is 3.11 to 3.13 and can make an environment.
# PYTHON=path overrules the names. A `python3.13` on the path may be a stand-in that does not run,
# and Debian ships Python without venv, so each candidate has to prove itself.

[ -n "$PYTHON" ] && set -- "$PYTHON"
bare=

for python in "$@"; do
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
        2>/dev/null || continue
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
    bare=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
done

if [ -n "$bare" ]; then
    echo "Python $bare is here without its venv module: install it (on Debian and Ubuntu:" \
        "sudo apt install python$bare-venv) and run make again." >&2
else
    echo "None of these runs as Python 3.11, 3.12 or 3.13: $*. Install one (on Debian and Ubuntu:" \
        "sudo apt install python3 python3-venv) or name yours: make PYTHON=path." >&2
fi
exit 1
