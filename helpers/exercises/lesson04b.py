"""Judges of lesson 04b: numbers are rounded bit by bit, seeds are counted."""

import math

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_function, number, require, shown
from helpers.keras_setup import keras


def bfloat16(value):
    """Round to 16 bits: to the nearest number, and from the middle to the even one."""
    bits = int(np.float32(value).view(np.uint32))
    lower, rest = bits >> 16, bits & 0xFFFF
    if rest > 0x8000 or (rest == 0x8000 and lower % 2):
        lower += 1
    return float(np.uint32(lower << 16).view(np.float32))


@exercise("04b.1")
def next_whole_number(given):
    """Go up until one survives the rounding."""
    given = number(given)
    expected = next(n for n in range(257, 999) if bfloat16(n) == n)
    require(bfloat16(given) == given, f"bfloat16 makes {bfloat16(given):g} of it.")
    require(given == expected, f"{given:g} can be held; is it the first above 256?")
    return f"257 becomes {bfloat16(257):g}."


def _threshold(weight):
    """Halve again and again between a step that is lost and one that is not."""
    weight = bfloat16(weight)
    lost, counts = 0.0, weight
    for _ in range(60):
        middle = (lost + counts) / 2
        lost, counts = (middle, counts) if bfloat16(weight + middle) == weight else (lost, middle)
    return counts


@exercise("04b.2")
def lost_steps(for_one, for_a_thousandth):
    """Find the step below which nothing changes."""
    for given, weight in ((for_one, 1.0), (for_a_thousandth, 0.001)):
        given, expected = number(given), _threshold(weight)
        sentence = f"{given:.3g} is the distance to a neighbour; you need only half of it."
        require(abs(given - 2 * expected) > 0.02 * expected, sentence)
        lost = bfloat16(bfloat16(weight) + given) == bfloat16(weight)
        what = "is lost" if lost else "counts, but so does a smaller one"
        sentence = f"For a weight of {weight:g} a step of {given:.3g} {what}."
        require(abs(given - expected) <= 0.02 * expected, sentence)
    return "Adam's first steps are as long as the learning rate: 0.0001 moves no weight of 1."


def _seeds(difference, sd):
    """Go up from two until the difference is two standard errors."""
    count = 2
    while difference < 2 * np.sqrt(sd**2 / count + sd**2 / count):
        count += 1
    return count


SEED_SLIPS = {
    "Two standard errors of a difference: square the 2, and count both means.": lambda d, sd: max(
        2, math.ceil((sd / d) ** 2)
    ),
    "A difference of two means has the variance of both.": lambda d, sd: max(
        2, math.ceil(4 * (sd / d) ** 2)
    ),
    "The 2 of the two standard errors is squared with the rest.": lambda d, sd: max(
        2, math.ceil(2 * (sd / d) ** 2)
    ),
    "Rounded down, the difference is a little too small.": lambda d, sd: max(
        2, int(8 * (sd / d) ** 2)
    ),
    "At least two: one run has no standard deviation.": lambda d, sd: math.ceil(8 * (sd / d) ** 2),
}


@exercise("04b.3")
def seeds_needed(function):
    """Against trying one number after another."""
    cases = [(4.0, 1.0), (1.0, 1.05), (2.5, 1.0), (1.0, 2.1), (0.7, 1.3), (3.0, 0.2)]
    judge_function(function, _seeds, cases, "the number of seeds", slips=SEED_SLIPS)
    return f"One point, with runs that scatter by one point: {_seeds(1, 1)} of each recipe."


@exercise("04b.4")
def averaging_adam(function):
    """Look at the optimizer's settings."""
    given = ask(function)
    sentence = f"An Adam optimizer is asked for; this is a {type(given).__name__}."
    require(isinstance(given, keras.optimizers.Adam), sentence)
    rate = float(given.learning_rate)
    require(abs(rate - 1e-3) < 1e-7, f"Its learning rate is {rate:.3g}, not 0.001.")
    require(given.use_ema, "It keeps no average of the weights: see use_ema.")
    momentum = given.ema_momentum
    sentence = "That is the share of the new weights; ema_momentum is the share that is kept."
    require(abs(momentum - 0.02) > 1e-9, sentence)
    require(abs(momentum - 0.98) < 1e-9, f"The average keeps {momentum:g} of its old value.")
    return "After 50 steps about a third of the old average is left."


@exercise("04b.5")
def scaled_gradient(function):
    """Against scaling one factor before the product is rounded."""
    for a, b, scale in (
        (1e-4, 1e-4, 32_768),
        (3e-5, 2e-4, 1024),
        (-2e-4, 5e-5, 4096),
        (0.5, 0.25, 8),
    ):
        value, expected = number(ask(function, a, b, scale)), a * b
        case = f"For a {a:g}, b {b:g} and scale {scale:,}"
        if abs(value - expected) > 0.01 * abs(expected):
            require(
                value != 0, f"{case} it is still zero: the scale comes too late, or not at all."
            )
            still = abs(value - scale * expected) <= 0.01 * abs(scale * expected)
            require(not still, f"{case} the result is still scaled: divide it again.")
        sentence = f"{case} it should be about {expected:.3g}; yours gives {shown(value)}."
        require(abs(value - expected) <= 0.01 * abs(expected), sentence)
    return "That is loss scaling: one factor at the loss, by the chain rule, enlarges them all."
