"""Find the images: which folder, which parts, which classes.

The layout is Kaggle's: ``seg_train/seg_train/<class>/*.jpg``, the same for ``seg_test``, and
unlabelled images in ``seg_pred/seg_pred``. The doubled folders may be single, and a plain folder
of class folders does as well.
"""

import os
from pathlib import Path

EMBEDDED = Path(__file__).resolve().parent.parent / "data" / "scenes"
SUFFIXES = {".jpg", ".jpeg", ".png"}


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
        If there is no such folder.
    """
    chosen = Path(folder or os.environ.get("ALEXNET_DATA") or EMBEDDED).expanduser()
    if not chosen.is_dir():
        raise FileNotFoundError(f"there is no image folder {chosen}: check its path")
    return chosen


def find_parts(folder):
    """Find the training, test and unlabelled part below a folder.

    Parameters
    ----------
    folder : Path
        The set itself, a folder up to two levels above it, or its training part. A folder
        without any ``seg_train`` is taken as the training part: its folders are the classes.

    Returns
    -------
    dict
        ``{"train": Path, "test": Path or None, "unlabelled": Path or None}``

    Raises
    ------
    ValueError
        If several sets lie below the folder.
    """
    folder = Path(os.path.abspath(folder))
    while folder.name in ("seg_train", "seg_test", "seg_pred"):
        folder = folder.parent
    patterns = ("seg_train", "*/seg_train", "*/*/seg_train")
    levels = [[hit for hit in folder.glob(pattern) if hit.is_dir()] for pattern in patterns]
    found = next((sorted(level) for level in levels if level), [])
    if not found:
        return {"train": folder, "test": None, "unlabelled": None}
    if len(found) > 1:
        listed = ", ".join(str(hit.parent) for hit in found)
        raise ValueError(f"{folder} holds several image sets: {listed}; give one of them")
    parts = {}
    for name, part in (("train", "seg_train"), ("test", "seg_test"), ("unlabelled", "seg_pred")):
        outer = found[0].parent / part
        inner = outer / part
        parts[name] = inner if inner.is_dir() else outer if outer.is_dir() else None
    return parts


def image_files(folder):
    """List the image files of one folder by name; hidden and other files are passed over."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


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
        If there are fewer than two class folders, or one of them holds no image.
    """
    names = sorted(f.name for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
    if len(names) < 2:
        raise ValueError(
            f"{folder} holds {len(names)} class folders {names}; a set needs at least two: "
            "give the folder whose folders are the classes"
        )
    empty = [name for name in names if not image_files(folder / name)]
    if empty:
        deeper = [name for name in empty if any(f.is_dir() for f in (folder / name).iterdir())]
        remedy = "fill them or remove them"
        if deeper:
            remedy = f"if the classes are folders in {deeper[0]}, give {folder / deeper[0]}"
        raise ValueError(
            f"no image ({', '.join(sorted(SUFFIXES))}) in these class folders of {folder}: "
            f"{', '.join(empty)}; {remedy}"
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
