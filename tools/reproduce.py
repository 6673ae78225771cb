"""`make reproduce`: train by a recipe and a seed, then test; the same command resumes a run.

A checkpoint is kept after every epoch. Everything about a run lies in one folder of
`build/reproduce`: while it trains its checkpoints, afterwards the model and `record.json`, which
says what was trained, on what, how it went, and how good the model is.
"""

import argparse
import json
import os
import re
import shutil
import sys
from dataclasses import asdict

import numpy as np
from sklearn.metrics import confusion_matrix, log_loss

from helpers import data, devices, evaluation, files, model_io, recipes, results, training
from helpers.networks import NETWORKS
from tools import course
from tools.machine import machine

BUILD = course.ROOT / "build" / "reproduce"


def changes(words):
    """Read ``key=value`` pairs into values of a recipe.

    Raises
    ------
    ValueError
        If a word is not such a pair; the message names it.
    """
    values = {}
    for word in words:
        key, _, value = word.partition("=")
        if key == "name":
            raise ValueError(f"{word!r}: another recipe is chosen by RECIPE=")
        try:
            values[key] = value if value in NETWORKS else json.loads(value)
        except ValueError:
            raise ValueError(
                f"{word!r} is no change of a recipe; write dropout=0.5, flip=false or "
                "crop_area=[0.5,1.0]"
            ) from None
    return values


def subset(images, count):
    """Keep so many images, chosen by the content of their files as `data.split` chooses.

    Parameters
    ----------
    images : Images
    count : int

    Returns
    -------
    Images
        The same files on every machine; a smaller subset lies within a larger one.

    Raises
    ------
    ValueError
        If there are not so many images.
    """
    if not 0 < count <= len(images.labels):
        raise ValueError(f"TRAIN={count}: there are {len(images.labels):,} training images")
    highest_first = np.argsort(-data.content_position(images.digests), kind="stable")
    return images.take(np.sort(highest_first[:count]))


def run_name(recipe, seed, train=None):
    """Name a run by its recipe, the values that were changed, and its seed."""
    usual = asdict(recipes.RECIPES[recipe.name])
    changed = [f"{key}-{value}" for key, value in asdict(recipe).items() if value != usual[key]]
    few = [f"train-{train}"] if train else []
    text = "-".join([recipe.name, *changed, *few, f"seed{seed}"])
    return re.sub(r"[^\w.]+", "-", text).replace("_", "-")


def metrics(model, images):
    """Predict images and return the metrics as plain values; see `helpers.evaluation`."""
    probabilities = evaluation.predict(model, images, 64)
    answers, classes = probabilities.argmax(axis=1), range(probabilities.shape[1])
    right, count = int((answers == images.labels).sum()), len(images.labels)
    confidence, share, counts, error = evaluation.reliability(images.labels, probabilities)
    return {
        "images": count,
        "right": right,
        "accuracy": right / count,
        "interval": list(evaluation.accuracy_interval(right, count)),
        "loss": float(log_loss(images.labels, probabilities, labels=classes)),
        "confusion": confusion_matrix(images.labels, answers, labels=classes).tolist(),
        "reliability": {
            "confidence": np.where(counts, confidence, None).tolist(),
            "accuracy": np.where(counts, share, None).tolist(),
            "counts": counts.tolist(),
        },
        "calibration_error": error,
    }


def train(recipe, seed, scenes, folder, callbacks=(), keep=True):
    """Train in a folder, or resume there; save the model and return the record of the run."""
    checkpoints = folder / "checkpoints"
    if not keep and not checkpoints.exists():
        checkpoints = None
    policy, why = devices.choose_precision(os.environ.get("PRECISION"), checkpoints)
    print(devices.describe(), "Precision:", why)
    network, model, epoch_plans = training.prepare(scenes, recipe, policy, seed)
    history = training.train(
        model, scenes, epoch_plans, recipe, seed, checkpoints, resume=True, callbacks=callbacks
    )
    white = float(scenes.train.whites.max())
    model_io.save(
        network, folder, scenes.class_names, white, recipe=recipe, seed=seed, history=history
    )
    model, _ = model_io.load(folder)
    return {
        "schema": recipes.SCHEMA,
        "name": folder.name.rpartition("-")[0],
        "recipe": asdict(recipe),
        "seed": seed,
        "data": {
            "fingerprint": data.fingerprint(scenes),
            "class_names": list(scenes.class_names),
            "train": len(scenes.train.labels),
            "validation": len(scenes.validation.labels),
        },
        "machine": machine(),
        "precision": policy,
        "history": history,
        "validation": metrics(model, scenes.validation),
    }


def finished(path, recipe, seed):
    """Read the record of a finished run.

    Raises
    ------
    ValueError
        If it is damaged, or not of this run.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        kept = record["schema"], recipes.from_dict(record["recipe"]), record["seed"]
        same = kept == (recipes.SCHEMA, recipe, seed)
        same &= record["precision"] == (os.environ.get("PRECISION") or record["precision"])
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise ValueError(
            f"{path} is damaged, or of another recipe, precision or edition of the course: remove "
            f"{path.parent} to train again"
        )
    return record


def run(recipe, seed, scenes, train_count=None, test=True, callbacks=(), keep=True):
    """Train and test, or finish what an earlier call began; return folder and record.

    `callbacks` are Keras's; with `keep` a checkpoint is written after each epoch.

    Raises
    ------
    ValueError
        If the folder of this run holds another one, or its model is missing or damaged.
    RuntimeError
        If another program is training there.
    """
    name = run_name(recipe, seed, train_count)
    folder = BUILD / f"{name}-{data.fingerprint(scenes)}"
    path = folder / "record.json"
    with files.exclusive_lock(folder):
        if path.exists():
            record = finished(path, recipe, seed)
        else:
            record = train(recipe, seed, scenes, folder, callbacks, keep)
            files.write_text(path, json.dumps(record) + "\n")
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)  # everything is in the record
        if test and "test" not in record:
            try:
                model, _ = model_io.load(folder, scenes.class_names)
            except (FileNotFoundError, ValueError) as error:
                raise ValueError(f"remove {folder} to train again: {error}") from None
            record["test"] = metrics(model, scenes.test)
            files.write_text(path, json.dumps(record) + "\n")
    return folder, record


def verdict(record, part):
    """Say in a sentence how good a model is on a part of the images."""
    found = record[part]
    low, high = found["interval"]
    return (
        f"{part}: {found['accuracy']:.1%} of {found['images']:,} images "
        f"(95% interval {low:.1%} to {high:.1%}), loss {found['loss']:.2f}"
    )


def main(words=None):
    """Read the command line, run, and print the verdict, beside that of the recorded run if any.

    Raises
    ------
    SystemExit
        If something does not fit or goes wrong; the sentence says what.
    """
    parser = argparse.ArgumentParser(prog="make reproduce")
    parser.add_argument("seed", type=int)
    parser.add_argument("--train", type=int, help="how many training images to keep")
    parser.add_argument("--no-test", action="store_true", help="leave the test images alone")
    parser.add_argument("changes", nargs="*", help="values of the recipe, such as dropout=0.5")
    given = parser.parse_intermixed_args(words)
    course.use_images_from_where_make_was_called()
    try:
        recipe = recipes.choose(**changes(given.changes))
        scenes = data.load(skip_unreadable=True)
        if given.train is not None:
            scenes = scenes._replace(train=subset(scenes.train, given.train))
        folder, record = run(recipe, given.seed, scenes, given.train, not given.no_test)
    except (ValueError, OSError, RuntimeError, MemoryError, ArithmeticError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    try:
        recorded = results.recorded(record["name"])
    except FileNotFoundError:
        recorded = {}
    for part in ("validation", "test"):
        if part in record:
            print(verdict(record, part))
            if (
                part in recorded
                and recorded["data"]["fingerprint"] == record["data"]["fingerprint"]
            ):
                print("  recorded:", verdict(recorded, part))
    print(f"Model and record: {folder}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. The same command resumes after the last whole epoch.")
