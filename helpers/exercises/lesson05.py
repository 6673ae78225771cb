"""Judges of lesson 05: answers are counted one by one."""

import math

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, judge_function, number, numbers


@exercise("05.1")
def everything_is_sea(recall_of_sea, precision_of_sea, recall_of_others):
    """Count in a small set with six equal classes."""
    labels = [one for one in range(6) for _ in range(10)]
    hits = sum(label == 4 for label in labels)
    expected = hits / 10, hits / len(labels), 0.0
    asked = {
        "recall of sea": "Of ten images of the sea, how many does it call sea?",
        "precision of sea": "Of sixty images, ten a class, it calls all sea. How many are?",
        "recall of any other class": "Of ten forests, how many does it call forest?",
    }
    answers = recall_of_sea, precision_of_sea, recall_of_others
    given = [number(value, f"the {name}") for value, name in zip(answers, asked)]
    for (name, question), mine, right in zip(asked.items(), given, expected):
        if mine > 1:
            raise WrongError(f"The {name} is a share between 0 and 1 here; yours is {mine:.3g}.")
        if abs(mine - right) > 0.005:
            raise WrongError(f"The {name} is not {mine:.3g}. {question}")
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
    if not 0.98 * needed <= count <= 1.02 * needed:
        width = _width(0.9, count) if count >= 1 else 1
        more = "more" if width > 0.02 else "fewer"
        raise WrongError(f"With {count:,.0f} images it is {100 * width:.2f} points wide: {more}.")
    return "For one point it would be four times as many."


@exercise("05.3")
def lowest_loss(function):
    """Let every mistake cost what it must: there the right class gets one half."""

    def spell_out(right, count):
        costs = [0.0] * right + [-math.log(0.5)] * (count - right)
        return sum(costs) / count

    cases = [(1, 2), (9, 10), (2616, 3000), (180, 180), (87, 100)]
    judge_function(function, spell_out, cases, "the lowest possible loss", 1e-3)
    return f"The article's 2,616 of 3,000: no loss below {spell_out(2616, 3000):.3f}."


@exercise("05.4")
def sharpen(function):
    """Row by row, number by number."""
    random = np.random.default_rng(0)
    for power in (1.0, 2.0, 0.5, 3.0):
        rows = random.dirichlet(np.ones(4), size=5)
        lent = rows.copy()
        given = numbers(ask(function, lent, power), rows.shape, "your function")
        if not np.array_equal(lent, rows):
            raise WrongError("The array that your function is given is another afterwards.")
        if not np.allclose(given.sum(axis=1), 1):
            raise WrongError(
                f"With power {power:g} the first row sums to {given[0].sum():.3f}, not 1."
            )
        for row, mine in zip(rows.tolist(), given.tolist()):
            raised = [value**power for value in row]
            expected = [value / sum(raised) for value in raised]
            if not np.allclose(mine, expected):
                raise WrongError(
                    f"With power {power:g} the row {np.round(row, 4)} should become "
                    f"{np.round(expected, 4)}; yours gives {np.round(mine, 4)}."
                )
    return "The largest stays the largest, so the accuracy stays; how sure it is changes."


def _mean_f1(matrix):
    """Take the matrix apart into single answers and count."""
    answers = [
        (true, said)
        for true, row in enumerate(matrix.tolist())
        for said, count in enumerate(row)
        for _ in range(count)
    ]
    scores = []
    for one in range(len(matrix)):
        both = sum(pair == (one, one) for pair in answers)
        either = sum((true == one) + (said == one) for true, said in answers)
        scores.append(2 * both / either if either else 0.0)
    return sum(scores) / len(scores)


@exercise("05.5")
def mean_f1(function):
    """Against counting the answers."""
    random = np.random.default_rng(0)
    cases = [(np.array([[3, 1, 0], [0, 4, 0], [1, 0, 3]]),)]
    cases += [(random.integers(0, 9, (k, k)) + 4 * np.eye(k, dtype=int),) for k in (2, 3, 6)]
    judge_function(function, _mean_f1, cases, "the mean F1")
    return f"For the twelve answers it is {_mean_f1(cases[0][0]):.3f}."
