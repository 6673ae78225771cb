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
    axis.xaxis.set_major_formatter("{x:,g}")
    pairs = join_words(f"{name} {label}" for name, label in zip(seconds, labels, strict=True))
    fig.alt = f"Bars of {xlabel}: {pairs}."
    return fig


def _three(value):
    """Write a number with three digits, or all those before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@styled
def roofline(measured, arithmetic, pipeline, optimizer, alone=None):
    """Draw how many images a second a training can reach at each batch size, and what it reaches.

    Parameters
    ----------
    measured : dict
        ``{batch size: images a second}``.
    arithmetic : (float, float)
        Operations for an image, and those that the device can do in a second.
    pipeline : float
        Images a second that the input pipeline can gather, without what Keras adds to serve them.
    optimizer : (float, float)
        Bytes that the optimizer moves in a step, and those that the device can move in a second.
    alone : float, optional
        Seconds that the optimizer was timed to need in a step.

    Returns
    -------
    Figure
        Both axes logarithmic. The roof (S. Williams, A. Waterman, D. Patterson, "Roofline", CACM
        52, 2009, with the batch size in place of operations per byte) is the lowest of the limits;
        nothing can lie in the shaded area above it.
    """
    fig, axis = figure(size=(12.5, 6.8))
    largest = max(256, 2 * max(measured))
    sizes = np.geomspace(0.8, largest, 91)
    (work, speed), (moved, bandwidth) = arithmetic, optimizer
    most, least = speed / work, moved / bandwidth
    work, speed, moved, bandwidth = (_three(n / 1e9) for n in (work, speed, moved, bandwidth))
    labels = {
        "arithmetic": f"arithmetic: {speed} billion operations/s ÷ {work} billion",
        "gathering": f"gathering alone: {_three(pipeline)} images/s",
        "optimizer": f"optimizer: {bandwidth} GB/s ÷ {moved} GB × batch size",
    }
    limits = {
        "arithmetic": (np.full(len(sizes), most), "--", BLUE),
        "gathering": (np.full(len(sizes), pipeline), "-.", BLACK),
        "optimizer": (sizes / least, ":", VERMILION),
    }
    roof = np.min([rates for rates, _, _ in limits.values()], axis=0)
    by_itself = [1 / alone] if alone else []
    low = min(*measured.values(), *by_itself, roof[0]) / 3
    top = max(most, *measured.values())
    high = 2 * max(top, min(pipeline, 10 * top))
    if pipeline > high:
        labels["gathering"] += ", beyond the top"
    axis.fill_between(sizes, roof, high, color="#E8E8E8", label="above the roof")
    bend = min(most, pipeline) * least
    bends = f"bends near batch size {bend:,.0f}" if bend >= 1 else "bends below batch size 1"
    axis.plot(sizes, roof, color="#BFDDF2", linewidth=11, label=f"the roof, {bends}")
    for name, (rates, style, colour) in limits.items():
        axis.plot(sizes, rates, style, color=colour, linewidth=2.5, label=labels[name])
    dots = {"color": ORANGE, "markersize": 14, "markeredgecolor": BLACK, "linewidth": 2}
    axis.plot(
        list(measured), list(measured.values()), "o-", label="measured (share of the roof)", **dots
    )
    if alone:
        label = f"optimizer as timed: {_three(1000 * alone)} ms a step"
        rates = np.where(sizes / alone <= roof, sizes / alone, np.nan)
        axis.plot(sizes, rates, "-", color=VERMILION, linewidth=1.5, label=label)
    parts = []
    for size, rate in measured.items():
        share = 100 * rate / np.interp(size, sizes, roof)
        label = f"{rate:,.{1 if rate < 10 else 0}f} ({share:.0f}%)"
        axis.annotate(label, (size, rate), (12, -14), textcoords="offset points", va="top")
        parts.append(f"{rate:.3g} at {size} ({share:.0f} per cent of the roof)")
    axis.set(xscale="log", yscale="log", xlim=(0.8, largest), ylim=(low, high))
    axis.set(xlabel="batch size", ylabel="images a second")
    axis.set_xticks(2 ** np.arange(int(np.log2(largest)) + 1))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.xaxis.set_minor_formatter("")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.yaxis.set_minor_formatter("")
    fig.legend(loc="outside upper center", ncols=2, handlelength=3)
    timed = f" The optimizer alone takes {_three(1000 * alone)} ms." if alone else ""
    fig.alt = (
        f"Images a second over the batch size. Arithmetic allows {most:.3g}, gathering "
        f"alone {pipeline:.3g}, the optimizer's memory traffic {1 / least:.3g} at batch size 1 and "
        f"proportionally more for larger batches: the roof {bends}. An image takes {work} billion "
        f"operations, of {speed} billion a second, and a step moves {moved} GB, of {bandwidth} GB "
        f"a second. Measured: {join_words(parts)}.{timed}"
    )
    return fig
