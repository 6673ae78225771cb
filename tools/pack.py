"""`make pack`: an image set as a few zip files, small enough to carry to a rented machine.

The images are those that the course trains on: 150 x 150 pixels, as JPEGs. Validation images lie
in a part of their own, so that the split stays what it was; unlabelled ones are left behind.
"""

import hashlib
import io
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from helpers import data
from helpers.files import atomic_write
from tools import course

QUALITY = 75  # of the JPEGs: a third of the size
LARGEST = 40_000_000  # bytes of a zip file
NAME = "images-{}-of-{}.zip"


def packed_images(scenes, quality=QUALITY):
    """Yield each labelled image as its path within the set, and its JPEG."""
    for part in ("train", "validation", "test"):
        images = getattr(scenes, part)
        for number, (pixels, label) in enumerate(zip(images.pixels, images.labels)):
            jpeg = io.BytesIO()
            Image.fromarray(pixels).save(jpeg, "JPEG", quality=quality)
            yield f"{part}/{scenes.class_names[label]}/{number:05}.jpg", jpeg.getvalue()


def pack(scenes, folder, largest=LARGEST):
    """Write the labelled images of a set as zip files; return their paths.

    Raises
    ------
    FileExistsError
        If the folder holds zip files of an earlier call.
    """
    folder, parts, size = Path(folder), [], largest
    if earlier := sorted(folder.glob("*.zip")):
        raise FileExistsError(f"{earlier[0]} is there already: remove {folder}")
    total = sum(len(getattr(scenes, part).labels) for part in ("train", "validation", "test"))
    with tempfile.TemporaryDirectory() as beside:
        for name, jpeg in tqdm(packed_images(scenes), "packing", total, file=sys.stdout):
            takes = len(jpeg) + 2 * len(name.encode()) + 150  # with the zip's own entries
            if size + takes > largest:
                parts.append(Path(beside, f"{len(parts)}.zip"))
                size = 100
            with zipfile.ZipFile(parts[-1], "a") as part:
                part.writestr(name, jpeg)
            size += takes
        paths = [folder / NAME.format(n, len(parts)) for n in range(1, len(parts) + 1)]
        for part, path in zip(parts, paths):
            with atomic_write(path, part.stat().st_size) as new:
                shutil.copyfile(part, new)
    return paths


def packed(folder):
    """Return the paths of the zip files that `pack` wrote into a folder; none is missing.

    Raises
    ------
    ValueError
        If one is missing; the message names it.
    """
    paths = sorted(Path(folder).glob(NAME.format("*", "*")))
    for total in {path.stem.rpartition("-")[2] for path in paths}:
        for number in range(1, int(total) + 1 if total.isdecimal() else 1):
            if not (path := Path(folder, NAME.format(number, total))).exists():
                raise ValueError(f"{path} is missing: copy it again")
    return paths


def unpack(folder, target):
    """Unpack the zip files of a folder into a set below `target`, unless it is there; return it.

    Raises
    ------
    ValueError
        If a zip file is missing or damaged.
    """
    paths, held = packed(folder), hashlib.sha256()
    for path in paths:
        held.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    place = Path(target, held.hexdigest()[:12])
    if not place.is_dir():
        with tempfile.TemporaryDirectory(dir=target, prefix="new-") as beside:
            for path in paths:
                try:
                    with zipfile.ZipFile(path) as part:
                        part.extractall(Path(beside, "set"))
                except zipfile.BadZipFile as error:
                    raise ValueError(f"{path} is damaged ({error}): copy it again") from None
            Path(beside, "set").rename(place)
    return place


if __name__ == "__main__":
    course.use_images_from_where_make_was_called()
    try:
        for path in pack(data.load(skip_unreadable=True), course.ROOT / "build" / "packed"):
            print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")
    except (ValueError, OSError) as error:
        raise SystemExit(str(error)) from error
