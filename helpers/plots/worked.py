"""Figures of convolution and pooling worked out with their numbers (lesson 02)."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, PINK, SKY
from helpers.plots.parts import CENTRED, draw_square, labelled_bars
from helpers.plots.style import figure, join_pairs, join_words, styled

TINTS = {"red": "#F6CDC4", "green": "#CFE9CB", "blue": "#C9DDF3"}
WINDOWS = (ORANGE, SKY, PINK, "#77AA77")
FRAME = {"edgecolor": BLACK, "linewidth": 3}


def draw_frame(axis, corner, side, colour=ORANGE):
    """Lay a kernel over squares: they show through it."""
    draw_square(axis, corner, side, facecolor=colour, alpha=0.4, zorder=2)
    draw_square(axis, corner, side, fill=False, zorder=2.1, **FRAME)


def draw_next(axis, corner, side):
    """Outline in dashes where a kernel goes next."""
    draw_square(axis, corner, side, fill=False, zorder=2.2, linestyle=(0, (3, 2)), **FRAME)


def draw_numbers(axis, values, corner, title="", tint=None, bound=None, form="g"):
    """Draw numbers in squares below a title.

    Parameters
    ----------
    axis : Axes
    values : ndarray, shape (rows, columns)
        A nan is an empty square.
    corner : (float, float)
        The upper left one; a square is 1 wide.
    title : str
    tint : colour, optional
        Of all squares; otherwise grey, from 0 dark to 9 bright.
    bound : float, optional
        Violet for values up to this one and orange for those down to minus it.
    form : str
        How each number is written.
    """
    left, top = corner
    for (row, column), value in np.ndenumerate(values):
        at, empty = (left + column, top + row), np.isnan(value)
        face = tint or str(0.64 + 0.36 * min(value / 9, 1))
        if bound:
            face = colormaps["PuOr"](0.5 + 0.25 * np.nan_to_num(value) / bound)
        look = {"facecolor": "#F4F4F4" if empty else face, "edgecolor": "#FFFFFF" if tint else GREY}
        draw_square(axis, at, 1, linewidth=1.5, **look)
        if not empty:
            word = f"{value:{form}}" if value else "0"
            axis.text(at[0] + 0.5, at[1] + 0.5, word, zorder=3, size=20, **CENTRED)
    axis.text(left + len(values[0]) / 2, top - 0.25, title, size=18, ha="center", va="bottom")


def board(width, height, inches=0.54):
    """Make a figure of one axis in squares, of the same size whatever is drawn into it."""
    fig = Figure(figsize=(inches * width, inches * height))
    axis = fig.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axis.set_axis_off()
    fig.photo = False
    return fig, axis


@styled
def worked_convolution(image, kernel):
    """Draw a convolution with its numbers: patch times kernel, summed, written into the output.

    Parameters
    ----------
    image : ndarray of int, shape (n, n)
    kernel : ndarray of int, shape (k, k)

    Returns
    -------
    list of Figure
        One for each position, for `display.show_animation`.
    """
    n, k = len(image), len(kernel)
    side = n - k + 1
    output, figures = np.full((side, side), np.nan), []
    places = list(np.ndindex(side, side))
    largest = max(1, np.abs(image).max() * np.abs(kernel).max())  # of all products
    for number, (row, column) in enumerate(places):
        patch = image[row : row + k, column : column + k]
        products = patch * kernel
        output[row, column] = total = products.sum()
        fig, axis = board(n + 3 * k + side + 5.8, n + 2.9)
        middle = 1.2 + n / 2
        draw_numbers(axis, image, (0.2, 1.2), f"image, {n} x {n}")
        draw_frame(axis, (0.2 + column, 1.2 + row), k)
        if number + 1 < side**2:
            down, right = places[number + 1]
            draw_next(axis, (0.2 + right, 1.2 + down), k)
            axis.text(0.2 + n / 2, n + 2, "dashed: the next", ha="center", va="top", size=18)
        left = n + 1.4
        for grid, title, sign in (
            (patch, "patch", "×"),
            (kernel, "kernel", "="),
            (products, "products", ""),
        ):
            bound = largest if grid is products else max(1, np.abs(kernel).max())
            signed = {} if grid is patch else {"bound": bound, "form": "+d"}
            draw_numbers(axis, grid, (left, middle - k / 2), title, **signed)
            if grid is patch:
                draw_square(axis, (left, middle - k / 2), k, fill=False, zorder=2, **FRAME)
            axis.text(left + k + 0.5, middle, sign, size=24, **CENTRED)
            left += k + 1
        below = middle + k / 2 + 0.65
        axis.text(n + 1.9 + k, below, "number by number", size=18, **CENTRED)
        axis.text(left - 1 - k / 2, below, f"sum {total}", size=20, **CENTRED)
        look = {"arrowstyle": "->", "linewidth": 2}
        axis.annotate("", (left + 0.6, middle), (left - 0.7, middle), arrowprops=look)
        bound = np.abs(image).max() * np.abs(kernel).sum() / 2
        draw_numbers(axis, output, (left + 1, middle - side / 2), "output", bound=bound)
        current = (left + 1 + column, middle - side / 2 + row)
        draw_square(axis, current, 1, facecolor=SKY, zorder=2, **FRAME)
        counted = f"position {number + 1} of {side**2}"
        axis.text(0.2 + n / 2, n + 1.4, counted, ha="center", va="top", size=18)
        figures.append(fig)
    numbers = "; ".join(" ".join(f"{value:g}" for value in row) for row in output)
    alt = (
        f"A kernel of {k} by {k} slides over {n} by {n} numbers. At each of {side**2} positions it "
        f"is multiplied by the patch below it and the products are summed: {numbers}."
    )
    for fig in figures:
        fig.alt = alt
    return figures


@styled
def filter_channels(image, weights, bias):
    """Draw how a filter reads every channel of a small image, at its first position.

    Parameters
    ----------
    image : ndarray of int, shape (n, n, 3)
    weights : ndarray of int, shape (k, k, 3)
        The filter.
    bias : int

    Returns
    -------
    Figure
    """
    n, k = len(image), len(weights)
    sums = (image[:k, :k] * weights).sum(axis=(0, 1))
    row, side, middle = k + 0.55, n - k + 1, 1.2 + 1.5 * k + 0.55
    fig, axis = board(n + 2 * k + 15.8, 3 * row + 1.4, 0.48)
    for place, tint in reversed(list(enumerate(TINTS.values()))):  # the blue one lies behind
        left, top = 0.4 + 0.9 * place, middle - n / 2 + 1 - 0.9 * place
        for step in np.ndindex(n, n):
            look = {"facecolor": tint, "edgecolor": "white", "zorder": 1.5 - 0.1 * place}
            draw_square(axis, (left + step[1], top + step[0]), 1, **look)
            if place == 0:
                number = image[(*step, place)]
                axis.text(left + step[1] + 0.5, top + step[0] + 0.5, number, size=20, **CENTRED)
        draw_square(axis, (left, top), k, fill=False, zorder=1.55 - 0.1 * place, **FRAME)
    look = {"va": "top", "ha": "center", "size": 18}
    axis.text(0.4 + n / 2, middle + n / 2 + 1.2, f"image, {n} x {n} x 3", **look)
    patch, kernel = n + 3.6, n + k + 4.6
    for place, (name, tint) in enumerate(TINTS.items()):
        top = 1.2 + place * row
        words = ("patch", f"filter, {k} x {k} x 3") if place == 0 else ("", "")
        draw_numbers(axis, image[:k, :k, place], (patch, top), words[0], tint)
        draw_numbers(axis, weights[..., place], (kernel, top), words[1], tint, None, "+d")
        look = {"ha": "right", "va": "center", "rotation": 90, "size": 17}
        axis.text(patch - 0.2, top + k / 2, name, **look)
        axis.text(kernel - 0.5, top + k / 2, "×", size=20, **CENTRED)
        axis.text(kernel + k + 0.3, top + k / 2, f"sum {sums[place]}", va="center", size=18)
    axis.text(kernel - 0.5, top + k + 0.45, "number by number", size=18, **CENTRED)
    last = kernel + k + 3.6
    top, total = middle - side / 2, sums.sum() + bias
    draw_numbers(axis, np.full((side, side), np.nan), (last + 1, top))
    axis.text(last + 1, top - 0.25, "feature map", size=18, va="bottom")
    draw_square(axis, (last + 1, top), 1, facecolor=SKY, zorder=2, **FRAME)
    axis.text(last + 1.5, top + 0.5, str(total), zorder=3, size=20, **CENTRED)
    for place in range(3):
        look = {"arrowstyle": "->", "linewidth": 1.5}
        start = (last - 0.9, 1.2 + place * row + k / 2)
        axis.annotate("", (last + 0.9, top + 0.5), start, arrowprops=look)
    written = " + ".join(f"({s})" if s < 0 else str(s) for s in sums)
    words = f"{written} = {sums.sum()}\nwith the bias {bias:+d}: {total}"
    axis.text(last + 1, middle + side / 2 + 0.5, words, va="top", size=18)
    fig.alt = (
        f"An image of {n} by {n} pixels in three channels. Its first patch of {k} by {k} is "
        f"multiplied by the filter, channel by channel; the sums are {join_words(sums)}, and with "
        f"the bias {bias} the first value of the feature map is {total}."
    )
    return fig


@styled
def pooling(values, pooled, size, stride):
    """Draw each window of a max pooling over a small grid, its largest number, and the output.

    Parameters
    ----------
    values : ndarray of int, shape (n, n)
    pooled : ndarray of int, shape (m, m)
        The output.
    size, stride : int

    Returns
    -------
    Figure
    """
    n, m = len(values), len(pooled)
    fig, axis = board((n + 0.8) * m**2 + m + 1.2, n + 1.4, 0.48)
    right, down = (n + 0.8) * m**2 + 0.4, 1.1 + (n - m) / 2
    axis.text(right + m / 2, down - 0.25, "output", size=18, ha="center", va="bottom")
    for number, (row, column) in enumerate(np.ndindex(m, m)):
        left, top, colour = 0.2 + number * (n + 0.8), 1.1, WINDOWS[number % len(WINDOWS)]
        draw_numbers(axis, values, (left, top), f"window {number + 1}", "#ECECEC")
        draw_frame(axis, (left + column * stride, top + row * stride), size, colour)
        window = values[row * stride :, column * stride :][:size, :size]
        high, wide = np.unravel_index(window.argmax(), window.shape)
        at = (left + column * stride + wide, top + row * stride + high)
        draw_square(axis, at, 1, facecolor=colour, zorder=2.5, edgecolor=BLACK)
        cell = pooled[row : row + 1, column : column + 1]
        draw_numbers(axis, cell, (right + column, down + row), tint=colour)
    numbers = "; ".join(" ".join(map(str, row)) for row in values)
    fig.alt = (
        f"The numbers {numbers} under {m**2} windows of {size} by {size}, {stride} apart. The "
        f"largest numbers are {join_words(np.ravel(pooled))}."
    )
    return fig


@styled
def count_bars(counts, xlabel):
    """Draw counts of very different sizes as bars along a logarithmic axis, with their ratios.

    Parameters
    ----------
    counts : dict of str to int
    xlabel : str
        What is counted.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(10, 1.3 + 0.7 * len(counts)))
    largest, most = max(counts.items(), key=lambda pair: pair[1])
    labels = [
        _count(value) + (f" ({largest} ÷ {most / value:,.0f})" if value < most else "")
        for value in counts.values()
    ]
    labelled_bars(axis, counts, counts.values(), labels, color=BLUE, height=0.65)
    axis.set(xscale="log", xlim=(1, 20_000 * most), xlabel=f"{xlabel} (log scale)")
    fig.alt = f"Bars of {xlabel} on a logarithmic axis: {join_pairs(counts, labels)}."
    return fig


def _count(value):
    """Write a count, in words from a million on."""
    size, word = (1e9, "billion") if value >= 1e9 else (1e6, "million")
    return f"{value / size:.3g} {word}" if value >= 1e6 else f"{value:,}"
