"""Trained models on disk: the weights, and a record of what one needs to use them correctly."""

import csv
import io
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import numpy as np

from helpers import devices, recipes, training
from helpers.data import fingerprint
from helpers.files import atomic_write, checksum, exclusive_lock, sealed_record, write_text
from helpers.keras_setup import keras
from helpers.networks import NETWORKS

TRAINED = Path(__file__).resolve().parent.parent / "trained"
AGAIN = "train it again (run lesson 04, or the command that made it)"
PREPROCESSING = "red, green, blue; bilinear to the input size; divided by 255"


def model_folder(scenes, recipe):
    """Return the folder of the model that is trained on these images by this recipe.

    Parameters
    ----------
    scenes : Scenes
    recipe : Recipe
        Only its name counts.

    Returns
    -------
    Path
        Below the folder that the environment variable ALEXNET_RUN names, by default ``trained/``
        beside ``helpers/``.
    """
    return Path(os.environ.get("ALEXNET_RUN") or TRAINED, fingerprint(scenes), recipe.name)


def save(model, folder, class_names, white=0.0, **notes):
    """Save a finished model: ``model.weights.h5`` without the optimizer, and ``model.json``.

    Parameters
    ----------
    model : keras.Model
    folder : Path
    class_names : sequence of str
        In the order of the model's outputs.
    white : float, default 0.0
        What stood for white in the training images, see `images.read`.
    **notes
        What else to keep in the record: recipe, seed, history. Plain values, or a recipe.

    Returns
    -------
    dict
        The record as it was written.

    Raises
    ------
    OSError
        If there is no room, or no permission to write; the model that was there is whole.
    RuntimeError
        If another program is working in the folder.
    """
    weights, sidecar = Path(folder, "model.weights.h5"), Path(folder, "model.json")
    record = {
        "schema": recipes.SCHEMA,
        "network": model.name,
        "class_names": list(class_names),
        "input_size": model.input_shape[1],
        "preprocessing": PREPROCESSING,
        "white": white,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
        },
        **notes,
    }
    if isinstance(record.get("recipe"), recipes.Recipe):
        record["recipe"] = asdict(record["recipe"])
    size = 4 * model.count_params()
    with (
        exclusive_lock(folder),
        atomic_write(sidecar, 100_000) as new_sidecar,
        atomic_write(weights, size) as new,
    ):
        keras.Model(model.inputs, model.outputs).save_weights(new)
        record["sha256"] = checksum(record, new)
        new_sidecar.write_text(json.dumps(record, indent=1), encoding="utf-8")
        for old in ("test.json", "predictions.csv"):  # of the model before; never beside the new
            Path(folder, old).unlink(missing_ok=True)
    return record


def load(folder, class_names=None):
    """Load a model that `save` wrote.

    The network is built by code and only numbers are read from the files: nothing that
    a file holds is ever run.

    Parameters
    ----------
    folder : Path
    class_names : sequence of str, optional
        What the classes must be, in order.

    Returns
    -------
    model : keras.Model
        In float32, whatever it was trained in.
    record : dict

    Raises
    ------
    FileNotFoundError
        If there is no model.
    ValueError
        If weights and record are not as they were saved, not for this use, or of another edition
        of the course.
    """
    weights, sidecar = Path(folder, "model.weights.h5"), Path(folder, "model.json")
    record = sealed_record(sidecar, weights, "run lesson 04, which trains and saves it", AGAIN)
    if record.get("schema") != recipes.SCHEMA:
        raise ValueError(f"{sidecar} was saved by another edition of the course; {AGAIN}")
    needed = {"preprocessing": PREPROCESSING}
    if class_names is not None:
        needed["class_names"] = list(class_names)
    if record.get("network") not in NETWORKS:
        needed["network"] = sorted(NETWORKS)
    for key, value in needed.items():
        if record.get(key) != value:
            raise ValueError(
                f"{sidecar} says {key} {record.get(key)!r}; needed here is {value!r}: remove "
                f"{folder}, or name another folder"
            )
    record.setdefault("white", 0.0)  # saved before deep grey was told apart
    size = record["input_size"]
    with devices.precision("float32"):
        model = NETWORKS[record["network"]]((size, size, 3), len(record["class_names"]))
    try:
        model.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"{weights} does not fit {record['network']} for {size} pixels; {AGAIN}. "
            f"({str(error)[:200]})"
        ) from None
    return model, record


def load_or_train(scenes, recipe):
    """Load the model of these images and this recipe; if there is none, train it as lesson 04 does.

    Parameters
    ----------
    scenes : Scenes
    recipe : Recipe

    Returns
    -------
    model : keras.Model
    record : dict

    Raises
    ------
    FileNotFoundError, ValueError
        If what lies there is no whole model for these images; see `load`.
    RuntimeError
        If another program is training there.
    """
    folder = model_folder(scenes, recipe)
    if any(folder.glob("model.*")):
        model, record = load(folder, scenes.class_names)
        print("This model was trained before.")
        then, now = asdict(recipes.from_dict(record["recipe"])), asdict(recipe)
        if other := [key for key in now if now[key] != then[key]]:
            print(
                f"Its recipe had {other[0]} {then[other[0]]}, and yours has {now[other[0]]}: "
                "run lesson 04 to train it with yours."
            )
        return model, record
    print(f"There is no model in {folder} yet: training one on {recipe.images_seen:,} images.")
    policy, why = devices.choose_precision()
    print("Precision:", why)
    with exclusive_lock(folder):
        network, model, epoch_plans = training.prepare(scenes, recipe, policy)
        history = training.train(model, scenes, epoch_plans, recipe)
        white = float(scenes.train.whites.max())
        save(network, folder, scenes.class_names, white, recipe=recipe, seed=0, history=history)
    return load(folder)


def write_predictions(path, files, probabilities, class_names):
    """Write predictions as CSV: one line per file, with its path below the files' common folder.

    Parameters
    ----------
    path : Path
    files : sequence of Path
    probabilities : ndarray of float, shape (n, classes)
    class_names : sequence of str
        In the order of the columns of `probabilities`.

    Raises
    ------
    ValueError
        If there are not as many files as rows.
    OSError
        See `files.atomic_write`.
    """
    common = os.path.commonpath([Path(name).parent for name in files]) if len(files) else ""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["file", "class", *class_names])
    for name, row in zip(files, probabilities, strict=True):
        numbers = [f"{value:.6f}" for value in row]
        short = Path(name).relative_to(common).as_posix()
        table.writerow([short, class_names[int(np.argmax(row))], *numbers])
    write_text(path, text.getvalue())
