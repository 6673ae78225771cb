"""The log of trainings, `trials.csv`: a line for each, from when it starts."""

import csv
import io
from pathlib import Path

from filelock import FileLock

from helpers import files, recipes
from tools import course

TOLD = ("data", "training_images", "seed", *recipes.RECIPES["article"])
FOUND = (
    "images_seen", "seconds", "validation_accuracy", "images_to_75_percent",
    "seconds_to_75_percent", "validation_by_pass",
)  # fmt: skip
COLUMNS = ("run", "started", "state", *TOLD, *FOUND, "precision", "processor", "command", "note")
LOCK = course.ROOT / "build" / "trials.lock"


def written(value):
    """Return a value as it stands in the log."""
    if isinstance(value, (tuple, list)):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def read(path):
    """Read the log.

    Parameters
    ----------
    path : Path
        Need not be there yet.

    Returns
    -------
    list of dict
        One a line, all values as text.

    Raises
    ------
    ValueError
        If it is no such log; the message names the file and what to do.
    """
    if not Path(path).exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, 2):
        if None in row or set(row) != set(COLUMNS):
            raise ValueError(
                f"{path}, line {number}: the columns must be {', '.join(COLUMNS)}. If an older "
                "version of the course wrote it, move it away, or give RESULTS=another_folder"
            )
    return rows


def _same(row, other):
    """Say whether two lines are of one run on one set of images."""
    return (row["run"], row["data"]) == (other["run"], other["data"])


def find(path, row):
    """Return the line of this run on these images, or None.

    Raises
    ------
    ValueError
        If that line was told something else; the message says what.
    """
    told = {key: written(row[key]) for key in ("run", *TOLD)}
    for line in read(path):
        if _same(line, told):
            if different := [key for key in TOLD if line[key] != told[key]]:
                key = different[0]
                raise ValueError(
                    f"{path} has a run {line['run']} with {key} {line[key]}, and this one has "
                    f"{told[key]}: the recipe was edited since. Name the line otherwise and remove "
                    f"{course.ROOT / 'build' / 'reproduce' / line['run']}-{line['data']}"
                )
            return line
    return None


def note(path, row):
    """Put a line into the log: over that of the same run and images, or below all others.

    Parameters
    ----------
    path : Path
    row : dict
        ``run``, ``data`` and what there is to say; other columns stay as they are.
    """
    row = {key: written(value) for key, value in row.items()}
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(LOCK, timeout=60):
        rows = read(path)
        at = next((n for n, line in enumerate(rows) if _same(line, row)), len(rows))
        if at == len(rows):
            rows.append(dict.fromkeys(COLUMNS, ""))
        rows[at] |= row
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files.write(path, text.getvalue())


def until(passes, accuracy):
    """Return images and seconds after the first pass with this validation accuracy, or None."""
    seconds = 0
    for done in passes:
        seconds += done["seconds"]
        if done["validation_accuracy"] >= accuracy:
            return done["images"], round(seconds)
    return None, None


def outcome(passes):
    """Return the columns of the log that tell how a training went.

    Parameters
    ----------
    passes : list of dict
        See `training.train`; at least one.

    Returns
    -------
    dict
    """
    images, seconds = until(passes, 0.75)
    return {
        "images_seen": passes[-1]["images"],
        "seconds": round(sum(done["seconds"] for done in passes)),
        "validation_accuracy": round(passes[-1]["validation_accuracy"], 4),
        "images_to_75_percent": images,
        "seconds_to_75_percent": seconds,
        "validation_by_pass": " ".join(f"{100 * p['validation_accuracy']:.1f}" for p in passes),
    }
