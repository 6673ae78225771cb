"""Where the course's files lie, and which images it takes."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build" / "lessons"
MY_LESSONS = ROOT / "my_lessons"


def lessons(folder=NOTEBOOKS):
    """Return the lessons' paths in teaching order: 01_..., 04_..., 04b_..., and so on."""
    paths = sorted(Path(folder).glob("[0-9][0-9]*_*.ipynb"))
    return [path for path in paths if re.match(r"\d\d[a-z]?_", path.name)]


def solutions(folder=NOTEBOOKS):
    """Return the paths of the solutions to the lessons' exercises, in the same order."""
    return lessons(Path(folder) / "solutions")


def use_images_from_where_make_was_called(environ=os.environ):
    """Make ALEXNET_DATA absolute, so that it means the same folder in every kernel.

    A relative folder counts from where make was called, which the Makefile leaves in CALLED_FROM.

    Raises
    ------
    SystemExit
        If the folder does not exist; the sentence names it.
    """
    given = environ.get("ALEXNET_DATA", "").strip()
    if not given:
        environ.pop("ALEXNET_DATA", None)
        return
    folder = Path(environ.get("CALLED_FROM", os.getcwd()), Path(given).expanduser()).resolve()
    if not folder.is_dir():
        raise SystemExit(
            f"DATA={given}: there is no folder {folder}. Give the folder that holds seg_train, or "
            "one with a folder of images for each class; without DATA the lessons use their own."
        )
    environ["ALEXNET_DATA"] = str(folder)
