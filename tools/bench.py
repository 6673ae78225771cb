"""`make bench`: how fast the article's pipeline and ours train AlexNet here, and what bounds it.

Computers differ more than twofold, and one computer from minute to minute. So both pipelines train
on the same images in one run, in turns, and only medians and ratios are worth comparing.
"""

import contextlib
import io
import json
import os
import statistics
import sys
import time

import numpy as np

from helpers import data, devices, folders, models, recipes, training
from helpers.batches import Batches
from helpers.files import write_text
from helpers.keras_setup import keras
from tools import course
from tools.machine import machine

SIZES = (32, 64, 128, 256)
ROUNDS = 5
MOST_STEPS = 100
BATCHES = 1 + MOST_STEPS  # of ours: the first step does not count
FEWEST = 5 * 32  # training images; the last batch of the article's generator may be small


class StepTimes(keras.callbacks.Callback):
    """Note when each step of a training ends; the loss is read, so that it has really ended."""

    def __init__(self):
        super().__init__()
        self.ends = [time.perf_counter()]

    def on_train_batch_end(self, batch, logs=None):
        """Read the loss and look at the clock."""
        float(logs["loss"])
        self.ends.append(time.perf_counter())


def step_seconds(model, images, count):
    """Train for so many steps and return the seconds of each, the first included."""
    times = StepTimes()
    model.fit(images, steps_per_epoch=count, shuffle=False, verbose=0, callbacks=[times])
    return np.diff(times.ends).tolist()


def images_per_second(model, images, size, seconds, most=MOST_STEPS):
    """Train for about three seconds and return the rate, without the first step.

    Parameters
    ----------
    model : keras.Model
    images : Dataset or generator
        Batches without end.
    size : int
        Images per batch.
    seconds : float
        Roughly what a step takes: a fast device gets more steps, so that batches prepared during
        the first step do not count for much.
    most : int, optional
        Steps at most.

    Returns
    -------
    float
    """
    count = min(most, max(2, round(3 / seconds)))
    taken = step_seconds(model, images, 1 + count)[1:]
    return size * len(taken) / sum(taken)


def article(folder, class_names):
    """Build what the article trains: its generator, its network, Adam with Keras's defaults.

    `fit_generator` is gone from Keras 3; `fit` takes the same generator, which only `tf.keras`
    still has, deprecated.
    """
    import tensorflow as tf

    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    with contextlib.redirect_stdout(io.StringIO()):  # it says how many images it found
        images = generator.flow_from_directory(
            str(folder), target_size=(227, 227), batch_size=32, class_mode="categorical",
            classes=list(class_names),
        )  # fmt: skip
    model = models.alexnet(num_classes=len(class_names))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, images


def ours(scenes, policy):
    """Build what lesson 04 trains by `course`: a model, and its batches of a given size."""
    recipe = recipes.RECIPES["course"]
    _, model, plans = training.prepare(scenes, recipe, policy)
    order, boxes = plans[0]
    equal = np.ones(len(scenes.class_names))

    def serve(size):
        enough = np.resize(order, BATCHES * size)
        return Batches(scenes.train, len(equal), (enough, boxes), size, equal)

    return model, serve


def matrix_product_gflops(dtype, side=4096, at_least=0.3):
    """Multiply two square matrices for some time; return 10^9 operations per second."""
    one = keras.random.uniform((side, side), dtype=dtype)
    float(keras.ops.matmul(one, one)[0, 0])  # the first time it is set up
    repeats, seconds = 1, 0.0
    while seconds < at_least:
        start = time.perf_counter()
        for _ in range(repeats):
            product = keras.ops.matmul(one, one)
        float(product[0, 0])
        seconds = time.perf_counter() - start
        done, repeats = repeats, 4 * repeats
    return done * 2 * side**3 / seconds / 1e9


def pipeline_rate(serve, size=128):
    """Feed a model that computes next to nothing; return images per second."""
    (pixels, boxes), labels, _ = serve(size)[0]
    inputs = [keras.Input(pixels.shape[1:], dtype="uint8"), keras.Input(boxes.shape[1:])]
    model = keras.Model(inputs, keras.layers.Dense(labels.shape[1])(inputs[1]))
    model.compile("sgd", "mse")
    return images_per_second(model, serve(size), size, 3 / MOST_STEPS)


def operations(model):
    """Return the operations of one training step for one image.

    Two for each multiply-add, in the forward pass and twice more in the backward pass: once for
    the weights, once for the layer before, which the first layer does not have.
    """
    counted = list(models.multiply_adds(model).values())
    return 6 * sum(counted) - 2 * counted[0]


def measure(scenes, folder, sizes=SIZES, rounds=ROUNDS, progress=lambda text: None):
    """Measure both pipelines in turns.

    Parameters
    ----------
    scenes : Scenes
        What ours trains on.
    folder : Path
        What the article's generator reads: all images of the training folder, one folder per
        class, including those that ours holds out for validation.
    sizes : sequence of int
        Our batch sizes.
    rounds : int
    progress : callable
        Called with the name of each thing that is being timed.

    Returns
    -------
    dict
        What `bench.json` holds.
    """
    policy, why = devices.choose_precision(os.environ.get("PRECISION"))
    dtype = keras.DTypePolicy(policy).compute_dtype
    model, serve = ours(scenes, policy)
    theirs, generator = article(folder, scenes.class_names)
    whole = min(MOST_STEPS, len(generator) - 2)  # without the first batch and the last
    progress("first steps")
    seconds = {size: step_seconds(model, serve(size), 2)[1] for size in sizes}
    seconds["article"] = step_seconds(theirs, generator, 2)[1]
    rates, products = {"article": [], **{size: [] for size in sizes}}, []
    for number in range(1, rounds + 1):
        progress(f"round {number} of {rounds}: a matrix product, the article, ours by batch size")
        products.append(matrix_product_gflops(dtype))
        rates["article"].append(images_per_second(theirs, generator, 32, seconds["article"], whole))
        for size in sizes:
            rates[size].append(images_per_second(model, serve(size), size, seconds[size]))
    median = {key: statistics.median(values) for key, values in rates.items()}
    before, peak = median.pop("article"), statistics.median(products)
    best = max(median, key=median.get)
    progress("pipeline alone")
    return {
        "machine": machine(),
        "precision": policy,
        "why": why,
        "images": len(scenes.train.labels),
        "images_per_second": median,
        "best_batch": best,
        "article_images_per_second": before,
        "course_images_per_second": median[best],
        "ratio": median[best] / before,
        "peak_gflops": peak,
        "fraction_of_peak": median[best] * operations(model) / 1e9 / peak,
        "input_images_per_second": pipeline_rate(serve),
        "all_images_per_second": rates,
        "all_peak_gflops": products,
    }


def table(measured):
    """Return what was measured as lines to read."""
    m = measured
    rows = [("the article's pipeline, batch 32, float32", m["article_images_per_second"])]
    for size, rate in m["images_per_second"].items():
        rows.append((f"ours, batch {size}, {m['precision']}", rate))
    width = max(len(name) for name, _ in rows)
    lines = [f"{'training (medians)':{width}}  images/s  ratio"]
    for name, rate in rows:
        lines.append(f"{name:{width}}  {rate:8.1f}  {rate / rows[0][1]:5.2f}")
    lines += [
        "",
        f"best batch {m['best_batch']}: {m['fraction_of_peak']:.0%} of a matrix product's "
        f"{m['peak_gflops']:.0f} GFLOP/s",
        f"our input pipeline alone: {m['input_images_per_second']:,.0f} images/s",
        f"on: {m['machine']['processor']}, {m['machine']['cores']} cores. {m['machine']['device']}",
        m["why"],
    ]
    return "\n".join(lines)


def main(target=course.ROOT / "build" / "bench.json"):
    """Measure, print the table and write the file."""
    course.use_images_from_where_make_was_called()
    try:
        folder = folders.find_parts(folders.data_folder())["train"]
        scenes = data.load()
    except (ValueError, OSError) as error:
        raise SystemExit(f"make bench needs files that can all be read: {error}") from error
    if len(scenes.train.labels) < FEWEST:
        raise SystemExit(f"make bench needs {FEWEST} training images or more in {folder}")
    measured = measure(scenes, folder, progress=lambda text: print(text, "...", flush=True))
    write_text(target, json.dumps(measured, indent=1) + "\n")
    print(table(measured))
    print(f"All numbers: {target.relative_to(course.ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you; nothing was written.")
