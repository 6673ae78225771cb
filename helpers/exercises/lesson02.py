"""Judges of lesson 02: everything is counted, position by position and pixel by pixel."""

import numpy as np

from helpers.exercises.judging import (
    as_list,
    exercise,
    judge_function,
    judge_number,
    number,
    require,
)

ALEXNET = [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0), *[(3, 1, 1)] * 3, (3, 2, 0)]


def positions(n, kernel, stride=1, padding=0):
    """Count the positions of a kernel one by one."""
    starts = range(-padding, n + padding)[::stride]
    return sum(start + kernel <= n + padding for start in starts)


def seen(n, kernel, stride=1, padding=0):
    """Collect the pixels that some position covers."""
    starts = [-padding + stride * k for k in range(positions(n, kernel, stride, padding))]
    return {pixel for start in starts for pixel in range(start, start + kernel)} & set(range(n))


@exercise("02.1")
def sizes_of_one_case(with_two, with_none, unseen):
    """Three numbers, counted."""
    with_two, with_none = number(with_two, "`with_two`"), number(with_none, "`with_none`")
    unseen = number(unseen, "`unseen`")
    require(with_two % 1 == with_none % 1 == 0, "Half a step is no step: count whole positions.")
    steps = positions(64, 5, 2) - 1
    slips = {steps: "There is one position more than there are steps from the first to it."}
    otherwise = f"Without padding there are not {with_none:g} positions; count them."
    judge_number(with_none, steps + 1, slips, otherwise)
    one_end = positions(64 + 2, 5, 2)
    slips = {one_end: "With padding 2 there are two zeros on each end: four in all."}
    otherwise = f"With padding 2 there are not {with_two:g} positions; count them."
    judge_number(with_two, positions(64, 5, 2, 2), slips, otherwise)
    require(unseen == 64 - len(seen(64, 5, 2)), "Up to which pixel does the last position reach?")
    return "Half a step is no step: it is the last pixel that no position covers."


@exercise("02.2")
def alexnet_sizes(sizes):
    """Walk through AlexNet with every size, counting."""

    def end(n):
        for kernel, stride, padding in ALEXNET:
            n = positions(n, kernel, stride, padding)
        return n

    given = {number(size, "a size") for size in as_list(sizes, "A list of sizes")}
    require(not any(size % 1 for size in given), "A size is a whole number of pixels.")
    expected = {n for n in range(200, 261) if end(n) == 6}
    require(227 in given, "227 itself is missing.")
    for size in sorted(map(int, given)):
        require(size in expected, f"With {size} the end is {end(size)} x {end(size)}.")
    missing = len(expected - given)
    require(not missing, f"Of the sizes from 200 to 260 that end in 6 x 6, {missing} are missing.")
    return f"From {min(given)} to {max(given)}: every floor lets some sizes fall together."


@exercise("02.3")
def largest_input(function):
    """Search upwards for the last side with so many positions."""

    def search(output, kernel, stride, padding):
        return max(n for n in range(1, 400) if positions(n, kernel, stride, padding) == output)

    random = np.random.default_rng(0)
    cases = [(1, 1, 1, 0), (2, 3, 1, 0), (2, 3, 2, 0), (55, 11, 4, 0)]
    for output, kernel, stride in random.integers((3, 1, 1), (40, 8, 5), (60, 3)).tolist():
        cases.append((output, kernel, stride, int(random.integers((kernel + 1) // 2))))
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
    require(depth == needed, f"{depth:g} layers see {1 + 2 * depth:g} pixels a side, not 11.")
    sentence = "One layer of 11 x 11: 96 filters, each of 11 x 11 x 3 weights and a bias."
    require(single == 96 * (11 * 11 * 3 + 1), sentence)
    first, later = 96 * (3 * 3 * 3 + 1), 96 * (3 * 3 * 96 + 1)
    right = first + (needed - 1) * later
    slips = {
        needed * first: "From the second layer on 96 channels come in, not 3.",
        needed * later: "Into the first layer 3 channels come, not 96.",
        right - 96 * needed: "Each filter has a bias, too.",
    }
    otherwise = "How many channels come into the first layer, how many into each of the others?"
    judge_number(stacked, right, slips, otherwise)
    return f"{stacked / single:.1f} times as many: behind the first layer 96 channels come in."


@exercise("02.5")
def receptive_field(function):
    """Against marking the pixels."""
    cases = [([(3, 1)],), ([(11, 4), (3, 2)],), ([(3, 2), (3, 2)],)]
    draws = np.random.default_rng(0).integers((1, 1), (6, 4), (40, 4, 2)).tolist()
    cases += [([tuple(layer) for layer in layers],) for layers in draws]
    judge_function(function, field, cases, "the receptive field")
    return "Strides multiply: that is why late layers see so much."
