"""Figures of what the parts of a network do: ReLU, batch normalisation, softmax (lesson 03)."""

import math

import numpy as np

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, SKY, VERMILION
from helpers.plots.parts import labelled_bars, show_image, show_kernel
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def relu(image, kernel, response):
    """Draw the curve of ReLU and what it makes of a filter's response to an image.

    Parameters
    ----------
    image : ndarray of float, shape (height, width)
        Grey, 0 to 1.
    kernel : ndarray of int, shape (k, k)
        The filter.
    response : ndarray of float, shape (out_height, out_width)

    Returns
    -------
    Figure
        The image, the kernel, the response, the curve, and the response behind it.
    """
    look = {"photo": True, "width_ratios": (1, 0.42, 1, 0.85, 1)}
    fig, axes = figure(1, 5, (17, 4.7), **look)
    bound = np.quantile(np.abs(response), 0.96) or 1
    colours = {"cmap": "PuOr", "vmin": -bound, "vmax": bound}
    show_image(axes[0], image, "image", cmap="gray", vmin=0, vmax=1)
    show_kernel(axes[1], kernel)
    show_image(axes[2], response, "response", **colours)
    show_image(axes[4], np.maximum(response, 0), "after ReLU", **colours)
    ends = np.array([-bound, 0, bound])
    axes[3].plot(ends, np.maximum(ends, 0), color=BLUE, linewidth=5)
    axes[3].axhline(0, color=GREY, zorder=0)
    axes[3].axvline(0, color=GREY, zorder=0)
    axes[3].set(title="ReLU", xlabel="value in", ylabel="value out", box_aspect=1)
    axes[3].locator_params(nbins=4)
    share = f"{(response < 0).mean():.0%}"
    for axis, words in (
        (axes[2], "violet: above 0\norange: below 0"),
        (axes[4], f"{share} became 0"),
    ):
        axis.text(0.5, -0.05, words, ha="center", va="top", size=17, transform=axis.transAxes)
    numbers = "; ".join(" ".join(f"{value:g}" for value in row) for row in kernel)
    fig.alt = (
        f"A grey image; the kernel {numbers}; its response, violet where it is above 0 and orange "
        "where it is below; the curve of ReLU, flat at 0 for values below 0 and then rising one to "
        f"one; the response after ReLU, in which nothing is orange: {share} of its values were "
        "below 0 and are 0 now."
    )
    return fig


@styled
def channel_histograms(versions, numbers, columns=2):
    """Draw how the values of some channels are spread, in several versions.

    Parameters
    ----------
    versions : dict
        ``{title: ndarray of float, shape (..., channels)}``, up to three channels; in rows, and
        the panels of a row have the same scale.
    numbers : sequence of int
        What each channel is called, of the layer that gave them.
    columns : int, default 2

    Returns
    -------
    Figure
        One colour a channel; above each panel the channels' means and standard deviations.
    """
    rows = math.ceil(len(versions) / columns)
    size = (13, 3.2 * rows + 0.6)
    fig, axes = figure(rows, columns, size, sharex="row", sharey="row", squeeze=False)
    parts = []
    for axis in axes.flat[len(versions) :]:
        axis.set_axis_off()
    for axis, (title, values) in zip(axes.flat, versions.items()):
        channels = np.moveaxis(np.asarray(values, float), -1, 0).reshape(values.shape[-1], -1)
        for number, channel, colour in zip(numbers, channels, (BLUE, ORANGE, VERMILION)):
            look = {"bins": 60, "histtype": "stepfilled", "linewidth": 2.5, "edgecolor": colour}
            face, label = (colour, 0.25), f"channel {number}"
            axis.hist(channel, range=_middle(channel), facecolor=face, label=label, **look)
        means, spreads = channels.mean(axis=1), channels.std(axis=1)
        axis.axvline(0, color=BLACK, linestyle="--", linewidth=1.5)
        axis.set(title=f"{title}\nmeans {_list(means)};  std {_list(spreads)}", yticks=[])
        parts.append(f"{title}: means {_list(means)}, standard deviations {_list(spreads)}")
    for axis in axes[-1]:
        axis.set_xlabel("value")
    for axis in axes[:, 0]:
        axis.set_ylabel("how often")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    fig.alt = f"Histograms of the channels {join_words(numbers)}. {'; '.join(parts)}."
    return fig


def _middle(values):
    """Return the range that holds all values but the outermost of them."""
    low, high = np.quantile(values, (0.002, 0.998))
    return low, max(high, low + 1e-6)


def _list(numbers):
    """Write numbers with two digits after the point, and never -0.00."""
    return ", ".join(f"{number.round(2) + 0.0:.2f}" for number in numbers)


@styled
def softmax(logits, probabilities):
    """Draw logits and the probabilities that softmax makes of them at several temperatures.

    Parameters
    ----------
    logits : sequence of float
    probabilities : dict
        ``{temperature: sequence of float}``, 0 to 1.

    Returns
    -------
    Figure
    """
    count = 1 + len(probabilities)
    fig, axes = figure(1, count, (3.9 * count, 3.9))
    places = range(len(logits))
    bars = axes[0].bar(places, logits, color=GREY)
    axes[0].bar_label(bars, [f"{value:g}" for value in logits], padding=2)
    axes[0].set(title="logits", xlabel="output", xticks=places, ylabel="value")
    axes[0].axhline(0, color=BLACK, linewidth=1)
    axes[0].margins(y=0.15)
    parts = []
    for axis, (temperature, row) in zip(axes[1:], probabilities.items(), strict=True):
        percent = 100 * np.asarray(row, float)
        colours = [VERMILION if value == percent.max() else BLUE for value in percent]
        bars = axis.bar(places, percent, color=colours)
        labels = [f"{value:.0f}" for value in percent]
        axis.bar_label(bars, labels, padding=2)
        axis.set(title=f"softmax at T = {temperature:g}", ylim=(0, 110))
        axis.set(xlabel="output", xticks=places)
        parts.append(f"at temperature {temperature:g} {join_words(labels)}")
    axes[1].set_ylabel("probability in per cent")
    fig.alt = (
        f"Bars of the logits {join_words(f'{value:g}' for value in logits)}, and of their "
        f"probabilities in per cent: {'; '.join(parts)}."
    )
    return fig


@styled
def answers(image, rows):
    """Draw an image and what a network answers to it in several modes, beside equal shares.

    Parameters
    ----------
    image : ndarray, shape (height, width, 3)
        uint8, or float from 0 to 1.
    rows : dict
        ``{mode: sequence of float}``: a probability for each output, 0 to 1.

    Returns
    -------
    Figure
        A panel of bars for each mode, with a line where all outputs would be equal.
    """
    outputs = range(len(next(iter(rows.values()))))
    equal, most = 100 / len(outputs), 100 * np.max(list(rows.values()))
    size = (4.4 + 4.6 * len(rows), max(4.6, 1.6 + 0.5 * len(outputs)))
    fig, axes = figure(1, 1 + len(rows), size, photo=True)
    show_image(axes[0], image, "image")
    names, parts = [f"output {number}" for number in outputs], []
    for axis, (mode, row) in zip(axes[1:], rows.items(), strict=True):
        percent = 100 * np.asarray(row, float)
        labels = [f"{share:.1f}%" for share in percent]
        labelled_bars(axis, names, percent, labels, color=SKY)
        for text in axis.texts:  # so that the line does not cross them
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})
        axis.axvline(equal, color=BLACK, linestyle="--", linewidth=2)
        limit = max(40, 1.3 * most)
        axis.set(title=mode, xlim=(0, limit), xticks=np.arange(0, limit, 10))
        axis.set_xlabel("probability in per cent")
        parts.append(f"{mode}: {join_pairs(names, labels)}")
    for axis in axes[2:]:
        axis.set_yticklabels([])
    (line,) = axes[1].lines
    label = f"equal shares, {equal:.1f}% each"
    fig.legend([line], [label], loc="outside upper right")
    fig.alt = (
        f"On the left an image; on the right the probability of each output. {'; '.join(parts)}. "
        f"A line marks equal shares, {equal:.1f}%."
    )
    return fig
