"""Judges of lesson 05: answers are counted one by one."""

import math

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_function, near, number, numbers, require


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
        given = numbers(ask(function, lent, power), rows.shape)
        require(np.array_equal(lent, rows), "The array it is given is another afterwards.")
        case = f"With power {power:g}"
        for row, mine in zip(rows, given):
            require(np.allclose(sum(mine), 1), f"{case} a row sums to {sum(mine):.3f}, not 1.")
            expected = [value**power / sum(row**power) for value in row]
            before, after, yours = np.round((row, expected, mine), 4)
            sentence = f"{case} the row {before} should become {after}; yours gives {yours}."
            require(np.allclose(mine, expected), sentence)
    return "The largest stays the largest, so the accuracy stays; how sure it is changes."


def _mean_f1(matrix):
    """Take the matrix apart into single answers and count."""
    answers = [pair for pair in np.ndindex(matrix.shape) for _ in range(matrix[pair])]
    scores = []
    for one in range(len(matrix)):
        both = answers.count((one, one))
        either = sum((true == one) + (said == one) for true, said in answers)
        scores.append(2 * both / either)
    return sum(scores) / len(scores)


@exercise("05.5")
def mean_f1(function):
    """Against counting the answers."""
    random = np.random.default_rng(0)
    cases = [(np.array([[3, 1, 0], [0, 4, 0], [1, 0, 3]]),)]
    cases += [(random.integers(0, 9, (k, k)) + 4 * np.eye(k, dtype=int),) for k in (2, 3, 6)]
    judge_function(function, _mean_f1, cases, "the mean F1")
    return f"For the twelve answers it is {_mean_f1(cases[0][0]):.3f}."
