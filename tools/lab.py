"""`make lab`: copy the lessons without their outputs into my_lessons/ and open JupyterLab there.

The solutions come along, in a folder of their own.

What you write there is yours: a file that exists is never overwritten, and git does not see it.
`--copy-only` leaves JupyterLab closed; other arguments go to JupyterLab.
"""

import subprocess
import sys

import nbformat

from helpers.files import write_text
from tools import course


def without_outputs(path):
    """Return the text of the notebook at `path` with nothing run."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def copy_lessons(source=course.NOTEBOOKS, target=course.MY_LESSONS):
    """Copy each notebook that `target` does not hold yet; return the names copied and kept."""
    copied, kept = [], []
    for path in course.lessons(source) + course.solutions(source):
        place = target / path.relative_to(source)
        (kept if place.exists() else copied).append(path.relative_to(source).as_posix())
        if not place.exists():
            write_text(place, without_outputs(path))
    return copied, kept


def main(arguments):
    """Copy the lessons and, unless `--copy-only` is given, open JupyterLab on them."""
    course.use_images_from_where_make_was_called()
    course.check_recipe()
    copied, kept = copy_lessons()
    if copied:
        print("Copied to my_lessons/:", ", ".join(copied))
    if kept:
        print("Kept as you left them:", ", ".join(kept))
        print("(For a fresh copy of one, rename or delete yours and run make lab again.)")
    if "--copy-only" in arguments:
        return 0
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    try:
        return subprocess.call(command, cwd=course.MY_LESSONS)
    except KeyboardInterrupt:  # Ctrl-C, twice or confirmed, is how JupyterLab is left
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
