"""Figures that compare two classifiers, and one network on images that get worse (lesson 05)."""

import numpy as np
from scipy.stats import binom, binomtest

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, SKY, VERMILION
from helpers.plots.parts import show_image
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
        Above what so many tosses of a fair coin would give, and where the first stands; below the
        differences, with a bracket over the middle 95 per cent of them.
    """
    fig, (upper, lower) = figure(2, 1, (10, 9.5))
    tosses = only_first + only_second
    heads = np.arange(tosses + 1)
    upper.bar(heads, 100 * binom.pmf(heads, tosses, 0.5), 0.9, color=GREY, label="a fair coin")
    upper.axvline(only_first, color=VERMILION, linewidth=4, label=f"only {first} is right")
    chance = binomtest(only_first, tosses).pvalue if tosses else 1.0
    shown = f"p = {chance:.2f}" if chance >= 0.01 else "p < 0.001" if chance < 0.001 else "p < 0.01"
    upper.set_title(f"McNemar's test: {only_first} of {tosses}, {shown}", size=20)
    upper.set(xlabel=f"heads in {tosses} tosses", ylabel="chance in per cent")
    points = 100 * np.asarray(differences)
    low, high = np.percentile(points, (2.5, 97.5))
    heights, *_ = lower.hist(points, _edges(points), color=SKY)
    top = 1.12 * heights.max()
    lower.errorbar(
        [(low + high) / 2], [top], xerr=[[(high - low) / 2]] * 2, fmt="none", ecolor=BLUE,
        elinewidth=4, capsize=9, capthick=4, label="middle 95%",
    )  # fmt: skip
    lower.axvline(0, color=BLACK, linestyle="--", linewidth=2.5, label="no difference")
    title = f"Bootstrap: the middle 95% reach from {low:.0f} to {high:.0f} points"
    lower.set_title(title, size=20)
    lower.set(xlabel=f"{first} minus {second}, points of accuracy", ylabel="resampled sets")
    lower.set_ylim(0, 1.2 * heights.max())
    for axis in (upper, lower):
        axis.tick_params(labelsize=18)
        axis.xaxis.label.set_size(19)
        axis.yaxis.label.set_size(19)
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=18)
    fig.alt = (
        f"Above: only {first} is right on {only_first} images and only {second} on {only_second}; "
        f"grey bars show how often a fair coin gives each number of heads in {tosses} tosses "
        f"({shown}). Below: a histogram of {len(points):,} bootstrapped differences of accuracy; "
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
def robustness(examples, strengths, curves, damage):
    """Draw accuracy against the strength of a damage, below one image at each strength.

    Parameters
    ----------
    examples : sequence of ndarray of uint8, shape (n, n, 3)
        One image, at each strength.
    strengths : sequence of float
    curves : dict
        ``{network: [(accuracy, low, high) at each strength]}``, 0 to 1.
    damage : str
        What the strengths are, with their unit, such as ``"radius of the blur in pixels"``.

    Returns
    -------
    Figure
        The bands are the intervals.
    """
    count = len(strengths)
    fig, axes = figure(2, count, (2.6 * count, 7.5), photo=True, height_ratios=(1, 1.7))
    for axis, image in zip(axes[0], examples, strict=True):
        show_image(axis, image)
    for axis in axes[1]:
        axis.remove()
    axis = fig.add_subplot(axes[0, 0].get_gridspec()[1, :])
    parts = []
    for (name, rows), (colour, line, mark) in zip(curves.items(), LINES):
        accuracy, low, high = 100 * np.array(rows).T
        look = {"color": colour, "linestyle": line, "marker": mark}
        axis.plot(accuracy, label=name, linewidth=3, markersize=9, clip_on=False, **look)
        axis.fill_between(range(count), low, high, color=colour, alpha=0.15, linewidth=0)
        parts.append(f"{name}: {join_pairs(strengths, accuracy, '.0f')} per cent")
    axis.set_xticks(range(count), [f"{strength:g}" for strength in strengths])
    axis.set(xlim=(-0.5, count - 0.5), ylim=(0, 100), xlabel=damage, ylabel="accuracy in per cent")
    axis.legend(loc="lower left")
    fig.alt = (
        f"One image at each {damage}; below it the accuracy. {'; '.join(parts)}, each with its 95 "
        "per cent interval."
    )
    return fig
