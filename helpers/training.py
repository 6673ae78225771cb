"""Train a model: epoch plans, learning rate, and one epoch after another."""

import math
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from helpers import checkpoints as states
from helpers.averaging import WeightAveraging, clone_compiled, recalibrate_batch_norm
from helpers.batches import batches, epoch_plan
from helpers.devices import precision
from helpers.files import exclusive_lock
from helpers.keras_setup import keras
from helpers.models import alexnet


def epoch_plans(count, images_seen, seed=0, crop_area=(1.0, 1.0), flip=False):
    """Plan the epochs of a training that shows so many images.

    Parameters
    ----------
    count : int
        Number of images in the training set.
    images_seen : int
        Number of images to show; the last epoch ends when they have been shown.
    seed, crop_area, flip
        See `batches.epoch_plan`.

    Returns
    -------
    list of (order, boxes)
        One per epoch.

    Examples
    --------
    >>> [len(order) for order, boxes in epoch_plans(count=10, images_seen=23)]
    [10, 10, 3]
    """
    plans = []
    for epoch in range(math.ceil(images_seen / count)):
        order, boxes = epoch_plan(count, seed, epoch, crop_area, flip)
        plans.append((order[: images_seen - epoch * count], boxes))
    return plans


def learning_rate(highest, steps, warmup=0.0, cosine=False):
    """Build the schedule of the learning rate.

    Parameters
    ----------
    highest : float
    steps : int
        Number of batches in the whole training.
    warmup : float, default 0.0
        Fraction of the steps in which the rate rises from 0.
    cosine : bool, default False
        Whether it then falls to 0 along half a cosine (I. Loshchilov, F. Hutter, "SGDR", ICLR
        2017, section 3). Otherwise there is no warm-up and the rate is constant.

    Returns
    -------
    float or keras.optimizers.schedules.LearningRateSchedule

    Examples
    --------
    >>> rate = learning_rate(0.5, steps=40, warmup=0.25, cosine=True)
    >>> [round(float(rate(step)), 2) for step in (0, 5, 10, 25, 40)]
    [0.0, 0.25, 0.5, 0.25, 0.0]
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
    """Build and compile AlexNet, and plan its epochs, as lesson 04 does.

    Parameters
    ----------
    scenes : Scenes
    recipe : Recipe
    policy : str, default 'float32'
        See `devices.precision`.
    seed : int, default 0
        Of the initial weights, the order of the images and their crops.

    Returns
    -------
    model : keras.Model
    epoch_plans : list of (order, boxes)
    """
    keras.utils.set_random_seed(seed)
    with precision(policy):
        model = alexnet(
            num_classes=len(scenes.class_names),
            dropout=recipe.dropout,
            bn_momentum=recipe.bn_momentum,
        )
    count = len(scenes.train.labels)
    plans = epoch_plans(count, recipe.images_seen, seed, recipe.crop_area, recipe.flip)
    steps = sum(math.ceil(len(order) / recipe.batch_size) for order, _ in plans)
    rate = learning_rate(recipe.learning_rate, steps, recipe.warmup, recipe.cosine)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model, plans


def _stop_unless_finite(loss, images_seen):
    """Raise FloatingPointError if the loss, after so many images, is NaN or infinite."""
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} after {images_seen:,} images: rebuild the model and try a tenth "
            "of the learning rate. Checkpoints and saved models are those from before"
        )


class _BatchLosses(keras.callbacks.Callback):
    """Append each batch's own loss to a history, and print a dot for each tenth of the epoch."""

    def __init__(self, history, count, batch_size):
        super().__init__()
        self.history, self.count, self.batch_size = history, count, batch_size
        self.before = history["images_seen"][-1] if history["images_seen"] else 0
        self.total = 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Undo Keras's running mean over the epoch."""
        earlier = batch * self.batch_size
        seen = min(earlier + self.batch_size, self.count)
        total = float(logs["loss"]) * seen
        _stop_unless_finite(total, self.before + seen)
        self.history["images_seen"].append(self.before + seen)
        self.history["loss"].append((total - self.total) / (seen - earlier))
        self.total = total
        print("." * (10 * seen // self.count - 10 * earlier // self.count), end="", flush=True)


def no_better_than_chance(accuracy, labels):
    """Say whether an accuracy could well be that of always predicting the most common class.

    Parameters
    ----------
    accuracy : float
        0 to 1.
    labels : ndarray of int, shape (n,)
        Of the images that the accuracy was measured on.

    Returns
    -------
    bool
        Whether it is less than two standard errors above the fraction of that class.

    Examples
    --------
    >>> labels = np.repeat([0, 1], 50)
    >>> no_better_than_chance(0.55, labels), no_better_than_chance(0.65, labels)
    (True, False)
    """
    chance = np.bincount(labels).max() / len(labels)
    return bool(accuracy < chance + 2 * math.sqrt(chance * (1 - chance) / len(labels)))


def _out_of_memory(error):
    """Say whether an error is the backend's way to report too little memory on the device."""
    names = ("ResourceExhaustedError", "OutOfMemoryError")  # TensorFlow, PyTorch
    return type(error).__name__ in names or "RESOURCE_EXHAUSTED" in str(error)  # JAX


def _train_epoch(model, validated, scenes, plans, recipe, history, callbacks):
    """Train for the next epoch, recalibrate and validate, and note both in the history."""
    plan, start = plans[len(history["epochs"])], time.perf_counter()
    shape = {"num_classes": len(scenes.class_names), "size": model.input_shape[1]}
    batch_size, count = recipe.batch_size, len(plan[0])
    served = batches(scenes.train, plans=[plan], batch_size=batch_size, **shape)
    losses = _BatchLosses(history, count, batch_size)
    try:
        fitted = model.fit(served, shuffle=False, verbose=0, callbacks=[losses, *callbacks]).history
        if recalibrating := recipe.bn_recalibration_batches:
            if count < min(recalibrating * batch_size, len(plans[0][0])):  # a short last epoch
                served = batches(scenes.train, plans=plans[:1], batch_size=batch_size, **shape)
            recalibrate_batch_norm(validated, served.take(recalibrating))
        loss, accuracy = validated.evaluate(batches(scenes.validation, **shape), verbose=0)
    except Exception as error:
        if not _out_of_memory(error):
            raise
        raise MemoryError(
            f"the device has too little memory for batches of {batch_size}: restart the notebook "
            f"and try recipes.choose(batch_size={max(1, batch_size // 2)}), with another folder "
            "for checkpoints. What was saved before is whole"
        ) from None
    _stop_unless_finite(loss, history["images_seen"][-1])
    history["epochs"].append(
        {
            "images_seen": history["images_seen"][-1],
            "loss": fitted["loss"][0],
            "accuracy": fitted["accuracy"][0],
            "validation_loss": loss,
            "validation_accuracy": accuracy,
            "seconds": time.perf_counter() - start,
        }
    )


def _report(epoch, count, left, labels):
    """Print how an epoch went, and how long the images that are left will take."""
    minutes = math.ceil(left * epoch["seconds"] / count / 60)
    remaining = f"; {minutes} min left" if left else ""
    print(
        f" {count:,} images in {epoch['seconds']:.0f} s, training accuracy "
        f"{epoch['accuracy']:.0%}, validation {epoch['validation_accuracy']:.0%}{remaining}"
    )
    if count == len(labels) and no_better_than_chance(epoch["accuracy"], labels):
        print("That is no better than chance: try a tenth of the learning rate, and see what")
        print('else it may be in lesson 04, "When a network stays at chance".')


def train(
    model, scenes, epoch_plans, recipe, seed=0, checkpoints=None, resume=False, callbacks=()
):  # fmt: skip
    """Train a compiled model, one epoch after another, and print a line for each.

    Parameters
    ----------
    model : keras.Model
        Compiled with the metric ``"accuracy"``, for square images of any size.
    scenes : Scenes
    epoch_plans : list of (order, boxes)
        See `epoch_plans`.
    recipe : Recipe
        Read here are `batch_size`, `bn_recalibration_batches` and `averaging_fraction`; the other
        values are those of the model and the plans, see `prepare`.
    seed : int, default 0
        Of the dropout. It is set again before each epoch, so that a resumed training continues as
        it would have.
    checkpoints : Path, optional
        Folder in which to keep the state after the last two epochs. AlexNet with Adam needs
        0.7 GB for each, and 0.2 GB more if weights are averaged; without a folder nothing is
        written.
    resume : bool, default False
        Continue from the newest whole checkpoint, if there is one. Model and arguments must be
        those of the training that stopped.
    callbacks : sequence of keras.callbacks.Callback, optional
        Called in every epoch.

    Returns
    -------
    dict
        ``precision``; ``images_seen`` so far and ``loss``, one number per batch; ``epochs``: for
        each epoch ``images_seen``, ``loss`` and ``accuracy`` (running means over the epoch),
        ``validation_loss`` and ``validation_accuracy`` (measured at its end), ``seconds``. A loss
        is the one that the model was compiled with: with label smoothing it never comes near 0.

    Raises
    ------
    FileExistsError
        If the folder holds checkpoints and `resume` is not set.
    ValueError
        If its checkpoints belong to another training or are all damaged, or if the model was
        trained before and is to begin again.
    RuntimeError
        If another program is training there.
    FloatingPointError
        If the loss is NaN or infinite.
    MemoryError
        If a batch is too large for the device.
    OSError
        If a checkpoint cannot be written; those before are whole.
    """
    policy, labels = model.get_layer(index=1).dtype_policy.name, scenes.train.labels
    history = {"precision": policy, "images_seen": [], "loss": [], "epochs": []}
    averaged, callbacks = None, list(callbacks)
    if recipe.averaging_fraction:
        averaged = clone_compiled(model)
        callbacks.append(WeightAveraging(averaged, recipe.averaging_fraction))
    config = checkpoints and states.training_config(model, scenes, epoch_plans, recipe, seed)
    with exclusive_lock(checkpoints) if checkpoints else nullcontext():
        if checkpoints and any(Path(checkpoints).glob(states.RECORDS)):
            if not resume:
                raise FileExistsError(
                    f"{checkpoints} holds checkpoints of an earlier training; continue it with "
                    "resume=True, or name another folder"
                )
            path, record = states.newest(checkpoints)
            history = states.restore(model, path, record, config, averaged)
        elif int(model.optimizer.iterations):
            raise ValueError("this model was trained before: build and compile it again")
        for number in range(len(history["epochs"]), len(epoch_plans)):
            print(f"epoch {number + 1} of {len(epoch_plans)} ", end="", flush=True)
            for layer in model.layers:
                if hasattr(layer, "seed_generator"):
                    layer.seed_generator.state.assign([seed, number])
            _train_epoch(
                model, averaged or model, scenes, epoch_plans, recipe, history, callbacks
            )  # fmt: skip
            left = sum(len(order) for order, _ in epoch_plans[number + 1 :])
            _report(history["epochs"][-1], len(epoch_plans[number][0]), left, labels)
            if checkpoints:
                states.save(model, checkpoints, history, config, averaged)
    if averaged:
        model.set_weights(averaged.get_weights())
    return history
