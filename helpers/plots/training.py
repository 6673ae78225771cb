"""Figures of what a training does: learning rates, averages, crops (lessons 04 and 04b)."""

import numpy as np

from helpers.plots.style import (
    BLACK,
    LINES,
    SKY,
    VERMILION,
    apart,
    figure,
    listed,
    styled,
)


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
        for value, height in zip(values, apart(values, 7), strict=True):
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
    alone.set(title=f"{next(iter(schedules))}, enlarged")
    together.set(title="on one scale")
    for axis in (alone, together):
        axis.set(xlabel="step", ylabel="learning rate", xlim=(0, None), ylim=(0, None))
        axis.margins(y=0.08)
        axis.yaxis.set_major_formatter(lambda rate, _: f"{rate:.8f}".rstrip("0").rstrip("."))
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
