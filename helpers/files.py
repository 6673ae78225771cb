"""Write a file completely or not at all, and one program at a time."""

import hashlib
import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


def checksum(record, *paths):
    """Compute one checksum of a record and of files, so that none can change alone.

    Parameters
    ----------
    record : dict
        Plain values.
    *paths : Path

    Returns
    -------
    str
        SHA-256 as 64 hexadecimal digits.
    """
    text = json.dumps(record, sort_keys=True)
    for path in paths:
        with open(path, "rb") as file:
            text += hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(text.encode()).hexdigest()


def sealed_record(sidecar, weights, missing, again):
    """Read a record that was saved with weights, if both are as they were saved.

    Parameters
    ----------
    sidecar, weights : Path
        The record, JSON whose ``sha256`` is the `checksum` of all the rest, and the weights.
    missing, again : str
        The way out where a file is missing, and where one is damaged, to end a sentence with.

    Returns
    -------
    dict
        The record without its checksum.

    Raises
    ------
    FileNotFoundError
        If one of the two is missing.
    ValueError
        If one was changed or damaged, or they were not saved together.
    """
    for path in (sidecar, weights):
        if not path.is_file():
            raise FileNotFoundError(f"there is no {path}; {missing}")
    try:
        record = json.loads(sidecar.read_text(encoding="utf-8"))
        saved = record.pop("sha256")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ValueError(f"{sidecar} is no record of a model; {again}") from None
    if saved != checksum(record, weights):
        raise ValueError(
            f"{weights} and {sidecar} are not as they were saved: one of them was changed, damaged "
            f"or comes from elsewhere; {again}"
        )
    return record


def _reserve(path, size):
    """Raise OSError where the disk, or the user's share of it, has no room for so many bytes."""
    if hasattr(os, "posix_fallocate"):
        with open(path, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))
    elif shutil.disk_usage(path.parent).free < size:
        raise OSError("No space left")


class NotWrittenError(OSError):
    """A file could not be written; what stood there before is whole."""


@contextmanager
def atomic_write(path, needs):
    """Give a name beside `path` to write to, and put the file in place when all went well.

    Parameters
    ----------
    path : Path
        Its folder is made if need be. Whatever stands there stays until the new file is complete.
    needs : int
        Bytes that will be written, roughly. They are reserved first: some libraries crash when
        the disk is full halfway through.

    Yields
    ------
    Path
        In the same folder and with the same ending.

    Raises
    ------
    NotWrittenError
        If the file cannot be written, with the bytes that it needs.
    """
    path = Path(path)
    beside = path.with_name(f"new-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _reserve(beside, needs)
        yield beside
        os.replace(beside, path)
    except NotWrittenError:  # another file's, written inside the block
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        held = isinstance(error, PermissionError)
        remedy = "Close the program that has it open" if held else "Make room"
        raise NotWrittenError(
            f"{path} was not written: {reason}. It needs {needs / 1e6:,.1f} MB. {remedy}, or name "
            "a folder that you may write to. What stood there before is whole."
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def write_text(path, text):
    """Write a text file completely or not at all.

    Parameters
    ----------
    path : Path
    text : str
        Stored as UTF-8, line ends as they are.

    Raises
    ------
    OSError
        See `atomic_write`.
    """
    content = text.encode()
    with atomic_write(path, len(content)) as beside:
        beside.write_bytes(content)


@contextmanager
def exclusive_lock(folder):
    """Keep other programs out of a folder while the block runs.

    The system releases the lock even if this program is killed. Weights that a killed program
    left half-written are removed.

    Parameters
    ----------
    folder : Path
        Made if need be. The lock is its file ``.lock``.

    Raises
    ------
    RuntimeError
        If another program has the folder.
    OSError
        If it cannot be made or written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0, is_singleton=True)
        lock.acquire()
    except Timeout:
        raise RuntimeError(
            f"another program is working in {folder}, perhaps a second notebook: wait for it or "
            "stop it, or name another folder"
        ) from None
    except OSError as error:
        raise OSError(
            f"{folder} cannot be used: {error.strerror}; name a folder that you may write to"
        ) from None
    try:
        for left in folder.glob("new-[0-9]*-*.weights.h5"):
            left.unlink()
        yield
    finally:
        lock.release()
