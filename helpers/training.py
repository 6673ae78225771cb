"""Train a model: plan, learning rate, and one pass over the images after another."""

import math
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from helpers import checkpoints as states
from helpers.averages import Average, second_net, settle
from helpers.batches import batches, epoch_plan
from helpers.devices import precision
from helpers.files import alone
from helpers.models import alexnet
from helpers.quiet import keras


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
        See `devices.precision`.
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
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe["label_smoothing"])
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model, plans


def _stop_unless_finite(loss, images):
    """Raise FloatingPointError where the loss, after so many images, is no number any more."""
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} after {images:,} images: build the model anew and try a tenth of "
            "the learning rate. Checkpoints and saved models are those of before"
        )


class Watch(keras.callbacks.Callback):
    """Note the loss of every batch in a history, and print a dot for each tenth of the pass.

    Parameters
    ----------
    history : dict
        See `train`; ``images`` and ``loss`` grow.
    count, batch_size : int
        Images in the pass and in a batch.
    """

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
        _stop_unless_finite(total, self.before + seen)
        self.history["images"].append(self.before + seen)
        self.history["loss"].append((total - self.total) / (seen - earlier))
        self.total = total
        print("." * (10 * seen // self.count - 10 * earlier // self.count), end="", flush=True)


def no_better_than_guessing(accuracy, labels):
    """Say whether an accuracy could well be that of always giving the commonest class.

    Parameters
    ----------
    accuracy : float
        Share of right answers, 0 to 1.
    labels : ndarray of int, shape (n,)
        Of the images that were asked about.

    Returns
    -------
    bool
        Whether it lies less than two standard errors above the share of that class.
    """
    guessing = np.bincount(labels).max() / len(labels)
    return accuracy < guessing + 2 * math.sqrt(guessing * (1 - guessing) / len(labels))


def _out_of_memory(error):
    """Say whether an error is the backend's word for too little memory on the device."""
    names = ("ResourceExhaustedError", "OutOfMemoryError")  # TensorFlow, PyTorch
    return type(error).__name__ in names or "RESOURCE_EXHAUSTED" in str(error)  # JAX


def _one_pass(model, net, scenes, plans, history, batch_size, bn_batches, callbacks):
    """Train on the images of the next plan, ask a net about the validation images, note both."""
    plan = plans[len(history["passes"])]
    served = {"num_classes": len(scenes.class_names), "size": model.input_shape[1]}
    (order, _), start = plan, time.perf_counter()
    watch = Watch(history, len(order), batch_size)
    images = batches(scenes.train, plans=[plan], batch_size=batch_size, **served)
    try:
        watchers = [watch, *callbacks]
        fitted = model.fit(images, shuffle=False, verbose=0, callbacks=watchers).history
        if len(order) < min(bn_batches * batch_size, len(plans[0][0])):  # a short last pass
            images = batches(scenes.train, plans=[plans[0]], batch_size=batch_size, **served)
        settle(net, images.take(bn_batches))
        loss, accuracy = net.evaluate(batches(scenes.validation, **served), verbose=0)
    except Exception as error:
        if not _out_of_memory(error):
            raise
        raise MemoryError(
            f"the device has too little memory for batches of {batch_size}: restart the notebook "
            f"and try recipes.choose(batch_size={max(1, batch_size // 2)}), with another folder "
            "for checkpoints. What was saved before is whole"
        ) from None
    _stop_unless_finite(loss, history["images"][-1])
    history["passes"].append(
        {
            "images": history["images"][-1],
            "loss": fitted["loss"][0],
            "accuracy": fitted["accuracy"][0],
            "validation_loss": loss,
            "validation_accuracy": accuracy,
            "seconds": time.perf_counter() - start,
        }
    )


def train(
    model, scenes, plans, batch_size=32, seed=0, checkpoints=None, resume=False, bn_batches=0,
    averaging=0.0, callbacks=(),
):  # fmt: skip
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
        0.7 GB for each, and 0.2 GB more if weights are averaged; without a folder nothing is
        written.
    resume : bool, default False
        Go on from the newest whole checkpoint, if there is one. Model and arguments must be those
        of the training that stopped.
    bn_batches : int, default 0
        How many batches of the pass to settle on before each look at the validation images, see
        `averages.settle`; those of the first pass where the last one is too short.
    averaging : float, default 0.0
        Over which part of the steps so far the weights are averaged, see `averages.Average`. Their
        mean meets the validation images, and is what the model holds at the end. It needs
        `bn_batches`, for no batch of the training has passed through it.
    callbacks : sequence of keras.callbacks.Callback, optional
        Called in every pass.

    Returns
    -------
    dict
        ``precision``; ``images`` (seen so far) and ``loss``, one number a batch; ``passes``: for
        each pass ``images``, ``loss`` and ``accuracy`` (measured on the way), ``validation_loss``
        and ``validation_accuracy`` (measured at its end), ``seconds``. A loss is the one that the
        model was compiled with: with label smoothing it never comes near 0.

    Raises
    ------
    FileExistsError
        If the folder holds checkpoints and `resume` is not set.
    ValueError
        If its checkpoints belong to another training or are all damaged, if the model was
        trained before and is to begin again, or if `averaging` comes without `bn_batches`.
    RuntimeError
        If another program is training there.
    FloatingPointError
        If the loss is no number any more.
    MemoryError
        If a batch is too large for the device.
    OSError
        If a checkpoint cannot be written; those before are whole.
    """
    if averaging and not bn_batches:
        raise ValueError("averaged weights need settled averages: set bn_batches too, such as 8")
    policy = model.get_layer(index=1).dtype_policy.name
    history = {"precision": policy, "images": [], "loss": [], "passes": []}
    average = second_net(model) if averaging else None
    callbacks = [*callbacks, Average(average, averaging)] if averaging else callbacks
    told = checkpoints and states.arguments(
        model, scenes, plans, batch_size, seed, bn_batches, averaging
    )
    with alone(checkpoints) if checkpoints else nullcontext():
        if checkpoints and any(Path(checkpoints).glob(states.RECORDS)):
            if not resume:
                raise FileExistsError(
                    f"{checkpoints} holds checkpoints of an earlier training; go on from them with "
                    "resume=True, or name another folder"
                )
            path, record = states.newest(checkpoints)
            history = states.restore(model, path, record, told, average)
        elif int(model.optimizer.iterations):
            raise ValueError("this model was trained before: build and compile it anew")
        for number in range(len(history["passes"]), len(plans)):
            print(f"pass {number + 1} of {len(plans)} ", end="", flush=True)
            for layer in model.layers:
                if hasattr(layer, "seed_generator"):
                    layer.seed_generator.state.assign([seed, number])
            _one_pass(
                model, average or model, scenes, plans, history, batch_size, bn_batches, callbacks
            )  # fmt: skip
            done, count = history["passes"][-1], len(plans[number][0])
            print(
                f" {count:,} images in {done['seconds']:.0f} s, {done['accuracy']:.0%} of them "
                f"right on the way; validation {done['validation_accuracy']:.0%}"
            )
            labels = scenes.train.labels
            if count == len(labels) and no_better_than_guessing(done["accuracy"], labels):
                print("That is no better than guessing: try a tenth of the learning rate, and see")
                print("what else it may be in lesson 04, When a net stays at chance.")
            if checkpoints:
                states.keep(model, checkpoints, history, told, average)
    if averaging:
        model.set_weights(average.get_weights())
    return history
