"""Figures of how far a model's confidence can be trusted (lesson 06)."""

import numpy as np

from helpers.plots.colours import BLACK, BLUE, LINES, VERMILION
from helpers.plots.style import figure, join_words, styled


@styled
def confidences(panels):
    """Draw how confident models are of images that they know and of images that they don't.

    Parameters
    ----------
    panels : dict
        ``{title: {group: counts}}``, a column of two histograms for each title: the group of
        images that is known, then the strange one. The counts are of images by their largest
        probability, in equal ranges from 0 to 1, as `evaluation.reliability` counts them.

    Returns
    -------
    Figure
        Each bar as a share of its group in per cent.
    """
    fig, axes = figure(2, len(panels), (6 * len(panels), 6.5), sharey=True, squeeze=False)
    parts, counted = [], [counts for groups in panels.values() for counts in groups.values()]
    top = 80 if max(max(counts) / sum(counts) for counts in counted) < 0.72 else 110
    for (title, groups), column in zip(panels.items(), axes.T, strict=True):
        column[0].set_title(title)
        column[1].set_xlabel("confidence in per cent")
        words = []
        for (group, counts), axis, colour in zip(groups.items(), column, (BLUE, VERMILION)):
            share, width = 100 * np.array(counts) / sum(counts), 100 / len(counts)
            places = (np.arange(len(counts)) + 0.5) * width
            axis.bar(places, share, 0.9 * width, color=colour)
            axis.text(2, 0.87 * top, f"{group}:\n{sum(counts):,} images", va="top")
            axis.annotate(f"{share[-1]:.0f} %", (places[-1], share[-1] + 2), ha="center")
            axis.set(xlim=(0, 100), ylim=(0, top), yticks=range(0, 101 if top > 100 else 81, 20))
            words.append(f"{group} ({sum(counts):,} images) {share[-1]:.0f} per cent")
        parts.append(f"{title}; confidence above {100 - width:.0f} per cent: {join_words(words)}")
    fig.supylabel("images in per cent", size=15)
    fig.alt = f"Histograms of confidence, known images above strange ones. {'. '.join(parts)}."
    return fig


@styled
def threshold_price(curves, marks=(0.5, 0.7, 0.9)):
    """Draw what models gain and lose by answering only above a threshold of confidence.

    Parameters
    ----------
    curves : dict
        ``{model: (answered, accuracy, strangers)}`` for thresholds that divide 0 to 1 evenly, the
        first of them 0: the fraction of the known images that get an answer, the fraction of
        these answers that are right (nan where there is none), and the fraction of the strange
        images that get an answer all the same. All are 0 to 1.
    marks : sequence of float, optional
        The thresholds that are named.

    Returns
    -------
    Figure
        On the left accuracy against the images answered, on the right the strange images answered
        against the threshold, all in per cent. The left axes start where the curves need it.
    """
    fig, (left, right) = figure(1, 2, (13, 5.6))
    parts = []
    for (model, rows), (colour, line, _) in zip(curves.items(), LINES):
        answered, accuracy, strangers = 100 * np.array(rows, float)
        thresholds = np.linspace(0, 100, len(answered), endpoint=False)
        rows = [int(np.abs(thresholds - 100 * mark).argmin()) for mark in marks]
        for axis, x, y in ((left, answered, accuracy), (right, thresholds, strangers)):
            axis.plot(x, y, color=colour, linestyle=line, linewidth=3, label=model)
            for row, marker in zip(rows, "osD^v"):
                axis.plot(x[row], y[row], marker, color=colour, markersize=11, clip_on=False)
        words = join_words(
            f"{100 * mark:g} answers {a:.0f}, {r:.0f} of them right, and {s:.0f} of the strangers"
            for mark, a, r, s in zip(marks, answered[rows], accuracy[rows], strangers[rows])
        )
        parts.append(f"{model}: a threshold of {words}")
    for mark, marker in zip(marks, "osD^v"):
        left.plot([], [], marker, color=BLACK, markersize=11, label=f"threshold {100 * mark:g} %")
    lines, names = left.get_legend_handles_labels()
    count = len(curves)
    fig.legend(lines[:count], names[:count], loc="outside upper center", ncols=count)
    left.legend(lines[count:], names[count:], loc="lower left")
    lowest = min(np.nanmin(accuracy) for _, accuracy, _ in curves.values())
    fewest = min(np.min(answered) for answered, _, _ in curves.values())
    start, bottom = 10 * int(10 * min(0.5, fewest)), 10 * int(10 * lowest - 0.5)
    left.set(xlabel="known images answered, in per cent", xlim=(start, 101), title="known images")
    left.set(ylabel="answers that are right, in per cent", ylim=(bottom, 101))
    left.text(0.98, 0.03, f"starts at {bottom} %", ha="right", transform=left.transAxes)
    left.yaxis.get_major_locator().set_params(integer=True, nbins=6)
    right.set(xlabel="threshold in per cent", xlim=(0, 95), title="strangers")
    right.set(ylabel="strangers answered, in per cent", ylim=(0, 103))
    fig.alt = (
        "Two panels of answering only above a threshold of confidence, in per cent. "
        f"{'; '.join(parts)}."
    )
    return fig
