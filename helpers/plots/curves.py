"""Figures of curves that trainings leave: loss and accuracy over what was seen (lesson 04)."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, VERMILION
from helpers.plots.parts import label_points
from helpers.plots.style import figure, join_words, styled

DASHED = {"color": BLACK, "linestyle": (0, (6, 4))}  # unlike any curve


@styled
def learning_curves(runs, chance=None):
    """Draw the loss and the validation accuracy of trainings over the images seen.

    Parameters
    ----------
    runs : dict
        ``{name: history}``, up to five; see `training.train`.
    chance : float, optional
        Drawn as a dashed line: the accuracy of always predicting the most common class, 0 to 1.

    Returns
    -------
    Figure
        Left the training loss as the mean of the last batches (a hundred, or in a short training
        an eighth of all), in a band that holds the middle 80 per cent of them, and the validation
        loss as a marker for each epoch; right the validation accuracy.
    """
    fig, (left, right) = figure(1, 2, (13.5, 5.8))
    window = max(1, min([100, *(len(run["loss"]) // 8 for run in runs.values())]))
    parts, ends, shown, longest, spike = [], [], [], 0, 0
    for (name, run), (colour, style, marker) in zip(runs.items(), LINES):
        images, epochs = run["images_seen"], run["epochs"]
        longest = max(longest, images[-1])
        mean, low, high = _trailing(run["loss"], window)
        spike = max(spike, mean.max())
        left.fill_between(images, low, high, color=colour, alpha=0.22, linewidth=0)
        left.plot(images, mean, style, color=colour, linewidth=3)
        part = (
            f"{name}: the training loss, as the mean of up to {window} batches, goes from "
            f"{mean[0]:.2f} to {mean[-1]:.2f}, at {images[-1]:,} images"
        )
        seen = [epoch["images_seen"] for epoch in epochs]
        percent = [100 * epoch["validation_accuracy"] for epoch in epochs]
        look = {"color": colour, "markersize": 11 if len(seen) < 10 else 8}
        checked = [epoch["validation_loss"] for epoch in epochs]
        left.plot(seen, checked, marker, markeredgecolor=BLACK, **look)
        shown += [*checked, *mean[window - 1 :], *low]
        right.plot(seen, percent, style, marker=marker, label=name, linewidth=3, **look)
        ends.append((seen[-1], percent[-1]))
        part += f"; the validation accuracy is {percent[0]:.1f} per cent after the first epoch"
        part += f" and {percent[-1]:.1f} after {len(seen)}" if len(seen) > 1 else ""
        parts.append(f"{part}.")
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    words = [f"{value:.1f}%" for _, value in ends]
    label_points(right, ends, words, gap=6, offset=(12, 0), bbox=box)
    if chance is not None:
        right.axhline(100 * chance, **DASHED, label="always the most common class")
        parts.append(f"A dashed line marks the most common class at {100 * chance:.1f} per cent.")
    left.set(yscale="log", ylim=(min(shown) / 1.3, 1.3 * max(shown)))  # a spike may run out
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter("")
    cut = ", top cut off" if spike > 1.3 * max(shown) else ""
    left.set(xlabel="images seen", ylabel=f"loss (log scale{cut})")
    lines = [
        Line2D([], [], color=GREY, linewidth=3, label=f"training, mean of last {window} batches"),
        Line2D(
            [], [], color=GREY, marker="o", ls="", mec=BLACK, ms=9, label="validation (markers)"
        ),
    ]
    left.legend(handles=lines, loc="upper right")
    right.set(xlabel="images seen", ylabel="validation accuracy (%)", ylim=(0, 100))
    for axis in (left, right):
        axis.set_xlim(0, 1.2 * longest)
        axis.locator_params(axis="x", nbins=5)
        axis.xaxis.set_major_formatter("{x:,.0f}")
    fig.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    fig.alt = "Two panels over the images seen. " + " ".join(parts)
    return fig


def _trailing(values, window):
    """Return the mean of the last so many values at each place, and the middle 80 % of them."""
    last = [values[max(0, k + 1 - window) : k + 1] for k in range(len(values))]
    low, high = np.transpose([np.quantile(each, (0.1, 0.9)) for each in last])
    return np.array([np.mean(each) for each in last]), low, high


@styled
def validation_curves(curves, images, again=None, chance=None):
    """Draw the validation accuracy of several runs of each recipe, and their mean.

    Parameters
    ----------
    curves : dict
        ``{recipe: list of sequence of float}``, up to five: one sequence a run, equally long, one
        accuracy (0 to 1) per epoch. Several runs are thin lines, and their mean is a thick one.
    images : int
        Images per epoch.
    again : dict, optional
        ``{recipe: sequence of float}``: the accuracy of each finished run with its batch-norm
        statistics recalibrated, drawn as a star behind the curve's end.
    chance : float, optional
        The accuracy of always predicting the most common class, 0 to 1; drawn as a dashed line.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(12, 6))
    epochs = len(next(iter(curves.values()))[0])
    seen = images * np.arange(1, epochs + 1)
    parts, points, words = [], [], []
    for (name, runs), (colour, style, marker) in zip(curves.items(), LINES):
        for run in runs if len(runs) > 1 else ():
            axis.plot(seen, 100 * np.array(run), color=colour, linewidth=1.2)
        look = {"linestyle": style, "marker": marker, "color": colour, "linewidth": 3.5}
        label = f"{name}{', mean' * (len(runs) > 1)}"
        axis.plot(seen, 100 * np.mean(runs, axis=0), label=label, **look)
        ends = [100 * run[-1] for run in runs]
        falls = max(100 * max(0, -np.diff(run).min(initial=0)) for run in runs)
        part = (
            f"{name}: at the end {join_words(f'{end:.1f}' for end in ends)} per cent; from one "
            f"epoch to the next it falls by up to {falls:.1f} points"
        )
        points.append((images * epochs, np.mean(ends)))
        words.append(f"{name}: {np.mean(ends):.0f}%")
        if stars := [100 * value for value in (again or {}).get(name, ())]:
            place = images * epochs * (1.02 + 0.02 * np.arange(len(stars)))
            axis.plot(place, stars, "*", color=colour, markersize=19, markeredgecolor=BLACK)
            points.append((images * epochs, np.mean(stars)))
            words.append(f"{name}, recalibrated: {np.mean(stars):.0f}%")
            part += f"; recalibrated {join_words(f'{star:.1f}' for star in stars)}"
        parts.append(f"{part}.")
    label_points(axis, points, words, gap=6, offset=(46, 0))
    if any(len(runs) > 1 for runs in curves.values()):
        axis.plot([], [], color=GREY, linewidth=1.2, label="a single run")
    if chance is not None:
        axis.axhline(100 * chance, **DASHED, label="always the most common class")
        parts.append(f"A dashed line marks the most common class at {100 * chance:.1f} per cent.")
    fig.legend(loc="outside upper center", ncols=3, handlelength=3)
    axis.set(xlabel="images seen", ylabel="validation accuracy (%)", ylim=(0, 100))
    axis.set_xlim(0, 1.55 * images * epochs)
    axis.set_xticks(images * np.arange(0, epochs + 1, max(1, epochs // 4)))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    fig.alt = f"Curves over {images * epochs:,} images seen. " + " ".join(parts)
    return fig


@styled
def overfitting(history, patience):
    """Draw loss and accuracy on training and validation images, and where one would stop.

    Parameters
    ----------
    history : dict
        Of `keras.Model.fit`: ``loss``, ``val_loss``, ``accuracy`` and ``val_accuracy``, one number
        an epoch.
    patience : int
        Epochs without a new lowest validation loss after which early stopping ends.

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, 2, (13.5, 5.4), sharex=True)
    losses, epochs = history["val_loss"], range(1, len(history["val_loss"]) + 1)
    best, stop = int(np.argmin(losses)) + 1, _stop(losses, patience)
    looks = {"": (BLUE, "-", "training"), "val_": (VERMILION, "--", "validation")}
    for axis, name, scale in zip(axes, ("loss", "accuracy"), (1, 100)):
        points = []
        for start, (colour, style, word) in looks.items():
            values = [scale * value for value in history[start + name]]
            axis.plot(epochs, values, style, color=colour, linewidth=3.5, label=word)
            points.append(values)
        axis.plot(best, points[1][best - 1], "*", color=VERMILION, ms=24, mec=BLACK, zorder=5)
        axis.axvline(stop, color=BLACK, linestyle=":", linewidth=2.5)
        axis.set(xlabel="epoch", ylim=(0, 1.12 * max(map(max, points))))
        axis.xaxis.get_major_locator().set_params(integer=True)
    top = 1.7 * max(losses[best - 1 :])  # the turn, enlarged
    cut = " (top cut off)" if max(*losses, *history["loss"]) > top else ""
    axes[0].set(ylabel=f"loss{cut}", ylim=(0, top))
    axes[1].set(ylabel="accuracy (%)", ylim=(0, 104))
    star = Line2D([], [], ls="", marker="*", color=VERMILION, mec=BLACK, ms=18)
    dots = Line2D([], [], color=BLACK, linestyle=":", linewidth=2.5)
    handles, labels = axes[0].get_legend_handles_labels()
    labels += [f"lowest validation loss: epoch {best}", f"patience {patience} would stop here"]
    fig.legend([*handles, star, dots], labels, loc="outside upper center", ncols=4)
    fig.alt = (
        f"Loss and accuracy over {len(epochs)} epochs. The training loss ends at "
        f"{history['loss'][-1]:.2f}; the validation loss is lowest after epoch "
        f"{best}, with {losses[best - 1]:.2f}, and {losses[-1]:.2f} at the end. Early stopping "
        f"with patience {patience} would end after epoch {stop}. The accuracy ends at "
        f"{100 * history['accuracy'][-1]:.1f} per cent of the training images and "
        f"{100 * history['val_accuracy'][-1]:.1f} of the validation images."
    )
    return fig


def _stop(losses, patience):
    """Return the epoch after which early stopping ends, counted from 1."""
    best = 0
    for epoch, value in enumerate(losses):
        if value < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
    return len(losses)
