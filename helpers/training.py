"""Train a model: epoch plans, learning rate, and one epoch after another."""

import math
import time
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

import numpy as np

from helpers import checkpoints as states
from helpers.averaging import WeightAveraging, clone_compiled, recalibrate_batch_norm
from helpers.batches import Batches, CropResize, class_weights, epoch_plan
from helpers.devices import precision
from helpers.files import exclusive_lock
from helpers.keras_setup import keras
from helpers.memory import memory_advice, out_of_memory
from helpers.models import alexnet, all_layers, precision_of
from helpers.networks import find
from helpers.parallel import process, share, shareable
from helpers.progress import BatchLosses, report, stop_unless_finite


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


def learning_rate(highest, steps, warmup=0.0, cosine=False, drops=0):
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
        2017, section 3). Otherwise there is no warm-up.
    drops : int, default 0
        Without `cosine`: how often the rate is divided by ten, after equal numbers of steps.

    Returns
    -------
    float or keras.optimizers.schedules.LearningRateSchedule

    Examples
    --------
    >>> rate = learning_rate(0.5, steps=40, warmup=0.25, cosine=True)
    >>> [round(float(rate(step)), 2) for step in (0, 5, 10, 25, 40)]
    [0.0, 0.25, 0.5, 0.25, 0.0]
    """
    if not cosine and not drops:
        return highest
    if not cosine:
        ends = [round(steps * part / (drops + 1)) for part in range(1, drops + 1)]
        rates = [highest / 10**part for part in range(drops + 1)]
        return keras.optimizers.schedules.PiecewiseConstantDecay(ends, rates)
    rising = min(round(warmup * steps), steps - 1)
    if not rising:
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - rising, warmup_target=highest, warmup_steps=rising
    )


def training_model(network, side=150):
    """Put `CropResize` in front of a network and leave out its softmax, to train it.

    Frameworks ask for logits: the logarithm of a softmax can be computed from them exactly, while
    the probability of a sure mistake is rounded to 0 before its logarithm is taken.

    Parameters
    ----------
    network : keras.Model
        Whose last layer is a softmax of its own. Its weights are shared. Where it computes in
        float16 (``"mixed_float16"``), the result's optimizer will scale the loss.
    side : int, default 150
        Of the images as they are kept, in pixels.

    Returns
    -------
    keras.Model
        From (pixels, boxes), see `batches.CropResize`, to logits, (batch, classes), float32.

    Raises
    ------
    ValueError
        If the last layer is no softmax.
    """
    last = network.layers[-1]
    if not isinstance(last, keras.layers.Softmax):
        raise ValueError(f"{network.name} ends in {last.name}: let it end in keras.layers.Softmax")
    pixels = keras.Input((side, side, 3), dtype="uint8", name="pixels")
    boxes = keras.Input((4,), name="boxes")
    images = CropResize(network.input_shape[1], name="crop_resize")(pixels, boxes)
    logits = keras.Model(network.inputs[0], last.input, name=network.name)(images)
    with precision(precision_of(network)):  # by this Keras decides whether to scale the loss
        return keras.Model([pixels, boxes], logits, name=f"{network.name}_in_training")


def prepare(scenes, recipe, policy="float32", seed=0, network=None):
    """Build a network and the model that trains it, and plan its epochs, as lesson 04 does.

    Parameters
    ----------
    scenes : Scenes
    recipe : Recipe
    policy : str, default 'float32'
        See `devices.precision`.
    seed : int, default 0
        Of the initial weights, the order of the images and their crops.
    network : keras.Model, optional
        The network to train in place of a new one, with the policy, dropout and momentum that it
        was built with.

    Returns
    -------
    network : keras.Model
    model : keras.Model
        See `training_model`.
    epoch_plans : list of (order, boxes)
    """
    keras.utils.set_random_seed(seed)
    if network is None:
        build = alexnet if recipe.network == "alexnet" else find(recipe.network)
        with precision(policy):
            network = build(
                num_classes=len(scenes.class_names),
                dropout=recipe.dropout,
                bn_momentum=recipe.bn_momentum,
            )
    for layer in all_layers(network):
        if hasattr(layer, "kernel") and recipe.weight_decay:
            layer.kernel.regularizer = keras.regularizers.L2(recipe.weight_decay / 2)
    count = len(scenes.train.labels)
    plans = epoch_plans(count, recipe.images_seen, seed, recipe.crop_area, recipe.flip)
    steps = sum(math.ceil(len(order) / recipe.batch_size) for order, _ in plans)
    rate = learning_rate(
        recipe.learning_rate, steps, recipe.warmup, recipe.cosine, recipe.rate_drops
    )
    optimizers = keras.optimizers
    optimizer = optimizers.SGD(rate, recipe.momentum) if recipe.momentum else optimizers.Adam(rate)
    model = training_model(network, scenes.train.pixels.shape[1])
    loss = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=recipe.label_smoothing
    )
    model.compile(optimizer, loss, weighted_metrics=["accuracy"])
    return network, model, plans


def _train_epoch(model, validated, scenes, plans, recipe, history, inner, outer):
    """Train for the next epoch, recalibrate and validate, and note both in the history."""
    plan, start = plans[len(history["epochs"])], time.perf_counter()
    count, classes, batch_size = len(plan[0]), len(scenes.class_names), recipe.batch_size
    weights = class_weights(recipe.class_weight, scenes.train.labels, classes)
    served = Batches(scenes.train, classes, plan, batch_size, weights, process())
    losses = BatchLosses(history, count, batch_size, outer)
    try:
        fitted = model.fit(
            shareable(served), shuffle=False, verbose=0, callbacks=[losses, *inner]
        ).history
        if recalibrating := recipe.bn_recalibration_batches:
            short = count < min(recalibrating * batch_size, len(plans[0][0]))
            again = Batches(
                scenes.train, classes, plans[0] if short else plan, batch_size, weights
            )  # fmt: skip
            recalibrate_batch_norm(validated, islice(again, recalibrating))
        equal = np.ones(classes)
        looked = Batches(scenes.validation, classes, None, batch_size, equal, process())
        loss, accuracy = validated.evaluate(shareable(looked), verbose=0)
    except Exception as error:
        if not out_of_memory(error):
            raise
        averaging = bool(recipe.averaging_fraction)
        raise MemoryError(memory_advice(model, batch_size, averaging)) from None
    stop_unless_finite(loss, history["images_seen"][-1])
    history["epochs"].append(
        {
            "images_seen": history["images_seen"][-1],
            "loss": fitted["loss"][0] * served.filled,
            "accuracy": fitted["accuracy"][0],
            "validation_loss": loss * looked.filled,
            "validation_accuracy": accuracy,
            "seconds": time.perf_counter() - start,
        }
    )


def _seed_dropout(model, seed, epoch):
    """Make the dropout of an epoch a function of seed and epoch."""
    for layer in all_layers(model):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed, epoch])
    if keras.backend.backend() == "torch":  # whose dropout has a generator of its own
        keras.utils.set_random_seed(int(np.random.default_rng([seed, epoch]).integers(2**31)))


def _refuse_rate_changers(model, callbacks):
    """Raise ValueError if a callback would change a learning rate that is planned."""
    changers = (keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler)
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # loss scaling
    planned = isinstance(optimizer.get_config()["learning_rate"], dict)
    for callback in callbacks:
        if planned and isinstance(callback, changers):
            raise ValueError(
                f"{type(callback).__name__} cannot change a learning rate that is planned: leave "
                "it out, or compile the model with a number as its rate"
            )


def train(
    model, scenes, epoch_plans, recipe, seed=0, checkpoints=None, resume=False, callbacks=()
):  # fmt: skip
    """Train a compiled model, one epoch after another, and print a line for each.

    Parameters
    ----------
    model : keras.Model
        See `training_model`, compiled with ``weighted_metrics=["accuracy"]`` and a loss from
        logits. All batches have one size: the last of an epoch is filled from the epoch's
        beginning with images that count nothing in loss and gradient (batch norm sees them).
    scenes : Scenes
    epoch_plans : list of (order, boxes)
        See `epoch_plans`.
    recipe : Recipe
        Read here are `batch_size`, `bn_recalibration_batches`, `averaging_fraction` and
        `class_weight`; the other values are those of the model and the plans, see `prepare`.
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
        As in `keras.Model.fit`, over all epochs; the logs of an epoch hold ``loss``, ``accuracy``,
        ``val_loss`` and ``val_accuracy``. Where weights are averaged, the validation is of the
        averages, and they are what is left at the end.

    Returns
    -------
    dict
        ``precision``; ``images_seen`` so far and ``loss``, one number per batch; ``epochs``: for
        each epoch ``images_seen``, ``loss`` and ``accuracy`` (running means over the epoch, with
        the weights of the classes), ``validation_loss`` and ``validation_accuracy`` (measured at
        its end), ``seconds``. A loss is the one that the model was compiled with: with label
        smoothing it never comes near 0.

    Raises
    ------
    FileExistsError
        If the folder holds checkpoints and `resume` is not set.
    ValueError
        If its checkpoints belong to another training or are all damaged, or if the model was
        trained before and is to begin again, or if a callback would change a planned rate, or if
        a batch cannot be divided among the devices that share it.
    RuntimeError
        If another program is training there.
    FloatingPointError
        If the loss is NaN or infinite.
    MemoryError
        If a batch is too large for the device.
    OSError
        If a checkpoint cannot be written; those before are whole.
    """
    history = {"precision": precision_of(model), "images_seen": [], "loss": [], "epochs": []}
    _refuse_rate_changers(model, callbacks)
    averaged = clone_compiled(model) if recipe.averaging_fraction else None
    outer = keras.callbacks.CallbackList(list(callbacks), model=model, epochs=len(epoch_plans))
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
        elif states.steps(model):
            raise ValueError("this model was trained before: build and compile it again")
        inner, fraction, batches = [], recipe.averaging_fraction, len(history["loss"])
        if averaged:
            inner.append(WeightAveraging(averaged, fraction, batches=batches))
        share(model, recipe.batch_size)
        outer.on_train_begin()
        for number in range(len(history["epochs"]), len(epoch_plans)):
            print(f"epoch {number + 1} of {len(epoch_plans)} ", end="", flush=True)
            _seed_dropout(model, seed, number)
            outer.on_epoch_begin(number)
            _train_epoch(
                model, averaged or model, scenes, epoch_plans, recipe, history, inner, outer
            )  # fmt: skip
            done = history["epochs"][-1]
            left = sum(len(order) for order, _ in epoch_plans[number + 1 :])
            labels = scenes.train.labels if recipe.class_weight == "equal" else ()
            report(done, len(epoch_plans[number][0]), left, labels)
            if checkpoints:
                states.save(model, checkpoints, history, config, averaged)
            logs = {key.replace("validation", "val"): value for key, value in done.items()}
            outer.on_epoch_end(number, logs)
            if model.stop_training:
                break
        if averaged:
            model.set_weights(averaged.get_weights())
        outer.on_train_end()
    return history
