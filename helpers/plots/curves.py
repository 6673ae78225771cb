"""Figures of curves that trainings leave: loss, accuracy, and the gap between two (lesson 04)."""

import math

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.colours import BLACK, BLUE, LINES, ORANGE
from helpers.plots.parts import label_points
from helpers.plots.style import figure, join_words, styled

DASHED = {"color": BLACK, "linestyle": (0, (6, 4))}  # unlike any curve


@styled
def learning_curves(runs, chance=None, until=math.inf):
    """Draw the training loss and the validation accuracy over the images seen.

    Parameters
    ----------
    runs : dict
        ``{name: history}``, up to five; see `training.train`.
    chance : float, optional
        Drawn as a dashed line: the accuracy of always predicting the most common class, 0 to 1.
    until : float, optional
        Images seen after which nothing is drawn.

    Returns
    -------
    Figure
        Left the loss of each batch as a thin line and its moving average over nine batches as a
        thick one, with a marker at the first batch; right a marker for each epoch.
    """
    fig, (left, right) = figure(1, 2, (13, 5.6), sharex=True)
    parts, ends, longest = [], [], 0
    for (name, run), (colour, style, marker) in zip(runs.items(), LINES):
        images = [seen for seen in run["images_seen"] if seen <= until]
        longest = max(longest, images[-1])
        loss = run["loss"][: len(images)]
        mean = _smooth(loss)
        width = 1.4 if len(images) < 500 else 0.8
        left.plot(images, loss, color=colour, linewidth=width, alpha=0.5)
        left.plot(images, mean, style, color=colour, linewidth=2.5)
        left.plot(images[0], loss[0], marker, color=colour, markersize=9)
        part = (
            f"{name}: the loss begins at {loss[0]:.2f}; averaged over nine batches it goes "
            f"from {mean[0]:.2f} to {mean[-1]:.2f}, at {images[-1]:,} images"
        )
        epochs = [epoch for epoch in run["epochs"] if epoch["images_seen"] <= until]
        seen = [epoch["images_seen"] for epoch in epochs]
        percent = [100 * epoch["validation_accuracy"] for epoch in epochs]
        look = {"color": colour, "linewidth": 2.5, "markersize": 11 if len(seen) < 20 else 6}
        right.plot(seen, percent, style, marker=marker, label=name, **look)
        if epochs:
            ends.append((seen[-1], percent[-1]))
            part += f"; the validation accuracy is {percent[0]:.1f} per cent after the first epoch"
            part += f" and {percent[-1]:.1f} after {len(seen)}" if len(seen) > 1 else ""
        parts.append(f"{part}.")
    if ends:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        words = [f"{value:.1f} %" for _, value in ends]
        label_points(right, ends, words, gap=6, offset=(12, 0), bbox=box)
    if chance is not None:
        right.axhline(100 * chance, **DASHED, label="always the most common class")
        parts.append(f"A dashed line marks the most common class at {100 * chance:.1f} per cent.")
    left.set_ylabel("training loss (log scale): each\nbatch (thin), mean of nine (thick)")
    left.set_yscale("log")
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter("")
    left.set(xlabel="images seen", xlim=(0, 1.2 * longest))  # for the right panel too
    left.locator_params(axis="x", nbins=6)
    left.xaxis.set_major_formatter("{x:,.0f}")
    right.set(xlabel="images seen", ylabel="validation accuracy in per cent", ylim=(0, 100))
    fig.legend(loc="outside upper center", ncols=3, handlelength=3)
    fig.alt = "Two panels over the images seen. " + " ".join(parts)
    return fig


def _smooth(values, half=4):
    """Average each value with so many before and after it."""
    return [np.mean(values[max(0, k - half) : k + half + 1]) for k in range(len(values))]


@styled
def validation_curves(curves, images, aim=None):
    """Draw the validation accuracy of several runs of each recipe, a line for each run.

    Parameters
    ----------
    curves : dict
        ``{recipe: list of sequence of float}``, up to five: one sequence a run, one accuracy
        (0 to 1) per epoch.
    images : int
        Images per epoch.
    aim : float, optional
        Drawn as a dashed line, 0 to 1.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11, 5.6))
    epochs = max(len(run) for runs in curves.values() for run in runs)
    parts, means, words = [], [], []
    for (name, runs), (colour, style, marker) in zip(curves.items(), LINES):
        look = {"linestyle": style, "marker": marker, "color": colour, "linewidth": 2}
        for number, run in enumerate(runs):
            seen = images * np.arange(1, len(run) + 1)
            axis.plot(seen, 100 * np.array(run), label=None if number else name, **look)
        ends = [100 * run[-1] for run in runs]
        means.append(np.mean(ends))
        falls = max(100 * max(0, -np.diff(run).min(initial=0)) for run in runs)
        parts.append(
            f"{name}: at the end {join_words(f'{end:.1f}' for end in ends)} per cent; from one "
            f"epoch to the next it falls by up to {falls:.1f} points."
        )
        several = " on average" if len(runs) > 1 else ""
        words.append(f"{name}:\n{means[-1]:.0f} %{several}")
    label_points(axis, [(images * epochs, mean) for mean in means], words, gap=14)
    fig.legend(loc="outside upper center", ncols=3, handlelength=3)
    if aim is not None:
        axis.axhline(100 * aim, **DASHED)
        axis.annotate(f"{100 * aim:.3g} %", (0, 100 * aim), (4, 4), textcoords="offset points")
        parts.append(f"A dashed line marks {100 * aim:.3g} per cent.")
    axis.set(xlabel="images seen", ylabel="validation accuracy in per cent", ylim=(0, 100))
    axis.set_xlim(0, 1.32 * images * epochs)
    axis.set_xticks(images * np.arange(0, epochs + 1, max(1, epochs // 4)))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    fig.alt = f"Curves over {images * epochs:,} images seen. " + " ".join(parts)
    return fig


@styled
def overfitting(epochs, train_accuracy, validation_accuracy):
    """Draw the accuracy on the training and the validation images, and the gap between them.

    Parameters
    ----------
    epochs : sequence of int
    train_accuracy, validation_accuracy : sequence of float
        One number an epoch, 0 to 1.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11, 5.2))
    axis.xaxis.get_major_locator().set_params(integer=True)
    train, checked = 100 * np.array(train_accuracy), 100 * np.array(validation_accuracy)
    axis.fill_between(epochs, train, checked, color=ORANGE, alpha=0.25, linewidth=0)
    axis.plot(epochs, train, "o-", color=BLUE, linewidth=2.5)
    axis.plot(epochs, checked, "s--", color=BLACK, linewidth=2.5)
    gap = train[-1] - checked[-1]
    words = ("training images", f"gap: {round(gap)} points", "validation images")
    heights = (train[-1], (train[-1] + checked[-1]) / 2, checked[-1])
    label_points(axis, [(epochs[-1], height) for height in heights], words, gap=7)
    axis.texts[1].set_weight("bold")  # the gap
    axis.set(xlabel="epoch", ylabel="accuracy in per cent", ylim=(0, 103))
    fig.alt = (
        f"Two curves over {len(epochs)} epochs. The accuracy on the training images goes from "
        f"{train[0]:.1f} to {train[-1]:.1f} per cent, on the validation images from "
        f"{checked[0]:.1f} to {checked[-1]:.1f}: at the end a gap of {round(gap)} points."
    )
    return fig
