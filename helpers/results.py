"""Recorded runs: what trainings gave that took too long to be part of a lesson."""

import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "results"


def names(folder=RESULTS):
    """List the recorded runs.

    Parameters
    ----------
    folder : Path, optional

    Returns
    -------
    list of str
    """
    return sorted(path.stem for path in Path(folder, "runs").glob("*.json"))


def recorded(name, folder=RESULTS):
    """Read a recorded run.

    Parameters
    ----------
    name : str
        Such as ``"course-seed0"``.
    folder : Path, optional

    Returns
    -------
    dict
        ``command``, ``recipe``, ``seed``, ``data`` (counts), ``machine``, ``precision``,
        ``history`` (see `training.train`), ``validation`` and ``test`` (see
        `evaluation.summary`); of a run by others what they published.

    Raises
    ------
    FileNotFoundError
        If there is no such run; the message names those there are.
    """
    path = Path(folder, "runs", f"{name}.json")
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path}; recorded are {names(folder)}")
    return json.loads(path.read_text(encoding="utf-8"))
