"""`make bench`: how fast the article's pipeline and ours train AlexNet here, and what bounds it.

Computers differ more than twofold, and one computer from minute to minute. So both pipelines train
on the same images in one run, in turns, and only medians and ratios are worth comparing.
"""

import json
import os
import statistics
import sys
import time

import numpy as np
import psutil
from tqdm import tqdm

from helpers import data, devices, folders, models, recipes, training
from helpers.batches import batches
from helpers.files import write
from helpers.quiet import keras, tf
from tools import course
from tools.machine import machine

SIZES = (32, 64, 128, 256)
ROUNDS = 5


class StepTimes(keras.callbacks.Callback):
    """Note when each step of a training ends; the loss is read, so that it has really ended."""

    def __init__(self):
        super().__init__()
        self.ends = [time.perf_counter()]

    def on_train_batch_end(self, batch, logs=None):
        """Read the loss and look at the clock."""
        float(logs["loss"])
        self.ends.append(time.perf_counter())


def steps(model, images, count):
    """Train so many steps and return the seconds of each, the first included."""
    times = StepTimes()
    model.fit(images, steps_per_epoch=count, shuffle=False, verbose=0, callbacks=[times])
    return np.diff(times.ends).tolist()


def article(folder, classes):
    """Build what the article trains: its generator, its network, Adam as Keras has it.

    `fit_generator` is gone from Keras 3; `fit` takes the same generator. The generator itself is
    kept in `tf.keras` alone, deprecated.
    """
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    images = generator.flow_from_directory(
        str(folder), target_size=(227, 227), batch_size=32, class_mode="categorical"
    )
    model = models.alexnet(num_classes=classes)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, images


def ours(scenes, policy):
    """Build what lesson 04 trains, with crops and mirroring, in the numbers that suit the device.

    Returns
    -------
    model : keras.Model
    serve : callable
        From a batch size to an endless dataset.
    """
    recipe = recipes.RECIPES["course"]
    model, _ = training.prepare(scenes, recipe, policy)
    count = len(scenes.train.labels)
    passes = -(-4 * SIZES[-1] // count)
    plans = training.plan(count, passes * count, 0, recipe["crop_area"], recipe["flip"])

    def serve(size):
        return batches(scenes.train, len(scenes.class_names), plans, batch_size=size).repeat()

    return model, serve


def matrix_product_gflops(dtype, side=4096):
    """Multiply two square matrices and return 10^9 operations a second."""
    one = keras.ops.ones((side, side), dtype)
    start = time.perf_counter()
    float(keras.ops.matmul(one, one)[0, 0])
    return 2 * side**3 / (time.perf_counter() - start) / 1e9


def optimizer_seconds(model):
    """Time one change of all weights, without the gradients' computation (TensorFlow alone)."""
    if keras.backend.backend() != "tensorflow":
        return None
    weights = model.trainable_variables
    gradients = [tf.zeros(weight.shape) for weight in weights]
    change = tf.function(lambda: model.optimizer.apply(gradients, weights))
    times = []
    for _ in range(4):
        start = time.perf_counter()
        change()
        float(keras.ops.max(weights[-1]))
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def input_rate(images, size, count=8):
    """Serve batches to nobody and return images a second, the first batch not counted."""
    served = iter(images)
    next(served)
    start = time.perf_counter()
    for _ in range(count):
        next(served)
    return count * size / (time.perf_counter() - start)


def predict_rate(model, images, size, count=2):
    """Let the model look at so many batches and return images a second; once to warm up."""
    for _ in range(2):
        start = time.perf_counter()
        model.predict(images.take(count), verbose=0)
        seconds = time.perf_counter() - start
    return count * size / seconds


def operations(model):
    """Return the operations of one training step for one image.

    Two for each multiply-add, on the way forwards and twice more on the way back: once for the
    weights, once for the layer before, which the first layer does not have.
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
        Where the same training images lie, one folder a class, for the article's generator.
    sizes : sequence of int
        Our batch sizes.
    rounds : int
    progress : callable
        Called with each thing that is being timed.

    Returns
    -------
    dict
        What `bench.json` holds.
    """
    policy, why = devices.choose_precision(os.environ.get("PRECISION"))
    dtype = keras.DTypePolicy(policy).compute_dtype
    model, serve = ours(scenes, policy)
    progress("first step")
    first = steps(model, serve(sizes[0]), 1)[0]
    theirs, generator = article(folder, len(scenes.class_names))
    steps(theirs, generator, 1)
    times, peaks = {"article": [], **{size: [] for size in sizes}}, []
    for _ in range(rounds):
        progress("matrix product")
        peaks.append(matrix_product_gflops(dtype))
        progress("article, batch 32")
        times["article"] += [32 / s for s in steps(theirs, generator, 3)[1:]]
        for size in sizes:
            progress(f"ours, batch {size}")
            count = 3 if size < 128 else 2
            times[size] += [size / s for s in steps(model, serve(size), count)[1:]]
    rates = {size: statistics.median(times[size]) for size in sizes}
    best = max(rates, key=rates.get)
    before, peak = statistics.median(times["article"]), statistics.median(peaks)
    progress("the rest")
    return {
        "machine": machine(),
        "precision": policy,
        "why": why,
        "images": len(scenes.train.labels),
        "images_per_second": rates,
        "best_batch": best,
        "article_images_per_second": before,
        "course_images_per_second": rates[best],
        "ratio": rates[best] / before,
        "ratio_batch_32": rates[sizes[0]] / before,
        "peak_gflops": peak,
        "fraction_of_peak": rates[best] * operations(model) / 1e9 / peak,
        "input_images_per_second": input_rate(serve(best), best),
        "optimizer_seconds_per_step": optimizer_seconds(model),
        "predict_images_per_second": predict_rate(model, serve(best), best),
        "first_step_seconds": first,
        "peak_memory_mb": _peak_memory() / 1e6,
        "all_images_per_second": times,
        "all_peak_gflops": peaks,
    }


def _peak_memory():
    """Return the most bytes that this process has held; where no system says it, what it holds."""
    try:
        import resource
    except ImportError:  # Windows
        return psutil.Process().memory_info().peak_wset
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def table(measured):
    """Return what was measured as lines to read."""
    m = measured
    rows = [
        ("the article's pipeline, batch 32, float32", m["article_images_per_second"], 1.0),
        *(
            (f"ours, batch {size}, {m['precision']}", rate, rate / m["article_images_per_second"])
            for size, rate in m["images_per_second"].items()
        ),
    ]
    width = max(len(name) for name, _, _ in rows)
    lines = [f"{'training (medians)':{width}}  images/s  ratio"]
    lines += [f"{name:{width}}  {rate:8.1f}  {ratio:5.2f}" for name, rate, ratio in rows]
    optimizer = m["optimizer_seconds_per_step"]
    lines += [
        "",
        f"best batch {m['best_batch']}: {m['fraction_of_peak']:.0%} of a matrix product's "
        f"{m['peak_gflops']:.0f} GFLOP/s",
        f"input pipeline alone: {m['input_images_per_second']:,.0f} images/s",
        f"predicting: {m['predict_images_per_second']:.0f} images/s",
        f"the optimizer's share of a step: {optimizer:.2f} s" if optimizer else "",
        f"first step: {m['first_step_seconds']:.1f} s; peak memory "
        f"{m['peak_memory_mb']:,.0f} MB (both pipelines)",
        f"on: {m['machine']['processor']}, {m['machine']['cores']} cores. {m['machine']['device']}",
        m["why"],
    ]
    return "\n".join(line for line in lines if line or line == "")


def main(target=course.ROOT / "build" / "bench.json"):
    """Measure, print the table and write the file."""
    course.use_images_from_where_make_was_called()
    folder = folders.find_parts(folders.data_folder())["train"]
    scenes = data.load(skip_unreadable=True)
    total = 2 + ROUNDS * (2 + len(SIZES))
    with tqdm(total=total, leave=False, bar_format="{n}/{total} {desc} {remaining} left") as bar:

        def progress(text):
            bar.set_description_str(text, refresh=False)
            bar.update()

        measured = measure(scenes, folder, progress=progress)
    write(target, json.dumps(measured, indent=1) + "\n")
    print(table(measured))
    print(f"All numbers: {target.relative_to(course.ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped by you; nothing was written.")
