"""Figures of curves that trainings leave: loss, accuracy, and the gap between two (lesson 04)."""

import math

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.style import BLACK, BLUE, LINES, ORANGE, apart, figure, listed, styled


@styled
def learning_curves(runs, chance=None, until=math.inf):
    """Draw the training loss and the validation accuracy over the images seen.

    Parameters
    ----------
    runs : dict
        ``{name: history}``, up to five; see `training.train`.
    chance : float, optional
        Drawn as a dashed line: what one reaches by always giving the commonest answer, 0 to 1.
    until : float, optional
        Images seen after which nothing is drawn.

    Returns
    -------
    Figure
        Left the loss of each batch as a thin line and its moving average over nine batches as a
        thick one, with a marker at the first batch; right a marker for each pass.
    """
    made, (left, right) = figure(1, 2, (13, 5.6), sharex=True)
    told, ends, longest = [], [], 0
    for (name, run), (colour, style, marker) in zip(runs.items(), LINES, strict=False):
        images = [seen for seen in run["images"] if seen <= until]
        loss = _smooth(run["loss"][: len(images)])
        width = 1.4 if len(images) < 500 else 0.8
        left.plot(images, run["loss"][: len(images)], color=colour, linewidth=width, alpha=0.5)
        left.plot(images, loss, style, color=colour, linewidth=2.5)
        left.plot(images[0], run["loss"][0], marker, color=colour, markersize=9)
        told.append(
            f"{name}: the loss begins at {run['loss'][0]:.2f}; averaged over nine batches it goes "
            f"from {loss[0]:.2f} to {loss[-1]:.2f}, at {images[-1]:,} images"
        )
        passes = [done for done in run["passes"] if done["images"] <= until]
        seen = [done["images"] for done in passes]
        percent = [100 * done["validation_accuracy"] for done in passes]
        right.plot(seen, percent, style, marker=marker, color=colour, linewidth=2.5,
                   markersize=11 if len(seen) < 20 else 6, label=name)  # fmt: skip
        longest = max(longest, images[-1])
        if passes:
            ends.append((seen[-1], percent[-1]))
            told[-1] += (
                f"; the validation accuracy is {percent[0]:.1f} per cent after the first pass and "
                f"{percent[-1]:.1f} after {len(seen)}"
            )
        told[-1] += "."
    heights = apart([value for _, value in ends], 6) if ends else []
    for (images, value), height in zip(ends, heights, strict=True):
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        right.annotate(f"{value:.1f} %", (images, height), (12, 0), textcoords="offset points",
                       va="center", bbox=box, annotation_clip=False)  # fmt: skip
    if chance is not None:
        right.axhline(100 * chance, color=BLACK, linestyle=(0, (6, 4)), linewidth=1.5,
                      label="always the commonest class")  # fmt: skip
        told.append(f"A dashed line marks the commonest class at {100 * chance:.1f} per cent.")
    left.set(
        ylabel="training loss (log scale): each\nbatch (thin), mean of nine (thick)", yscale="log"
    )
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter("")
    right.set(ylabel="validation accuracy in per cent", ylim=(0, 100))
    for axis in (left, right):
        axis.set(xlabel="images seen", xlim=(0, 1.2 * longest))
        axis.locator_params(axis="x", nbins=6)
        axis.xaxis.set_major_formatter("{x:,.0f}")
    made.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=3,
                frameon=False, handlelength=3)  # fmt: skip
    made.alt = "Two panels over the images seen. " + " ".join(told)
    return made


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
        (0 to 1) a pass.
    images : int
        Images in a pass.
    aim : float, optional
        Drawn as a dashed line, 0 to 1.

    Returns
    -------
    Figure
    """
    made, axis = figure(size=(11, 5.6))
    told, means, passes = [], [], max(len(run) for runs in curves.values() for run in runs)
    for (name, runs), (colour, style, marker) in zip(curves.items(), LINES, strict=False):
        for number, run in enumerate(runs):
            axis.plot(images * np.arange(1, len(run) + 1), 100 * np.array(run), style,
                      marker=marker, color=colour, linewidth=2, markersize=6,
                      label=None if number else name)  # fmt: skip
        ends = [100 * run[-1] for run in runs]
        means.append(np.mean(ends))
        falls = max(100 * max(0, -np.diff(run).min(initial=0)) for run in runs)
        told.append(
            f"{name}: at the end {listed(f'{end:.1f}' for end in ends)} per cent; from one pass to "
            f"the next it falls by up to {falls:.1f} points."
        )
    for name, mean, height in zip(curves, means, apart(means, 14), strict=True):
        several = " in the mean" if len(curves[name]) > 1 else ""
        axis.annotate(f"{name}:\n{mean:.0f} %{several}", (images * passes, height), (14, 0),
                      textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
    made.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3,
                frameon=False, handlelength=3)  # fmt: skip
    if aim is not None:
        axis.axhline(100 * aim, color=BLACK, linestyle=(0, (6, 4)), linewidth=1.5)
        axis.annotate(f"{100 * aim:.3g} %", (0, 100 * aim), (4, 4), textcoords="offset points")
        told.append(f"A dashed line marks {100 * aim:.3g} per cent.")
    axis.set(xlabel="images seen", ylabel="validation accuracy in per cent", ylim=(0, 100))
    axis.set_xlim(0, 1.32 * images * passes)
    axis.set_xticks(images * np.arange(0, passes + 1, max(1, passes // 4)))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    made.alt = f"Curves over {images * passes:,} images seen. " + " ".join(told)
    return made


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
    made, axis = figure(size=(11, 5.2))
    axis.xaxis.get_major_locator().set_params(integer=True)
    train, checked = 100 * np.array(train_accuracy), 100 * np.array(validation_accuracy)
    axis.fill_between(epochs, train, checked, color=ORANGE, alpha=0.25, linewidth=0)
    axis.plot(epochs, train, "o-", color=BLUE, linewidth=2.5)
    axis.plot(epochs, checked, "s--", color=BLACK, linewidth=2.5)
    gap = train[-1] - checked[-1]
    words = ("training images", f"gap: {round(gap)} points", "validation images")
    heights = apart([train[-1], (train[-1] + checked[-1]) / 2, checked[-1]], 7)
    for word, height, weight in zip(words, heights, ("normal", "bold", "normal"), strict=True):
        axis.annotate(word, (epochs[-1], height), (14, 0), textcoords="offset points",
                      va="center", weight=weight, annotation_clip=False)  # fmt: skip
    axis.set(xlabel="epoch", ylabel="accuracy in per cent", ylim=(0, 103))
    made.alt = (
        f"Two curves over {len(epochs)} epochs. The accuracy on the training images goes from "
        f"{train[0]:.1f} to {train[-1]:.1f} per cent, on the validation images from "
        f"{checked[0]:.1f} to {checked[-1]:.1f}: at the end a gap of {round(gap)} points."
    )
    return made
