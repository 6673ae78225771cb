"""Write a file whole or not at all, and by one program at a time."""

import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


def sha256(path):
    """Return the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole(path, needs=0):
    """Give a name beside `path` to write to, and put the file in place when all went well.

    Parameters
    ----------
    path : Path
        Its folder is made if need be. Whatever stands there stays until the new file is complete.
    needs : int, default 0
        Bytes that will be written, roughly: asked of the disk before it is filled in vain.

    Yields
    ------
    Path
        In the same folder and with the same ending.

    Raises
    ------
    OSError
        If the file cannot be written, with the bytes that it needs.
    """
    path = Path(path)
    beside = path.with_name(f"new-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(path.parent).free) < needs:
            raise OSError(f"the disk has {free / 1e6:,.1f} MB left")
        yield beside
        os.replace(beside, path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        size = f"It needs {needs / 1e6:,.1f} MB. " if needs else ""
        raise OSError(
            f"{path} was not written: {reason}. {size}Make room, or name a folder "
            "that you may write to. What stood there before is whole."
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink()


@contextmanager
def alone(folder):
    """Keep other programs out of a folder while the block runs.

    The system frees the lock also where this program is killed. What a killed one left
    half-written is removed.

    Parameters
    ----------
    folder : Path
        Made if need be. The lock is its file ``.lock``.

    Raises
    ------
    RuntimeError
        If another program has the folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            for left in folder.glob("new-*"):
                left.unlink()
            yield
    except Timeout:
        raise RuntimeError(
            f"another program is working in {folder}, perhaps a second notebook: wait for it or "
            "stop it, or name another folder"
        ) from None
