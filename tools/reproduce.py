"""`make reproduce` and `make trial`: train by a recipe, however often it is interrupted.

Both train with a checkpoint after every pass, go on where they were stopped, and keep a line of
the log `trials.csv`. A trial ends with the validation images: recipes are chosen by those. Only
`make reproduce` opens the test images, once, and writes `runs/NAME.json`.
"""

import argparse
import contextlib
import csv
import datetime
import io
import json
import os
import re
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from helpers import checkpoints, data, devices, evaluation, files, recipes, results, saved, training
from helpers.quiet import keras
from tools import course
from tools.machine import machine

BUILD = course.ROOT / "build" / "reproduce"  # checkpoints and models, one folder a run
COLUMNS = (
    "run", "started", "state", "data", "training_images", "seed", *recipes.RECIPES["article"],
    "images_seen", "seconds", "precision", "validation_accuracy", "images_to_75_percent",
    "seconds_to_75_percent", "validation_by_pass", "processor", "note",
)  # fmt: skip


class Steps(keras.callbacks.Callback):
    """Move a progress bar by a step for each batch."""

    def __init__(self, bar):
        super().__init__()
        self.bar = bar

    def on_train_batch_end(self, batch, logs=None):
        """Count a batch."""
        self.bar.update()


class AboveTheBar(io.TextIOBase):
    """Take what `training.train` prints and write whole lines above the bar, without the dots."""

    def __init__(self, bar):
        self.bar, self.line, self.terminal = bar, "", sys.stdout

    def write(self, text):
        """Keep what is no whole line yet."""
        *whole, self.line = (self.line + text).split("\n")
        for line in whole:
            self.bar.write(line.replace(".......... ", ""), file=self.terminal)
        return len(text)


def subset(images, count):
    """Keep so many images, chosen by the content of their files as `data.split` chooses.

    The positions of the split decide, so these are images far from the validation part's; the
    same files on every machine.
    """
    highest_first = np.argsort(-data.content_position(images.digests), kind="stable")
    return images.take(np.sort(highest_first[:count]))


def _written(value):
    """Write a value as it stands in the log."""
    if isinstance(value, (tuple, list)):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def note(path, row):
    """Put a row into the log: over the row of the same run, or below all others."""
    rows = []
    if Path(path).exists():
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    row = {key: _written(value) for key, value in row.items()}
    at = [number for number, old in enumerate(rows) if old["run"] == row["run"]]
    if at:
        rows[at[0]] = rows[at[0]] | row
    else:
        rows.append(row)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
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


def outcome(history):
    """Return the columns of the log that tell how a training went."""
    passes = history["passes"]
    images, seconds = until(passes, 0.75)
    return {
        "images_seen": passes[-1]["images"],
        "seconds": round(sum(done["seconds"] for done in passes)),
        "validation_accuracy": round(passes[-1]["validation_accuracy"], 4),
        "images_to_75_percent": images,
        "seconds_to_75_percent": seconds,
        "validation_by_pass": " ".join(f"{100 * p['validation_accuracy']:.1f}" for p in passes),
    }


def rounded(history, digits=4):
    """Return a history in which losses and accuracies have a few digits: smaller to store."""
    return {
        "precision": history["precision"],
        "images": history["images"],
        "loss": [round(value, digits) for value in history["loss"]],
        "passes": [{key: round(v, digits) for key, v in p.items()} for p in history["passes"]],
    }


def describe(scenes):
    """Return what the images were: counts, classes, fingerprint."""
    return {
        "fingerprint": data.fingerprint(scenes),
        "class_names": list(scenes.class_names),
        "train": len(scenes.train.labels),
        "validation": len(scenes.validation.labels),
        "test": len(scenes.test.labels),
    }


def follow(model, scenes, plans, recipe, seed, folder):
    """Train with a progress bar, from where an earlier call stopped, and return the history."""
    size = recipe["batch_size"]
    steps = [-(-len(order) // size) for order, _ in plans]
    done = len(checkpoints.newest(folder)[1].get("history", {"passes": []})["passes"])
    bar = tqdm(total=sum(steps), initial=sum(steps[:done]), unit="step", smoothing=0.05)
    with bar, contextlib.redirect_stdout(AboveTheBar(bar)):
        return training.train(
            model, scenes, plans, size, seed, folder, resume=True, callbacks=[Steps(bar)]
        )


def run(name, recipe, seed, scenes, place, words="", title="", tested=True, remark=""):
    """Train by a recipe, note it in the log, and test.

    Parameters
    ----------
    name : str
        Of the run; its folder below `build/reproduce` has this name, with the images' fingerprint.
    recipe : dict
    seed : int
    scenes : Scenes
    place : Path
        Folder of `trials.csv` and `runs/`.
    words : str
        The command that does it again.
    title : str
        For tables and figures.
    tested : bool
        Whether to open the test images.
    remark : str
        For the log.

    Returns
    -------
    dict
        What `runs/NAME.json` holds; without ``test`` if that was not asked for. It also lies
        beside the model, in ``record.json``.
    """
    folder = BUILD / f"{name}-{data.fingerprint(scenes)}"
    policy, why = devices.choose_precision(os.environ.get("PRECISION"), folder / "checkpoints")
    print(devices.sentence(), "Precision:", why)
    here = machine()
    row = {"run": name, "state": "started", "data": data.fingerprint(scenes)}
    row |= {"training_images": len(scenes.train.labels), "seed": seed, **recipe}
    row |= {"precision": policy, "processor": here["processor"]}
    row |= {"note": remark} if remark else {}
    if not (folder / "checkpoints").exists():
        row["started"] = datetime.datetime.now().isoformat(" ", "minutes")
    note(place / "trials.csv", row)
    model, plans = training.prepare(scenes, recipe, policy, seed)
    history = follow(model, scenes, plans, recipe, seed, folder / "checkpoints")
    saved.save(
        model, folder, scenes.class_names, recipe=recipe, precision=policy, seed=seed,
        history=history,
    )  # fmt: skip
    note(place / "trials.csv", {"run": name, "state": "finished", **outcome(history)})
    model, _ = saved.load(folder, scenes.class_names)
    record = {
        "name": name,
        "title": title,
        "command": words,
        "recipe": recipe,
        "seed": seed,
        "data": describe(scenes),
        "machine": here,
        "precision": policy,
        "history": rounded(history),
        "validation": measured(model, scenes.validation),
    }
    if tested:
        record["test"] = measured(model, scenes.test)
        kernel = np.asarray(model.get_layer("conv0").kernel, np.float16)
        with files.whole(place / "runs" / f"{name}-conv0.npy", kernel.nbytes) as beside:
            np.save(beside, kernel)
        files.write(place / "runs" / f"{name}.json", json.dumps(record) + "\n")
    files.write(folder / "record.json", json.dumps(record) + "\n")
    return record


def measured(model, images):
    """Let the model answer and return the measures and the images a second."""
    start = time.perf_counter()
    probabilities = evaluation.predict(model, images, 64)
    seconds = time.perf_counter() - start
    return evaluation.summary(images.labels, probabilities) | {
        "images_per_second": round(len(images.labels) / seconds, 1)
    }


def changes(words):
    """Read ``key=value`` pairs into values of a recipe.

    Raises
    ------
    ValueError
        If a word is no such pair; the message names it.
    """
    values = {}
    for word in words:
        key, _, value = word.partition("=")
        try:
            values[key] = json.loads(value)
        except ValueError:
            raise ValueError(
                f"{word!r} does not say what to change; write such as dropout=0.5, flip=false or "
                "crop_area=[0.5,1.0]"
            ) from None
    return values


def run_name(recipe_name, recipe, told):
    """Name a run by what differs from the recipe of that name, and its seed."""
    parts = [recipe_name, *(word for word in told.changes if not word.startswith("images="))]
    if told.train:
        parts.append(f"{told.train}-images")
    if recipe["images"] != recipes.RECIPES[recipe_name]["images"]:
        parts.append(f"{recipe['images']}-seen")
    return re.sub(r"[^\w.]+", "-", "-".join([*parts, f"seed{told.seed}"])).replace("_", "-")


def command(recipe_name, recipe, told):
    """Return the line to type that does a run again."""
    words = [f"make {'trial' if told.trial else 'reproduce'} RECIPE={recipe_name}"]
    words.append(f"SEED={told.seed}")
    if recipe["images"] != recipes.RECIPES[recipe_name]["images"]:
        words.append(f"IMAGES={recipe['images']}")
    if told.train:
        words.append(f"TRAIN={told.train}")
    if changed := [word for word in told.changes if not word.startswith("images=")]:
        words.append(f'CHANGES="{" ".join(changed)}"')
    return " ".join([*words, "DATA=..."])


def verdict(record, kind):
    """Say in a sentence what a run reached."""
    part = record[kind]
    low, high = part["interval"]
    return (
        f"{kind}: {part['accuracy']:.1%} of {part['images']:,} images "
        f"(95 % interval {low:.1%} to {high:.1%}), loss {part['loss']:.2f}"
    )


def main(words=None):
    """Read the command line, run, and say what came out, beside the recorded run if there is one.

    Raises
    ------
    SystemExit
        If the arguments do not fit; the sentence says why.
    """
    parser = argparse.ArgumentParser(prog="make reproduce")
    parser.add_argument("seed", type=int)
    parser.add_argument("--trial", action="store_true", help="leave the test images alone")
    parser.add_argument("--train", type=int, help="how many training images to keep")
    parser.add_argument("--results", default="build/results", help="folder for what is found")
    parser.add_argument("--note", default="", help="a remark for the log")
    parser.add_argument("changes", nargs="*", help="values of the recipe, such as dropout=0.5")
    told = parser.parse_args(words)
    course.use_images_from_where_make_was_called()
    try:
        name, recipe = recipes.choose(**changes(told.changes))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    scenes = data.load(skip_unreadable=True)
    if told.train:
        scenes = scenes._replace(train=subset(scenes.train, told.train))
    named = run_name(name, recipe, told)
    record = run(
        named, recipe, told.seed, scenes, course.ROOT / told.results, command(name, recipe, told),
        title=", ".join([f"recipe {name}", *told.changes, f"seed {told.seed}"]),
        tested=not told.trial, remark=told.note,
    )  # fmt: skip
    for kind in ("validation", "test"):
        if kind in record:
            print(verdict(record, kind))
            if named in results.names():
                print("  recorded:", verdict(results.recorded(named), kind))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. The same command goes on after the last whole pass.")
