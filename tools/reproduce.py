"""`make reproduce` and `make trial`: train by a recipe, however often it is interrupted.

Both train with a checkpoint after every pass, go on where they were stopped, and keep a line of
the log `trials.csv`. A trial ends with the validation images, for recipes are chosen by those, and
writes `trials/NAME.json`. Only `make reproduce` opens the test images, once; it writes
`runs/NAME.json`.
"""

import argparse
import datetime
import json
import os
import re
import shutil
import sys
import time

import numpy as np

from helpers import data, devices, evaluation, files, recipes, results, saved, training
from helpers.quiet import keras
from tools import course, trials
from tools.machine import machine
from tools.progress import follow

HALF = "test, half"  # of the real test photographs we had the half whose SHA-256 is the lower one
BUILD = course.ROOT / "build" / "reproduce"  # checkpoints and models, one folder a run


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


def run_name(name, recipe, seed, train=None):
    """Name a run by its recipe, what differs from it, and its seed."""
    parts = [name]
    for key, value in recipe.items():
        if trials.written(value) != trials.written(recipes.RECIPES[name][key]):
            text = trials.written(value).replace("-", "minus") if key != "images" else value
            parts.append(f"{text}-seen" if key == "images" else f"{key}-{text}")
    parts += [f"{train}-images"] if train else []
    return re.sub(r"[^\w.]+", "-", "-".join([*parts, f"seed{seed}"])).replace("_", "-")


def changed(told):
    """List the changes of a recipe as they were typed, but for the images, which IMAGES says."""
    return [word for word in told.changes if not word.startswith("images=")]


def heading(name, recipe, told):
    """Say in a few words, for tables and figures, what is trained."""
    words = [f"recipe {name}", *changed(told)]
    if recipe["images"] != recipes.RECIPES[name]["images"]:
        words.append(f"{recipe['images']:,} images seen")
    words += [f"{told.train:,} training images"] if told.train else []
    return ", ".join([*words, f"seed {told.seed}"])


def command(told, name, recipe, policy):
    """Return the line to type that does a run again."""
    words = [f"make {'trial' if told.trial else 'reproduce'} RECIPE={name} SEED={told.seed}"]
    if recipe["images"] != recipes.RECIPES[name]["images"]:
        words.append(f"IMAGES={recipe['images']}")
    words += [f"TRAIN={told.train}"] if told.train else []
    words += [f'CHANGES="{" ".join(changed(told))}"'] if changed(told) else []
    words.append(f"PRECISION={policy}")
    backend = keras.backend.backend()
    words += [f"KERAS_BACKEND={backend}"] if backend != "tensorflow" else []
    words += ["DATA=folder"] if os.environ.get("ALEXNET_DATA") else []
    return " ".join(words)


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
        "unreadable": len(scenes.unreadable),
    }


def measured(model, images):
    """Let the model answer and return the measures and the images a second."""
    evaluation.predict(model, images.take(slice(64)), 64)  # the first time it is set up
    start = time.perf_counter()
    probabilities = evaluation.predict(model, images, 64)
    seconds = time.perf_counter() - start
    return evaluation.summary(images.labels, probabilities) | {
        "images_per_second": round(len(images.labels) / seconds, 1)
    }


def run(name, told, recipe, scenes, place, words, title=""):
    """Train by a recipe, note it in the log, and test.

    Parameters
    ----------
    name : str
        Of the run; its folder below `build/reproduce` has this name, with the images' fingerprint.
    told : argparse.Namespace
        ``seed``, ``trial`` (whether to leave the test images alone), ``note`` (for the log).
    recipe : dict
        See `recipes.choose`.
    scenes : Scenes
    place : Path
        Folder of `trials.csv`, `runs/` and `trials/`.
    words : callable
        From the precision to the command that does it again.
    title : str
        For tables and figures.

    Returns
    -------
    dict
        What `runs/NAME.json` holds, or, without ``test``, `trials/NAME.json`. It also lies beside
        the model, in ``record.json``: what is there is not done again.

    Raises
    ------
    ValueError
        If the log, or a checkpoint, has this run with other values, or what is stored under its
        name is of other images.
    RuntimeError
        If another program is at it.
    """
    log, folder = place / "trials.csv", BUILD / f"{name}-{data.fingerprint(scenes)}"
    row = {"run": name, "data": data.fingerprint(scenes), "seed": told.seed, **recipe}
    row |= {"training_images": len(scenes.train.labels)}
    _must_be_of_these_images(place, name, row["data"])
    with files.alone(folder):
        line, kept = trials.find(log, row), folder / "record.json"
        if kept.exists():
            record = json.loads(kept.read_text(encoding="utf-8"))
            _must_be_the_same(record, recipe, told.seed, folder)
            if record["data"]["test"] != len(scenes.test.labels):  # other ones than last time
                record = {key: record[key] for key in record if key not in ("test", HALF)}
                record["data"]["test"] = len(scenes.test.labels)
            if not line or line["state"] != "finished":  # another log, or stopped just before
                trials.note(log, row | _found(record))
        else:
            policy, why = devices.choose_precision(
                os.environ.get("PRECISION"), folder / "checkpoints"
            )
            print(devices.sentence(), "Precision:", why)
            record = {"name": name, "title": title, "command": words(policy), "recipe": recipe}
            record |= {"seed": told.seed, "data": describe(scenes), "machine": machine()}
            record |= {"precision": policy}
            if not line:
                row["started"] = datetime.datetime.now().isoformat(" ", "minutes")
            row |= {"note": told.note} if told.note else {}
            record |= _train(record, row, scenes, log, folder)
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)  # all is in the record
        filters = place / "runs" / f"{name}-conv0.npy"
        if untested := not (told.trial or "test" in record):
            model, _ = saved.load(folder, scenes.class_names)
            record |= {"command": words(record["precision"]), **_test(model, scenes.test)}
        kind = "runs" if "test" in record else "trials"
        if untested or (kind == "runs" and not filters.exists()):
            _keep_filters(folder, filters)
        for path in (place / kind / f"{name}.json", kept):
            files.write(path, json.dumps(record) + "\n")
    return record


def _must_be_of_these_images(place, name, images):
    """Raise ValueError where a result of this name is of a training on other images."""
    for path in (place / kind / f"{name}.json" for kind in ("runs", "trials")):
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))["data"].get("fingerprint")
            if found != images:
                raise ValueError(
                    f"{path} is of other images ({found}) than these ({images}): move it away, or "
                    "give RESULTS=another_folder"
                )


def _must_be_the_same(record, recipe, seed, folder):
    """Raise ValueError where a finished training is not the one that is asked for."""
    record = record | {"backend": record["machine"]["versions"]["backend"]}
    told = {"recipe": json.loads(json.dumps(recipe)), "seed": seed}
    told["backend"] = keras.backend.backend()
    if wanted := os.environ.get("PRECISION"):
        told["precision"] = wanted
    for key, value in told.items():
        if record[key] != value:
            raise ValueError(
                f"{folder} holds this run with {key} {record[key]}, and this one has {value}: "
                "remove that folder to train anew"
            )


def _found(record):
    """Return the columns of the log that a finished training leaves."""
    return {
        "state": "finished",
        "precision": record["precision"],
        "command": record["command"],
        "processor": record["machine"]["processor"],
        **trials.outcome(record["history"]["passes"]),
    }


def _train(record, row, scenes, log, folder):
    """Train, keep the log, save the model, and return the history and what is known of it."""
    recipe, seed, policy = record["recipe"], record["seed"], record["precision"]
    model, plans = training.prepare(scenes, recipe, policy, seed)
    row |= {"state": "started", "precision": policy, "command": record["command"]}
    row |= {"processor": record["machine"]["processor"], **dict.fromkeys(trials.FOUND)}
    trials.note(log, row)
    key = {"run": row["run"], "data": row["data"]}
    try:
        history = follow(model, scenes, plans, recipe, seed, folder / "checkpoints")
        kept = {"name": row["run"], "recipe": recipe, "seed": seed, "history": history}
        saved.save(model, folder, scenes.class_names, **kept)
        model, _ = saved.load(folder, scenes.class_names)
        found = {"history": rounded(history), "validation": measured(model, scenes.validation)}
        files.write(folder / "record.json", json.dumps(record | found) + "\n")
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        trials.note(log, {**key, "state": "stopped" if stopped else f"failed: {error}"})
        raise
    trials.note(log, {**key, **_found(record | found)})
    return found


def _keep_filters(folder, path):
    """Write the first filters of the saved model."""
    kernel = np.asarray(saved.load(folder)[0].get_layer("conv0").kernel, np.float16)
    with files.whole(path, kernel.nbytes) as beside:
        np.save(beside, kernel)


def _test(model, images):
    """Test, and measure the half by content (SHA-256 from 0 to 7...) as well: ours were of that."""
    below = np.flatnonzero(data.content_position(images.digests) < 0.5)
    found = {"test": measured(model, images)}
    if 0 < len(below) < len(images.labels):
        found[HALF] = measured(model, images.take(below))
    return found


def verdict(part, kind):
    """Say in a sentence what a run reached."""
    low, high = part["interval"]
    return (
        f"{kind}: {part['accuracy']:.1%} of {part['images']:,} images "
        f"(95 % interval {low:.1%} to {high:.1%}), loss {part['loss']:.2f}"
    )


def _recorded(earlier, now, kind):
    """Find what a run of ours, on the same training images, has for as many images of a kind."""
    found = earlier.get("test" if kind == HALF else kind, {})
    same = earlier and earlier["data"].get("fingerprint") == now["data"]["fingerprint"]
    return found if same and found.get("images") == now[kind]["images"] else None


def main(words=None):
    """Read the command line, run, and say what came out, beside the recorded run if there is one.

    Raises
    ------
    SystemExit
        If something does not fit or goes wrong; the sentence says what.
    """
    parser = argparse.ArgumentParser(prog="make reproduce")
    parser.add_argument("seed", type=int)
    parser.add_argument("--trial", action="store_true", help="leave the test images alone")
    parser.add_argument("--train", type=int, help="how many training images to keep")
    parser.add_argument("--results", default="build/results", help="folder for what is found")
    parser.add_argument("--note", default="", help="a remark for the log")
    parser.add_argument("changes", nargs="*", help="values of the recipe, such as dropout=0.5")
    told = parser.parse_intermixed_args(words)
    course.use_images_from_where_make_was_called()
    try:
        name, recipe = recipes.choose(**changes(told.changes))
        scenes = data.load(skip_unreadable=True)
        if told.train is not None:
            scenes = scenes._replace(train=subset(scenes.train, told.train))
        named = run_name(name, recipe, told.seed, told.train)
        earlier = results.recorded(named) if named in results.names() else {}
        record = run(
            named,
            told,
            recipe,
            scenes,
            course.ROOT / told.results,
            lambda policy: command(told, name, recipe, policy),
            heading(name, recipe, told),
        )
    except (ValueError, OSError, RuntimeError, MemoryError, ArithmeticError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    for kind in ("validation", "test", HALF):
        if kind in record:
            print(verdict(record[kind], kind))
            if ours := _recorded(earlier, record, kind):
                print("  recorded by us:", verdict(ours, kind))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. The same command goes on after the last whole pass.")
