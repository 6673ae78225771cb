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
MOST_STEPS = 100
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


def steps(model, images, count):
    """Train so many steps.

    Parameters
    ----------
    model : keras.Model
    images : Dataset or generator
        Batches without end.
    count : int

    Returns
    -------
    list of float
        The seconds of each step, the first included.
    """
    times = StepTimes()
    model.fit(images, steps_per_epoch=count, shuffle=False, verbose=0, callbacks=[times])
    return np.diff(times.ends).tolist()


def rate(model, images, size, seconds, most=None):
    """Train for some time and return images a second, without the first step.

    Parameters
    ----------
    model, images
        See `steps`.
    size : int
        Images in a batch.
    seconds : float
        What a step takes, about: a fast device gets more steps, so that batches made ready while
        the first steps set things up do not count for much.
    most : int, optional

    Returns
    -------
    float
    """
    count = min(most or MOST_STEPS, max(2, round(3 / seconds)))
    taken = steps(model, images, 1 + count)[1:]
    return size * len(taken) / sum(taken)


def article(folder, class_names):
    """Build what the article trains: its generator, its network, Adam as Keras has it.

    `fit_generator` is gone from Keras 3; `fit` takes the same generator. The generator itself is
    kept in `tf.keras` alone, deprecated.

    Parameters
    ----------
    folder : Path
        Of the training images, one folder a class.
    class_names : sequence of str

    Returns
    -------
    model : keras.Model
    images : keras.utils.PyDataset
    """
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    with contextlib.redirect_stdout(io.StringIO()):  # it says how many images it found
        images = generator.flow_from_directory(
            str(folder), target_size=(227, 227), batch_size=32, class_mode="categorical",
            classes=list(class_names),
        )  # fmt: skip
    model = models.alexnet(num_classes=len(class_names))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, images


def ours(scenes, policy, recipe=recipes.RECIPES["course"]):
    """Build what lesson 04 trains, with crops and mirroring.

    Parameters
    ----------
    scenes : Scenes
    policy : str
        See `devices.precision`.
    recipe : dict, optional

    Returns
    -------
    model : keras.Model
    serve : callable
        From a batch size to a dataset without end, of whole batches.
    """
    model, _ = training.prepare(scenes, recipe, policy)
    count = len(scenes.train.labels)
    order, boxes = training.epoch_plan(count, 0, 0, recipe["crop_area"], recipe["flip"])
    again_and_again = [(np.resize(order, 16 * SIZES[-1]), boxes)]

    def serve(size):
        served = batches(scenes.train, len(scenes.class_names), again_and_again, batch_size=size)
        return served.repeat()

    return model, serve


def matrix_product_gflops(dtype, side=4096, at_least=0.3):
    """Multiply two square matrices.

    Parameters
    ----------
    dtype : str
    side : int, default 4096
    at_least : float, default 0.3
        Seconds to go on for, as one product takes a fast device no time.

    Returns
    -------
    float
        10^9 operations a second.
    """
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
    """Serve batches to nobody and return images a second, the first batches not counted."""
    served = iter(images)
    for _ in range(4):
        next(served)
    start = time.perf_counter()
    for _ in range(count):
        next(served)
    return count * size / (time.perf_counter() - start)


def predict_rate(model, images, size, count=2):
    """Let the model look at so many batches and return images a second, the median of three."""
    rates = []
    for _ in range(4):
        start = time.perf_counter()
        model.predict(images.take(count), verbose=0)
        rates.append(count * size / (time.perf_counter() - start))
    return statistics.median(rates[1:])


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
        Of the article's generator, one folder a class: it takes all images of the training folder,
        those that are held out of ours included.
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
    first, a_step = None, {}
    for size in sizes:
        progress(f"first steps, batch {size}")
        slow, a_step[size] = steps(model, serve(size), 2)
        first = first or slow
    peak_memory = _peak_memory()
    theirs, generator = article(folder, scenes.class_names)
    _, a_step["article"] = steps(theirs, generator, 2)
    whole = min(MOST_STEPS, len(generator) - 2)  # without the first batch and the last

    rates, products = {"article": [], **{size: [] for size in sizes}}, []
    for _ in range(rounds):
        progress("matrix product")
        products.append(matrix_product_gflops(dtype))
        progress("article, batch 32")
        rates["article"].append(rate(theirs, generator, 32, a_step["article"], whole))
        for size in sizes:
            progress(f"ours, batch {size}")
            rates[size].append(rate(model, serve(size), size, a_step[size]))
    median = {key: statistics.median(values) for key, values in rates.items()}
    before, peak = median.pop("article"), statistics.median(products)
    best = max(median, key=median.get)
    progress("the rest")
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
        "ratio_batch_32": median[sizes[0]] / before,
        "peak_gflops": peak,
        "fraction_of_peak": median[best] * operations(model) / 1e9 / peak,
        "input_images_per_second": input_rate(serve(best), best),
        "optimizer_seconds_per_step": optimizer_seconds(model),
        "predict_images_per_second": predict_rate(model, serve(best), best),
        "first_step_seconds": first,
        "peak_memory_mb": peak_memory / 1e6,
        "all_images_per_second": rates,
        "all_peak_gflops": products,
    }


def _peak_memory():
    """Return the most bytes that this process has held; under Windows as well."""
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
        *([f"the optimizer takes {1000 * optimizer:,.0f} ms of a step"] if optimizer else []),
        f"first step: {m['first_step_seconds']:.1f} s; peak memory "
        f"{m['peak_memory_mb']:,.0f} MB (ours, up to batch {max(m['images_per_second'])})",
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
    total = 1 + len(SIZES) + ROUNDS * (2 + len(SIZES))
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
