"""Where the course's files lie, and which images it takes."""

import os
import re
from pathlib import Path

from helpers import recipes

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


def decks(folder=NOTEBOOKS):
    """Return the paths of the decks for the lecture hall, by name."""
    return sorted(Path(folder, "slides").glob("[a-z]*.ipynb"))


def stored(folder=NOTEBOOKS):
    """Return the paths of all notebooks that are stored with their outputs."""
    return lessons(folder) + solutions(folder) + decks(folder)


def use_images_from_where_make_was_called(environ=os.environ):
    """Make ALEXNET_DATA absolute, so that it means the same folder in every kernel.

    A relative folder counts from where make was called, which the Makefile leaves in CALLED_FROM,
    or from the course's own folder: a program that starts make in another folder leaves there
    where it was started itself.

    Raises
    ------
    SystemExit
        If the folder does not exist; the sentence names it.
    """
    given = environ.get("ALEXNET_DATA", "").strip()
    if not given:
        environ.pop("ALEXNET_DATA", None)
        return
    places = (environ.get("CALLED_FROM") or os.getcwd(), os.getcwd())
    tried = dict.fromkeys(str(Path(place, Path(given).expanduser()).resolve()) for place in places)
    found = [folder for folder in tried if os.path.isdir(folder)]
    if not found:
        raise SystemExit(
            f"DATA={given}: there is no folder {' or '.join(tried)}. Give the folder of an image "
            "set, with a folder of images for each class; without DATA the lessons use their own."
        )
    if len(found) > 1:
        raise SystemExit(f"DATA={given} could be {' or '.join(found)}: give the whole path.")
    environ["ALEXNET_DATA"] = found[0]


def check_recipe():
    """Refuse a recipe that the lessons can't follow before the first of them starts.

    Raises
    ------
    SystemExit
        If there is no recipe of the name that RECIPE gives, if a value is out of its range, or if
        it is made for another network; the sentence says what to do.
    """
    try:
        recipe = recipes.choose()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    if recipe.network != "alexnet":
        raise SystemExit(
            f"RECIPE={recipe.name} trains the network {recipe.network}, and the lessons build "
            f"AlexNet: type make reproduce RECIPE={recipe.name}"
        )
