"""`make gpu`: what a graphics card does with this course, measured in a few minutes.

First how fast AlexNet trains by precision and batch size, whether the card waits for its images,
and how much memory that takes; then whole trainings by the recipe `course`, as many as fit into
the time. Everything that is done is in `build/gpu/gpu.json` at once: the same command goes on.
"""

import argparse
import json
import math
import sys
import time
from dataclasses import replace

from helpers import data, devices, folders, memory, recipes
from helpers.files import write_text
from helpers.keras_setup import keras
from tools import bench, course, pack, reproduce
from tools.machine import gpus, machine

FOLDER = course.ROOT / "build" / "gpu"
POLICIES = {"bfloat16": "mixed_bfloat16", "float16": "mixed_float16", "float32": "float32"}
SIZES = (64, 128, 256, 512, 1024)
SWEEP = 0.5  # at most so much of the time goes into speeds
SLOW = 2  # a precision in which a convolution takes so many times float32's time is left out
# Epochs and seed of each training, in this order. Which one meets the test images is decided here,
# before any has been trained.
RUNS = [(20, 0), (60, 0), (20, 1), (60, 1), (20, 2), (60, 2)]
TESTED = (60, 0)


class TimeUpError(Exception):
    """The time is up; what was done is kept."""


class Deadline(keras.callbacks.Callback):
    """Stop a training after the epoch in which its time ran out."""

    def __init__(self, seconds_left):
        super().__init__()
        self.seconds_left = seconds_left

    def on_epoch_end(self, epoch, logs=None):
        """Look at the clock; if there are checkpoints this epoch's is written."""
        if self.seconds_left() < 0 and epoch + 1 < self.params["epochs"]:
            raise TimeUpError


class SameBatch(keras.utils.PyDataset):
    """Serve one batch over and over: nothing has to be gathered."""

    def __init__(self, batch, count):
        super().__init__(workers=2, max_queue_size=4)
        self.batch, self.count = batch, count

    def __len__(self):
        """Return the number of batches."""
        return self.count

    def __getitem__(self, number):
        """Return the batch."""
        return self.batch


def peak_bytes():
    """Return the most memory that the graphics card has given so far; None where none tells."""
    if not gpus():
        return None
    if keras.backend.backend() == "jax":
        import jax

        return jax.local_devices()[0].memory_stats()["peak_bytes_in_use"]
    import tensorflow as tf

    return tf.config.experimental.get_memory_info("GPU:0")["peak"]


def speed(scenes, name, sizes, seconds_left, note):
    """Train in one precision with batches of each size, as long as there is time.

    Parameters
    ----------
    scenes : Scenes
    name : str
        Such as ``"bfloat16"``.
    sizes : sequence of int
        In ascending order: the memory that is measured is the most so far.
    seconds_left : callable
    note : callable
        Takes each line of the table as a dictionary.
    """
    peak = bench.matrix_product_gflops(name)
    model, serve = bench.ours(scenes, POLICIES[name])
    took = 0
    for size in sizes:
        if took and seconds_left() < 2 * took:
            print(f"{name}, batch {size}: no time is left; the same command goes on")
            break
        start = time.perf_counter()
        try:
            batches = serve(size)
            first = bench.step_seconds(model, batches, 2)[1]
            same = SameBatch(batches[0], len(batches))
            rates = [bench.images_per_second(model, each, size, first) for each in (same, batches)]
        except Exception as error:  # too little memory, or a refusal; each backend has its own
            note({"precision": name, "batch": size, "left out": f"{error!s:.200}"})
            continue
        took = time.perf_counter() - start
        line = {
            "precision": name,
            "batch": size,
            "same_batch_images_per_second": rates[0],
            "images_per_second": rates[1],
            "matrix_product_gflops": peak,
            "fraction_of_peak": rates[1] * bench.operations(model) / 1e9 / peak,
            "foretold_bytes": sum(memory.training_memory(model, size).values()),
            "peak_bytes": peak_bytes(),
        }
        note(line)


def precisions():
    """Return the names of the precisions that are worth a measurement here, float32 last."""
    names = list(POLICIES) if gpus() else ["bfloat16", "float32"]
    single = devices.convolution_seconds("float32", 8)
    return [name for name in names if devices.convolution_seconds(name, 8) < SLOW * single]


def training(scenes, epochs, seed, rate, seconds_left, keep=False):
    """Train by `course` for so many epochs, or go on with that; return what came of it.

    Where the whole should fit into the time no checkpoint is written, which would take longer than
    an epoch on a fast card; but with `keep` it is.

    Raises
    ------
    TimeUpError
        If the time ran out; with checkpoints the next call goes on.
    """
    count = len(scenes.train.labels)
    recipe = replace(recipes.RECIPES["course"], images_seen=epochs * count)
    fits = recipe.images_seen / rate < 0.7 * seconds_left()
    _, record = reproduce.run(
        recipe, seed, scenes,
        test=(epochs, seed) == TESTED, callbacks=[Deadline(seconds_left)], keep=keep or not fits,
    )  # fmt: skip
    seconds = [epoch["seconds"] for epoch in record["history"]["epochs"]]
    parts = {key: record[key] for key in ("validation", "test") if key in record}
    return {
        "epochs": epochs,
        "seed": seed,
        "precision": record["precision"],
        "first_epoch_seconds": seconds[0],
        "other_epochs_seconds": sum(seconds[1:]),
        **{
            key: {k: part[k] for k in ("right", "images", "interval")}
            for key, part in parts.items()
        },
    }


def earlier(path, about):
    """Read what was measured before; what is of another machine or set is put aside.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        same = {key: found[key] for key in about} == about
        found["speed"], found["runs"], found["out_of_time"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is damaged, or none of make gpu's: remove it") from None
    if same:
        return found
    aside = path.with_name(f"{path.stem}-until-{time.strftime('%Y-%m-%d-%H%M%S')}.json")
    path.rename(aside)
    print(f"{path} is of another machine or image set: it is {aside.name} now.")
    return None


def measure(scenes, path, budget, sizes=SIZES, runs=RUNS):
    """Measure whatever is missing in a file, for so many seconds.

    Parameters
    ----------
    scenes : Scenes
    path : Path
        JSON; it is written again after each measurement.
    budget : float
        Seconds.
    sizes, runs
        See `SIZES` and `RUNS`.

    Returns
    -------
    dict
        What the file holds.
    """
    begin = time.monotonic()
    about = {"machine": machine(), "fingerprint": data.fingerprint(scenes)}
    found = earlier(path, about) or about | {"speed": [], "runs": [], "out_of_time": []}

    def note(kind, line):
        found[kind].append(line)
        write_text(path, json.dumps(found, indent=1) + "\n")
        print(line, flush=True)

    def seconds_left(fraction=1.0):
        return fraction * budget - (time.monotonic() - begin)

    known = {(line["precision"], line["batch"]) for line in found["speed"]}
    for name in precisions():
        missing = [size for size in sizes if (name, size) not in known]
        if missing:
            speed(
                scenes, name, missing,
                lambda: seconds_left(SWEEP), lambda line: note("speed", line),
            )  # fmt: skip
    size = recipes.RECIPES["course"].batch_size
    rates = [
        line["images_per_second"]
        for line in found["speed"]
        if line["batch"] == size and "images_per_second" in line
    ]
    done = {(run["epochs"], run["seed"]) for run in found["runs"]}
    for epochs, seed in runs:
        if (epochs, seed) in done or seconds_left() < 0:
            continue
        try:
            rate = max(rates, default=math.inf)
            keep = [epochs, seed] in found["out_of_time"]
            note("runs", training(scenes, epochs, seed, rate, seconds_left, keep))
        except TimeUpError:
            note("out_of_time", [epochs, seed])
            print("The time is up; the same command goes on.")
            break
    return found


def main(words=None):
    """Read the command line and measure; packed images are unpacked first."""
    parser = argparse.ArgumentParser(prog="make gpu")
    parser.add_argument("seconds", type=float, nargs="?", default=330)
    budget = parser.parse_args(words).seconds
    if not 0 <= budget < math.inf:
        raise SystemExit(f"SECONDS={budget}: give a number of seconds")
    course.use_images_from_where_make_was_called()
    try:
        folder = folders.data_folder()
        if pack.packed(folder):
            FOLDER.mkdir(parents=True, exist_ok=True)
            folder = pack.unpack(folder, FOLDER)
        measure(data.load(folder, skip_unreadable=True), FOLDER / "gpu.json", budget)
    except (ValueError, OSError, RuntimeError, MemoryError, ArithmeticError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    print(f"All numbers: {FOLDER / 'gpu.json'}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. The same command goes on.")
