"""Judges of lesson 02: everything is counted, position by position and pixel by pixel."""

import copy
import itertools

import numpy as np

from helpers.exercises.judging import (
    as_list,
    ask,
    exercise,
    judge_number,
    near,
    number,
    numbers,
    require,
    shown,
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
    require(with_two % 1 == with_none % 1 == 0, "Half a move is no move: count whole positions.")
    steps = positions(64, 5, 2) - 1
    slips = {steps: "There is one position more than there are moves: the first needs none."}
    otherwise = f"Without padding there are not {with_none:g} positions; count them."
    judge_number(with_none, steps + 1, slips, otherwise)
    one_end = positions(64 + 2, 5, 2)
    slips = {one_end: "With padding 2 there are two zeros at each end: four in all."}
    otherwise = f"With padding 2 there are not {with_two:g} positions; count them."
    judge_number(with_two, positions(64, 5, 2, 2), slips, otherwise)
    require(unseen == 64 - len(seen(64, 5, 2)), "Up to which pixel does the last position reach?")
    return "Half a move is no move, and no position covers the last pixel."


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
    require(given != {min(expected), max(expected)}, "Give every size, not just the ends.")
    sentence = f"Some sizes that end in 6 x 6 are missing ({missing}): give every one."
    require(not missing, sentence)
    ends = f"From {min(given):g} to {max(given):g}"
    return f"{ends}: because of the floors, several sizes give the same result."


@exercise("02.3")
def horizontal_edges(horizontal):
    """Lay the kernel on a uniform patch, and on edges at each place."""
    kernel = numbers(horizontal, (3, 3))
    require(kernel.any(), "A kernel of zeros finds nothing.")
    even = kernel.sum()
    require(near(even, 0), f"On a uniform image it gives {even:g}: its weights should sum to 0.")
    for rows in (1, 2):  # bright ones
        bright = np.zeros((3, 3))
        bright[-rows:] = 1
        upright, down = (bright.T * kernel).sum(), (bright * kernel).sum()
        sentence = f"Where the image changes from left to right only it gives {upright:g}, not 0."
        require(near(upright, 0), sentence)
        sentence = "Where the image gets brighter from top to bottom it gives "
        require(down > -1e-6, f"{sentence}{down:g}: turn it upside down.")
        require(down > 1e-6, f"{sentence}0 if the edge lies {rows} from the bottom of the patch.")
    return "Each column sums to 0, so whatever changes from left to right only is cancelled."


def judge_array(function, right, slips, cases):
    """Compare a function that returns an array with a slow one, and with those of known slips."""
    for case in cases:
        expected = right(*case)
        given = ask(function, *copy.deepcopy(case))
        for sentence, slip in slips.items():
            wrong = slip(*case)
            same = np.array_equal(wrong, expected) or not np.array_equal(wrong, given)
            require(same, sentence)
        given = numbers(given, expected.shape)
        sentence = f"For ({', '.join(map(shown, case))}) it should give {shown(expected)}; "
        require(np.allclose(given, expected), f"{sentence}yours gives {shown(given)}.")


def largest(values, size, stride):
    """Take the largest of each window, value by value."""
    output = np.full([positions(n, size, stride) for n in values.shape], -np.inf)
    for place in np.ndindex(output.shape):
        for step in itertools.product(range(size), repeat=2):
            down, right = np.multiply(place, stride) + step
            output[place] = max(output[place], values[down, right])
    return output


def hanging(values, size, stride):
    """Let windows hang over the edge."""
    starts = [range(0, n, stride) for n in values.shape]
    wide = [[values[r : r + size, c : c + size].max() for c in starts[1]] for r in starts[0]]
    return np.array(wide)


@exercise("02.4")
def max_pool(function):
    """Against taking the largest one by one."""
    random = np.random.default_rng(0)
    sizes = [(4, 4, 2, 2), (5, 5, 3, 2), (5, 7, 2, 2), (6, 4, 3, 1), (8, 9, 2, 3)]
    cases = [(random.integers(0, 10, (r, c)), size, stride) for r, c, size, stride in sizes]
    cases.append((np.array([[-3, -1], [-4, -2]]), 2, 2))
    slips = {
        "Take the largest value, not the smallest.": lambda v, *rest: -largest(-v, *rest),
        "The window moves by `stride`.": lambda values, size, stride: largest(values, size, 1),
        "The window covers `size` values a side.": lambda v, size, stride: largest(
            v, stride, stride
        ),
        "Count only windows that lie wholly inside.": hanging,
        "All values may be negative: don't begin with 0.": lambda *case: largest(*case).clip(0),
    }
    judge_array(function, largest, slips, cases)
    return "It has no weights, so there is nothing in it to train."


def convolved(image, filters, biases, stride):
    """Multiply and add one by one."""
    size, _, channels, count = filters.shape
    output = np.zeros((*(positions(n, size, stride) for n in image.shape[:2]), count))
    for row, column, k in np.ndindex(output.shape):
        output[row, column, k] = biases[k]
        for down, right, c in np.ndindex(size, size, channels):
            pixel = image[row * stride + down, column * stride + right, c]
            output[row, column, k] += pixel * filters[down, right, c, k]
    return output


@exercise("02.5")
def conv_layer(function):
    """Against multiplying and adding one by one."""
    random = np.random.default_rng(0)
    sizes = [(3, 3, 1, 1, 2, 1), (4, 5, 3, 1, 3, 1), (5, 5, 2, 4, 3, 2), (7, 6, 3, 2, 2, 3)]
    cases = [
        (
            random.integers(0, 10, (rows, columns, channels)),
            random.integers(-3, 4, (size, size, channels, count)),
            random.integers(1, 6, count),
            stride,
        )
        for rows, columns, channels, count, size, stride in sizes
    ]
    slips = {
        "Each filter has a bias, too.": lambda i, f, b, s: convolved(i, f, 0 * b, s),
        "Add each bias once, to the whole sum.": lambda i, f, b, s: convolved(
            i, f, b * f[..., 0].size, s
        ),
        "The filters move by `stride`.": lambda i, f, b, s: convolved(i, f, b, 1),
        "A filter reads all channels, not the first alone.": lambda i, f, b, s: convolved(
            i[..., :1], f[:, :, :1], b, s
        ),
        "Don't flip the filters.": lambda i, f, b, s: convolved(i, f[::-1, ::-1], b, s),
        "Each filter writes a map of its own: don't add the maps up.": lambda *case: convolved(
            *case
        ).sum(axis=2),
    }
    judge_array(function, convolved, slips, cases)
    return "This is all that `Conv2D` computes, only many times slower."


def field(layers):
    """Mark, layer by layer from the last to the first, what one value looks at."""
    looked_at = {0}
    for kernel, stride in reversed(layers):
        looked_at = {value * stride + step for value in looked_at for step in range(kernel)}
    return max(looked_at) - min(looked_at) + 1


@exercise("02.6")
def stack_of_small_kernels(depth, stacked, single):
    """Grow the stack until it sees as much; count every weight."""
    depth, stacked = number(depth, "`depth`"), number(stacked, "`stacked`")
    single = number(single, "`single`")
    require(depth % 1 == stacked % 1 == single % 1 == 0, "A whole number is asked for.")
    needed = next(count for count in range(1, 99) if field([(3, 1)] * count) == 11)
    require(depth == needed, f"{depth:g} layers see {1 + 2 * depth:g} pixels a side, not 11.")
    sentence = "One layer of 11 x 11: 96 filters, each of 11 x 11 x 3 weights and a bias."
    require(single != 96 * 11 * 11 * 3, "Each filter has a bias, too.")
    require(single == 96 * (11 * 11 * 3 + 1), sentence)
    first, later = 96 * (3 * 3 * 3 + 1), 96 * (3 * 3 * 96 + 1)
    right = first + (needed - 1) * later
    slips = {
        needed * first: "From the second layer on, each layer reads 96 channels, not 3.",
        needed * later: "The first layer reads 3 channels, not 96.",
        right - 96 * needed: "Each filter has a bias, too.",
    }
    otherwise = "How many channels come into the first layer, how many into each of the others?"
    judge_number(stacked, right, slips, otherwise)
    wide, stack = 96 * (11 * 11 * 96 + 1), needed * later
    return (
        f"The stack has {stacked / single:.1f} times as many, because only 3 channels come into "
        f"the single layer. With 96 in and out it would have {stack:,}, the single one {wide:,}."
    )
