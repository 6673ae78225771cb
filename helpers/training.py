"""Train a model: precision, learning rate, and one pass over the images after another."""

import json
import time
from contextlib import contextmanager
from pathlib import Path

from helpers.batches import batches, epoch_plan
from helpers.files import whole
from helpers.models import alexnet
from helpers.quiet import keras


def convolution_seconds(dtype, images):
    """Time one convolution there and back, as training needs it: forwards and transposed."""
    x = keras.ops.ones((images, 27, 27, 96), dtype)
    kernel = keras.ops.ones((3, 3, 96, 96), dtype)
    for _ in range(2):  # the first time it is set up
        start = time.perf_counter()
        for operation in (keras.ops.conv, keras.ops.conv_transpose):
            float(operation(x, kernel, padding="same")[0, 0, 0, 0])
        seconds = time.perf_counter() - start
    return seconds


def choose_precision(wanted=None, resume_from=None, clearly=0.9):
    """Choose the numbers to train with; by timing, unless something settles it.

    Neither the processor's name nor the features that it reports tell whether 16-bit numbers make
    it faster: some compute bfloat16 in hardware, others imitate it, forwards as fast as float32
    and backwards many times slower.

    Parameters
    ----------
    wanted : str, optional
        ``"float32"``, ``"mixed_bfloat16"`` or another of Keras's policies: taken as it is.
    resume_from : Path, optional
        Folder of checkpoints: a training that goes on keeps its precision.
    clearly : float, default 0.9
        bfloat16 is taken if it needs less than this share of float32's time.

    Returns
    -------
    policy : str
        For `precision`.
    why : str
        One sentence.
    """
    if wanted:
        return wanted, f"{wanted}, as you asked."
    if resume_from and (newest := newest_checkpoint(resume_from)):
        policy = json.loads(newest.read_text(encoding="utf-8"))["precision"]
        return policy, f"{policy}, as in the training that goes on."
    images = 2
    while (single := convolution_seconds("float32", images)) < 0.02 and images < 2000:
        images *= 4  # a fast device needs more work to show a difference
    ratio = convolution_seconds("bfloat16", images) / single
    policy = "mixed_bfloat16" if ratio < clearly else "float32"
    return policy, f"{policy}: a convolution in bfloat16 takes {ratio:.1f} times float32's time."


@contextmanager
def precision(policy):
    """Build the models of a ``with`` block with Keras's dtype policy of that name."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def plan(count, images, seed=0, crop_area=(1.0, 1.0), flip=False):
    """Plan a training that sees so many images.

    Parameters
    ----------
    count : int
        Number of images in the training set.
    images : int
        Number of images to see; the last pass ends when they are seen.
    seed, crop_area, flip
        See `batches.epoch_plan`.

    Returns
    -------
    list of (order, boxes)
        One a pass.
    """
    plans = []
    for number in range(-(-images // count)):
        order, boxes = epoch_plan(count, seed, number, crop_area, flip)
        plans.append((order[: images - number * count], boxes))
    return plans


def learning_rate(highest, steps, warmup=0.0, cosine=False):
    """Say how the learning rate runs.

    Parameters
    ----------
    highest : float
    steps : int
        Number of batches in the whole training.
    warmup : float, default 0.0
        Share of the steps in which the rate rises from 0.
    cosine : bool, default False
        Whether it then falls to 0 along half a cosine (I. Loshchilov, F. Hutter, "SGDR", ICLR
        2017, section 3). Otherwise there is no warm-up and the rate stays as it is.

    Returns
    -------
    float or keras.optimizers.schedules.LearningRateSchedule
    """
    if not cosine:
        return highest
    rising = min(round(warmup * steps), steps - 1)
    if not rising:
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - rising, warmup_target=highest, warmup_steps=rising
    )


def prepare(scenes, recipe, policy="float32", seed=0):
    """Build and compile AlexNet, and plan its passes, as lesson 04 does.

    Parameters
    ----------
    scenes : Scenes
    recipe : dict
        See `recipes.choose`.
    policy : str, default 'float32'
        See `precision`.
    seed : int, default 0
        Of the first weights, the order of the images and their crops.

    Returns
    -------
    model : keras.Model
    plans : list of (order, boxes)
    """
    keras.utils.set_random_seed(seed)
    with precision(policy):
        model = alexnet(
            num_classes=len(scenes.class_names),
            dropout=recipe["dropout"],
            bn_momentum=recipe["bn_momentum"],
        )
    plans = plan(
        len(scenes.train.labels), recipe["images"], seed, recipe["crop_area"], recipe["flip"]
    )
    steps = sum(-(-len(order) // recipe["batch_size"]) for order, _ in plans)
    rate = learning_rate(recipe["learning_rate"], steps, recipe["warmup"], recipe["cosine"])
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    return model, plans


class Watch(keras.callbacks.Callback):
    """Note the loss of every batch in a history, and print a dot for each tenth of the pass."""

    def __init__(self, history, count, batch_size):
        super().__init__()
        self.history, self.count, self.batch_size = history, count, batch_size
        self.before = history["images"][-1] if history["images"] else 0
        self.total = 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Undo Keras's running mean over the pass, to get this batch's own loss."""
        earlier = batch * self.batch_size
        seen = min(earlier + self.batch_size, self.count)
        total = float(logs["loss"]) * seen
        self.history["images"].append(self.before + seen)
        self.history["loss"].append((total - self.total) / (seen - earlier))
        self.total = total
        print("." * (10 * seen // self.count - 10 * earlier // self.count), end="", flush=True)


def train(model, scenes, plans, batch_size=32, seed=0, checkpoints=None, resume=False):
    """Train a compiled model, one pass after another, and print a line for each.

    Parameters
    ----------
    model : keras.Model
        Compiled with the metric ``"accuracy"``, for square images of any size.
    scenes : Scenes
    plans : list of (order, boxes)
        See `plan`; one a pass.
    batch_size : int, default 32
    seed : int, default 0
        Of the dropout. It is set anew for each pass, so that a resumed training goes on as it
        would have.
    checkpoints : Path, optional
        Folder in which to keep the state after the last two passes. AlexNet with Adam needs
        0.7 GB for each; without a folder nothing is written.
    resume : bool, default False
        Go on from the newest checkpoint, if there is one. Model and plans must be those of the
        training that stopped.

    Returns
    -------
    dict
        ``precision``; ``images`` (seen so far) and ``loss``, one number a batch; ``passes``: for
        each pass ``images``, ``loss`` and ``accuracy`` (measured on the way), ``validation_loss``
        and ``validation_accuracy`` (measured at its end), ``seconds``.

    Raises
    ------
    FileExistsError
        If the folder holds checkpoints and `resume` is not set.
    """
    policy = model.get_layer(index=1).dtype_policy.name
    history = {"precision": policy, "images": [], "loss": [], "passes": []}
    if checkpoints and (newest := newest_checkpoint(checkpoints)):
        if not resume:
            raise FileExistsError(
                f"{checkpoints} holds checkpoints of another training; go on from them with "
                "resume=True, or name another folder"
            )
        history = restore(model, newest)
    serve = {"num_classes": len(scenes.class_names), "size": model.input_shape[1]}
    for number in range(len(history["passes"]), len(plans)):
        count, start = len(plans[number][0]), time.perf_counter()
        print(f"pass {number + 1} of {len(plans)} ", end="", flush=True)
        for layer in model.layers:
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([seed, number])
        watch = Watch(history, count, batch_size)
        served = batches(scenes.train, plans=[plans[number]], batch_size=batch_size, **serve)
        fitted = model.fit(served, shuffle=False, verbose=0, callbacks=[watch]).history
        loss, accuracy = model.evaluate(batches(scenes.validation, **serve), verbose=0)
        done = {
            "images": history["images"][-1],
            "loss": fitted["loss"][0],
            "accuracy": fitted["accuracy"][0],
            "validation_loss": loss,
            "validation_accuracy": accuracy,
            "seconds": time.perf_counter() - start,
        }
        history["passes"].append(done)
        print(
            f" {count:,} images in {done['seconds']:.0f} s, {done['accuracy']:.0%} of them right "
            f"on the way; validation {accuracy:.0%}"
        )
        if checkpoints:
            keep(model, checkpoints, history)
    return history


def keep(model, folder, history):
    """Save weights, optimizer and history after a pass, and keep those of the pass before."""
    folder = Path(folder)
    for old in sorted(folder.glob("[0-9]*.json"))[:-1]:
        old.unlink()
        old.with_suffix(".weights.h5").unlink()
    number = len(history["passes"])
    with whole(folder / f"{number:04}.weights.h5") as beside:
        model.save_weights(beside)
    with whole(folder / f"{number:04}.json") as beside:
        beside.write_text(json.dumps(history), encoding="utf-8")


def newest_checkpoint(folder):
    """Return the path of the newest history that `keep` wrote, None if there is none."""
    return max(Path(folder).glob("[0-9]*.json"), default=None)


def restore(model, newest):
    """Load weights and optimizer as they were when this history was written; return it."""
    model.optimizer.build(model.trainable_variables)
    model.load_weights(newest.with_suffix(".weights.h5"))
    return json.loads(newest.read_text(encoding="utf-8"))
