"""Recorded runs: what trainings gave that took too long to be part of a lesson."""

import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "results"
FOLDERS = ("runs", "trials")

# Names of schema 1, in which the first runs were recorded, and today's.
RECIPE_NAMES = {
    "images": "images_seen",
    "bn_batches": "bn_recalibration_batches",
    "averaging": "averaging_fraction",
}
ANSWER_NAMES = {
    "validation, settled": "validation, recalibrated",
    "training, settled": "training, recalibrated",
    "validation, and mirrored": "validation, with mirror image",
}


def _renamed(values, names):
    """Rename the keys of a dictionary."""
    return {names.get(key, key): value for key, value in values.items()}


def recorded(name, folder=RESULTS):
    """Read a recorded run, in today's names whenever it was recorded.

    Parameters
    ----------
    name : str
        Such as ``"course-seed0"``.
    folder : Path, optional

    Returns
    -------
    dict
        ``name``, ``recipe``, ``seed``, ``data`` (counts), ``machine``, ``precision``, ``history``
        (see `training.train`), ``validation`` and mostly ``test`` (accuracy with its interval,
        loss, confusion matrix, reliability); for a run by others what they published. Where the
        finished model was evaluated again, ``answers`` counts the ``images`` of each part and the
        right answers in each condition.

    Raises
    ------
    FileNotFoundError
        If there is no such run; the message names those that there are.
    """
    paths = {path.stem: path for part in FOLDERS for path in Path(folder, part).glob("*.json")}
    if name not in paths:
        raise FileNotFoundError(f"no run {name} in {folder}; there are {sorted(paths)}")
    run = json.loads(paths[name].read_text(encoding="utf-8"))
    if run.get("schema", 1) > 1:
        return run
    history = _renamed(run["history"], {"images": "images_seen", "passes": "epochs"})
    history["epochs"] = [_renamed(e, {"images": "images_seen"}) for e in history["epochs"]]
    run |= {"recipe": _renamed(run["recipe"], RECIPE_NAMES), "history": history}
    again = Path(folder, "asked_again.json")
    answers = json.loads(again.read_text(encoding="utf-8")) if again.exists() else {}
    if name in answers:
        run["answers"] = _renamed(answers[name], ANSWER_NAMES)
    return run
