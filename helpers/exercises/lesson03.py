"""Judges of lesson 03: parameters are counted weight by weight, models are built and inspected."""

import numpy as np

from helpers.exercises.judging import (
    ask,
    exercise,
    judge_number,
    number,
    numbers,
    require,
    shown,
)
from helpers.keras_setup import keras
from helpers.models import all_layers, multiply_adds

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
        right - 1000: "The 1,000 biases of fc2 are missing: each class has one.",
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
        257 * 4096: "That is fc0 alone; count the whole network.",
        256 * 4096: "That is fc0 alone, without its biases; count the whole network.",
        right - 256 * 4096: "fc0 does not vanish: 256 numbers still go into it, one a channel.",
        right - 257 * 4096: "fc0 does not vanish: 256 numbers still go into it, one a channel.",
        right - 4096: "Each of fc0's 4,096 units has a bias, too.",
        257 * 4096 + 4097 * 4096 + 4097 * 6: "Those are the dense layers; add the convolutions.",
        right - 4 * 1376: "Batch normalisation is missing: four numbers a channel.",
    }
    otherwise = f"It is not {count:,.0f}. How many numbers go into fc0, and how many did?"
    judge_number(count, right, slips, otherwise)
    return f"{right / parameters():.0%} are left."


def operations(model):
    """List the layers of a model and what it calls from `keras.ops`, those of models within too."""
    model = getattr(model, "_functional", None) or model  # a Sequential hides its own inside
    nested = [
        operations(one) if isinstance(one, keras.Model) else [one] for one in model.operations
    ]
    return sum(nested, [])


def kinds(model):
    """List what a model does, one word each, in its order; a ReLU is one however it is written."""
    found = []
    for one in operations(model):
        name, activation = type(one).__name__, getattr(one, "activation", None)
        parts = [name if name != "Activation" else "", getattr(activation, "__name__", "")]
        found += [{"relu": "ReLU", "softmax": "Softmax"}.get(p.lower(), p) for p in parts if p]
    return [kind for kind in found if kind not in ("InputLayer", "Dropout", "linear")]


def check_order(found):
    """Demand convolution, batch normalisation, ReLU."""
    require("BatchNormalization" in found, "It has no batch normalisation.")
    require("ReLU" in found, "It has no ReLU.")
    first = found.index("BatchNormalization")
    sentence = "ReLU comes before batch normalisation; in the lesson's block it comes after."
    require("ReLU" not in found[:first], sentence)
    require(found[first - 1] == "Conv2D", "Batch normalisation comes right after the convolution.")
    sentence = "ReLU comes right after batch normalisation."
    require(found[first + 1 : first + 2] == ["ReLU"], sentence)


@exercise("03.3")
def block_of_a_shape(block):
    """Build the block and look at its shape and its layers; padding and stride are free."""
    inputs = keras.Input((27, 27, 96))
    output = ask(block, inputs)
    is_tensor = isinstance(output, keras.KerasTensor)
    require(is_tensor, f"The output of the last layer is asked for; this is {shown(output)}.")
    model = keras.Model(inputs, output)
    gives = output.shape[1:]
    slips = {
        (14, 14, 128): "At stride 2 'same' gives 14 of 27, rounded up. Which padding gives 13?",
        (25, 25, 128): "25 is 27 without padding at stride 1. Which stride gives 13?",
        (27, 27, 128): "27 is what 'same' keeps at stride 1. Which stride gives 13?",
    }
    require(not any("Pooling" in kind for kind in kinds(model)), "No pooling is asked for.")
    convolutions = [each for each in all_layers(model) if type(each).__name__ == "Conv2D"]
    require(len(convolutions) == 1, f"One Conv2D is asked for; it has {len(convolutions)}.")
    kernel = convolutions[0].kernel_size
    require(kernel == (3, 3), f"A kernel of (3, 3) is asked for; this one is {kernel}.")
    sentence = slips.get(gives, f"It gives {gives}, not (13, 13, 128).")
    require(gives == (13, 13, 128), sentence)
    check_order(kinds(model))
    work = sum(multiply_adds(model).values())
    return f"{model.count_params():,} parameters, {work:,} multiply-adds."


def receptive_field(model, most):
    """Follow field and jump through the layers that slide a window; `most` is the image's side."""
    field, jump = 1, 1
    for layer in all_layers(model):
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if window:
            spread = getattr(layer, "dilation_rate", (1, 1))[0]
            field += (window[0] - 1) * spread * jump
            jump *= layer.strides[0]
    return min(field, most)


def built(build, side):
    """Call a function for its model, which must go from images of a side to six numbers."""
    require(not hasattr(build, "count_params"), "Hand over the function without calling it.")
    model = ask(build)
    require(hasattr(model, "count_params"), "A Keras model is asked for.")
    require(hasattr(model, "input_shape"), f"Let it begin with keras.Input(({side}, {side}, 3)).")
    takes = model.input_shape[1:]
    require(takes == (side, side, 3), f"It takes {takes}, not ({side}, {side}, 3).")
    gives = model.output_shape[1:]
    require(gives == (6,), f"It gives {gives}, not (6,).")
    return model


@exercise("03.4")
def small_design(build):
    """Inspect the model that was built; how it is built is free."""
    model = built(build, 64)
    convolutions = sum(type(layer).__name__.endswith("Conv2D") for layer in all_layers(model))
    require(convolutions >= 2, f"Two convolutions are asked for; it has {convolutions}.")
    count = model.count_params()
    require(count < 50_000, f"It has {count:,} parameters. Where are most of them?")
    noise = np.random.default_rng(0).random((5, 64, 64, 3), dtype="float32")
    answers = keras.ops.convert_to_numpy(model(noise * 9))
    probable = answers.min() >= 0 and np.allclose(answers.sum(axis=1), 1, atol=1e-3)
    require(probable, "Its six numbers are not probabilities. Which activation gives those?")
    work, field = sum(multiply_adds(model).values()), receptive_field(model, 64)
    return (
        f"{count:,} parameters, {work:,} multiply-adds for an image; a value of its last feature "
        f"map sees up to {field} x {field} pixels."
    )


def plain_softmax(logits):
    """Divide each power by the sum of all, as ratios to the largest, so that none is too large."""
    powers = [np.exp(float(z) - max(logits)) for z in logits]
    return np.array(powers) / sum(powers)


@exercise("03.5")
def stable_softmax(function):
    """Compare with ratios to the largest power, on logits of every size."""
    draws = np.random.default_rng(0).normal(0, 5, (8, 4)).round(3)
    large = [[1000.0, 999.0, 0.0], [-1000.0, -1001.0], [1e5, 0.0, -1e5], [-800.0, 0.0, 800.0]]
    for logits in [[2.0, 1.0, 0.0, 0.0], *large, *draws.tolist()]:
        with np.errstate(all="ignore"):
            given = ask(function, np.array(logits))
        try:
            finite = np.isfinite(np.asarray(given, float)).all()
        except (TypeError, ValueError):
            finite = True  # `numbers` says what it is
        sentence = (
            f"For {shown(logits)} some of its numbers are nan or infinite. What can you subtract "
            "from all logits, so that no power is too large and not all of them are 0?"
        )
        require(finite, sentence)
        given = numbers(given, (len(logits),))
        total = given.sum()
        require(abs(total - 1) < 1e-5, f"For {shown(logits)} they sum to {total:.6g}, not to 1.")
        right = plain_softmax(logits)
        words = f"For {shown(logits)} they should be {right.round(3)}; yours are {given.round(3)}."
        require(np.allclose(given, right, atol=1e-5), words)
    return "Subtracting the largest logit first is what every library does."


@exercise("03.6")
def planted_bugs(build):
    """Three faults that Keras does not report: the order, the stride of the pooling, the logits."""
    model = built(build, 67)
    found, keep = kinds(model), "Keep its layers: {} is missing, or one more than it was."
    for kind, count in {"Conv2D": 1, "MaxPooling2D": 1, "Flatten": 1, "Dense": 2}.items():
        require(found.count(kind) == count, keep.format(kind))
    check_order(found)
    (pooling,) = [one for one in all_layers(model) if type(one).__name__ == "MaxPooling2D"]
    window, pooled = pooling.pool_size, pooling.output.shape[1:]
    sentence = f"A max pooling of (3, 3) is asked for; the window of this one is {window}."
    require(window == (3, 3), sentence)
    stride = "Which stride does Keras take where none is given?"
    require(pooled == (7, 7, 16), f"The pooling gives {pooled}, not (7, 7, 16). {stride}")
    tail = found[found.index("Flatten") + 1 :]
    sentence = "The logits go through ReLU. Can a logit then be any number?"
    require(tail[2:4] != ["Dense", "ReLU"], sentence)
    words = {"Dense": "dense", "Softmax": "softmax"}
    sentence = (
        "After Flatten I expected: dense, ReLU, dense, softmax. Yours has: "
        f"{', '.join(words.get(kind, kind) for kind in tail)}."
    )
    if tail == ["Dense", "ReLU", "Dense"]:
        sentence += " The softmax at the end is missing."
    require(tail == ["Dense", "ReLU", "Dense", "Softmax"], sentence)
    return "None of the three raised an error: only shapes, order and values gave them away."
