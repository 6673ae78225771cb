"""Figures of where the time of a training goes (lessons 04 and 04b)."""

import math

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, VERMILION
from helpers.plots.parts import labelled_bars
from helpers.plots.style import figure, join_words, styled


@styled
def time_bars(seconds, xlabel, best=None):
    """Draw durations as bars.

    Parameters
    ----------
    seconds : dict
        ``{name: seconds}``; inf where the device refused.
    xlabel : str
        What is timed; the unit, ms, is added.
    best : str, optional
        A name to draw in another colour.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11, 1.5 + 0.8 * len(seconds)))
    milliseconds = [1000 * value if math.isfinite(value) else 0 for value in seconds.values()]
    labels = [f"{_three(value)} ms" if value else "refused" for value in milliseconds]
    colours = [BLUE if name == best or best is None else GREY for name in seconds]
    labelled_bars(axis, seconds, milliseconds, labels, color=colours, height=0.65)
    axis.set(xlabel=f"{xlabel}, ms", xlim=(0, 1.25 * max(milliseconds) or 1))
    pairs = join_words(f"{name} {label}" for name, label in zip(seconds, labels, strict=True))
    fig.alt = f"Bars of {xlabel}: {pairs}."
    return fig


def _three(value):
    """Write a number with three digits, or all those before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@styled
def roofline(measured, arithmetic, pipeline, optimizer):
    """Draw how many images a second a training can reach at each batch size, and what it reaches.

    Parameters
    ----------
    measured : dict
        ``{batch size: images a second}``.
    arithmetic : float
        Images a second that the device's arithmetic allows.
    pipeline : float
        Images a second that the input pipeline can serve.
    optimizer : float
        Seconds that the optimizer needs at least to move its numbers in a step.

    Returns
    -------
    Figure
        Both axes logarithmic. The roof (S. Williams, A. Waterman, D. Patterson, "Roofline", CACM
        52, 2009, with the batch size in place of operations per byte) is the lowest of the limits;
        nothing can lie in the shaded area above it.
    """
    fig, axis = figure(size=(12.5, 6.4))
    largest = max(256, 2 * max(measured))
    sizes = np.geomspace(0.8, largest, 91)
    limits = {
        "arithmetic": (np.full(len(sizes), arithmetic), "--", BLUE),
        "input pipeline": (np.full(len(sizes), pipeline), "-.", BLACK),
        "optimizer's memory traffic": (sizes / optimizer, ":", VERMILION),
    }
    roof = np.min([rates for rates, _, _ in limits.values()], axis=0)
    low, high = min(*measured.values(), roof[0]) / 3, 2 * max(arithmetic, pipeline)
    axis.fill_between(sizes, roof, high, color="#F2F2F2")
    axis.plot(sizes, roof, color="#BFDDF2", linewidth=11, label="the roof: the lowest limit")
    for name, (rates, style, colour) in limits.items():
        axis.plot(sizes, rates, style, color=colour, linewidth=2.5, label=name)
    dots = {"color": ORANGE, "markersize": 14, "markeredgecolor": BLACK, "linewidth": 2}
    axis.plot(
        list(measured), list(measured.values()), "o-", label="measured (share of the roof)", **dots
    )
    parts = []
    for size, rate in measured.items():
        share = 100 * rate / np.interp(size, sizes, roof)
        label = f"{rate:,.{1 if rate < 10 else 0}f} ({share:.0f}%)"
        axis.annotate(label, (size, rate), (12, -14), textcoords="offset points", va="top")
        parts.append(f"{rate:.3g} at {size} ({share:.0f} per cent of the roof)")
    flat = min(arithmetic, pipeline)
    bend = flat * optimizer
    if inside := 3 < bend < largest:  # with room for the words
        words = f"the roof bends at {bend:.0f}"
        axis.annotate(words, (bend, flat), (0, 14), textcoords="offset points", ha="right")
    axis.set(xscale="log", yscale="log", xlim=(0.8, largest), ylim=(low, high))
    axis.set(xlabel="batch size", ylabel="images a second")
    axis.set_xticks(2 ** np.arange(int(np.log2(largest)) + 1))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.xaxis.set_minor_formatter("")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.yaxis.set_minor_formatter("")
    fig.legend(loc="outside upper center", ncols=3, handlelength=3)
    bends = f" The roof bends at batch size {bend:.0f}." if inside else ""
    fig.alt = (
        f"Images a second over the batch size. Arithmetic allows {arithmetic:.3g}, the input "
        f"pipeline {pipeline:.3g}, the optimizer's memory traffic {1 / optimizer:.3g} at batch "
        f"size 1 and proportionally more for larger batches. Measured: {join_words(parts)}.{bends}"
    )
    return fig
