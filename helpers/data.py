"""Load an image set in three labelled parts: train, validation, test."""

import hashlib
from typing import NamedTuple

import numpy as np

from helpers import folders
from helpers.images import Images, read


class Scenes(NamedTuple):
    """A whole image set.

    Attributes
    ----------
    class_names : tuple of str
        Names in the order of the class numbers.
    train, validation, test, unlabelled : Images
    unreadable : dict
        ``{path: reason}`` of the files left out; empty unless that was asked for.
    """

    class_names: tuple
    train: Images
    validation: Images
    test: Images
    unlabelled: Images
    unreadable: dict


def fingerprint(scenes):
    """Return 12 hexadecimal digits that stand for the class names and the training images.

    Parameters
    ----------
    scenes : Scenes

    Returns
    -------
    str
        Of the SHA-256 over the sorted fingerprints of the files, each with its label.
    """
    files = sorted(f"{d} {n}" for d, n in zip(scenes.train.digests, scenes.train.labels))
    return hashlib.sha256("\n".join([*scenes.class_names, *files]).encode()).hexdigest()[:12]


def content_position(digests):
    """Place files between 0 and 1 by their content.

    The first 12 hexadecimal digits of a SHA-256, read as a fraction: effectively random, and yet
    the same for the same file on every machine, whatever its name and its neighbours.

    Parameters
    ----------
    digests : sequence of str, length n

    Returns
    -------
    ndarray of float, shape (n,)
        0 <= position < 1.

    Examples
    --------
    >>> content_position(["8" + 63 * "0", 64 * "0"]).tolist()
    [0.5, 0.0]
    """
    return np.array([int(digest[:12], 16) / 16**12 for digest in digests])


def split(images, share, class_names, part="validation", from_top=False):
    """Hold out a share of a set, chosen by the content of its files.

    Parameters
    ----------
    images : Images
        Labelled images.
    share : float
        Part of the images to hold out, 0 < share < 1.
    class_names : sequence of str
        Names in the order of the class numbers.
    part : str, default 'validation'
        What the held-out images are called in messages.
    from_top : bool, default False
        Hold out the positions near 1 instead of those near 0.

    Returns
    -------
    kept, held_out : Images
        Files that are equal byte by byte are on one side, and no file changes sides when others
        are added.

    Raises
    ------
    ValueError
        If the share is out of range or a class is left without an image on one of the sides.
    """
    if not 0 < share < 1:
        raise ValueError(f"the {part} share is {share}; it must lie between 0 and 1")
    position = content_position(images.digests)
    if from_top:
        position = 1 - position
    for label, name in enumerate(class_names):
        own = position[images.labels == label]
        if not (own < share).any():
            enough = (np.floor(own.min() * 1000) + 1) / 1000
            larger = f"a share of {enough:.3f} would give it one, or " if enough < 0.5 else ""
            raise ValueError(
                f"class {name!r} has {len(own)} images to split and none falls into the "
                f"{part} share of {share}: {larger}add images"
            )
        if (own < share).all():
            raise ValueError(
                f"class {name!r} has {len(own)} images to split, all in the {part} share of "
                f"{share}: none is left to train on; take a smaller share, or add images"
            )
    held_out = position < share
    return images.take(~held_out), images.take(held_out)


def load(folder=None, size=150, validation_share=0.15, skip_unreadable=False, skip_leaks=False):
    """Check a folder of images, read every file once, and split the set.

    Parameters
    ----------
    folder : str or Path, optional
        See `folders.data_folder`: by default the embedded scenes.
    size : int, default 150
        Side in pixels of the arrays.
    validation_share : float, default 0.15
        Part of the training images held out to choose by. Without a test part, as large a share
        becomes the test part too (70/15/15); without unlabelled images the test images stand in.
    skip_unreadable : bool, default False
        Leave out the files that cannot be read instead of stopping.
    skip_leaks : bool, default False
        Leave out the training images of which the test part holds a copy, byte by byte.

    Returns
    -------
    Scenes

    Raises
    ------
    FileNotFoundError, ValueError
        If the folder, a class, an image or a part is missing or unreadable; all unreadable files
        are named at once.
    """
    parts = folders.find_parts(folders.data_folder(folder))
    names = folders.class_names(parts["train"])
    files = {"train": folders.labelled_files(parts["train"], names)}
    if parts["test"]:
        files["test"] = folders.labelled_files(parts["test"], names)
    if parts["unlabelled"]:
        files["unlabelled"] = (folders.image_files(parts["unlabelled"]), None)

    images, unreadable = {}, {}
    for part, (paths, labels) in files.items():
        images[part], bad = read(paths, labels, size)
        unreadable |= bad
    if unreadable and not skip_unreadable:
        listed = "".join(f"\n  {path}: {reason}" for path, reason in unreadable.items())
        raise ValueError(
            f"{len(unreadable)} files cannot be read; fix or remove them, or load with "
            f"skip_unreadable=True:{listed}"
        )

    if skip_leaks and "test" in images:
        leaked = np.isin(images["train"].digests, images["test"].digests)
        images["train"] = images["train"].take(~leaked)
    for part in ("train", "test"):
        found = images[part].labels if part in images else range(len(names))
        if lost := [name for label, name in enumerate(names) if label not in found]:
            raise ValueError(
                f"no image is left of these classes of {parts[part]}: {lost}; their files "
                "cannot be read, or are leaks (skip_leaks): fix them, or remove the folders"
            )
    train, validation = split(images["train"], validation_share, names)
    if "test" not in images:
        train, images["test"] = split(train, validation_share, names, "test", from_top=True)
    test = images["test"]
    unlabelled = images.get("unlabelled", test.take([]))
    if len(unlabelled.paths) == 0:
        unlabelled = test._replace(labels=np.full(len(test.labels), -1))
    return Scenes(tuple(names), train, validation, test, unlabelled, unreadable)
