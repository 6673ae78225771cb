# @title Run this cell first
"""Find the course or fetch it, put it on the path, and say what this computer has."""

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ADDRESS, VERSION = "the course's address", "what to fetch"
NAME = "alexnet-notebooks"
NEEDED = {"PIL": "pillow", "sklearn": "scikit-learn"} | {
    name: name for name in ("matplotlib", "scipy", "tqdm", "filelock", "kagglehub")
}


def is_course(folder):
    """Say whether a folder holds the course."""
    return Path(folder, "helpers", "keras_setup.py").is_file()


def fetch(folder):
    """Fetch the course into a folder, whole or not at all."""
    if os.path.lexists(folder):
        raise RuntimeError(f"{folder} is not the course: rename it, then run this cell again")
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    quiet["GIT_TERMINAL_PROMPT"] = "0"  # it would wait for an answer that nobody can give
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder.parent) as beside:
        get = ["fetch", "--quiet", "--depth=1", ADDRESS, VERSION]
        for words in (["init", "--quiet"], get, ["checkout", "--quiet", "FETCH_HEAD"]):
            command = ["git", "-C", beside, *words]
            told = subprocess.run(command, env=quiet, capture_output=True, text=True)
            if told.returncode:
                remedy = "Is there a network?"
                if Path("/kaggle").exists():
                    remedy = "Switch Internet on, in the settings on the right."
                said = told.stderr.strip().partition("\n")[0]
                raise RuntimeError(f"{said} ({ADDRESS}). {remedy} Then run this cell again")
        Path(beside, "version.txt").write_text(VERSION)
        Path(beside).rename(folder)
        Path(beside).mkdir()  # which is removed now
    return folder


here = Path.cwd()
found = [folder for folder in (here, *here.parents, here / NAME) if is_course(folder)]
course = found[0] if found else fetch(here / NAME)
if (course / "version.txt").exists() and (course / "version.txt").read_text() != VERSION:
    print(
        f"{course} is another version than this lesson: for the same, rename it and run this again"
    )
sys.path[:] = [str(course), *(folder for folder in sys.path if folder != str(course))]
missing = [package for name, package in NEEDED.items() if not importlib.util.find_spec(name)]
if missing:  # alone, so that nothing that is here changes
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*install, *missing], check=True)

import helpers  # noqa: E402

if not Path(helpers.__file__).is_relative_to(course):
    raise RuntimeError(f"{helpers.__file__} is loaded already: restart, and run this cell first")

from helpers import devices  # noqa: E402

print(devices.describe())
for place in ("intel-image-classification", "datasets/puneet6060/intel-image-classification"):
    photographs = Path("/kaggle/input", place)
    if (photographs / "seg_train").is_dir():
        print("The real photographs are here. To use them, write in a cell below this one:")
        print(f"%env ALEXNET_DATA={photographs}")
