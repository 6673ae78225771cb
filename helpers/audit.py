"""What is wrong with an image set: copies, leaks, contradictory labels, odd sizes."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np


class Copy(NamedTuple):
    """One of several identical files: the part it lies in, its class (or None), its path."""

    part: str
    class_name: str | None
    path: object


def identical_files(parts, class_names):
    """Group the files that are equal byte by byte.

    Parameters
    ----------
    parts : dict
        ``{name of the part: Images}``.
    class_names : sequence of str

    Returns
    -------
    list of list of Copy
        Groups of two files or more, in the order of their first paths.
    """
    groups = defaultdict(list)
    for part, images in parts.items():
        for path, label, digest in zip(images.paths, images.labels, images.digests, strict=True):
            name = class_names[label] if label >= 0 else None
            groups[digest].append(Copy(part, name, path))
    return [group for group in groups.values() if len(group) > 1]


def parts_of(scenes):
    """Name the parts of a set; test images that stand in for unlabelled ones are left out.

    Parameters
    ----------
    scenes : Scenes

    Returns
    -------
    dict
        ``{name of the part: Images}``.
    """
    parts = {name: getattr(scenes, name) for name in ("train", "validation", "test", "unlabelled")}
    if list(scenes.unlabelled.paths) == list(scenes.test.paths):
        del parts["unlabelled"]
    return parts


def is_leak(group):
    """Say whether a group of identical files lies on both sides of the test.

    The validation part is a share of the training part, so that copies there are no leak.
    """
    parts = {copy.part for copy in group}
    return "test" in parts and bool(parts & {"train", "validation"})


def is_conflict(group):
    """Say whether identical files carry different labels."""
    return len({copy.class_name for copy in group if copy.class_name}) > 1


def contradicting_copies(scenes):
    """List the labelled files that have a copy with another label, copies side by side.

    Parameters
    ----------
    scenes : Scenes

    Returns
    -------
    list of Copy
    """
    groups = identical_files(parts_of(scenes), scenes.class_names)
    return [copy for group in groups if is_conflict(group) for copy in group if copy.class_name]


def odd_sizes(parts, size=150):
    """List the images whose file does not hold ``size`` x ``size`` pixels.

    Parameters
    ----------
    parts : dict
        ``{name of the part: Images}``.
    size : int, default 150

    Returns
    -------
    list of (part, path, (width, height))
    """
    return [
        (part, path, (int(width), int(height)))
        for part, images in parts.items()
        for path, (width, height) in zip(images.paths, images.sizes, strict=True)
        if (width, height) != (size, size)
    ]


def report(scenes, size=150):
    """Count what is wrong with a set.

    Parameters
    ----------
    scenes : Scenes
        Loaded with ``skip_unreadable=True``, else unreadable files stop the loading.
    size : int, default 150
        The side that every image should have, in pixels.

    Returns
    -------
    dict
        ``{finding: count}``, in the order in which to read it.
    """
    parts = parts_of(scenes)
    groups = identical_files(parts, scenes.class_names)
    places = [{copy.part for copy in group} for group in groups]
    plain = [np.ptp(part.pixels, axis=(1, 2)).max(axis=1) == 0 for part in parts.values()]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in scenes.passed_over.items())
    ignored = f"files ignored ({kinds or 'not images, or in no class'})"
    return {
        "unreadable files": len(scenes.unreadable),
        ignored: sum(scenes.passed_over.values()),
        "images with transparency, put on white": sum(p.transparent.sum() for p in parts.values()),
        "images of a single colour": sum(map(sum, plain)),
        f"images that are not {size} x {size}": len(odd_sizes(parts, size)),
        "groups of identical files": len(groups),
        "... within the training part": sum(p <= {"train", "validation"} for p in places),
        "... shared by the training and test parts": sum(is_leak(group) for group in groups),
        "... that include an unlabelled image": sum("unlabelled" in p for p in places),
        "... with contradictory labels": sum(is_conflict(group) for group in groups),
    }
