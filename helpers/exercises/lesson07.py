"""Judges of lesson 07: maps and neighbours, place by place."""

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, number, numbers


@exercise("07.1")
def a_filter_of_conv1(weights, written):
    """Count one filter."""
    weights, written = number(weights, "`weights_of_one`"), number(written, "`written`")
    if weights == 25:
        raise WrongError("A filter of conv1 looks at all 96 channels at once.")
    if weights != sum(1 for _ in np.ndindex(5, 5, 96)):
        raise WrongError(f"One filter, without its bias, does not have {weights:,.0f} weights.")
    if written != sum(1 for _ in np.ndindex(27, 27)):
        raise WrongError("A filter writes one number for each of its places.")
    return "Its 96 channels would need 96 colours to be drawn."


@exercise("07.2")
def warm_map(function):
    """Add up channel by channel."""
    random = np.random.default_rng(0)
    for shape in ((2, 2, 1), (3, 4, 5), (13, 13, 8)):
        maps, weights = random.random(shape), random.normal(size=shape[2])
        given = numbers(ask(function, maps.copy(), weights.copy()), shape[:2], "your function")
        for place in np.ndindex(shape[:2]):
            total = sum(maps[place][k] * weights[k] for k in range(shape[2]))
            if total < 0 and abs(given[place] - total) < 1e-9:
                raise WrongError("What speaks against the class should be 0, not below.")
            if abs(given[place] - max(total, 0)) > 1e-6:
                raise WrongError(
                    f"For maps of shape {shape} the place {place} should be {max(total, 0):.6g}; "
                    f"yours is {given[place]:.6g}."
                )
    return "What is left speaks for the class."


@exercise("07.3")
def nearest(function):
    """Try all pairs."""
    random = np.random.default_rng(0)
    with_copies = np.array([[0.0], [5.0], [0.0], [6.0]])
    for rows in (random.normal(size=(2, 1)), with_copies, random.normal(size=(30, 6))):
        count = len(rows)
        given = numbers(ask(function, rows.copy()), (count,), "your function")
        if (given % 1).any():
            raise WrongError("The numbers of rows are asked for, not distances.")
        if (given == np.arange(count)).all():
            raise WrongError("Every row is nearest to itself: its own distance must not count.")
        for one in range(count):
            others = [other for other in range(count) if other != one]
            best = min(others, key=lambda other: sum((rows[one] - rows[other]) ** 2))
            if given[one] != best:
                equal = " (they are equal)" if (rows[one] == rows[best]).all() else ""
                raise WrongError(
                    f"Of {count} rows, number {best} is nearest to number {one}{equal}; "
                    f"yours says {given[one]:.0f}."
                )
    return "No row is its own neighbour."


@exercise("07.4")
def occlusion(function):
    """Cover square by square, with scores of which the falls are known."""
    random = np.random.default_rng(0)
    for rows, columns, side in ((2, 2, 1), (4, 6, 2), (9, 6, 3)):
        image, speaks = random.random((rows, columns, 3)), random.normal(size=(rows, columns, 3))
        speaks = np.abs(speaks) if side == 1 else speaks  # in the first one every square counts
        given = ask(
            function, image.copy(), side, lambda shown, by=speaks: float((shown * by).sum())
        )
        given = numbers(given, (rows // side, columns // side), "your function")
        so_far = 0.0
        for row, column in np.ndindex(given.shape):
            square = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
            fall = float((image[square] * speaks[square]).sum())
            so_far += fall
            if abs(given[row, column] + fall) < 1e-6 < abs(fall):
                raise WrongError("What is asked is how much the score falls: before minus after.")
            if abs(given[row, column] - so_far) < 1e-6 < abs(so_far - fall):
                raise WrongError("Is the square before still covered? Begin each time from a copy.")
            if abs(given[row, column] - fall) > 1e-6:
                raise WrongError(
                    f"In row {row}, column {column} the score falls by {fall:.6g}; "
                    f"yours says {given[row, column]:.6g}."
                )
    return "It works with any network, and asks it once for each square and once for the whole."
