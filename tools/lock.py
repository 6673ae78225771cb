"""`make lock`: pin what pyproject.toml allows, with hashes, in requirements.txt.

The pins hold for Linux, macOS and Windows and for Python 3.11 to 3.13. Pins that the ranges still
allow stay; `make lock LOCK=--upgrade` takes the newest. The first line of requirements.txt
remembers the ranges, so that a test sees without network when they were edited and not locked.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tools import course

LOCKED_EXTRAS = ("lab", "site", "test")


def fingerprint(pyproject):
    """Return the line that stands for the ranges in the text of a pyproject.toml."""
    project = tomllib.loads(pyproject)["project"]
    locked = {key: project[key] for key in ("requires-python", "dependencies")}
    locked |= {extra: project["optional-dependencies"][extra] for extra in LOCKED_EXTRAS}
    ranges = json.dumps(locked, sort_keys=True)
    return f"# ranges in pyproject.toml: sha256:{hashlib.sha256(ranges.encode()).hexdigest()}"


def main(arguments, root=course.ROOT):
    """Compile requirements.txt; further arguments go to uv."""
    pins = root / "requirements.txt"
    beside = root / "requirements.txt.new"
    if pins.exists():  # uv keeps the pins that it finds in its output file
        shutil.copyfile(pins, beside)
    uv = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
    command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--output-file", beside.name]
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--custom-compile-command", "make lock"]
    command += [word for extra in LOCKED_EXTRAS for word in ("--extra", extra)]
    status = subprocess.call([*command, *arguments], cwd=root)
    if status == 0:
        ranges = fingerprint((root / "pyproject.toml").read_text(encoding="utf-8"))
        text = f"{ranges}\n{beside.read_text(encoding='utf-8')}"
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, pins)
    beside.unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
