"""Figures of images and image sets (lesson 01)."""

import math

import numpy as np
from matplotlib.colors import to_rgb

from helpers.plots.colours import BLACK, BLUE, SKY, VERMILION
from helpers.plots.parts import (
    CENTRED,
    LETTER,
    draw_square,
    labelled_bars,
    short_names,
    show_image,
    wrap,
)
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def image_grid(images, titles, columns=3, crossed=(), names=()):
    """Draw images in rows, each below its title and with its longer side at the same length.

    Parameters
    ----------
    images : sequence of ndarray, shape (height, width, 3)
        uint8, or float from 0 to 1.
    titles : sequence of str
    columns : int, default 3
    crossed : sequence of int, optional
        Places of the images that get a cross and a coloured title.
    names : sequence of str, optional
        One for each row, written at its left.

    Returns
    -------
    Figure
    """
    rows = math.ceil(len(images) / columns)
    inches = min(3.2, 11.2 / columns)
    size = (inches * columns, (inches + 0.3) * rows)
    fig, axes = figure(rows, columns, size, photo=True, squeeze=False)
    for axis, image, title in zip(axes.flat, images, titles):
        height, width = np.divide(image.shape[:2], max(image.shape[:2]))
        show_image(axis, image, title, extent=(0.5 - width / 2, 0.5 + width / 2, height, 0))
        axis.set(xlim=(0, 1), ylim=(1, 0))  # so that all titles of a row stand at one height
    for place in crossed:
        axis = axes.flat[place]
        axis.title.set(color=VERMILION, fontweight="bold")
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": VERMILION}
        axis.text(0.89, 0.11, "✗", size=24, color=VERMILION, bbox=box, **CENTRED)
    for axis, name in zip(axes[:, 0], names):
        axis.text(-0.04, 0.5, name, rotation=90, ha="right", va="center", size=16)
    for axis in axes.flat[len(images) :]:
        axis.set_axis_off()
    parts = join_words(" ".join(title.split()) for title in titles)
    word = "row" if rows == 1 else "rows"
    fig.alt = f"{len(images)} images in {rows} {word} of {columns}, titled {parts}."
    if len(names):
        fig.alt += f" The rows are named {join_words(names)}."
    if len(crossed):
        fig.alt += f" A cross marks {join_words(titles[place].split()[0] for place in crossed)}."
    return fig


@styled
def montage(rows, titles=()):
    """Draw rows of small images, each row with its name at its left.

    Parameters
    ----------
    rows : dict
        ``{name: sequence of ndarray, shape (side, side, 3)}``, all of one size; uint8, or float
        from 0 to 1. A row may be shorter than another.
    titles : sequence of str, optional
        One above each column.

    Returns
    -------
    Figure
    """
    columns = max(map(len, rows.values()))
    side = next(len(image) for images in rows.values() for image in images)
    step = side + max(1, side // 25)  # a thin white line between two images
    canvas = np.ones((step * len(rows), step * columns, 3))
    for number, images in enumerate(rows.values()):
        for place, image in enumerate(images):
            top, left = number * step, place * step
            shown = image / 255 if image.dtype == np.uint8 else image
            canvas[top : top + side, left : left + side] = shown
    inches = min(1.8, 9.4 / columns)
    names = short_names(rows)
    extra = 0.4 + LETTER * max(map(len, names)), 0.3 + 0.8 * bool(titles)
    size = (inches * columns + extra[0], inches * len(rows) + extra[1])
    fig, axis = figure(size=size, photo=True)
    axis.imshow(canvas)
    axis.set_yticks(step * np.arange(len(rows)) + side / 2, names)
    centres = step * np.arange(len(titles)) + side / 2
    axis.set_xticks(centres, [wrap(title, 0.9 * inches) for title in titles])
    axis.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axis.spines[:].set_visible(False)
    fig.alt = f"Rows of small images: {join_pairs(rows, map(len, rows.values()))}."
    if titles:
        fig.alt = f"{fig.alt[:-1]}, titled {join_words(titles)}."
    return fig


@styled
def hash_distances(image, again, hashes, distances, limit):
    """Show an image, the same one saved again, their hashes, and how far the second's is from all.

    Parameters
    ----------
    image, again : ndarray, shape (height, width, 3)
    hashes : sequence of two ndarrays of bool, shape (side * side,)
        Of `image` and `again`.
    distances : ndarray of int, shape (n,)
        Hamming distances between the hash of `again` and those of a set's images, of which the
        first is `image`.
    limit : int
        Drawn as a dashed line: two hashes that differ in fewer bits count as copies.

    Returns
    -------
    Figure
    """
    fig, axes = figure(2, 3, (12, 5.2), photo=True, width_ratios=[1, 1, 2.7])
    (height, width), bits, own = again.shape[:2], len(hashes[0]), distances[0]
    side = math.isqrt(bits)
    squares = np.array([to_rgb(BLACK), to_rgb("white")])[np.asarray(hashes, int)]
    squares[1, hashes[0] != hashes[1]] = to_rgb(VERMILION)
    show_image(axes[0, 0], image, "the original")
    show_image(axes[1, 0], again, "saved again")
    titles = f"its {bits} bits", f"{own} bits differ"
    for axis, picture, title in zip(axes[:, 1], squares, titles, strict=True):
        show_image(axis, picture.reshape(side, side, 3), title, interpolation="nearest")
        draw_square(axis, (-0.5, -0.5), side, fill=False, color=BLACK)
    axes[1, 1].title.set(color=VERMILION, fontweight="bold")
    grid = axes[0, 2].get_subplotspec().get_gridspec()
    for axis in axes[:, 2]:
        axis.remove()
    axis, others = fig.add_subplot(grid[:, 2]), distances[1:]
    axis.hist(others, range(0, bits + 1, 4), color=BLUE)
    top, right = axis.get_ylim()[1], max(distances.max(), limit) + bits / 20
    axis.axvline(limit, color=BLACK, linestyle="--", linewidth=2)
    axis.text(limit + bits / 99, 0.97 * top, f"limit: {limit}")
    nearest = others.min()
    for words, spot, colour, weight in (
        ("the\noriginal:\n", own, VERMILION, "bold"),
        ("the nearest\nother: ", nearest, BLUE, "normal"),
    ):
        look = {"color": colour, "weight": weight, "ha": "center"}
        arrow, at = {"arrowstyle": "->", "color": colour, "lw": 2}, max(spot, 0.085 * right)
        look["arrowprops"] = arrow
        axis.annotate(f"{words}{spot}", (spot, 0.02 * top), (at, 0.35 * top), **look)
        axis.plot(spot, 0, "o", color=colour, markersize=10, clip_on=False)
    axis.set(xlabel=f"bits that differ, of {bits}", ylabel="images")
    axis.set(xlim=(0, right), ylim=(0, 1.05 * top))
    fig.alt = (
        f"Left an image and the same one saved again with {width} by {height} pixels; in the "
        f"middle the {bits} bits of each as black and white squares, {own} of them different; "
        f"right a histogram of the Hamming distances from the second to {len(distances):,} images: "
        f"the original differs in {own} bits, the nearest other image in {nearest}. "
        f"A dashed line marks the limit of {limit}."
    )
    return fig


@styled
def resizing(before, after):
    """Show one patch of an image before and after resizing, pixel by pixel.

    Parameters
    ----------
    before, after : ndarray, shapes (n, n, 3) and (m, m, 3)
        The same image at two sizes.

    Returns
    -------
    Figure
    """
    n, m = before.shape[0], after.shape[0]
    patch, top, left = 8, 54, 118  # in pixels of `before`: in the lesson's image the top of a roof
    big_top, big_left, big = (round(value * m / n) for value in (top, left, patch))
    sharp = before[top : top + patch, left : left + patch]
    soft = after[big_top : big_top + big, big_left : big_left + big]
    fig, axes = figure(1, 3, (12, 4.3), photo=True)
    show_image(axes[0], before, f"the image, {n} x {before.shape[1]}")
    for colour, width in (("white", 6), ("black", 2.5)):
        draw_square(axes[0], (left, top), patch, fill=False, color=colour, linewidth=width)
    titles = f"the patch: {patch} x {patch} pixels", f"after resizing: {big} x {big} pixels"
    for axis, part, title in zip(axes[1:], (sharp, soft), titles, strict=True):
        show_image(axis, part, title, interpolation="nearest")
    fig.alt = (
        f"Left an image of {n} pixels a side with a small square marked; in the "
        f"middle that square enlarged, {patch} by {patch} sharp pixels; right the same square "
        f"after resizing to {m}, {big} by {big} pixels with softer steps."
    )
    return fig


@styled
def brightness(colours, labels, class_names, most=45):
    """Draw images as dots in their own average colours, at the height of their brightness.

    Parameters
    ----------
    colours : ndarray of float, shape (n, 3)
        Average red, green and blue of each image, 0 to 1.
    labels : ndarray of int, shape (n,)
    class_names : sequence of str
    most : int, default 45
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
        look = {"c": colours[drawn], "s": 90, "edgecolors": "#555555", "linewidths": 0.4}
        axis.scatter(sideways, level[drawn], **look)
        medians.append(np.median(level[own]))
    ends = numbers - 0.42, numbers + 0.42
    axis.hlines(medians, *ends, color=BLACK, linewidth=2.5, label="median of the class")
    middle = np.median(level)
    axis.axhline(middle, color=BLACK, linestyle="--", label="median of all images")
    axis.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    turned = {"rotation": 30, "ha": "right"} if len("".join(names)) > 60 else {}
    axis.set_xticks(numbers, names, **turned | ({"rotation": 60} if len(names) > 12 else {}))
    ends = np.floor(10 * level.min()) / 10, np.ceil(10 * level.max()) / 10
    axis.set(ylabel="brightness\n(0 black, 1 white)", ylim=(ends[0] - 0.02, ends[1] + 0.02))
    axis.set_xlabel(
        f"dots: up to {most} images of each class, spread sideways; medians: all its images"
    )
    parts = join_pairs(class_names, medians, ".2f")
    fig.alt = (
        f"Up to {most} images a class as dots in their average colours, by brightness; a line "
        f"marks the median of each class: {parts}. The median of all images is {middle:.2f}."
    )
    return fig


@styled
def accuracy_bars(accuracies, chance=None, intervals=None, guess="the most common class", apart=()):
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
    apart : sequence of str, optional
        The names at the end that are measured otherwise: lighter, and without the dashed line.

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
    labels = [f"{value:.1f}%" for value in values]
    colours = [SKY if name in apart else BLUE for name in accuracies]
    labelled_bars(axis, accuracies, values, labels, color=colours, height=0.6, capsize=8, **reach)
    axis.set(xlabel="accuracy (%)", xlim=(0, 100))
    fig.alt = f"Bars of accuracy: {join_words(parts)}."
    if chance is not None:
        end = len(apart) / len(accuracies)
        axis.axvline(100 * chance, end, color=BLACK, linestyle="--", linewidth=2)
        side = ("left", "center", "right")[int(3 * min(chance, 0.99))]  # where there is room
        look = {"ha": side, "va": "bottom", "transform": axis.get_xaxis_transform()}
        axis.text(100 * chance, 1.03, f"always {guess}: {100 * chance:.1f}%", **look)
        fig.alt += f" A dashed line marks what always answering {guess} gives: "
        fig.alt += f"{100 * chance:.1f} per cent."
    return fig
