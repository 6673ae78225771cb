"""Judges of lesson 03: parameters are counted weight by weight, models are inspected."""

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_number, number, require
from helpers.exercises.lesson02 import positions
from helpers.models import all_layers

CONVOLUTIONS = ((11, 3, 96), (5, 96, 256), (3, 256, 384), (3, 384, 384), (3, 384, 256))


def parameters(classes=6, values=6 * 6 * 256):
    """Add up AlexNet: weights, biases, and four numbers a channel for batch normalisation."""
    total = 0
    for kernel, channels, filters in CONVOLUTIONS:
        total += kernel * kernel * channels * filters + filters + 4 * filters
    for inputs, units in ((values, 4096), (4096, 4096), (4096, classes)):
        total += inputs * units + units
    return total


@exercise("03.1")
def thousand_classes(count):
    """Only fc2 changes."""
    count, right = number(count), parameters(1000)
    alone = "That is fc2 alone; count the whole model."
    slips = {
        right - 994: "Each new class has a bias, too.",
        right - 4 * 1376: "Batch normalisation is missing: four numbers a channel.",
        right + 6 * 4097: "Six of the thousand classes are counted already.",
        1000 * 4097: alone,
        994 * 4097: alone,
    }
    otherwise = f"It is not {count:,.0f}. Which layer knows how many classes there are?"
    judge_number(count, right, slips, otherwise)
    return f"{right - parameters():,} more than for six classes, all of them in fc2."


@exercise("03.2")
def global_average(count):
    """Then fc0 gets 256 values."""
    count, right = number(count), parameters(values=256)
    slips = {
        right - 256 * 4096: "fc0 does not vanish: 256 numbers still go into it, one a channel.",
        right - 4096: "Each of fc0's 4,096 units has a bias, too.",
    }
    otherwise = f"It is not {count:,.0f}. How many numbers go into fc0, and how many did?"
    judge_number(count, right, slips, otherwise)
    return f"{right / parameters():.0%} are left."


@exercise("03.3")
def without_max0(side, fc0, gigabytes):
    """Walk through the network without its first pooling."""
    side, fc0 = number(side, "`side`"), number(fc0, "`fc0`")
    gigabytes = number(gigabytes, "`gigabytes`")
    walked = positions(positions(55, 3, 2), 3, 2)  # max1 and max2; the convolutions keep the size
    values = walked * walked * 256
    require(side == walked, f"After max2 it is not {side:g}. Without max0, conv1 gets 55.")
    require(fc0 == (values + 1) * 4096, f"fc0 does not have {fc0:,.0f} weights and biases.")
    needed = 16 * parameters(values=values) / 1e9
    slips = {needed * 1e9 / 2**30: "A GB is a billion bytes here, not 2 to the power of 30."}
    otherwise = f"{gigabytes:.3g} GB is not 16 bytes for each parameter of the model."
    judge_number(gigabytes, needed, slips, otherwise, tolerance=0.02 * needed)
    return f"{needed:.1f} GB before the first image is in memory."


@exercise("03.4")
def small_design(build):
    """Inspect the model that was built; how it is built is free."""
    require(not hasattr(build, "count_params"), "Hand over the function without calling it.")
    model = ask(build)
    require(hasattr(model, "count_params"), "A Keras model is asked for.")
    require(hasattr(model, "input_shape"), "Let it begin with keras.Input((64, 64, 3)).")
    takes = model.input_shape[1:]
    require(takes == (64, 64, 3), f"It takes {takes}, not (64, 64, 3).")
    gives = model.output_shape[1:]
    require(gives == (6,), f"It gives {gives}, not (6,).")
    convolutions = sum(type(layer).__name__.endswith("Conv2D") for layer in all_layers(model))
    require(convolutions >= 2, f"Two convolutions are asked for; it has {convolutions}.")
    count = model.count_params()
    require(count < 50_000, f"It has {count:,} parameters. Where are most of them?")
    noise = np.random.default_rng(0).random((5, 64, 64, 3), dtype="float32")
    answers = np.asarray(model(noise * 9))
    probable = answers.min() >= 0 and np.allclose(answers.sum(axis=1), 1, atol=1e-3)
    require(probable, "Its six numbers are not probabilities. Which activation gives those?")
    return f"{count:,} parameters."
