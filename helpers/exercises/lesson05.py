"""Judges of lesson 05: answers are counted one by one."""

import math

import numpy as np

from helpers.exercises.judging import (
    StoppedError,
    WrongError,
    ask,
    exercise,
    near,
    number,
    numbers,
    require,
    shown,
)

KEEPDIMS = "Divide row by row: sum(axis=1, keepdims=True) keeps the sums in a column."


@exercise("05.1")
def everything_is_sea(recall_of_sea, precision_of_sea, recall_of_others):
    """Count in a small set with six equal classes."""
    questions = {
        "recall of sea": "Of ten images of the sea, how many does it call sea?",
        "precision of sea": "Of sixty images, ten a class, it calls all sea. How many are?",
        "recall of any other class": "Of ten forests, how many does it call forest?",
    }
    answers = recall_of_sea, precision_of_sea, recall_of_others
    given = [number(answer, f"the {name}") for answer, name in zip(answers, questions)]
    for (name, question), mine, expected in zip(questions.items(), given, (10 / 10, 10 / 60, 0)):
        require(mine <= 1, f"The {name} is a fraction between 0 and 1, not {mine:.3g}.")
        require(near(mine, expected, 0.005), f"The {name} is not {mine:.3g}. {question}")
    return "Perfect recall costs nothing if precision does not matter."


def _width(accuracy, count, z=1.959964):
    """Return the width of Wilson's interval."""
    spread = math.sqrt(accuracy * (1 - accuracy) / count + z**2 / (4 * count**2))
    return 2 * z * spread / (1 + z**2 / count)


@exercise("05.2")
def images_for_two_points(count):
    """Go up until the interval is narrow enough."""
    count = number(count)
    needed = next(n for n in range(100, 99999) if _width(0.9, n) <= 0.02)
    width = _width(0.9, count) if count >= 1 else 1
    more = "more" if width > 0.02 else "fewer"
    sentence = f"With {count:,.0f} images it is {100 * width:.2f} points wide: {more}."
    require(0.98 * needed <= count <= 1.02 * needed, sentence)
    return "For one point it would be four times as many."


@exercise("05.3")
def lowest_loss(function):
    """Let every mistake cost what it must: there the right class gets one half."""

    def spell_out(right, count):
        costs = [0.0] * right + [-math.log(0.5)] * (count - right)
        return sum(costs) / count

    for right, count in [(1, 2), (9, 10), (2616, 3000), (180, 180), (87, 100)]:
        case = f"{right:,} right of {count:,}"
        given = number(ask(function, right, count), f"what it gives for {case}")
        expected = spell_out(right, count)
        sentence = (
            f"For {case} the lowest possible loss is {expected:.4g}; yours gives {given:.4g}."
        )
        require(near(given, expected, 1e-3), sentence)
    return f"The article's 2,616 of 3,000: no loss below {spell_out(2616, 3000):.3f}."


@exercise("05.4")
def sharpen(function):
    """Row by row, number by number; a sum without `keepdims` has the wrong shape to divide by."""
    random = np.random.default_rng(0)
    for count, power in ((5, 1.0), (4, 2.0), (4, 0.5), (3, 3.0)):
        rows = random.dirichlet(np.ones(4), size=count)
        lent = rows.copy()
        try:
            given = numbers(ask(function, lent, power), rows.shape)
        except StoppedError as error:
            require("broadcast" not in str(error), f"{KEEPDIMS} ({error})")
            raise
        require(np.array_equal(lent, rows), "It changes the array it is given: work on a copy.")
        case = f"With power {power:g}"
        raised = rows**power
        if count == 4 and np.allclose(given, raised / raised.sum(axis=1)):
            raise WrongError(f"{case} each column is divided by a row's sum. {KEEPDIMS}")
        slips = {
            "The power is inverted: raise to `power` itself, not to 1 / `power`.": (
                rows ** (1 / power) / (rows ** (1 / power)).sum(axis=1, keepdims=True)
            ),
            "The sum runs over the whole array: sum each row with axis=1.": raised / raised.sum(),
            "The sum runs down the columns, axis 0: sum each row with axis=1.": (
                raised / raised.sum(axis=0)
            ),
        }
        expected_rows = raised / raised.sum(axis=1, keepdims=True)
        for slip, wrong in slips.items():
            recognised = np.allclose(given, wrong) and not np.allclose(wrong, expected_rows)
            require(not recognised, f"{case}: {slip}")
        for row, mine in zip(rows, given):
            require(np.allclose(sum(mine), 1), f"{case} a row sums to {sum(mine):.3f}, not 1.")
            expected = [value**power / sum(row**power) for value in row]
            before, after, yours = np.round((row, expected, mine), 4)
            sentence = f"{case} the row {before} should become {after}; yours gives {yours}."
            require(np.allclose(mine, expected), sentence)
    return "The power is 1/T. The largest stays the largest, so the accuracy stays."


def _fair_coin(only_first, only_second):
    """Add up the chance of every number of heads that is as far from the middle, or farther."""
    tosses = only_first + only_second
    off = abs(only_first - tosses / 2)
    splits = [heads for heads in range(tosses + 1) if abs(heads - tosses / 2) >= off]
    return sum(math.comb(tosses, heads) for heads in splits) / 2**tosses


@exercise("05.5")
def mcnemar(function):
    """Against adding up all splits; half of it is a test in one direction only."""
    for case in ((1, 5), (5, 1), (0, 4), (14, 9), (43, 8), (3, 3), (0, 0), (20, 20)):
        expected = _fair_coin(*case)
        given = number(ask(function, *case), f"what it gives for {case}")
        start = f"For {shown(case)} the p-value is {expected:.4g}; yours gives {given:.4g}."
        require(given <= 1 + 1e-9, f"{start} A chance never exceeds 1: take 1 instead.")
        tosses, few = sum(case), min(case)
        one_term = math.comb(tosses, few) / 2**tosses
        alone = few > 0 and any(math.isclose(given, k * one_term, rel_tol=1e-6) for k in (1, 2))
        add = f"That is exactly {few} heads only: add every number of heads from 0 to {few}."
        require(not alone or math.isclose(given, expected, rel_tol=1e-6), f"{start} {add}")
        one_sided = expected < 1 and math.isclose(given, expected / 2, rel_tol=1e-6)
        require(not one_sided, f"{start} That is one tail, one direction only: double it.")
        require(math.isclose(given, expected, rel_tol=1e-6), start)
    p = f"{_fair_coin(14, 9):.2f}"
    return f"For 14 and 9 it is {p}: no difference shown; 23 images are too few to rule one out."


@exercise("05.6")
def loss_of_probabilities(function):
    """Against the definition; a softmax of a softmax is recognised by what it gives."""
    random = np.random.default_rng(0)
    for count in (4, 12):
        labels = np.arange(count) % 6
        rows = random.dirichlet(np.ones(6), size=count) + 20 * np.eye(6)[labels]
        rows /= rows.sum(axis=1, keepdims=True)
        try:
            given = np.asarray(ask(function, labels.copy(), rows.copy()))
        except StoppedError as error:
            one_hot = "The labels are class numbers, not one-hot rows: use the sparse loss."
            require("shape" not in str(error), f"{one_hot} ({error})")
            raise
        forgotten = "That is a loss for each answer: the mean over all of them is missing."
        require(given.shape != (count,) or count == 1, forgotten)
        given = number(given, "the loss")
        expected, twice = _mean_loss(labels, rows), _mean_loss(labels, _softmax(rows))
        start = f"For {count} answers the loss is {expected:.4f}; yours gives {given:.4f}."
        still = "It still takes probabilities for logits, so they go through a second softmax."
        require(not near(given, twice, 1e-3), f"{start} {still}")
        summed = "That is the sum: the loss is the mean."
        require(not near(given, count * expected, 1e-3), f"{start} {summed}")
        require(near(given, expected, 1e-3), start)
    return "A loss and a network must agree on who takes the softmax."


def _softmax(rows):
    """Turn logits into probabilities."""
    return np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)


def _mean_loss(labels, rows):
    """Return the mean of minus the logarithm of what each row gives to its label."""
    return sum(-math.log(row[label]) for label, row in zip(labels, rows)) / len(labels)
