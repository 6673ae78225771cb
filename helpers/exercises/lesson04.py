"""Judges of lesson 04: steps are walked, losses are added up."""

import math

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, judge_function, near, number


@exercise("04.1")
def untrained_losses(thousand, two):
    """Minus the logarithm of an equal share."""
    for given, classes in ((thousand, 1000), (two, 2)):
        given = number(given, f"the loss with {classes:,} classes")
        expected = -math.log(1 / classes)
        if near(given, math.log10(classes), 0.01):
            raise WrongError("That is the logarithm to base 10; the loss takes the natural one.")
        if near(-given, expected, 0.01):
            raise WrongError("The logarithm of a share is below 0; the loss is minus that.")
        if not near(given, expected, 0.01):
            raise WrongError(f"With {classes:,} classes it is not {given:.3g}: minus ln of what?")
    return "A loss far above that before the training means that something is wrong."


def _forget(momentum, share):
    """Let the moving average forget, step by step."""
    left, steps = 1.0, 0
    while left > share:
        left, steps = left * momentum, steps + 1
    return steps


@exercise("04.2")
def steps_to_forget(function):
    """Against a loop."""
    cases = [
        (0.5, 0.3),
        (0.5, 0.25),
        (0.9, 0.5),
        (0.9, 0.01),
        (0.99, 0.01),
        (0.95, 0.2),
        (0.999, 0.05),
    ]
    judge_function(function, _forget, cases, "the number of steps")
    slow, fast = _forget(0.99, 0.01), _forget(0.9, 0.01)
    return f"To a hundredth it takes {slow} steps with momentum 0.99, and {fast} with 0.9."


def _walk(count, images, batch_size):
    """Take the images one by one; a pass ends with the set, a batch when it is full or so."""
    steps, seen = 0, 0
    while seen < images:
        left_in_pass = count - seen % count
        seen += min(batch_size, left_in_pass, images - seen)
        steps += 1
    return steps


@exercise("04.3")
def steps_of_a_training(function):
    """Against walking through the passes."""
    random = np.random.default_rng(0)
    cases = [(10, 10, 5), (10, 10, 4), (10, 25, 4), (1210, 3000, 32)]
    cases += [tuple(random.integers((5, 20, 2), (200, 900, 40)).tolist()) for _ in range(50)]
    judge_function(function, _walk, cases, "the number of steps")
    return f"The recipe quick makes {_walk(1210, 3000, 32)} of them on the embedded scenes."


def _smoothed(probabilities, right, smoothing):
    """Add up minus the logarithms, each with its share of the label."""
    total, classes = 0.0, len(probabilities)
    for one, probability in enumerate(probabilities.tolist()):
        share = smoothing / classes + (1 - smoothing if one == right else 0)
        total += share * -math.log(probability)
    return total


@exercise("04.4")
def smoothed_loss(function):
    """Against adding up."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.5, 0.5]), 0, 0.0), (np.array([0.8, 0.2]), 0, 0.5)]
    for _ in range(30):
        probabilities = random.dirichlet(np.ones(6))
        cases.append((probabilities, int(random.integers(6)), float(random.random() / 2)))
    judge_function(function, _smoothed, cases, "the loss")
    best = _smoothed(np.array([11 / 12] + 5 * [1 / 60]), 0, 0.1)
    return f"With six classes and 0.1 it is never below {best:.2f}."


@exercise("04.5")
def warm_up_and_cosine(rate):
    """Five properties that fix the curve."""
    for steps, warm, highest in ((100, 10, 0.1), (95, 6, 1e-4), (40, 20, 2.0)):
        asked = range(steps + 1)
        rates = [number(ask(rate, step, steps, warm, highest)) for step in asked]
        told = f"With {steps} steps, {warm} of them warm-up, and a highest rate of {highest:g}"
        if not near(rates[0], 0, 1e-9 * highest):
            raise WrongError(f"{told} it begins at {rates[0]:.3g}, not at 0.")
        for step in range(1, warm + 1):
            if abs(rates[step] - highest * step / warm) > 1e-6 * highest:
                raise WrongError(
                    f"{told} step {step} should have {highest * step / warm:.4g}; yours gives "
                    f"{rates[step]:.4g}."
                )
        if abs(rates[steps]) > 1e-6 * highest:
            raise WrongError(f"{told} it is {rates[steps]:.3g} at step {steps}, not 0.")
        if max(rates) > highest * (1 + 1e-6):
            raise WrongError(f"{told} it rises to {max(rates):.4g}.")
        for step in range(warm, steps + 1):
            angle = math.pi * (step - warm) / (steps - warm)
            expected = highest * (1 + math.cos(angle)) / 2
            if abs(rates[step] - expected) > 1e-6 * highest:
                raise WrongError(f"{told} step {step} is {rates[step]:.6g}, not {expected:.6g}.")
    return "A straight line up, half a cosine down."
