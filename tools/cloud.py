"""`make cloud`: the lessons as single notebooks for Colab and Kaggle, in `build/cloud/`.

Each is the stored lesson with a row of badges and one cell in front, which fetches the course.
The course's address is that of the repository, from REPO=owner/name or GITHUB_REPOSITORY.
"""

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
from nbformat import v4

from helpers.files import write_text
from tools import course

CLOUD = course.ROOT / "build" / "cloud"
HOST = "https://github.com"
BADGES = {
    "Open in Colab": (
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/{repository}/blob/cloud/{lesson}.ipynb",
    ),
    "Open in Kaggle": (
        "https://kaggle.com/static/images/open-in-kaggle.svg",
        "https://kaggle.com/kernels/welcome?src="
        + HOST
        + "/{repository}/blob/cloud/{lesson}.ipynb",
    ),
    "Open in Binder": (
        "https://mybinder.org/badge_logo.svg",
        "https://mybinder.org/v2/gh/{repository}/{version}?labpath=notebooks/{lesson}.ipynb",
    ),
}


def repository(environ=os.environ):
    """Return the repository's name, owner/name, or None where nobody has said it.

    Raises
    ------
    ValueError
        If it is no such name.
    """
    name = environ.get("REPO") or environ.get("GITHUB_REPOSITORY")
    if name and (not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name) or name.endswith(".git")):
        raise ValueError(f"REPO={name}: write owner/name")
    return name or None


def version():
    """Return what the notebooks fetch: the tag of this commit, or the commit."""
    for words in (["describe", "--tags", "--exact-match"], ["rev-parse", "HEAD"]):
        with suppress(FileNotFoundError):  # no git
            told = subprocess.run(["git", *words], cwd=course.ROOT, capture_output=True, text=True)
            if told.returncode == 0:
                return told.stdout.strip()
    raise ValueError(f"{course.ROOT} is no git repository, or git is missing: clone the course")


def links(name, lesson):
    """Return the address of a lesson at each place by its title."""
    return {
        title: address.format(repository=name, version=version(), lesson=lesson)
        for title, (_, address) in BADGES.items()
    }


def with_setup(notebook, lesson, name, address):
    """Return a lesson with badges and the cell that fetches the course in front."""
    badges = " ".join(
        f"[![{title}]({BADGES[title][0]})]({link})" for title, link in links(name, lesson).items()
    )
    template = Path(__file__).with_name("cloud_setup.py").read_text(encoding="utf-8")
    setup = template.replace("the course's address", address).replace("what to fetch", version())
    notebook.cells[:0] = [
        v4.new_markdown_cell(badges, id="badges"),
        v4.new_code_cell(setup.strip(), id="setup", metadata={"cellView": "form"}),
    ]
    if lesson.startswith("04"):
        notebook.metadata["accelerator"] = "GPU"  # Colab lends one
    return notebook


def main(target=CLOUD, address=None):
    """Write the notebooks; an address in place of the repository's may be given.

    Raises
    ------
    SystemExit
        If nobody has said which repository.
    """
    try:
        name, fetched = repository(), version()
    except ValueError as error:
        raise SystemExit(str(error)) from error
    if not name:
        raise SystemExit("make cloud needs the repository's name: make cloud REPO=owner/name")
    for old in course.lessons(target):
        old.unlink()
    for path in course.lessons():
        notebook = nbformat.read(path, as_version=4)
        notebook = with_setup(notebook, path.stem, name, address or f"{HOST}/{name}")
        write_text(Path(target, path.name), nbformat.writes(notebook) + "\n")
    print(f"{len(course.lessons())} notebooks that fetch {fetched} of {name}: {target}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]), *sys.argv[2:3])
