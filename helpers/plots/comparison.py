"""Figures that compare two classifiers, and one network on images that get worse (lesson 05)."""

import numpy as np
from scipy.stats import binom, binomtest

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, SKY, VERMILION
from helpers.plots.style import figure, join_pairs, styled


@styled
def paired_comparison(only_first, only_second, differences, first, second):
    """Draw McNemar's test and the bootstrap of two classifiers on the same images.

    Parameters
    ----------
    only_first, only_second : int
        Images that only the first, and only the second, has right.
    differences : ndarray of float, shape (tries,)
        Accuracy of the first less that of the second, 0 to 1, in each resampled set.
    first, second : str
        Their names.

    Returns
    -------
    Figure
        Above what so many tosses of a fair coin would give, orange where they are at least as
        uneven as the two are; below the differences, with a bracket over the middle 95 per cent.
    """
    fig, (upper, lower) = figure(2, 1, (10, 9.5))
    tosses = only_first + only_second
    heads = np.arange(tosses + 1)
    uneven = abs(2 * heads - tosses) >= abs(only_first - only_second)  # in either direction
    colours = np.where(uneven, VERMILION, GREY)
    upper.bar(heads, 100 * binom.pmf(heads, tosses, 0.5), 0.9, color=colours)
    upper.fill_between([], [], color=GREY, label="a fair coin")
    upper.axvline(only_first, color=VERMILION, linewidth=4, label=f"observed: {only_first}")
    look = {"color": VERMILION, "linewidth": 2, "linestyle": "--"}
    upper.axvline(only_second, label="as uneven the other way", **look)
    for ends in (
        (-0.5, min(only_first, only_second)),
        (max(only_first, only_second), tosses + 0.5),
    ):
        upper.axvspan(*ends, color=VERMILION, alpha=0.12, zorder=0)
    upper.set_xlim(-0.5, tosses + 0.5)
    chance = binomtest(only_first, tosses).pvalue if tosses else 1.0
    shown = f"p = {chance:.2f}" if chance >= 0.01 else "p < 0.001" if chance < 0.001 else "p < 0.01"
    upper.set_title(f"McNemar's test: {only_first} of {tosses}, {shown}", size=20)
    upper.set(xlabel=f"images that only {first} gets right, of {tosses}", ylabel="probability (%)")
    points = 100 * np.asarray(differences)
    low, high = np.percentile(points, (2.5, 97.5))
    heights, *_ = lower.hist(points, _edges(points), color=SKY)
    top = 1.12 * heights.max()
    lower.errorbar(
        [(low + high) / 2], [top], xerr=[[(high - low) / 2]] * 2, fmt="none", ecolor=BLUE,
        elinewidth=4, capsize=9, capthick=4, label="middle 95%",
    )  # fmt: skip
    lower.axvline(0, color=BLACK, linestyle="--", linewidth=2.5, label="no difference")
    lower.set_title(f"Bootstrap, middle 95%: {low:.0f} to {high:.0f} points", size=20)
    lower.set(xlabel=f"{first} minus {second}, points of accuracy", ylabel="number of resamples")
    lower.set_ylim(0, 1.2 * heights.max())
    for axis in (upper, lower):
        axis.tick_params(labelsize=18)
        axis.xaxis.label.set_size(19)
        axis.yaxis.label.set_size(19)
        look = {"ncols": 3, "fontsize": 17, "columnspacing": 1.2, "handlelength": 1.5}
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), **look)
    fig.alt = (
        f"Above: only {first} is right on {only_first} images and only {second} on {only_second}; "
        f"bars show how often a fair coin gives each number of heads in {tosses} tosses, in orange "
        f"where it is at least as uneven ({shown}). Below: a histogram of {len(points):,} "
        "bootstrapped differences of accuracy; "
        f"their middle 95 per cent reach from {low:.1f} to {high:.1f} points."
    )
    return fig


def _edges(points, about=1.5):
    """Return edges of equal bins about so wide that each holds equally many possible values."""
    steps = np.diff(np.unique(points.round(6)))
    step = steps.min() if len(steps) else about  # differences of accuracies are multiples of it
    width = step * max(1, round(about / step))
    return np.arange(points.min() - step / 2, points.max() + width, width)


@styled
def robustness(examples, strengths, curves, damage, count):
    """Draw accuracy against the strength of a damage, below one image at each strength.

    Parameters
    ----------
    examples : sequence of ndarray of uint8, shape (n, n, 3)
        One image, at each strength.
    strengths : sequence of float
        At least two, rising.
    curves : dict
        ``{network: [(accuracy, low, high) at each strength]}``, 0 to 1.
    damage : str
        What the strengths are, with their unit, such as ``"radius of the blur in pixels"``.
    count : int
        How many images the accuracies are of.

    Returns
    -------
    Figure
        The bands are the intervals. The legend says at which strength a network has first lost
        ten points of its accuracy.
    """
    fig, axis = figure(size=(11, 7.5), photo=True)
    gap = np.diff(strengths).min()
    for strength, image in zip(strengths, examples, strict=True):  # each above its point
        place = (strength - 0.48 * gap, 1.03, 0.96 * gap, 0.46)
        picture = axis.inset_axes(place, transform=axis.get_xaxis_transform())
        picture.imshow(image)
        picture.set_anchor("S")
        picture.set_axis_off()
    parts = []
    for (name, rows), (colour, line, mark) in zip(curves.items(), LINES):
        accuracy, low, high = 100 * np.array(rows).T
        look = {"color": colour, "linestyle": line, "marker": mark}
        fallen = np.flatnonzero(accuracy <= accuracy[0] - 10 + 1e-9)
        lost = (
            f"down ten points or more at {strengths[fallen[0]]:g}" if len(fallen) else "holds out"
        )
        axis.plot(strengths, accuracy, label=f"{name}: {lost}", linewidth=3, markersize=9, **look)
        axis.fill_between(strengths, low, high, color=colour, alpha=0.15, linewidth=0)
        parts.append(f"{name}: {join_pairs(strengths, accuracy, '.0f')} per cent ({lost})")
    axis.set_xticks(strengths, [f"{strength:g}" for strength in strengths])
    axis.set(xlim=(strengths[0] - gap / 2, strengths[-1] + gap / 2), ylim=(0, 101))
    axis.set(xlabel=damage, ylabel=f"accuracy (%) on {count:,} images")
    axis.legend(loc="lower left")
    fig.alt = (
        f"One image at each {damage}; below it the accuracy on {count:,} images. "
        f"{'; '.join(parts)}, each with its 95 per cent interval."
    )
    return fig
