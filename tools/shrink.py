"""`make shrink`: the photo network, from a finished `make reproduce`, for the course to ship.

The convolutions are kept, the dense layers are replaced by global average pooling and one dense
layer of six. That layer is fitted by logistic regression, then all weights are fine-tuned at a
low rate; what is right on more validation images is kept. Everything is chosen on the validation
images; the test images are opened at the end, or by a second call after one with TEST=no. The
result lies in `build/photo_network`: copy it to `results/photo_network` to ship it.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, replace
from statistics import median

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from helpers import data, devices, model_io, models, pretrained, recipes, training
from helpers.batches import resized
from helpers.files import atomic_write, checksum
from helpers.keras_setup import keras
from tools import course, reproduce
from tools.machine import machine

BUILD = course.ROOT / "build" / "photo_network"
STRENGTHS = (0.001, 0.01, 0.1, 1.0)  # of logistic regression: C, the inverse of its penalty
EPOCHS, RATE = 4, 1e-4  # of the fine-tuning


def pooled(network, recipe):
    """Return `models.pooled_alexnet` with the convolutions of a trained AlexNet, head untrained."""
    model = models.pooled_alexnet(
        network.input_shape[1:], network.output_shape[1], recipe.dropout, recipe.bn_momentum
    )
    for layer in model.layers:
        if layer.name.startswith(("conv", "bn")):
            layer.set_weights(network.get_layer(layer.name).get_weights())
    return model


def features(model, images):
    """Return the pooled feature maps of images, (n, 256)."""
    part = keras.Model(model.input, model.get_layer("pool").output)
    served = resized(images, model.input_shape[1])
    return np.concatenate([part.predict_on_batch(batch) for batch in served])


def fit_head(model, scenes):
    """Fit a model's last dense layer by logistic regression; return the strength chosen."""
    training_rows, validation_rows = (
        features(model, part) for part in (scenes.train, scenes.validation)
    )
    scaler = StandardScaler().fit(training_rows)
    found = []
    for strength in STRENGTHS:
        fit = LogisticRegression(C=strength, max_iter=2000)
        fit.fit(scaler.transform(training_rows), scenes.train.labels)
        right = fit.score(scaler.transform(validation_rows), scenes.validation.labels)
        found.append((right, strength, fit))
    _, strength, fit = max(found, key=lambda each: each[0])
    rows, biases = fit.coef_, fit.intercept_
    if len(rows) == 1:  # of two classes scikit-learn keeps the difference
        rows, biases = np.concatenate([-rows, rows]) / 2, np.concatenate([-biases, biases]) / 2
    kernel = (rows / scaler.scale_).T
    model.get_layer("logits").set_weights([kernel, biases - scaler.mean_ @ kernel])
    return strength


def rounded(model):
    """Return a copy of a model whose weights are float16 numbers.

    Raises
    ------
    ValueError
        If a weight is too large for float16.
    """
    numbers = model.get_weights()
    if max(np.abs(each).max() for each in numbers) > np.finfo(np.float16).max:
        raise ValueError("a weight is larger than 65,504, the largest number of float16")
    copy = models.pooled_alexnet(model.input_shape[1:], model.output_shape[1])
    copy.set_weights([each.astype(np.float16).astype(np.float32) for each in numbers])
    return copy


def images_per_second(networks, batch_size=32, rounds=7):
    """Time predictions of networks in turns; return the median of each."""
    batch = np.zeros((batch_size, *networks[0].input_shape[1:]), np.float32)
    seconds = [[] for _ in networks]
    for _ in range(rounds + 1):
        for network, noted in zip(networks, seconds):
            start = time.perf_counter()
            network.predict_on_batch(batch)
            noted.append(time.perf_counter() - start)
    return [batch_size / median(noted[1:]) for noted in seconds]  # the first one builds


def summary(found, model):
    """Return the metrics that the record keeps, and the size."""
    kept = ("images", "right", "accuracy", "interval", "loss")
    return {"parameters": model.count_params()} | {key: found[key] for key in kept}


def shrink(network, scenes, recipe, seed, fine_tuning):
    """Make the small network; return it, what the record says of each step, and its metrics."""
    model = pooled(network, recipe)
    strength = fit_head(model, scenes)
    head = rounded(model)
    whole, fitted = (reproduce.metrics(each, scenes.validation) for each in (network, head))
    steps = {
        "whole network": summary(whole, network),
        "linear head": summary(fitted, head) | {"C": strength},
    }
    policy, _ = devices.choose_precision(os.environ.get("PRECISION"))
    with devices.precision(policy):
        tuned = pooled(network, recipe)
    tuned.set_weights(model.get_weights())
    _, trained, plans = training.prepare(scenes, fine_tuning, policy, seed, tuned)
    history = training.train(trained, scenes, plans, fine_tuning, seed)
    tuned = rounded(tuned)
    found = reproduce.metrics(tuned, scenes.validation)
    steps["fine-tuned"] = summary(found, tuned) | {
        "recipe": asdict(fine_tuning),
        "precision": policy,
        "epochs": history["epochs"],
    }
    better = found["right"] > fitted["right"]
    return (tuned, steps, found) if better else (head, steps, fitted)


def earlier(folder, origin):
    """Return model and record that an earlier call left, if whole and of the same origin."""
    try:
        model, record = pretrained.photo_network(folder)
    except (FileNotFoundError, ValueError):  # then they are made anew
        return None, {}
    same = record.get("origin") == json.loads(json.dumps(origin))
    return (model, record) if same else (None, {})


def make(network, trained, scenes, recipe, given, fine_tuning):
    """Make the small network of a trained one; return it and its record, not yet tested."""
    model, steps, found = shrink(network, scenes, recipe, given.seed, fine_tuning)
    speeds = images_per_second([network, model])
    changed = f' CHANGES="{" ".join(given.changes)}"' if given.changes else ""
    values = f"RECIPE={recipe.name} SEED={given.seed} DATA=folder"
    return model, {
        "schema": recipes.SCHEMA,
        "name": "photo-network",
        "network": model.name,
        "class_names": list(scenes.class_names),
        "input_size": model.input_shape[1],
        "preprocessing": model_io.PREPROCESSING,
        "white": trained["white"],
        "commands": [f"make reproduce {values} TEST=no", f"make shrink {values}{changed}"],
        "recipe": trained["recipe"],
        "seed": given.seed,
        "train": len(scenes.train.labels),
        "machine": machine(),
        "images_per_second": dict(zip(("whole network", "photo network"), speeds)),
        "steps": steps,
        "validation": found,
    }


def write(model, folder, record):
    """Write weights and record, neither without the other."""
    numbers = {k: v.astype(np.float16) for k, v in pretrained.named_weights(model).items()}
    with (
        atomic_write(folder / "record.json", 100_000) as sidecar,
        atomic_write(folder / "weights.npz", 2 * model.count_params()) as new,
    ):
        np.savez_compressed(new, **numbers)
        record |= {"bytes": new.stat().st_size}
        text = json.dumps(record | {"sha256": checksum(record, new)}, indent=1)
        sidecar.write_text(text + "\n", encoding="utf-8")


def main(words=None):
    """Read the command line, make the network, write it, and print how good it is.

    Raises
    ------
    SystemExit
        If something does not fit or goes wrong; the sentence says what.
    """
    parser = argparse.ArgumentParser(prog="make shrink")
    parser.add_argument("seed", type=int)
    parser.add_argument("--no-test", action="store_true", help="leave the test images alone")
    parser.add_argument("changes", nargs="*", help="values of the fine-tuning's recipe")
    given = parser.parse_intermixed_args(words)
    course.use_images_from_where_make_was_called()
    try:
        recipe = recipes.choose()
        scenes = data.load(skip_unreadable=True)
        name = f"{reproduce.run_name(recipe, given.seed)}-{data.fingerprint(scenes)}"
        folder = reproduce.BUILD / name
        network, trained = model_io.load(folder, scenes.class_names)
        usual = {"images_seen": EPOCHS * len(scenes.train.labels), "learning_rate": RATE}
        values = asdict(replace(recipe, **usual)) | reproduce.changes(given.changes)
        fine_tuning = recipes.from_dict(values)
        origin = {
            "weights": checksum({}, folder / "model.weights.h5"),
            "fingerprint": data.fingerprint(scenes),
            "fine_tuning": asdict(fine_tuning),
        }
        model, record = earlier(BUILD, origin)
        if model is None:
            model, record = make(network, trained, scenes, recipe, given, fine_tuning)
            record["origin"] = origin
        if not given.no_test and "test" not in record:
            record["test"] = reproduce.metrics(model, scenes.test)
        write(model, BUILD, record)
    except (ValueError, OSError, RuntimeError, MemoryError, ArithmeticError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    for name, step in record["steps"].items():
        print(f"{name}: {step['right']:,} of {step['images']:,} validation images")
    for part in [part for part in ("validation", "test") if part in record]:
        print(reproduce.verdict(record, part))
    print(f"Weights and record: {BUILD}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. Nothing was written.")
