"""Checkpoints: the state of a training on disk, from which it can go on (lesson 04b)."""

import hashlib
import json
import math
from pathlib import Path

from helpers.files import seal, whole, write
from helpers.quiet import keras

RECORDS = "[0-9][0-9][0-9][0-9].json"


def arguments(model, scenes, plans, batch_size, seed, bn_batches=0, averaging=0.0):
    """Write down all that a training is told, as plain values.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    scenes, plans, batch_size, seed, bn_batches, averaging
        See `training.train`.

    Returns
    -------
    dict
        Images and plans stand in it as fingerprints, the rest as it is.
    """
    images = hashlib.sha256(" ".join(scenes.class_names).encode())
    for part in (scenes.train, scenes.validation):
        images.update(" ".join(part.digests).encode())  # in this order: plans count by it
        images.update(f"{part.labels.tolist()} {part.pixels.shape}".encode())
    passes = {
        f"pass {number}": hashlib.sha256(order.tobytes() + boxes.tobytes()).hexdigest()[:12]
        for number, (order, boxes) in enumerate(plans, 1)
    }
    told = {
        "images": images.hexdigest()[:12],
        "batch_size": batch_size,
        "seed": seed,
        "bn_batches": bn_batches,
        "averaging": averaging,
        "loss": keras.saving.serialize_keras_object(model.loss),
        "optimizer": model.optimizer.get_config(),
        "model": {
            f"layer {place}, {type(layer).__name__}": layer.get_config()
            for place, layer in enumerate(model.layers)  # Keras numbers the names of a second net
        },
        "order and crops": passes,
    }
    return json.loads(json.dumps(told, default=str))


def _differences(then, now, name=""):
    """List what differs in two nested dictionaries, but for names."""
    if isinstance(then, dict) and isinstance(now, dict):
        keys = [key for key in dict.fromkeys([*then, *now]) if key != "name"]
        parts = [_differences(then.get(k), now.get(k), f"{name}.{k}".strip(".")) for k in keys]
        return [phrase for part in parts for phrase in part]
    return [] if then == now else [f"{name} was {then!r} and is {now!r}"]


def _weights(path):
    """Say where the weights of a record lie: the net's, and its average's if it has one."""
    return path.with_suffix(".weights.h5"), path.with_suffix(".average.weights.h5")


def _seal(record, path):
    """Seal a record with its net's weights, which must be there, and with its average's."""
    net, average = _weights(path)
    return seal(record, net, average) if average.exists() else seal(record, net)


def keep(model, folder, history, told, average=None):
    """Save weights, optimizer and history after a pass, and keep those of the pass before.

    Parameters
    ----------
    model : keras.Model
    folder : Path
    history : dict
        See `training.train`.
    told : dict
        See `arguments`.
    average : keras.Model, optional
        A second net with the averaged weights, see `averages.Average`.

    Raises
    ------
    OSError
        If a file cannot be written; those before are whole.
    """
    folder, number = Path(folder), len(history["passes"])
    for ending in ("json", "weights.h5", "average.weights.h5"):
        for old in folder.glob(RECORDS.replace("json", ending)):
            if int(old.name[:4]) != number - 1:
                old.unlink()
    record = {"history": history, "arguments": told}
    path = folder / f"{number:04}.json"
    for net, weights in zip([model, average] if average else [model], _weights(path)):
        numbers = [*net.variables, *net.optimizer.variables]
        needs = 4 * sum(math.prod(variable.shape) for variable in numbers)
        with whole(weights, needs) as beside:
            net.save_weights(beside)
    write(path, json.dumps({**record, "sha256": _seal(record, path)}))


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
        If there are checkpoints and none is whole.
    """
    records = sorted(Path(folder).glob(RECORDS), reverse=True)
    for path in records:
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record.pop("sha256") == _seal(record, path):
                return path, record
        except (FileNotFoundError, ValueError, KeyError, AttributeError, TypeError):
            pass
        print(f"{path.with_suffix('')} is damaged and passed over.")
    if records:
        raise ValueError(f"no checkpoint in {folder} is whole: remove it, or name another")
    return None, {}


def restore(model, path, record, told, average=None):
    """Bring model, optimizer and average to where they were when a checkpoint was kept.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    path, record
        See `newest`.
    told : dict
        `arguments` of the training that wants to go on.
    average : keras.Model, optional
        See `keep`.

    Returns
    -------
    dict
        Its history.

    Raises
    ------
    ValueError
        If the checkpoint belongs to a training that was told something else.
    """
    done = len(record["history"]["passes"])
    then, now = (
        each | {"order and crops": dict(list(each["order and crops"].items())[:done])}
        for each in (record["arguments"], told)
    )
    if different := _differences(then, now):
        more = f"; and {len(different) - 3} more" if len(different) > 3 else ""
        raise ValueError(
            f"{path} is of another training: {'; '.join(different[:3])}{more}. Take the arguments "
            f"of that training, remove {path.parent}, or name another folder"
        )
    model.optimizer.build(model.trainable_variables)
    for net, weights in zip([model, average] if average else [model], _weights(path)):
        net.load_weights(weights)
    return record["history"]
