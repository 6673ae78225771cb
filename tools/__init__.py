"""What `make` runs: lessons, pages, stored outputs, pins. The lessons themselves use `helpers`."""

import sys


def _hook(kind, error, trace):
    """Answer Ctrl-C with a sentence, also while the packages are still being imported."""
    if issubclass(kind, KeyboardInterrupt):
        print("\nStopped by you.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _hook
