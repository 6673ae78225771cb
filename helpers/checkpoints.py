"""Checkpoints: the state of a training on disk, from which it can resume (lesson 04b)."""

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path

from helpers.files import atomic_write, checksum, write_text
from helpers.keras_setup import keras
from helpers.models import all_layers, precision_of
from helpers.recipes import SCHEMA, from_dict

RECORDS = "[0-9][0-9][0-9][0-9]*.json"


def training_config(model, scenes, epoch_plans, recipe, seed):
    """Collect everything that a training depends on, as plain values.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    scenes, epoch_plans, recipe, seed
        See `training.train`.

    Returns
    -------
    dict
        Images and epoch plans as fingerprints, the rest as it is.
    """
    images = hashlib.sha256(" ".join(scenes.class_names).encode())
    for part in (scenes.train, scenes.validation):
        images.update(" ".join(part.digests).encode())  # in this order: the plans count by it
        images.update(f"{part.labels.tolist()} {part.pixels.shape}".encode())
    config = {
        "images": images.hexdigest()[:12],
        "seed": seed,
        "precision": precision_of(model),
        "recipe": asdict(recipe),
        "loss": keras.saving.serialize_keras_object(model.loss),
        "optimizer": model.optimizer.get_config(),
        "model": {
            f"layer {place}, {type(layer).__name__}": layer.get_config()
            for place, layer in enumerate(all_layers(model))  # their names may be numbered on
        },
        "order and crops": {
            f"epoch {number}": hashlib.sha256(order.tobytes() + boxes.tobytes()).hexdigest()[:12]
            for number, (order, boxes) in enumerate(epoch_plans, 1)
        },
    }
    return json.loads(json.dumps(config, default=str))


def steps(model):
    """Return how many steps a model's optimizer has made, those that it skipped not counted.

    Parameters
    ----------
    model : keras.Model
        Compiled.

    Returns
    -------
    int
    """
    return int(keras.ops.convert_to_numpy(model.optimizer.iterations))


def _differences(then, now, name=""):
    """List what differs in two nested dictionaries, except names."""
    if isinstance(then, dict) and isinstance(now, dict):
        keys = [key for key in dict.fromkeys([*then, *now]) if key != "name"]
        parts = [_differences(then.get(k), now.get(k), f"{name}.{k}".strip(".")) for k in keys]
        return [phrase for part in parts for phrase in part]
    return [] if then == now else [f"{name} was {then!r} and is {now!r}"]


def _comparable(config, epochs):
    """Keep what must not change between two parts of a training, of which some epochs are done."""
    recipe = asdict(from_dict(config["recipe"]))  # values that are new since then have defaults
    recipe.pop("images_seen")  # more may be shown; what it changes is in the optimizer's config
    plans = dict(list(config["order and crops"].items())[:epochs])
    return config | {"recipe": json.loads(json.dumps(recipe)), "order and crops": plans}


def _weights(path):
    """Return where a record's weights lie: the model's, and the averaged model's if any."""
    return path.with_suffix(".weights.h5"), path.with_suffix(".average.weights.h5")


def _checksum(record, path):
    """Compute the checksum of a record with its weights; the averaged model's may be absent."""
    weights, averaged = _weights(path)
    return checksum(record, weights, *([averaged] if averaged.exists() else []))


def _epoch(path):
    """Return the number of the epoch that begins a file's name: four digits or more."""
    return int(path.name.partition(".")[0])


def save(model, folder, history, config, averaged_model=None):
    """Save weights, optimizer and history after an epoch, and keep those of the epoch before.

    Parameters
    ----------
    model : keras.Model
    folder : Path
    history : dict
        See `training.train`.
    config : dict
        See `training_config`.
    averaged_model : keras.Model, optional
        See `averaging.WeightAveraging`.

    Raises
    ------
    OSError
        If a file cannot be written; those before are whole.
    """
    folder, number = Path(folder), len(history["epochs"])
    for ending in ("json", "weights.h5", "average.weights.h5"):
        for old in folder.glob(RECORDS.replace("json", ending)):
            if _epoch(old) != number - 1:
                old.unlink()
    record = {"schema": SCHEMA, "history": history, "config": config}
    record |= {"keras": keras.__version__, "iterations": steps(model)}
    path = folder / f"{number:04}.json"
    models = [model, averaged_model] if averaged_model else [model]
    for each, target in zip(models, _weights(path)):
        numbers = [*each.variables, *each.optimizer.variables]
        if hasattr(each.optimizer, "inner_optimizer"):  # Keras saves what scales the loss twice
            numbers += each.optimizer.inner_optimizer.variables
        needs = 4 * sum(math.prod(number.shape) for number in numbers)
        with atomic_write(target, needs) as beside:
            each.save_weights(beside)
    write_text(path, json.dumps({**record, "sha256": _checksum(record, path)}))


def newest(folder):
    """Find the newest checkpoint that is whole, and name newer ones that are not.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    path : Path or None
        Of its record.
    record : dict
        Empty where there is none.

    Raises
    ------
    ValueError
        If there are checkpoints and none is whole, or they are of another edition of the course.
    """
    records = sorted(Path(folder).glob(RECORDS), key=_epoch, reverse=True)
    for path in records:
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            whole = record.pop("sha256") == _checksum(record, path)
        except (FileNotFoundError, ValueError, KeyError, AttributeError, TypeError):
            whole = False
        if not whole:
            print(f"{path.with_suffix('')} is damaged and skipped.")
        elif record.get("schema") != SCHEMA:
            raise ValueError(
                f"{path} was saved by another edition of the course: remove {folder}, or name "
                "another folder"
            )
        else:
            return path, record
    if records:
        raise ValueError(f"no checkpoint in {folder} is whole: remove it, or name another")
    return None, {}


def restore(model, path, record, config, averaged_model=None):
    """Bring model, optimizer and average to where they were when a checkpoint was saved.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    path, record
        See `newest`.
    config : dict
        `training_config` of the training that resumes.
    averaged_model : keras.Model, optional
        See `save`.

    Returns
    -------
    dict
        Its history.

    Raises
    ------
    ValueError
        If the checkpoint belongs to a training with another config, or its optimizer's state
        does not fit this Keras.
    """
    epochs = len(record["history"]["epochs"])
    then, now = (_comparable(each, epochs) for each in (record["config"], config))
    if different := _differences(then, now):
        more = f"; and {len(different) - 3} more" if len(different) > 3 else ""
        raise ValueError(
            f"{path} is of another training: {'; '.join(different[:3])}{more}. Use the values of "
            f"that training, remove {path.parent}, or name another folder"
        )
    model.optimizer.build(model.trainable_variables)
    models = [model, averaged_model] if averaged_model else [model]
    for each, weights in zip(models, _weights(path)):
        each.load_weights(weights)
    if steps(model) != record["iterations"]:  # Keras only warns
        raise ValueError(
            f"{path} holds an optimizer that Keras {keras.__version__} cannot restore; it was "
            f"saved by Keras {record['keras']}: install that, remove {path.parent}, or name "
            "another folder"
        )
    return record["history"]
