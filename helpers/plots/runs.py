"""Figures that compare trainings: seeds, and averages of weights (lesson 04b)."""

import numpy as np

from helpers.plots.colours import BLACK, BLUE, LINES
from helpers.plots.parts import label_points, short_names
from helpers.plots.style import figure, join_words, styled


@styled
def dot_rows(groups):
    """Draw accuracies as dots, a row for each group, with a stroke at the mean.

    Below them lies a line of one standard deviation to either side.

    Equal accuracies hang below one another.

    Parameters
    ----------
    groups : dict
        ``{name: sequence of float}``, 0 to 1.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11, 1.6 + 0.9 * len(groups)))
    parts = []
    for row, (name, values) in enumerate(groups.items()):
        percent = 100 * np.asarray(values, float)
        mean, spread = percent.mean(), percent.std(ddof=1)
        heights = [row + 0.2 * (percent[:k] == value).sum() for k, value in enumerate(percent)]
        axis.plot(percent, heights, "o", color=BLUE, markersize=15)
        axis.plot([mean, mean], [row - 0.27, row + 0.27], color=BLACK, linewidth=3)
        axis.plot([mean - spread, mean + spread], [row + 0.36] * 2, color=BLACK, linewidth=2)
        look = {"textcoords": "offset points", "va": "center"}
        axis.annotate("± 1 standard deviation", (mean + spread, row + 0.36), (8, 0), **look)
        words = (
            f"mean {mean:.1f}%, standard deviation {spread:.1f} points, "
            f"best minus worst {np.ptp(percent):.1f} points"
        )
        axis.annotate(words, (mean, row - 0.3), ha="center", va="bottom")
        accuracies = join_words(f"{value:.1f}" for value in percent)
        parts.append(f"{name}: {accuracies} per cent, {words.replace('%', ' per cent')}")
    axis.set_yticks(range(len(groups)), short_names(groups))
    axis.set(ylim=(len(groups) - 0.5, -0.75), xlabel="validation accuracy (%)")
    axis.margins(x=0.5)
    axis.grid(axis="x", alpha=0.4)
    fig.alt = f"Dots of accuracy, one for each run. {'; '.join(parts)}."
    return fig


@styled
def averaged_losses(losses, first):
    """Draw the validation loss of the last weights and of averages of them, by epoch.

    Parameters
    ----------
    losses : dict
        ``{name: sequence of float}``, up to five, one loss an epoch; all end with the same epoch.
    first : int
        The epoch with which the longest begins.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(12, 5.6))
    points, words, parts = [], [], []
    end = first + max(map(len, losses.values()))
    for (name, values), (colour, style, marker) in zip(losses.items(), LINES):
        epochs = range(end - len(values), end)  # a shorter one begins later
        look = {"color": colour, "linestyle": style, "marker": marker}
        axis.plot(epochs, values, linewidth=3, markersize=9, label=name, **look)
        points.append((epochs[-1], values[-1]))
        words.append(name)
        parts.append(f"{name} {values[-1]:.2f}")
    heights = [value for values in losses.values() for value in values]
    label_points(axis, points, words, gap=0.075 * np.ptp(heights) or 1)
    axis.set(xlabel="epoch", ylabel="validation loss")
    axis.set_xlim(None, end - 1 + 0.3 * (end - first))
    axis.set_xticks(range(first, end))
    fig.alt = f"Validation loss by epoch. At the end {join_words(parts)}."
    return fig
