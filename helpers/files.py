"""Write a file whole or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path):
    """Give a name beside `path` to write to, and put the file in place when all went well.

    Parameters
    ----------
    path : Path
        Its folder is made if need be. Whatever stands there stays until the new file is complete.

    Yields
    ------
    Path
        In the same folder and with the same ending.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"new-{os.getpid()}-{path.name}")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
