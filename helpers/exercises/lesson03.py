"""Judges of lesson 03: parameters are counted weight by weight, nets are asked."""

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, near, number

CONVOLUTIONS = ((11, 3, 96), (5, 96, 256), (3, 256, 384), (3, 384, 384), (3, 384, 256))


def parameters(classes=6, side=6, values=None):
    """Add up AlexNet: weights, biases, and four numbers a channel for batch normalisation."""
    total = 0
    for kernel, channels, filters in CONVOLUTIONS:
        total += kernel * kernel * channels * filters + filters + 4 * filters
    rows = [side * side * 256 if values is None else values, 4096, 4096, classes]
    for inputs, units in zip(rows, rows[1:]):
        total += inputs * units + units
    return total


@exercise("03.1")
def thousand_classes(count):
    """Only fc2 changes."""
    count = number(count)
    if count == parameters(6) + 994 * 4096:
        raise WrongError("Each new class has a bias, too.")
    if count == parameters(1000) - 4 * 1376:
        raise WrongError("Batch normalisation is missing: four numbers a channel.")
    if count == parameters(6) + 1000 * 4097:
        raise WrongError("Six of the thousand classes are counted already.")
    if count in (1000 * 4097, 994 * 4097):
        raise WrongError("That is fc2 alone; the whole network is asked for.")
    if count != parameters(1000):
        raise WrongError(f"It is not {count:,.0f}. Which layer knows how many classes there are?")
    return f"{parameters(1000) - parameters(6):,} more than for six classes, all of them in fc2."


@exercise("03.2")
def global_average(count):
    """Then fc0 gets 256 values."""
    count, right = number(count), parameters(values=256)
    if count == parameters() - 9216 * 4096:
        raise WrongError("fc0 does not vanish: 256 numbers still go into it, one a channel.")
    if count == right - 4096:
        raise WrongError("Each of fc0's 4,096 units has a bias, too.")
    if count != right:
        raise WrongError(f"It is not {count:,.0f}. How many numbers go into fc0, and how many did?")
    return f"{right / parameters():.0%} are left."


@exercise("03.3")
def without_max0(side, fc0, gigabytes):
    """Walk through the net without its first pooling."""
    side, fc0 = number(side, "`side`"), number(fc0, "`fc0`")
    gigabytes = number(gigabytes, "`gigabytes`")
    walked = 55
    for kernel in (3, 3):  # max1 and max2; the convolutions keep the size
        walked = len([start for start in range(0, walked, 2) if start + kernel <= walked])
    if side != walked:
        raise WrongError(f"After max2 the side is not {side:g}. Without max0, conv1 gets 55.")
    if fc0 != (walked * walked * 256 + 1) * 4096:
        raise WrongError(f"fc0 does not have {fc0:,.0f} parameters (weights and biases).")
    needed = 16 * parameters(side=walked) / 1e9
    if near(gigabytes, needed * 1e9 / 2**30, 0.01):
        raise WrongError("A GB is a thousand million bytes here, not 2 to the power of 30.")
    if not near(gigabytes, needed, 0.02):
        raise WrongError(f"{gigabytes:.3g} GB is not 16 bytes for each parameter of the whole net.")
    return f"{needed:.1f} GB before the first image is in memory."


def _layers(net):
    """Collect the layers of a net, those of nets within it too."""
    inner = [_layers(layer) if hasattr(layer, "layers") else [layer] for layer in net.layers]
    return sum(inner, [])


@exercise("03.4")
def small_design(build):
    """Ask the net that was built; how it is made is free."""
    if hasattr(build, "count_params"):
        raise WrongError("Hand over the function itself, without calling it.")
    net = ask(build)
    if not hasattr(net, "count_params"):
        raise WrongError("A Keras model is asked for.")
    if not hasattr(net, "input_shape"):
        raise WrongError("It does not know its input: let it begin with keras.Input((64, 64, 3)).")
    if net.input_shape[1:] != (64, 64, 3):
        raise WrongError(f"It takes {net.input_shape[1:]}, not (64, 64, 3).")
    if net.output_shape[1:] != (6,):
        raise WrongError(f"It gives {net.output_shape[1:]}, not (6,).")
    convolutions = sum(type(layer).__name__.endswith("Conv2D") for layer in _layers(net))
    if convolutions < 2:
        raise WrongError(f"Two convolutions are asked for; it has {convolutions}.")
    if net.count_params() >= 50_000:
        raise WrongError(f"It has {net.count_params():,} parameters. Where are most of them?")
    noise = np.random.default_rng(0).random((5, 64, 64, 3), dtype="float32")
    answers = np.asarray(net(noise * 9))
    if not np.allclose(answers.sum(axis=1), 1, atol=1e-3) or answers.min() < 0:
        raise WrongError("Its six numbers are not probabilities. Which activation gives those?")
    return f"{net.count_params():,} parameters."
