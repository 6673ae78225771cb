"""Import Keras without the start-up messages of its backend: always from here, and first."""

import os
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def silent_stderr():
    """Send everything written to file descriptor 2 to nowhere while the block runs.

    TensorFlow's C++ part writes its messages straight to the descriptor, past `sys.stderr`.
    """
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


with silent_stderr():
    import keras
    import tensorflow as tf

__all__ = ["keras", "silent_stderr", "tf"]
