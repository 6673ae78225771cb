"""Find the images: which folder, which parts, which classes.

A set is a folder with one folder a class, or with such folders for training and testing: the
layout ``seg_train/seg_train/<class>/*.jpg`` of Kaggle, and others (see `PARTS`).
"""

import os
import re
import zipfile
from collections import Counter
from pathlib import Path

from PIL import Image

EMBEDDED = Path(__file__).resolve().parent.parent / "data" / "scenes"
PARTS = {  # in any case; test_set, test_data and test_images are test
    "train": {"train", "training", "seg_train"},
    "validation": {"val", "valid", "validation"},
    "test": {"test", "testing", "seg_test"},
    "unlabelled": {"pred", "unlabelled", "unlabeled", "seg_pred"},
}
BESIDE = {"masks", "labels", "annotations"}  # what lies beside images, and is none
NO_CLASSES = BESIDE | {"images"}
ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"}
JUNK = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"}

# What Pillow opens, without what it hands on to other programs or only recognises.
NOT_READ = {"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"}
SUFFIXES = {
    suffix
    for suffix, name in Image.registered_extensions().items()
    if name in Image.OPEN and name not in NOT_READ
} | {".mpo"}  # which opens as a JPEG
FORMATS = sorted(set(Image.OPEN) - NOT_READ)


def data_folder(folder=None):
    """Choose the image set: the argument, else `ALEXNET_DATA`, else the embedded scenes.

    Parameters
    ----------
    folder : str or Path, optional

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it is a file.
    """
    chosen = Path(folder or os.environ.get("ALEXNET_DATA") or EMBEDDED).expanduser()
    if chosen.is_file():
        packed = zipfile.is_zipfile(chosen) or chosen.suffix.lower() in ARCHIVES
        what = "an archive: unpack it first" if packed else "a file"
        raise FileNotFoundError(f"{chosen} is {what}; give the folder that holds the images")
    if not chosen.is_dir():
        raise FileNotFoundError(f"there is no image folder {chosen}: check its path")
    return chosen


def _is_junk(name):
    """Say whether a name is one that systems leave behind: hidden files, thumbnails."""
    return name.startswith(".") or name.lower() in JUNK


def _folders(folder):
    """List the folders in a folder by name; hidden ones, junk and closed doors are left out."""
    try:
        found = [path for path in folder.iterdir() if path.is_dir()]
    except PermissionError:
        return []
    return sorted(path for path in found if not _is_junk(path.name))


def _part(folder):
    """Return the part that a folder's name stands for, None for any other name."""
    name = re.sub("[- ]", "_", folder.name.lower())
    name = re.sub("_(set|data|images)$", "", name)
    return next((part for part, names in PARTS.items() if name in names), None)


def _parts_in(folder):
    """Return ``{part: folder}`` of what lies directly in a folder; doubled ones are entered."""
    parts = {}
    for outer in _folders(folder):
        if part := _part(outer):
            if part in parts:
                raise ValueError(
                    f"{parts[part]} and {outer} could both be the {part} part: rename one of them"
                )
            inner = _folders(outer)
            doubled = len(inner) == 1 and inner[0].name.lower() in (outer.name.lower(), "images")
            parts[part] = inner[0] if doubled else outer
    return parts


def _is_set(folder):
    """Say whether a folder holds a training part with folders in it."""
    return "train" in (parts := _parts_in(folder)) and bool(_folders(parts["train"]))


def set_folder(folder):
    """Find the image set that a folder is, lies in as one of its parts, or holds.

    Parameters
    ----------
    folder : Path
        The set itself, one of its parts, or a folder up to two levels above the set.

    Returns
    -------
    Path
        The folder itself if no training part is found: then its folders are the classes.

    Raises
    ------
    ValueError
        If it holds several sets.
    """
    folder = Path(os.path.abspath(folder))
    doubled = folder.parent.name.lower() == folder.name.lower()
    above = folder.parent.parent if doubled else folder.parent
    if _part(folder) and len(_parts_in(folder)) < 2 <= len(_parts_in(above)) and _is_set(above):
        folder = above
    children = _folders(folder)
    for level in ([folder], children, [each for child in children for each in _folders(child)]):
        found = [each for each in level if _is_set(each)]
        if len(found) > 1:
            listed = ", ".join(map(str, found))
            raise ValueError(f"{folder} holds several image sets: {listed}; give one of them")
        if found:
            return found[0]
    return folder


def find_parts(folder):
    """Find the parts of an image set.

    Parameters
    ----------
    folder : Path
        See `set_folder`.

    Returns
    -------
    dict
        ``{"train": Path, "validation": Path or None, "test": ..., "unlabelled": ...}``. A test
        part without class folders is unlabelled.
    """
    folder = set_folder(folder)
    found = _parts_in(folder) if _is_set(folder) else {"train": folder}
    if "test" in found and {f.name.lower() for f in _folders(found["test"])} <= NO_CLASSES:
        found.setdefault("unlabelled", found.pop("test"))
    return {part: found.get(part) for part in PARTS}


def _files(folder, without=frozenset()):
    """Yield the files in a folder and below it, junk left out, and folders that are closed."""
    closed, seen = [], set()
    for place, inner, names in os.walk(folder, onerror=closed.append, followlinks=True):
        here = os.path.realpath(place)
        if here in seen:  # a link may lead back
            inner.clear()
            continue
        seen.add(here)
        inner[:] = [name for name in inner if not _is_junk(name) and name.lower() not in without]
        yield from (Path(place, name) for name in names if not _is_junk(name))
    yield from (Path(error.filename) for error in closed)


def _images(folder):
    """Yield the image files in a folder and below it, masks and the like left out."""
    for path in _files(folder, BESIDE):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            yield path


def image_files(folder):
    """List the image files in a folder and below it by path; other files are passed over."""
    return sorted(_images(folder), key=str)


def _kind(path):
    """Say in a few words what a file is that is not used."""
    if not path.exists():
        return "broken links"
    if not path.is_file():
        return "folders that may not be opened, or no files"
    if path.suffix.lower() in SUFFIXES:
        return "images of no class"
    return ascii(path.suffix.lower())[1:-1] or "without an ending"


def passed_over(folder, used):
    """Count the files of a set that are not used, by kind.

    Parameters
    ----------
    folder : Path
        See `set_folder`.
    used : iterable of Path

    Returns
    -------
    dict
        ``{kind: count}``, the most frequent kind first.
    """
    used = set(used)
    left = [path for path in _files(folder) if path not in used]
    if any(path.suffix.lower() in SUFFIXES for path in left):  # perhaps used by another name
        linked = {os.path.realpath(path) for path in used}
        left = [path for path in left if os.path.realpath(path) not in linked]
    return dict(Counter(map(_kind, left)).most_common())


def class_names(folder):
    """Name the classes of a labelled part: its folders, sorted.

    Sorted, because the order in which a file system lists folders is promised nowhere, and the
    position in this list is the number that the model learns.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If there are fewer than two class folders, one of them holds no image, or a name cannot
        be that of a class.
    """
    found = [path for path in _folders(folder) if path.name.lower() not in NO_CLASSES]
    names = [path.name for path in found]
    for path in found:
        if not path.name.isprintable():
            raise ValueError(f"{ascii(str(path))} is no name that can be printed: rename it")
        if part := _part(path):
            raise ValueError(
                f"{path} has the name of a {part} part, and the classes are expected in {folder}: "
                "give each class a folder of its own, in a folder train if there are parts; or "
                f"rename {path.name}, if that is a class"
            )
        if _parts_in(path):
            raise ValueError(
                f"{path} holds {', '.join(map(str, _parts_in(path).values()))}: put the classes "
                "into the parts, such as train/cats and test/cats"
            )
    if len(names) < 2:
        deeper = [path for path in _folders(folder) if len(_folders(path)) > 1]
        archives = [path for path in _files(folder) if path.suffix.lower() in ARCHIVES]
        remedy = "give the folder that holds the classes, or fill or remove this one"
        remedy = f"unpack {archives[0]}" if archives else remedy
        raise ValueError(
            f"{folder} holds {len(names)} class folders {names}; a set needs at least two: "
            f"{f'give {deeper[0]}' if deeper else remedy}"
        )
    if empty := [path.name for path in found if next(_images(path), None) is None]:
        raise ValueError(
            f"no image that can be read in these class folders of {folder}: {', '.join(empty)}; "
            "fill them or remove them"
        )
    return names


def labelled_files(folder, names):
    """List the images of a labelled part with their class numbers.

    Parameters
    ----------
    folder : Path
        Part of the set with one folder a class.
    names : list of str
        Classes of the training part, in order.

    Returns
    -------
    paths : list of Path
    labels : list of int
        Position of each image's class in `names`.

    Raises
    ------
    ValueError
        If the part has other classes than `names`.
    """
    found = class_names(folder)
    if found != list(names):
        raise ValueError(
            f"the classes of {folder} are {found}, those of the training part {list(names)}: "
            "both parts need the same class folders"
        )
    pairs = [
        (path, label) for label, name in enumerate(names) for path in image_files(folder / name)
    ]
    return [path for path, _ in pairs], [label for _, label in pairs]
