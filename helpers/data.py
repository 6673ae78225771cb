"""Load an image set in three labelled parts: train, validation, test."""

import hashlib
import os
from pathlib import Path
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
    passed_over : dict
        ``{kind: count}`` of the files that are no images of a class or part.
    """

    class_names: tuple
    train: Images
    validation: Images
    test: Images
    unlabelled: Images
    unreadable: dict
    passed_over: dict


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


def split(images, share, class_names, part="validation", from_top=False, leave=1):
    """Hold out a share of a set, chosen by the content of its files.

    A class too small for that gives its nearest file or keeps it, and a line is printed.

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
    leave : int, default 1
        So many different files of each class are kept at least.

    Returns
    -------
    kept, held_out : Images
        Files that are equal byte by byte are on one side, and no file changes sides when others
        are added, except in a class so small.

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
    held_out, small = position < share, []
    for label, name in enumerate(class_names):
        own = np.unique(position[images.labels == label])  # copies count once
        if len(own) <= leave:
            raise ValueError(
                f"class {name!r} has {len(own)} different images where {leave + 1} are needed "
                f"to hold one out for {part}: add images, or remove the class"
            )
        wanted = np.clip((own < share).sum(), 1, len(own) - leave)
        if wanted != (own < share).sum():
            small.append(name)
            held_out[np.isin(position, own[:wanted])] = True
            held_out[np.isin(position, own[wanted:])] = False
    if small:
        print(
            f"{', '.join(small)}: too few images for a {part} share of {share:.0%}, so the one "
            "nearest to it was taken"
        )
    for label, name in enumerate(class_names):
        own = images.labels == label
        left = len(np.unique(position[own & ~held_out]))
        if left < leave or not (own & held_out).any():
            others = np.isin(position, position[own]) & ~own
            raise ValueError(
                f"class {name!r} is left without images for {part} or training, for these are "
                f"copies with other labels: {', '.join(map(str, images.paths[others][:5]))}; give "
                "each one label, or remove them"
            )
    return images.take(~held_out), images.take(held_out)


def load(folder=None, size=150, validation_share=0.15, skip_unreadable=False, skip_leaks=False):
    """Check a folder of images, read every file once, and split the set.

    Files ignored on the way are counted and printed.

    Parameters
    ----------
    folder : str or Path, optional
        See `folders.data_folder`: by default the embedded scenes.
    size : int, default 150
        Side in pixels of the arrays.
    validation_share : float, default 0.15
        Part of the training images held out to choose by, if the set has no validation part.
        Without a test part, as large a share becomes the test part too (70/15/15); without
        unlabelled images the test images stand in.
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
    given = Path(os.path.abspath(folders.data_folder(folder)))
    root, parts = folders.set_folder(given), folders.find_parts(given)
    if not parts["test"] and not 0 < validation_share < 0.5:
        raise ValueError(
            f"the validation share is {validation_share}; it must lie between 0 and 0.5, since as "
            "much is held out for testing"
        )
    names = folders.class_names(parts["train"])
    files = {
        part: folders.labelled_files(parts[part], names)
        for part in ("train", "validation", "test")
        if parts[part]
    }
    if parts["unlabelled"]:
        files["unlabelled"] = (folders.image_files(parts["unlabelled"]), None)
    used = [path for paths, _ in files.values() for path in paths]
    passed_over = folders.passed_over(given if given in root.parents else root, used)
    if passed_over:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in passed_over.items())
        print(f"Files ignored: {kinds}")

    images, unreadable = {}, {}
    for part, (paths, labels) in files.items():
        images[part], bad = read(paths, labels, size)
        unreadable |= bad
    white = max(part.whites.max(initial=0) for part in images.values())
    for part, (paths, labels) in files.items():  # one white for the whole set
        if 0 < images[part].whites.max(initial=0) < white:
            images[part], _ = read(paths, labels, size, white)
    if unreadable and not skip_unreadable:
        listed = "".join(f"\n  {path}: {reason}" for path, reason in unreadable.items())
        raise ValueError(
            f"{len(unreadable)} files cannot be read; fix or remove them, or load with "
            f"skip_unreadable=True:{listed}"
        )

    if skip_leaks and "test" in images:
        for part in images.keys() & {"train", "validation"}:
            leaked = np.isin(images[part].digests, images["test"].digests)
            images[part] = images[part].take(~leaked)
    for part in images.keys() - {"unlabelled"}:
        if lost := [name for label, name in enumerate(names) if label not in images[part].labels]:
            raise ValueError(
                f"no image is left of these classes of {parts[part]}: {lost}; their files "
                "cannot be read, or are leaks (skip_leaks): fix them, or remove the folders"
            )
    train, testing = images["train"], "test" in images
    if "validation" not in images:
        train, images["validation"] = split(
            train, validation_share, names, leave=1 if testing else 2
        )
    if not testing:
        train, images["test"] = split(train, validation_share, names, "test", from_top=True)
    validation, test = images["validation"], images["test"]
    unlabelled = images.get("unlabelled", test.take([]))
    if len(unlabelled.paths) == 0:
        unlabelled = test._replace(labels=np.full(len(test.labels), -1))
    return Scenes(tuple(names), train, validation, test, unlabelled, unreadable, passed_over)
