"""Figures of what a training is made of: crops, steps, learning rates, batch norm (lesson 04)."""

import numpy as np

from helpers.plots.colours import BLACK, LINES
from helpers.plots.parts import show_image
from helpers.plots.style import figure, join_words, styled


@styled
def augmentations(image, versions):
    """Show an image and, in a row for each kind of augmentation, what it makes of the image.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
        uint8, or float from 0 to 1.
    versions : dict
        ``{name: sequence of ndarray, shape (m, m, 3)}``, the same number of each.

    Returns
    -------
    Figure
    """
    columns = 1 + max(map(len, versions.values()))
    fig, axes = figure(len(versions), columns, (2 * columns, 2.4 * len(versions)), photo=True)
    axes = np.reshape(axes, (len(versions), columns))
    for row, (name, pictures) in zip(axes, versions.items(), strict=True):
        for axis in row:
            axis.set_axis_off()
        for axis, picture in zip(row[1:], pictures, strict=True):
            show_image(axis, picture)
        _write_above(row[1], name)
    show_image(axes[0, 0], image)
    _write_above(axes[0, 0], "stored")
    counts = join_words(f"{len(each)} by {name}" for name, each in versions.items())
    fig.alt = (
        f"An image of {image.shape[0]} by {image.shape[1]} pixels and, in rows to its right, "
        f"versions of it, cropped and sometimes mirrored: {counts}."
    )
    return fig


def _write_above(axis, words):
    """Write a title that begins at the left and may be wider than the axis."""
    axis.set_title(" ")  # keeps its height free
    look = {"transform": axis.transAxes, "fontsize": 17, "va": "bottom"}
    axis.text(0, 1.04, words, **look).set_in_layout(False)


@styled
def descent(loss, paths, best):
    """Draw the loss of two weights as contour lines, and how steps of several lengths move on it.

    Parameters
    ----------
    loss : callable
        From two arrays of weights to their losses.
    paths : dict
        ``{title: sequence of (float, float)}``: the two weights before the first step and after
        each; one panel each.
    best : (float, float)
        The weights of the lowest loss.

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, len(paths), (4.9 * len(paths), 5.2), sharex=True, sharey=True)
    ends = np.array([best, *(path[0] for path in paths.values())])
    middle, reach = ends.mean(axis=0), 1.35 * np.ptp(ends, axis=0).max()
    grid = np.meshgrid(*(centre + reach * np.linspace(-1, 1, 121) for centre in middle))
    heights, parts = loss(*grid), []
    levels = np.geomspace(0.02, heights.max(), 11)
    for axis, (title, path) in zip(np.ravel(axes), paths.items(), strict=True):
        path = np.array(path)
        axis.contourf(*grid, heights, levels=[0, *levels], cmap="Blues", norm="log", alpha=0.85)
        look = {"levels": (0.3, 3, 30), "colors": BLACK, "linewidths": 0.8}
        lines = axis.contour(*grid, heights, **look)
        found = [np.vstack(line) for line in lines.allsegs if any(map(len, line))]
        places = [_far_from(line, [*path, best], middle, reach) for line in found]
        axis.clabel(lines, fmt="%g", fontsize=14, manual=places)
        axis.plot(*path.T, "o-", color=LINES[3][0], linewidth=2.5, markersize=7, clip_on=True)
        axis.plot(*path[0], "s", color=BLACK, markersize=11)
        axis.plot(*path[-1], "o", color="white", markeredgecolor=BLACK, markersize=10)
        axis.plot(*best, "*", color="white", markeredgecolor=BLACK, markersize=22)
        last = float(loss(*path[-1]))
        axis.set_title(f"{title}\nloss after {len(path) - 1} steps: {_short(last)}")
        axis.set(xlabel="weight w", xlim=grid[0][0, [0, -1]], ylim=grid[1][[0, -1], 0])
        parts.append(f"{title}: {_short(last)} after {len(path) - 1} steps")
    np.ravel(axes)[0].set_ylabel("weight b")
    start = float(loss(*next(iter(paths.values()))[0]))
    fig.alt = (
        "The loss of two weights as contours around a valley, and paths of steps from a square, "
        f"where the loss is {_short(start)}, towards a star, where it is lowest. The loss by "
        f"{join_words(parts)}."
    )
    return fig


def _far_from(line, places, middle, reach):
    """Return the point of a line, inside the panel, that is farthest from these places."""
    inside = line[(np.abs(line - middle) < 0.85 * reach).all(axis=1)]
    line = inside if len(inside) else line
    distances = np.linalg.norm(line[:, None] - np.array(places), axis=2)
    return line[distances.min(axis=1).argmax()]


def _short(value):
    """Write a loss with two or three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


@styled
def rate_sweep(sweep, starts, most=60):
    """Draw what learning rates give on a small network, and how recorded trainings begin.

    Parameters
    ----------
    sweep : dict
        ``{learning rate: (loss of the first epoch, loss of the last epoch)}``.
    starts : dict
        ``{title: list of sequence of float}``: the loss of each batch, one sequence a run.
    most : int, default 60
        Batches of the recorded trainings to draw.

    Returns
    -------
    Figure
    """
    fig, (left, right) = figure(1, 2, (14, 5.4))
    rates, losses = list(sweep), np.array(list(sweep.values()))
    for column, label, (colour, style, marker) in zip(losses.T, ("first", "last"), LINES[3:]):
        look = {"color": colour, "linestyle": style, "marker": marker, "linewidth": 3}
        left.plot(rates, column, label=f"{label} epoch", markersize=11, **look)
    low = int(losses[:, 1].argmin())
    left.annotate(
        f"lowest\nat {rates[low]:g}", (rates[low], losses[low, 1]), (0, -14), va="top",
        ha="center", textcoords="offset points",
    )  # fmt: skip
    left.set(xscale="log", yscale="log", xlabel="learning rate (log scale)")
    left.set_ylabel("mean training loss (log scale)")
    left.set(title="your sweep: small network", xticks=rates)
    left.set_ylim(losses.min() / 2.4, None)
    left.xaxis.set_major_formatter(lambda rate, _: f"{rate:.8f}".rstrip("0").rstrip("."))
    left.yaxis.set_major_formatter("{x:g}")
    left.legend(handlelength=3)
    parts = []
    for (title, runs), (colour, style, _) in zip(starts.items(), LINES[1::-1]):
        for number, run in enumerate(runs):
            label = None if number else title
            batches = range(1, min(most, len(run)) + 1)
            right.plot(batches, run[:most], style, color=colour, linewidth=2, label=label)
        highest = join_words(f"{max(run[:most]):.3g}" for run in runs)
        parts.append(f"{title}, highest losses {highest}")
    right.set(yscale="log", xlabel="training step", ylabel="loss of the batch (log scale)")
    right.set(title="recorded: AlexNet on photographs")
    right.yaxis.set_major_formatter("{x:g}")
    right.legend(handlelength=3)
    pairs = join_words(
        f"{rate:g} {first:.2f}, then {last:.2f}" for rate, (first, last) in sweep.items()
    )
    fig.alt = (
        "Left, the mean training loss of a small network in the first and the last epoch, by "
        f"learning rate: {pairs}; the lowest at {rates[low]:g}. Right, the loss of AlexNet's "
        f"first {most} batches: {join_words(parts)}."
    )  # fmt: skip
    return fig


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
    """
    fig, axis = figure(size=(11, 4.6))
    ends, parts = [], []
    for (name, rates), (colour, style, _) in zip(schedules.items(), LINES):
        done = 100 * np.arange(len(rates)) / len(rates)
        width = 5.5 if style == ":" else 3.5
        axis.plot(done, rates, style, color=colour, linewidth=width, label=name)
        ends.append((done[np.argmax(rates)], max(rates)))
        parts.append(
            f"{name}: {rates[0]:.2g} at the start, at most {max(rates):.2g}, first at "
            f"step {np.argmax(rates):,} of {len(rates):,}, and {rates[-1]:.2g} at the last."
        )
    axis.set(xlabel="share of the training (%)", ylabel="learning rate", xlim=(0, 100))
    axis.set_ylim(0, 1.18 * max(height for _, height in ends))
    axis.yaxis.set_major_formatter(lambda rate, _: f"{rate:.8f}".rstrip("0").rstrip("."))
    fig.legend(loc="outside upper center", ncols=3, handlelength=3)
    fig.alt = "Learning rates over a training. " + " ".join(parts)
    return fig


@styled
def two_modes(losses):
    """Draw the loss of one batch in training and in inference mode, after each step.

    Parameters
    ----------
    losses : dict
        ``{momentum: (loss in training mode, loss in inference mode)}``, each a sequence with one
        number a step; one panel each.

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, len(losses), (6.6 * len(losses), 5), sharey=True)
    parts = []
    for axis, (momentum, pair) in zip(np.ravel(axes), losses.items(), strict=True):
        words = ("training mode", "inference mode")
        for values, word, (colour, style, _) in zip(pair, words, (LINES[0], LINES[3])):
            steps = range(1, len(values) + 1)
            axis.plot(steps, values, style, color=colour, linewidth=3.5, label=word)
        lasts = [values[-1] for values in pair]
        axis.set(title=f"momentum {momentum}", xlabel="training step", xlim=(1, len(pair[0])))
        axis.set_ylim(0, None)
        parts.append(
            f"momentum {momentum}: {lasts[0]:.2f} in training mode and {lasts[1]:.2f} in inference "
            "mode"
        )
    np.ravel(axes)[0].set_ylabel("loss of the same batch")
    handles = np.ravel(axes)[0].get_legend_handles_labels()
    fig.legend(*handles, loc="outside upper center", ncols=2, handlelength=3)
    fig.alt = (
        f"The loss of one batch over {len(pair[0])} training steps, in both modes. At the end "
        f"{join_words(parts)}."
    )
    return fig
