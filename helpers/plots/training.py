"""Figures of what a training does: learning rates, averages, crops (lessons 04 and 04b)."""

import numpy as np

from helpers.plots.colours import BLACK, LINES, SKY, VERMILION
from helpers.plots.parts import label_points, show_image
from helpers.plots.style import figure, join_words, styled


@styled
def moving_average_memory(momenta, steps, marks=()):
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
    fig, axis = figure(size=(11, 5.2))
    parts = []
    for momentum, (colour, style, marker) in zip(momenta, LINES):
        curve = 100 * momentum ** np.arange(steps + 1)
        axis.plot(curve, style, color=colour, linewidth=3, label=f"momentum {momentum}")
        axis.plot(marks, curve[list(marks)], marker, color=colour, markersize=11, clip_on=False)
        numbers = [f"{_percent(curve[step])} after {step}" for step in marks or [steps]]
        parts.append(f"Momentum {momentum}: {join_words(numbers)}.")
    for step in marks:
        points = [(step, 100 * momentum**step) for momentum in momenta]
        words = [_percent(left) for _, left in points]
        label_points(axis, points, words, gap=7, offset=(7, 8), va="baseline")
    axis.set(xlabel="training steps", xlim=(0, steps), ylim=(0, 104))
    axis.set_ylabel("share of the starting value left in\nthe moving average, per cent")
    axis.legend(handlelength=3)
    fig.alt = (
        f"Falling curves over {steps} training steps: the share of the starting value that is "
        f"left in the moving average. {' '.join(parts)}"
    )
    return fig


@styled
def weight_averaging(visited, means, best=0.0):
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
    fig, axis = figure(size=(11, 5.2))
    later = slice(len(visited) // 2, None)
    most = 3 * np.abs(np.subtract(visited[later], best)).max() or 1
    axis.plot(visited, color=SKY, label="the weight")
    axis.plot(means, color=VERMILION, linewidth=3.5, label="its running mean")
    axis.axhline(best, color=BLACK, linestyle="--", label="the best value")
    axis.set(xlabel="step", ylabel="value of the weight", xlim=(0, len(visited)))
    axis.set_ylim(best - most / 2, best + most)
    axis.legend(handlelength=3)
    parts = [f"from {min(part[later]):.2f} to {max(part[later]):.2f}" for part in (visited, means)]
    fig.alt = (
        f"A weight over {len(visited)} steps, its running mean, and the best value, {best:g}. In "
        f"the second half the weight goes {parts[0]}, its mean {parts[1]}."
    )
    return fig


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
    fig, (alone, together) = figure(1, 2, (13, 4.6))
    first, parts = next(iter(schedules)), []
    for (name, rates), (colour, style, _) in zip(schedules.items(), LINES):
        for axis in (alone, together) if name == first else (together,):
            axis.plot(rates, style, color=colour, linewidth=3, label=name)
        parts.append(
            f"{name}: {rates[0]:.2g} at the start, at most {max(rates):.2g}, first at "
            f"step {np.argmax(rates):,}, and {rates[-1]:.2g} at step {len(rates) - 1:,}."
        )
    alone.set_title(f"{first}, enlarged")
    together.set_title("on one scale")
    for axis in (alone, together):
        axis.set(xlabel="step", ylabel="learning rate", xlim=(0, None), ylim=(0, None))
        axis.margins(y=0.08)
        axis.yaxis.set_major_formatter(lambda rate, _: f"{rate:.8f}".rstrip("0").rstrip("."))
        axis.locator_params(axis="x", nbins=5)
        axis.xaxis.set_major_formatter("{x:,.0f}")
    together.legend(loc="center right", handlelength=3)
    fig.alt = "Learning rates over the steps. " + " ".join(parts)
    return fig


@styled
def augmentations(image, versions):
    """Show an image and what the first epochs make of it.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
        uint8, or float from 0 to 1.
    versions : sequence of ndarray, shape (m, m, 3)
        One per epoch; the first five are drawn.

    Returns
    -------
    Figure
    """
    drawn = [image, *versions[:5]]
    fig, axes = figure(1, len(drawn), (2.7 * len(drawn), 3.1), photo=True)
    titles = ["the image"] + [f"epoch {number}" for number in range(1, len(drawn))]
    for axis, picture, title in zip(axes, drawn, titles, strict=True):
        show_image(axis, picture, title)
    fig.alt = (
        f"An image of {image.shape[0]} by {image.shape[1]} pixels and, to its right, what "
        f"{join_words(titles[1:])} make of it: a part cut out, enlarged to "
        f"{drawn[-1].shape[0]} by {drawn[-1].shape[1]} pixels, and sometimes mirrored."
    )
    return fig
