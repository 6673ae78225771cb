"""Judges of lesson 04: steps are walked, losses are added up."""

import math

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_function, judge_number, number, require


@exercise("04.1")
def untrained_losses(thousand, two):
    """Minus the logarithm of an equal fraction."""
    for given, classes in ((thousand, 1000), (two, 2)):
        given = number(given, f"the loss with {classes:,} classes")
        expected = -math.log(1 / classes)
        slips = {
            math.log10(classes): "That is the logarithm to base 10, not the natural one.",
            -expected: "The logarithm of a fraction is below 0; the loss is minus that.",
        }
        otherwise = f"With {classes:,} classes it is not {given:.3g}: minus ln of what?"
        judge_number(given, expected, slips, otherwise, tolerance=0.01 * max(1, expected))
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
    cases = [(0.5, 0.3), (0.5, 0.25), (0.9, 0.5), (0.9, 0.01), (0.99, 0.01), (0.95, 0.2)]
    judge_function(function, _forget, cases, "the number of steps")
    slow, fast = _forget(0.99, 0.01), _forget(0.9, 0.01)
    return f"To a hundredth it takes {slow} steps with momentum 0.99, and {fast} with 0.9."


def _walk(count, images_seen, batch_size):
    """Take the images one by one; an epoch ends with the set, a batch when it is full or so."""
    steps, seen = 0, 0
    while seen < images_seen:
        left_in_epoch = count - seen % count
        seen += min(batch_size, left_in_epoch, images_seen - seen)
        steps += 1
    return steps


@exercise("04.3")
def steps_of_a_training(function):
    """Against walking through the epochs."""
    random = np.random.default_rng(0)
    cases = [(10, 10, 5), (10, 10, 4), (10, 25, 4), (1210, 3000, 32)]
    cases += [tuple(random.integers((5, 20, 2), (200, 900, 40)).tolist()) for _ in range(50)]
    judge_function(function, _walk, cases, "the number of steps")
    return f"The recipe quick makes {_walk(1210, 3000, 32)} of them on the embedded scenes."


def _smoothed(probabilities, right, smoothing):
    """Add up minus the logarithms, each times its fraction of the label."""
    total = 0.0
    for one, probability in enumerate(probabilities.tolist()):
        fraction = smoothing / len(probabilities) + (1 - smoothing if one == right else 0)
        total += fraction * -math.log(probability)
    return total


@exercise("04.4")
def smoothed_loss(function):
    """Against adding up."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.5, 0.5]), 0, 0.0), (np.array([0.8, 0.2]), 0, 0.5)]
    for right in random.integers(6, size=30).tolist():
        cases.append((random.dirichlet(np.ones(6)), right, random.random() / 2))
    judge_function(function, _smoothed, cases, "the loss")
    best = _smoothed(np.array([11 / 12] + 5 * [1 / 60]), 0, 0.1)
    return f"With six classes and 0.1 it is never below {best:.2f}."


@exercise("04.5")
def warm_up_and_cosine(rate):
    """Walk along a straight line, then along half a cosine."""
    for steps, warm, highest in ((100, 10, 0.1), (95, 6, 1e-4), (40, 20, 2.0)):
        rates = [number(ask(rate, step, steps, warm, highest)) for step in range(steps + 1)]
        case = f"With {steps} steps, {warm} of them warm-up, and a highest rate of {highest:g}"
        require(abs(rates[0]) <= 1e-9 * highest, f"{case} it begins at {rates[0]:.3g}, not at 0.")
        for step, given in enumerate(rates):
            angle = math.pi * (step - warm) / (steps - warm)
            cosine = highest * (1 + math.cos(angle)) / 2
            expected = highest * step / warm if step <= warm else cosine
            sentence = f"{case} step {step} should have {expected:.6g}; yours gives {given:.6g}."
            require(abs(given - expected) <= 1e-6 * highest, sentence)
    return "A straight line up, half a cosine down."


def _from_logits(logits, right):
    """Subtract the right logit from the logarithm of the sum of all exponentials."""
    return float(np.logaddexp.reduce(logits) - logits[right])


@exercise("04.6")
def loss_from_logits(function):
    """With logits that are far apart, where the detour by the probabilities breaks off."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.0, 0.0]), 0), (np.array([2.0, 1.0, 0.0]), 1)]
    cases += [(random.normal(0, 3, 6), right) for right in random.integers(6, size=20).tolist()]
    cases += [(np.array([0.0, 50.0]), 0), (np.array([1000.0, 0.0]), 1), (np.array([-999.0, 1]), 0)]
    judge_function(function, _from_logits, cases, "the loss")
    return "A sure mistake costs as much as the logits are apart, however far that is."
