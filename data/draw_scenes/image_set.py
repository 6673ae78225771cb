"""The whole set of pictures, in the layout of the Intel set: its files, and writing them."""

import io
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import CLASSES, FIRST, class_seed, picture
from .camera import SIDE

SEED = 7
QUALITY = 83
COUNTS = {"train": 235, "test": 30, "pred": 4}  # pictures of each class
FOLDERS = {"train": "seg_train/seg_train", "test": "seg_test/seg_test", "pred": "seg_pred/seg_pred"}

# Like the real set, this one has a few flaws. The first picture is the second one's file again:
COPIES = {
    ("train", "forest", 230): ("train", "forest", 17),
    ("train", "sea", 231): ("train", "sea", 58),
    ("train", "street", 232): ("train", "street", 101),
    ("train", "street", 233): ("train", "buildings", 4),  # one file, two labels
    ("test", "glacier", 29): ("train", "mountain", 40),  # in training and test, with two labels
    ("pred", "mountain", 3): ("train", "mountain", 140),  # an unlabelled one that has a label
}
# And these pictures are not square: width and height.
SIZES = {
    ("train", "buildings", 44): (150, 113),
    ("train", "glacier", 71): (150, 136),
    ("train", "mountain", 205): (141, 150),
    ("test", "sea", 12): (150, 100),
}


class Planned(NamedTuple):
    """A file of the set: where it goes, which picture it holds, and how large that is."""

    path: str
    split: str
    label: str
    index: int
    size: tuple[int, int]


def _numbers(seed):
    """Deal a number at random to each picture: the name of its file, which tells nothing.

    Classes that were added after the first six get numbers above theirs.
    """
    slots = [
        (split, label, index)
        for split, count in COUNTS.items()
        for label in FIRST
        for index in range(count)
    ]
    dealt = np.random.default_rng(seed).permutation(len(slots))
    names = {slot: str(number) for slot, number in zip(slots, dealt, strict=True)}
    for label in CLASSES.keys() - set(FIRST):
        rng = np.random.default_rng((seed, class_seed(label)))
        for split, count in COUNTS.items():
            for index, number in enumerate(rng.choice(8000, count, replace=False)):
                names[split, label, index] = str(len(slots) + number)
    return names


def plan(seed=SEED):
    """List all files of the set."""
    names, files = _numbers(seed), []
    for split, count in COUNTS.items():
        for label in CLASSES:
            folder = FOLDERS[split] if split == "pred" else f"{FOLDERS[split]}/{label}"
            for index in range(count):
                slot = (split, label, index)
                source = COPIES.get(slot, slot)
                size = SIZES.get(source, (SIDE, SIDE))
                files.append(Planned(f"{folder}/{names[slot]}.jpg", *source, size))
    return files


def encode(planned, seed=SEED):
    """Draw the picture of a planned file: the bytes of its JPEG."""
    image = picture(seed, planned.split, planned.label, planned.index)
    width, height = planned.size
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    file = io.BytesIO()
    cut = image.crop((left, top, left + width, top + height))
    cut.save(file, "JPEG", quality=QUALITY, subsampling="4:2:0")
    return file.getvalue()


def write(folder, workers, force=False):
    """Write all files into a new folder, which takes its name only when it is complete."""
    folder, files = Path(folder).absolute(), plan()
    inside = {entry.name for entry in folder.iterdir()} if folder.exists() else set()
    if inside and not (force and inside <= {"seg_train", "seg_test", "seg_pred"}):
        sys.exit(f"{folder} is not empty: give --force to replace a set of scenes that lies there")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as building:
        new, old, total = Path(building) / "new", Path(building) / "old", 0
        with get_context("spawn").Pool(workers) as pool:
            for planned, content in zip(files, pool.imap(encode, files, 8), strict=True):
                path = new / planned.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                total += len(content)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return len(files), total
