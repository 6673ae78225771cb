"""Figures of images and image sets (lesson 01)."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots.style import BLACK, BLUE, SERIES, figure, listed, styled


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
    rows = -(-len(images) // columns)
    made, axes = figure(rows, columns, (3.2 * columns, 3.5 * rows), photo=True, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        axis.imshow(image)
        axis.set_title(title)
    told = listed(" ".join(title.split()) for title in titles)
    word = "row" if rows == 1 else "rows"
    made.alt = f"{len(images)} images in {rows} {word} of {columns}, titled {told}."
    return made


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
    size = (4.2 * len(counts), 1.2 + 0.55 * len(class_names))
    made, axes = figure(1, len(counts), size, sharex=True)
    colours = {"train": SERIES[0], "validation": SERIES[1], "test": SERIES[2]}
    for axis, (part, numbers) in zip(np.atleast_1d(axes), counts.items(), strict=True):
        bars = axis.barh(class_names, numbers, color=colours.get(part, SERIES[3]))
        axis.bar_label(bars, padding=4)
        axis.set(title=part, xlabel="images", xlim=(0, 1.25 * max(map(max, counts.values()))))
        axis.invert_yaxis()
        axis.label_outer()
    told = [
        f"{part}: " + listed(f"{name} {n}" for name, n in zip(class_names, numbers, strict=True))
        for part, numbers in counts.items()
    ]
    made.alt = "Bars of the number of images a class. " + "; ".join(told) + "."
    return made


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
    scale = after.shape[0] / before.shape[0]
    top, left = corner
    big_top, big_left, big = round(top * scale), round(left * scale), round(patch * scale)
    made, axes = figure(1, 3, (13, 4.8), photo=True)
    axes[0].imshow(before)
    for colour, width in (("white", 6), ("black", 2.5)):
        frame = Rectangle((left, top), patch, patch, fill=False, color=colour, linewidth=width)
        axes[0].add_patch(frame)
    axes[1].imshow(before[top : top + patch, left : left + patch], interpolation="nearest")
    axes[2].imshow(
        after[big_top : big_top + big, big_left : big_left + big], interpolation="nearest"
    )
    titles = (
        f"the image, {before.shape[0]} x {before.shape[1]}",
        f"the marked patch: {patch} x {patch} pixels",
        f"the same patch at {after.shape[0]}: {big} x {big}",
    )
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title)
        axis.set_axis_off()
    made.alt = (
        f"Left an image of {before.shape[0]} pixels a side with a small square marked; in the "
        f"middle that square enlarged, {patch} by {patch} sharp pixels; right the same square "
        f"after resizing to {after.shape[0]}, {big} by {big} pixels with softer steps."
    )
    return made


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
    made, axis = figure(size=(12, 5.5))
    level = colours.mean(axis=1)
    medians = []
    for number in range(len(class_names)):
        own = np.flatnonzero(labels == number)
        drawn = own[:most]
        sideways = number + 0.68 * (np.arange(len(drawn)) * 0.618 % 1) - 0.34
        axis.scatter(
            sideways, level[drawn], c=colours[drawn], s=45, edgecolors="#555555", linewidths=0.4
        )
        medians.append(float(np.median(level[own])))
    axis.hlines(
        medians,
        np.arange(len(medians)) - 0.42,
        np.arange(len(medians)) + 0.42,
        color=BLACK,
        linewidth=2.5,
        label="median of the class",
    )
    middle = float(np.median(level))
    axis.axhline(middle, color=BLACK, linestyle="--", linewidth=1.5, label="median of all images")
    axis.legend(frameon=False, loc="upper right", ncols=2)
    turned = {"rotation": 30, "ha": "right"} if len("".join(class_names)) > 60 else {}
    axis.set_xticks(range(len(class_names)), class_names, **turned)
    axis.set(ylabel="brightness (0 black, 1 white)", ylim=(0, 1))
    told = listed(f"{n} {m:.2f}" for n, m in zip(class_names, medians, strict=True))
    made.alt = (
        f"Up to {most} images a class as dots in their average colours, by brightness; a line "
        f"marks the median of each class: {told}. The median of all images is {middle:.2f}."
    )
    return made


@styled
def accuracy_bars(accuracies, chance=None, intervals=None, guess="the commonest class"):
    """Draw accuracies as bars with their values.

    Parameters
    ----------
    accuracies : dict
        ``{name: accuracy}``, 0 to 1.
    chance : float, optional
        Drawn as a dashed line: what one reaches by always giving the commonest answer.
    intervals : dict, optional
        ``{name: (low, high)}``, 0 to 1: the 95 per cent interval of each accuracy.
    guess : str, default 'the commonest class'
        What is always answered to reach `chance`.

    Returns
    -------
    Figure
    """
    made, axis = figure(size=(10, 1.4 + 0.7 * len(accuracies)))
    values = [100 * value for value in accuracies.values()]
    told = [f"{n} {v:.1f} per cent" for n, v in zip(accuracies, values, strict=True)]
    reach = {}
    if intervals:
        ends = 100 * np.array([intervals[name] for name in accuracies])
        reach = {"xerr": np.abs(ends.T - values), "error_kw": {"lw": 2.5, "capthick": 2.5}}
        told = [
            f"{text} (95 per cent interval {low:.1f} to {high:.1f})"
            for text, (low, high) in zip(told, ends, strict=True)
        ]
    bars = axis.barh(list(accuracies), values, color=BLUE, height=0.6, capsize=8, **reach)
    axis.bar_label(bars, fmt="%.1f %%", padding=5)
    if chance is not None:
        axis.axvline(
            100 * chance,
            color=BLACK,
            linestyle="--",
            linewidth=2,
            label=f"always {guess}: {100 * chance:.1f} %",
        )
        axis.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    axis.set(xlabel="accuracy in per cent", xlim=(0, 100))
    axis.invert_yaxis()
    made.alt = f"Bars of accuracy: {listed(told)}." + (
        f" A dashed line marks {guess} at {100 * chance:.1f} per cent." if chance else ""
    )
    return made
