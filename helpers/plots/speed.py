"""Figures of where the time of a training goes (lesson 04b)."""

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILION, figure, listed, styled


@styled
def layer_times(seconds, multiply_adds, images, ceiling):
    """Draw how long each layer takes, and how near it comes to the speed of a matrix product.

    Parameters
    ----------
    seconds : dict
        ``{layer: seconds}`` for so many images on their way forwards.
    multiply_adds : dict
        ``{layer: number for one image}``, for the layers that have weights to multiply by.
    images : int
    ceiling : float
        Operations a second of a large matrix product.

    Returns
    -------
    Figure
        Layers without multiply-adds are drawn in grey.
    """
    names = list(seconds)
    milliseconds = [1000 * value for value in seconds.values()]
    made, axis = figure(size=(11, 1.4 + 0.36 * len(names)))
    colours = [BLUE if name in multiply_adds else GREY for name in names]
    bars = axis.barh(names, milliseconds, color=colours)
    written = []
    for name, value in seconds.items():
        reached = 2 * images * multiply_adds.get(name, 0) / value / ceiling
        written.append(
            f"{100 * reached:.0f} % of a matrix product" if name in multiply_adds else ""
        )
    axis.bar_label(bars, written, padding=5)
    axis.set(xlabel=f"milliseconds for {images} images, forwards",
             xlim=(0, 1.3 * max(milliseconds)))  # fmt: skip
    axis.margins(y=0.01)
    axis.invert_yaxis()
    share = 100 * sum(seconds[name] for name in multiply_adds) / sum(seconds.values())
    told = [
        f"{name} {value:.1f}" + f" ({words})" * bool(words)
        for name, value, words in zip(names, milliseconds, written, strict=True)
    ]
    made.alt = (
        f"Milliseconds of each layer for {images} images: {listed(told)}. The layers with weights "
        f"to multiply by take {share:.0f} per cent of the time."
    )
    return made


@styled
def roofline(measured, operations, moved, ceiling, bandwidth):
    """Draw how many images a second a training can reach at each batch size, and what it reaches.

    Parameters
    ----------
    measured : dict
        ``{batch size: images a second}``.
    operations : float
        For one image in training.
    moved : float
        Bytes that the optimizer moves in a step.
    ceiling : float
        Operations a second.
    bandwidth : float
        Bytes a second.

    Returns
    -------
    Figure
        Both axes logarithmic. The roof (S. Williams, A. Waterman, D. Patterson, "Roofline", CACM
        52, 2009) is the lower of the two limits.
    """
    made, axis = figure(size=(11, 5.8))
    sizes = 2.0 ** np.linspace(0, 10, 101)
    flat = np.full(len(sizes), ceiling / operations)
    slope = sizes * bandwidth / moved
    axis.plot(sizes, np.minimum(flat, slope), color=BLACK, linewidth=3)
    axis.plot(sizes, flat, "--", color=BLUE, label="arithmetic alone")
    axis.plot(sizes, slope, ":", color=VERMILION, linewidth=2.5, label="the optimizer alone")
    both = 1 / (1 / flat + 1 / slope)
    axis.plot(sizes, both, "-.", color=GREY, linewidth=2.5, label="one after the other")
    axis.plot(list(measured), list(measured.values()), "o", color=ORANGE, markersize=13,
              markeredgecolor=BLACK, label="measured")  # fmt: skip
    for size, rate in measured.items():
        axis.annotate(f"{rate:,.3g}", (size, rate), (0, -24), textcoords="offset points",
                      ha="center")  # fmt: skip
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set(xlabel="batch size", ylabel="images a second", xlim=(1, 1024),
             ylim=(both[0] / 2, 3 * flat[0]))  # fmt: skip
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_formatter("")
    axis.legend(frameon=False, handlelength=3, loc="lower right")
    reached = listed(f"{rate:.3g} at {size}" for size, rate in measured.items())
    made.alt = (
        f"A roof over the batch sizes: arithmetic allows {flat[0]:.3g} images a second, the "
        f"optimizer alone {slope[0]:.3g} at batch size 1 and {slope[50]:.3g} at 32. Measured: "
        f"{reached}."
    )
    return made
