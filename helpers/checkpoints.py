"""Checkpoints: the state of a training on disk, from which it can go on (lesson 04b)."""

import hashlib
import json
import math
from pathlib import Path

from helpers.data import fingerprint
from helpers.files import sha256, whole


def arguments(model, scenes, plans, batch_size, seed):
    """Write down all that a training is told, as plain values.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    scenes, plans, batch_size, seed
        See `training.train`.

    Returns
    -------
    dict
        Equal for two trainings if, and practically only if, they are told the same.
    """
    optimizer = model.optimizer.get_config()
    del optimizer["name"]  # Keras numbers them
    told = {
        "images": fingerprint(scenes),
        "batch_size": batch_size,
        "seed": seed,
        "loss": model.loss,
        "optimizer": optimizer,
        "model": {layer.name: layer.get_config() for layer in model.layers},
        "passes": [hashlib.sha256(order.tobytes() + boxes.tobytes()).hexdigest()[:12]
                   for order, boxes in plans],
    }  # fmt: skip
    return json.loads(json.dumps(told, default=str))


def differences(then, now, name=""):
    """List what differs in two nested dictionaries, a phrase for each value."""
    if isinstance(then, dict) and isinstance(now, dict):
        keys = dict.fromkeys([*then, *now])
        parts = [differences(then.get(k), now.get(k), f"{name}.{k}".strip(".")) for k in keys]
        return [phrase for part in parts for phrase in part]
    return [] if then == now else [f"{name} was {then!r} and is {now!r}"]


def keep(model, folder, history, told):
    """Save weights, optimizer and history after a pass, and keep those of the pass before.

    Parameters
    ----------
    model : keras.Model
    folder : Path
    history : dict
        See `training.train`.
    told : dict
        See `arguments`.
    """
    number = len(history["passes"])
    for old in Path(folder).glob("[0-9]*.*"):
        if int(old.name.split(".")[0]) != number - 1:
            old.unlink()
    numbers = [*model.variables, *model.optimizer.variables]
    weights = Path(folder, f"{number:04}.weights.h5")
    with whole(weights, needs=4 * sum(math.prod(variable.shape) for variable in numbers)) as beside:
        model.save_weights(beside)
    record = {"history": history, "arguments": told, "weights_sha256": sha256(weights)}
    with whole(Path(folder, f"{number:04}.json")) as beside:
        beside.write_text(json.dumps(record), encoding="utf-8")


def newest(folder):
    """Find the newest checkpoint that is whole, and name those that are not.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    path : Path or None
        Of its record.
    record : dict
        Empty where there is none.
    """
    for path in sorted(Path(folder).glob("[0-9]*.json"), reverse=True):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["weights_sha256"] == sha256(path.with_suffix(".weights.h5")):
                return path, record
        except (OSError, ValueError, KeyError, TypeError):
            pass
        print(f"{path.with_suffix('')} is damaged and passed over.")
    return None, {}


def restore(model, path, record, told):
    """Bring model and optimizer to where they were when a checkpoint was kept.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    path, record
        See `newest`.
    told : dict
        `arguments` of the training that wants to go on.

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
    then, now = ({**each, "passes": each["passes"][:done]} for each in (record["arguments"], told))
    if different := differences(then, now):
        more = f"; and {len(different) - 3} more" if len(different) > 3 else ""
        raise ValueError(
            f"{path} is of another training: {'; '.join(different[:3])}{more}. Take the arguments "
            "of that training, or name another folder"
        )
    model.optimizer.build(model.trainable_variables)
    model.load_weights(path.with_suffix(".weights.h5"))
    return record["history"]
