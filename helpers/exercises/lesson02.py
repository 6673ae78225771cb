"""Judges of lesson 02: everything is counted, place by place and pixel by pixel."""

import numpy as np

from helpers.exercises.judging import WrongError, as_list, exercise, judge_function, number


def places(n, kernel, stride=1, padding=0):
    """Count the places of a kernel one by one."""
    starts = range(-padding, n + padding)[::stride]
    return sum(start + kernel <= n + padding for start in starts)


def seen(n, kernel, stride=1, padding=0):
    """Collect the pixels that some place covers."""
    starts = [-padding + stride * k for k in range(places(n, kernel, stride, padding))]
    return {pixel for start in starts for pixel in range(start, start + kernel)} & set(range(n))


@exercise("02.1")
def sizes_of_one_case(with_two, with_none, unseen):
    """Three numbers, counted."""
    with_two, with_none = number(with_two, "`with_two`"), number(with_none, "`with_none`")
    unseen = number(unseen, "`unseen`")
    if with_two % 1 or with_none % 1:
        raise WrongError("Half a step is no step: a kernel lies at a whole number of places.")
    if with_two != places(64, 5, 2, 2):
        if with_none == places(64, 5, 2) - 1:
            raise WrongError("There is one place more than there are steps from the first to it.")
        if with_two == (64 + 2 - 5) // 2 + 1:
            raise WrongError("With padding 2 there are two zeros on each end: four in all.")
        raise WrongError(f"With padding 2 there are not {with_two:g} places; count them.")
    if with_none != places(64, 5, 2):
        raise WrongError(f"Without padding there are not {with_none:g} places; count them.")
    if unseen != 64 - len(seen(64, 5, 2)):
        raise WrongError(
            f"Without padding the number of pixels that no place covers is not {unseen:g}. Up to "
            "which pixel does the last place reach?"
        )
    return "Half a step is no step: it is the last pixel that no place covers."


@exercise("02.2")
def alexnet_sizes(sizes):
    """Walk through AlexNet with every size, counting."""

    def end(n):
        for kernel, stride, padding in [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]:
            n = places(n, kernel, stride, padding)
        for kernel, stride, padding in [(3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0)]:
            n = places(n, kernel, stride, padding)
        return n

    given = [number(size, "a size") for size in as_list(sizes, "A list of sizes")]
    if any(size % 1 for size in given):
        raise WrongError("A size is a whole number of pixels.")
    given = set(map(int, given))
    expected = {n for n in range(200, 261) if end(n) == 6}
    if 227 not in given:
        raise WrongError("227 itself is missing.")
    if extra := sorted(given - expected):
        where = f"with {extra[0]} the end is {end(extra[0])} x {end(extra[0])}"
        raise WrongError(f"{len(extra)} of them should not be in it: {where}.")
    if missing := expected - given:
        raise WrongError(f"Of the sizes from 200 to 260 that end in 6 x 6, {len(missing)} fail.")
    return (
        f"From {min(given)} to {max(given)}: every floor on the way lets some sizes fall together."
    )


@exercise("02.3")
def largest_input(function):
    """Search upwards for the last side with so many places."""

    def search(output, kernel, stride, padding):
        fitting = [n for n in range(1, 400) if places(n, kernel, stride, padding) == output]
        return max(fitting)

    random = np.random.default_rng(0)
    cases = [(1, 1, 1, 0), (2, 3, 1, 0), (2, 3, 2, 0), (55, 11, 4, 0)]
    cases += [
        (int(m), int(k), int(s), int(random.integers(0, (k + 1) // 2)))
        for m, k, s in zip(
            random.integers(3, 40, 60), random.integers(1, 8, 60), random.integers(1, 5, 60)
        )
    ]
    judge_function(function, search, cases, "the largest side")
    return "For AlexNet's 55 it is 230: 227 is the smallest, and leaves nothing unseen."


def field(layers):
    """Mark, layer by layer from the last to the first, what one value looks at."""
    looked_at = {0}
    for kernel, stride in reversed(layers):
        looked_at = {value * stride + step for value in looked_at for step in range(kernel)}
    return max(looked_at) - min(looked_at) + 1


@exercise("02.4")
def stack_of_small_kernels(depth, stacked, single):
    """Grow the stack until it sees as much; count every weight."""
    depth, stacked = number(depth, "`depth`"), number(stacked, "`stacked`")
    single = number(single, "`single`")
    needed = next(count for count in range(1, 99) if field([(3, 1)] * count) == 11)
    if depth != needed:
        raise WrongError(f"{depth:g} layers see {1 + 2 * depth:g} pixels a side, not 11.")
    if single != 96 * (11 * 11 * 3 + 1):
        raise WrongError(
            "One layer of 11 x 11: 96 filters, each of 11 x 11 x 3 weights and a bias."
        )
    first, later = 96 * (3 * 3 * 3 + 1), 96 * (3 * 3 * 96 + 1)
    right = first + (needed - 1) * later
    if stacked != right:
        slips = {
            needed * first: "From the second layer on 96 channels come in, not 3.",
            needed * later: "Into the first layer 3 channels come, not 96.",
            right - 96 * needed: "Each filter has a bias, too.",
        }
        raise WrongError(slips.get(
            stacked, f"The parameters of {needed} layers do not add up to {stacked:,.0f}. How many "
            "channels come into the first, how many into each of the others?"
        ))  # fmt: skip
    return f"{stacked / single:.1f} times as many: behind the first layer 96 channels come in."


@exercise("02.5")
def receptive_field(function):
    """Against marking the pixels."""
    random = np.random.default_rng(0)
    cases = [([(3, 1)],), ([(11, 4), (3, 2)],), ([(3, 2), (3, 2)],)]
    for _ in range(40):
        layers = zip(random.integers(1, 6, 4).tolist(), random.integers(1, 4, 4).tolist())
        cases.append((list(layers),))
    judge_function(function, field, cases, "the receptive field")
    return "Strides multiply: that is why late layers see so much."
