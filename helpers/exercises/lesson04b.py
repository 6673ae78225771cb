"""Judges of lesson 04b: bfloat16 is rounded bit by bit, seeds are counted."""

import numpy as np

from helpers.exercises.judging import exercise, judge_function, number, require


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
        sentence = f"{given:.3g} is the distance to a neighbour; anything above half is enough."
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


@exercise("04b.3")
def seeds_needed(function):
    """Against trying one number after another."""
    cases = [(4.0, 1.0), (1.0, 1.05), (2.5, 1.0), (1.0, 2.1), (0.7, 1.3), (3.0, 0.2)]
    judge_function(function, _seeds, cases, "the number of seeds")
    return f"One point, with runs that scatter by one point: {_seeds(1, 1)} of each recipe."
