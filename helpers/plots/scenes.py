"""Figures of images and image sets (lesson 01)."""

import math

import numpy as np

from helpers.plots.colours import BLACK, BLUE, SERIES
from helpers.plots.parts import LETTER, draw_square, labelled_bars, short_names, show_image
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def image_grid(images, titles, columns=3):
    """Draw images in rows, each with its title.

    Parameters
    ----------
    images : sequence of ndarray, shape (height, width, 3)
        uint8, or float from 0 to 1.
    titles : sequence of str
    columns : int, default 3

    Returns
    -------
    Figure
    """
    rows = math.ceil(len(images) / columns)
    fig, axes = figure(rows, columns, (3.2 * columns, 3.5 * rows), photo=True, squeeze=False)
    for axis, image, title in zip(axes.flat, images, titles):
        show_image(axis, image, title)
    for axis in axes.flat[len(images) :]:
        axis.set_axis_off()
    parts = join_words(" ".join(title.split()) for title in titles)
    word = "row" if rows == 1 else "rows"
    fig.alt = f"{len(images)} images in {rows} {word} of {columns}, titled {parts}."
    return fig


@styled
def class_counts(counts, class_names):
    """Draw how many images each part holds of each class.

    Parameters
    ----------
    counts : dict
        ``{part: sequence of int}``, one number a class.
    class_names : sequence of str

    Returns
    -------
    Figure
    """
    names = short_names(class_names)
    extra = max(0, LETTER * max(map(len, names)) - 1.5)
    size = (4.2 * len(counts) + extra, 1.2 + 0.55 * len(names))
    fig, axes = figure(1, len(counts), size, sharex=True, squeeze=False)
    colours = {"train": SERIES[0], "validation": SERIES[1], "test": SERIES[2]}
    parts = []
    for axis, (part, numbers) in zip(axes.flat, counts.items(), strict=True):
        labelled_bars(axis, names, numbers, color=colours.get(part, SERIES[3]))
        axis.set(title=part, xlabel="images", xlim=(0, 1.25 * max(map(max, counts.values()))))
        axis.label_outer()
        parts.append(f"{part}: {join_pairs(class_names, numbers)}")
    fig.alt = f"Bars of the number of images a class. {'; '.join(parts)}."
    return fig


@styled
def resizing(before, after, patch=12, corner=(66, 66)):
    """Show one patch of an image before and after resizing, pixel by pixel.

    Parameters
    ----------
    before, after : ndarray, shapes (n, n, 3) and (m, m, 3)
        The same image at two sizes.
    patch : int, default 12
        Side of the patch in pixels of `before`.
    corner : (int, int), default (66, 66)
        Top and left of the patch in pixels of `before`.

    Returns
    -------
    Figure
    """
    n, m = before.shape[0], after.shape[0]
    top, left = corner
    big_top, big_left, big = (round(value * m / n) for value in (top, left, patch))
    sharp = before[top : top + patch, left : left + patch]
    soft = after[big_top : big_top + big, big_left : big_left + big]
    fig, axes = figure(1, 3, (13.5, 4.8), photo=True)
    show_image(axes[0], before, f"the image, {n} x {before.shape[1]}")
    for colour, width in (("white", 6), ("black", 2.5)):
        draw_square(axes[0], (left, top), patch, fill=False, color=colour, linewidth=width)
    titles = f"the marked patch: {patch} x {patch} pixels", f"the same patch at {m}: {big} x {big}"
    for axis, part, title in zip(axes[1:], (sharp, soft), titles, strict=True):
        show_image(axis, part, title, interpolation="nearest")
    fig.alt = (
        f"Left an image of {n} pixels a side with a small square marked; in the "
        f"middle that square enlarged, {patch} by {patch} sharp pixels; right the same square "
        f"after resizing to {m}, {big} by {big} pixels with softer steps."
    )
    return fig


@styled
def brightness(colours, labels, class_names, most=60):
    """Draw images as dots in their own average colours, at the height of their brightness.

    Parameters
    ----------
    colours : ndarray of float, shape (n, 3)
        Average red, green and blue of each image, 0 to 1.
    labels : ndarray of int, shape (n,)
    class_names : sequence of str
    most : int, default 60
        Draw the first so many images of each class. The medians are those of all.

    Returns
    -------
    Figure
    """
    names = short_names(class_names)
    fig, axis = figure(size=(max(12, 0.45 * len(names)), 5.5))
    level = colours.mean(axis=1)
    medians, numbers = [], np.arange(len(class_names))
    for number in numbers:
        own = np.flatnonzero(labels == number)
        drawn = own[:most]
        sideways = number + 0.68 * (np.arange(len(drawn)) * 0.618 % 1) - 0.34
        look = {"c": colours[drawn], "s": 45, "edgecolors": "#555555", "linewidths": 0.4}
        axis.scatter(sideways, level[drawn], **look)
        medians.append(np.median(level[own]))
    ends = numbers - 0.42, numbers + 0.42
    axis.hlines(medians, *ends, color=BLACK, linewidth=2.5, label="median of the class")
    middle = np.median(level)
    axis.axhline(middle, color=BLACK, linestyle="--", label="median of all images")
    axis.legend(loc="upper right", ncols=2)
    turned = {"rotation": 30, "ha": "right"} if len("".join(names)) > 60 else {}
    axis.set_xticks(numbers, names, **turned | ({"rotation": 60} if len(names) > 12 else {}))
    axis.set(ylabel="brightness (0 black, 1 white)", ylim=(0, 1))
    parts = join_pairs(class_names, medians, ".2f")
    fig.alt = (
        f"Up to {most} images a class as dots in their average colours, by brightness; a line "
        f"marks the median of each class: {parts}. The median of all images is {middle:.2f}."
    )
    return fig


@styled
def accuracy_bars(accuracies, chance=None, intervals=None, guess="the most common class"):
    """Draw accuracies as bars with their values.

    Parameters
    ----------
    accuracies : dict
        ``{name: accuracy}``, 0 to 1.
    chance : float, optional
        Drawn as a dashed line: the accuracy of always giving the same answer.
    intervals : dict, optional
        ``{name: (low, high)}``, 0 to 1: the 95 per cent interval of each accuracy.
    guess : str, default 'the most common class'
        What is always answered to reach `chance`.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(10, 1.4 + 0.7 * len(accuracies)))
    values = [100 * value for value in accuracies.values()]
    parts = [f"{name} {value:.1f} per cent" for name, value in zip(accuracies, values)]
    reach = {}
    if intervals:
        ends = 100 * np.array([intervals[name] for name in accuracies])
        reach = {"xerr": np.abs(ends.T - values), "error_kw": {"lw": 2.5, "capthick": 2.5}}
        parts = [
            f"{part} (95 per cent interval {low:.1f} to {high:.1f})"
            for part, (low, high) in zip(parts, ends, strict=True)
        ]
    labels = [f"{value:.1f} %" for value in values]
    labelled_bars(axis, accuracies, values, labels, color=BLUE, height=0.6, capsize=8, **reach)
    axis.set(xlabel="accuracy in per cent", xlim=(0, 100))
    fig.alt = f"Bars of accuracy: {join_words(parts)}."
    if chance is not None:
        label = f"always {guess}: {100 * chance:.1f} %"
        axis.axvline(100 * chance, color=BLACK, linestyle="--", linewidth=2, label=label)
        axis.legend(loc="lower right", bbox_to_anchor=(1, 1))
        fig.alt += f" A dashed line marks what always answering {guess} gives: "
        fig.alt += f"{100 * chance:.1f} per cent."
    return fig
