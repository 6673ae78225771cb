"""Judges of lesson 07: maps and neighbours, value by value."""

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_number, number, numbers, require


@exercise("07.1")
def a_filter_of_conv1(weights, written):
    """Count one filter."""
    weights, written = number(weights, "`weights_of_one`"), number(written, "`written`")
    slips = {5 * 5: "A filter of conv1 looks at all 96 channels at once."}
    judge_number(weights, 5 * 5 * 96, slips, f"One filter does not have {weights:,.0f} weights.")
    require(written == 27 * 27, "A filter writes one number for each of its positions.")
    return "Its 96 channels would need 96 colours to be drawn."


@exercise("07.2")
def warm_map(function):
    """Add up channel by channel."""
    random = np.random.default_rng(0)
    for shape in ((2, 2, 1), (3, 4, 5), (13, 13, 8)):
        maps, weights = random.random(shape), random.normal(size=shape[2])
        given = numbers(ask(function, maps.copy(), weights.copy()), shape[:2])
        for place, mine in np.ndenumerate(given):
            total = sum(maps[place] * weights)
            right = max(total, 0)
            slips = {total: "What speaks against the class should be 0, not below."}
            case = f"For maps of shape {shape} position {place}"
            otherwise = f"{case} should be {right:.6g}; yours gives {mine:.6g}."
            judge_number(mine, right, slips, otherwise, tolerance=1e-6)
    return "What is left speaks for the class."


@exercise("07.3")
def nearest(function):
    """Try all pairs."""
    random = np.random.default_rng(0)
    with_copies = np.array([[0.0], [5.0], [0.0], [6.0]])
    for rows in (random.normal(size=(2, 1)), with_copies, random.normal(size=(30, 6))):
        count = len(rows)
        given = numbers(ask(function, rows.copy()), (count,))
        require(not (given % 1).any(), "The numbers of rows are asked for, not distances.")
        require((given != np.arange(count)).any(), "A row's distance to itself must not count.")
        for one, mine in enumerate(given):
            others = [other for other in range(count) if other != one]
            best = min(others, key=lambda other: sum((rows[one] - rows[other]) ** 2))
            equal = " (they are equal)" if (rows[one] == rows[best]).all() else ""
            case = f"Of {count} rows, number {best} is nearest to number {one}{equal}"
            require(mine == best, f"{case}; yours gives {mine:.0f}.")
    return "No row is its own neighbour."


@exercise("07.4")
def occlusion(function):
    """Cover square by square, with scores of which the falls are known."""
    random = np.random.default_rng(0)
    for rows, columns, side in ((2, 2, 1), (4, 6, 2), (9, 6, 3)):
        image, speaks = random.random((rows, columns, 3)), random.normal(size=(rows, columns, 3))
        speaks = np.abs(speaks) if side == 1 else speaks  # in the first one every square counts

        def score(picture, speaks=speaks):
            return float((picture * speaks).sum())

        given = numbers(ask(function, image.copy(), side, score), (rows // side, columns // side))
        so_far = 0.0
        for (row, column), mine in np.ndenumerate(given):
            square = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
            fall = float((image[square] * speaks[square]).sum())
            so_far += fall
            slips = {
                -fall: "What is asked is how much the score falls: before minus after.",
                so_far: "Is the square before still covered? Begin each time from a copy.",
            }
            otherwise = f"In row {row}, column {column} the score falls by {fall:.6g}"
            judge_number(mine, fall, slips, f"{otherwise}; yours gives {mine:.6g}.", tolerance=1e-6)
    return "It works with any model, and evaluates it once for each square and once for the whole."
