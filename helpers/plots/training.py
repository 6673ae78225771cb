"""Figures of trainings: loss and accuracy, learning rates, augmentation (lessons 04 and 04b)."""

import math

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.style import (
    BLACK,
    BLUE,
    ORANGE,
    SERIES,
    SKY,
    VERMILION,
    figure,
    listed,
    styled,
)

LINES = tuple(zip(SERIES, ("-", "--", ":", "-.", "-"), ("o", "s", "^", "D", "v"), strict=True))


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
        thick one, right a marker for each pass.
    """
    made, (left, right) = figure(1, 2, (13, 5.6), sharex=True)
    told, ends, longest = [], [], 0
    for (name, run), (colour, style, marker) in zip(runs.items(), LINES, strict=False):
        images = [seen for seen in run["images"] if seen <= until]
        loss = _smooth(run["loss"][: len(images)])
        left.plot(images, run["loss"][: len(images)], color=colour, linewidth=0.8, alpha=0.4)
        left.plot(images, loss, style, color=colour, linewidth=2.5)
        told.append(
            f"{name}: the loss, averaged over nine batches, goes from {loss[0]:.2f} to "
            f"{loss[-1]:.2f}, at {images[-1]:,} images"
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
    heights = _apart([value for _, value in ends], 6) if ends else []
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
        for run in runs:
            axis.plot(images * np.arange(1, len(run) + 1), 100 * np.array(run), style,
                      marker=marker, color=colour, linewidth=2, markersize=6)  # fmt: skip
        ends = [100 * run[-1] for run in runs]
        means.append(np.mean(ends))
        falls = max(100 * max(0, -np.diff(run).min(initial=0)) for run in runs)
        told.append(
            f"{name}: at the end {listed(f'{end:.1f}' for end in ends)} per cent; from one pass to "
            f"the next it falls by up to {falls:.1f} points."
        )
    for name, mean, height in zip(curves, means, _apart(means, 14), strict=True):
        axis.annotate(f"{name}:\n{mean:.0f} % in the mean", (images * passes, height), (14, 0),
                      textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
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


def _smooth(values, half=4):
    """Average each value with so many before and after it."""
    return [np.mean(values[max(0, k - half) : k + half + 1]) for k in range(len(values))]


def _apart(values, gap):
    """Return heights for labels: those of the values, moved until none is nearer than the gap."""
    order = np.argsort(values)
    steps = gap * np.arange(len(values))
    heights = np.maximum.accumulate(np.asarray(values, float)[order] - steps) + steps
    moved = np.empty(len(values))
    moved[order] = heights - (heights - np.asarray(values)[order]).mean()
    return moved


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
    heights = _apart([train[-1], (train[-1] + checked[-1]) / 2, checked[-1]], 7)
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


@styled
def momentum_memory(momenta, steps, marks=()):
    """Draw how much of its starting value a moving average still holds.

    Parameters
    ----------
    momenta : sequence of float
        Share of the old value that each training step keeps; one curve each.
    steps : int
    marks : sequence of int
        Steps at which to write the number.

    Returns
    -------
    Figure
    """
    made, axis = figure(size=(11, 5.2))
    told = []
    for momentum, (colour, style, marker) in zip(momenta, LINES, strict=False):
        curve = 100 * momentum ** np.arange(steps + 1)
        axis.plot(curve, style, color=colour, linewidth=3, label=f"momentum {momentum}")
        axis.plot(marks, curve[list(marks)], marker, color=colour, markersize=11, clip_on=False)
        numbers = [f"{_percent(curve[step])} after {step}" for step in marks or [steps]]
        told.append(f"Momentum {momentum}: {listed(numbers)}.")
    for step in marks:
        values = [100 * momentum**step for momentum in momenta]
        for value, height in zip(values, _apart(values, 7), strict=True):
            axis.annotate(_percent(value), (step, height), (7, 8), textcoords="offset points",
                          annotation_clip=False)  # fmt: skip
    axis.set(
        xlabel="training steps",
        ylabel="share of the starting value left in\nthe moving average, per cent",
        xlim=(0, steps),
        ylim=(0, 104),
    )
    axis.legend(frameon=False, handlelength=3)
    made.alt = (
        f"Falling curves over {steps} training steps: the share of the starting value that is "
        f"left in the moving average. {' '.join(told)}"
    )
    return made


@styled
def swings(visited, means, best=0.0):
    """Draw a weight that swings about its best value, and a running mean of it.

    Parameters
    ----------
    visited, means : sequence of float
        One number a step.
    best : float, default 0.0

    Returns
    -------
    Figure
        The first steps, on the way from far off, run out of the picture.
    """
    made, axis = figure(size=(11, 5.2))
    later = slice(len(visited) // 2, None)
    most = 3 * np.abs(np.subtract(visited[later], best)).max() or 1
    axis.plot(visited, color=SKY, linewidth=1.5, label="the weight")
    axis.plot(means, color=VERMILION, linewidth=3.5, label="its running mean")
    axis.axhline(best, color=BLACK, linestyle="--", label="the best value")
    axis.set(xlabel="step", ylabel="value of the weight", xlim=(0, len(visited)))
    axis.set_ylim(best - most / 2, best + most)
    axis.legend(frameon=False, handlelength=3)
    told = [f"from {min(part[later]):.2f} to {max(part[later]):.2f}" for part in (visited, means)]
    made.alt = (
        f"A weight over {len(visited)} steps, its running mean, and the best value, {best:g}. In "
        f"the second half the weight goes {told[0]}, its mean {told[1]}."
    )
    return made


def _percent(value):
    """Write a percentage with the digits that count."""
    digits = 0 if value >= 10 else 1
    return f"{value:.{digits}f} %" if value >= 0.1 else "below 0.1 %"


@styled
def learning_rates(schedules):
    """Draw how learning rates run over a training.

    Parameters
    ----------
    schedules : dict
        ``{name: sequence of float}``, up to five: the rate at each step.

    Returns
    -------
    Figure
        Left the first schedule alone, right all of them on one scale.
    """
    made, (alone, together) = figure(1, 2, (13, 4.6))
    told = []
    for number, ((name, rates), (colour, style, _)) in enumerate(
        zip(schedules.items(), LINES, strict=False)
    ):
        for axis in (together,) if number else (alone, together):
            axis.plot(range(len(rates)), rates, style, color=colour, linewidth=3, label=name)
        told.append(
            f"{name}: {rates[0]:.2g} at the start, at most {max(rates):.2g}, first at "
            f"step {np.argmax(rates):,}, and {rates[-1]:.2g} at step {len(rates) - 1:,}."
        )
    alone.set(title=f"{next(iter(schedules))}, alone", ylabel="learning rate")
    together.set(title="on one scale")
    for axis in (alone, together):
        axis.set(xlabel="step", xlim=(0, None), ylim=(0, None))
        axis.margins(y=0.08)
        axis.ticklabel_format(axis="y", style="sci", scilimits=(-2, 2))
        axis.locator_params(axis="x", nbins=5)
        axis.xaxis.set_major_formatter("{x:,.0f}")
    together.legend(loc="center right", frameon=False, handlelength=3)
    made.alt = "Learning rates over the steps. " + " ".join(told)
    return made


@styled
def augmented(image, versions):
    """Show an image and what the first passes make of it.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
        uint8, or float from 0 to 1.
    versions : sequence of ndarray, shape (m, m, 3)
        One a pass; the first five are drawn.

    Returns
    -------
    Figure
    """
    drawn = [image, *versions[:5]]
    made, axes = figure(1, len(drawn), (2.7 * len(drawn), 3.1), photo=True)
    titles = ["the image"] + [f"pass {number}" for number in range(1, len(drawn))]
    for axis, picture, title in zip(axes, drawn, titles, strict=True):
        axis.imshow(picture)
        axis.set_title(title)
        axis.set_axis_off()
    made.alt = (
        f"An image of {image.shape[0]} by {image.shape[1]} pixels and, to its right, what "
        f"{listed(titles[1:])} make of it: a part cut out, enlarged to "
        f"{drawn[-1].shape[0]} by {drawn[-1].shape[1]} pixels, and sometimes mirrored."
    )
    return made
