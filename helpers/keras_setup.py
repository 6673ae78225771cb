"""Import Keras without the start-up messages of its backend: always from here, and first."""

import logging
import os
import subprocess
import sys
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# On processors without 16-bit arithmetic TensorFlow leaves Intel's oneDNN off, though there too
# AlexNet trains faster with it, by up to 40 per cent.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Otherwise TensorFlow takes nearly all of a graphics card's memory at once.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")


@contextmanager
def silent_stderr():
    """Hold back what is written to file descriptor 2 while the block runs, unless it fails.

    TensorFlow's C++ part writes its messages straight to the descriptor, past `sys.stderr`, and
    ends the whole process where it cannot run. So the messages go to a small program of its own,
    which shows them unless a zero byte at their end says that all went well.
    """
    show = "import os; s = open(0, 'rb').read(); s.endswith(b'\\0') or os.write(2, s)"
    watcher = subprocess.Popen([sys.executable, "-ISc", show], stdin=subprocess.PIPE)
    saved = os.dup(2)
    os.dup2(watcher.stdin.fileno(), 2)
    try:
        yield
        os.write(2, b"\0")
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        watcher.stdin.close()
        watcher.wait()


with silent_stderr():
    import keras  # and with it the backend

# It warns of every few networks that are built one after the other, as lessons do on purpose.
logging.getLogger("tensorflow").addFilter(lambda said: "function retracing" not in str(said.msg))

__all__ = ["keras", "silent_stderr"]
