"""Judges of lesson 07: maps and neighbours, place by place."""

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, number


@exercise("07.1")
def a_filter_of_conv1(weights, written):
    """Count one filter."""
    weights, written = number(weights), number(written)
    if weights == 25:
        raise WrongError("A filter of conv1 looks at all 96 channels at once.")
    if weights != sum(1 for _ in np.ndindex(5, 5, 96)):
        raise WrongError(f"One filter does not have {weights:,.0f} weights.")
    if written != sum(1 for _ in np.ndindex(27, 27)):
        raise WrongError("A filter writes one number for each of its places.")
    return "Its 96 channels would need 96 colours to be drawn."


@exercise("07.2")
def warm_map(function):
    """Add up channel by channel."""
    random = np.random.default_rng(0)
    for shape in ((2, 2, 1), (3, 4, 5), (13, 13, 8)):
        maps, weights = random.random(shape), random.normal(size=shape[2])
        given = np.asarray(ask(function, maps.copy(), weights.copy()), float)
        if given.shape != shape[:2]:
            raise WrongError(f"For maps of {shape} it gives {given.shape}, not {shape[:2]}.")
        for place in np.ndindex(shape[:2]):
            total = sum(maps[place][k] * weights[k] for k in range(shape[2]))
            if total < 0 and abs(given[place] - total) < 1e-9:
                raise WrongError("What speaks against the class should be 0, not below.")
            if abs(given[place] - max(total, 0)) > 1e-6:
                raise WrongError(
                    f"With {shape[2]} channels the place {place} should be {max(total, 0):.3f}; "
                    f"yours is {given[place]:.3f}."
                )
    return "What is left speaks for the class."


@exercise("07.3")
def nearest(function):
    """Try all pairs."""
    random = np.random.default_rng(0)
    for count, width in ((2, 1), (5, 2), (30, 6)):
        rows = random.normal(size=(count, width))
        given = np.asarray(ask(function, rows.copy()))
        if given.shape != (count,):
            raise WrongError(f"For {count} rows it gives {given.shape}, not ({count},).")
        if (given == np.arange(count)).all():
            raise WrongError("Every row is nearest to itself: its own distance must not count.")
        for one in range(count):
            others = [other for other in range(count) if other != one]
            best = min(others, key=lambda other: sum((rows[one] - rows[other]) ** 2))
            if given[one] != best:
                raise WrongError(
                    f"Of {count} rows, number {best} is nearest to number {one}; "
                    f"yours says {given[one]}."
                )
    return "Nobody is his own neighbour."


@exercise("07.4")
def occlusion(function):
    """Cover square by square, with scores of which the falls are known."""
    random = np.random.default_rng(0)
    for rows, columns, side in ((2, 2, 1), (4, 6, 2), (9, 6, 3)):
        image, speaks = random.random((rows, columns, 3)), random.normal(size=(rows, columns, 3))
        given = ask(
            function, image.copy(), side, lambda shown, by=speaks: float((shown * by).sum())
        )
        given = np.asarray(given, float)
        if given.shape != (rows // side, columns // side):
            raise WrongError(
                f"For {rows} x {columns} pixels and squares of {side} it gives {given.shape}, not "
                f"{(rows // side, columns // side)}."
            )
        for row, column in np.ndindex(given.shape):
            square = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
            fall = float((image[square] * speaks[square]).sum())
            if abs(given[row, column] + fall) < 1e-6 < abs(fall):
                raise WrongError("Asked is how much the score falls: before minus after.")
            if abs(given[row, column] - fall) > 1e-6:
                raise WrongError(
                    f"In row {row}, column {column} the score falls by {fall:.3f}; "
                    f"yours says {given[row, column]:.3f}."
                )
    return "It works with any network, and asks it once for each square."
