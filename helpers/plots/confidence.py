"""The reliability diagram, which shows whether a model is as sure as it is right (lesson 05)."""

import numpy as np
from scipy.stats import binomtest

from helpers.plots.colours import BLACK, BLUE, SKY, VERMILION
from helpers.plots.style import figure, join_words, styled

DIAGONAL, MEETS, MISSES, FEW = LEGEND = (
    "perfectly calibrated",
    "interval meets the diagonal",
    "interval misses it",
    "fewer than five images",
)


@styled
def reliability(diagrams):
    """Draw how often a model is right against how sure it is.

    Parameters
    ----------
    diagrams : dict
        ``{title: (confidence, accuracy, counts, error)}``, one diagram beside the other, each as
        `evaluation.reliability` returns it: mean confidence and share of right answers of each
        bin, 0 to 1, nan where it is empty; its number of images; the expected calibration error.

    Returns
    -------
    Figure
        Each point carries Wilson's 95 per cent interval; it is an orange square where the interval
        misses the diagonal, and hollow where it stands for fewer than five images. Below it the
        number of images. The title compares the error with what a perfectly calibrated network
        gets by luck in 95 of 100 tries. The axes start at 30, or lower where there is something to
        see.
    """
    size = (max(9, 7 * len(diagrams)), 7.5)
    options = {"sharex": True, "sharey": "row", "squeeze": False, "height_ratios": (3, 1)}
    fig, axes = figure(2, len(diagrams), size, **options)
    parts = [
        f"{title}: {_draw_reliability(*axes[:, column], title, *numbers)}"
        for column, (title, numbers) in enumerate(diagrams.items())
    ]
    _crop(axes[0])
    axes[0, 0].set_ylabel("right answers (%)")
    axes[1, 0].set_ylabel("images")
    axes[1, 0].set_ylim(0, 1.35 * max(max(numbers[2]) for numbers in diagrams.values()))
    axes[1, 0].yaxis.get_major_locator().set_params(integer=True, nbins=3)
    legend = {}
    for lines, labels in [axis.get_legend_handles_labels() for axis in axes[0]]:
        legend |= dict(zip(labels, lines))
    names = [name for name in LEGEND if name in legend]
    columns = 4 if len(diagrams) > 1 else 2
    fig.legend([legend[name] for name in names], names, loc="outside upper center", ncols=columns)
    fig.alt = (
        f"Accuracy against confidence, with the diagonal on which both are equal. {' '.join(parts)}"
    )
    return fig


def _crop(axes):
    """Let confidence and accuracy start at 30 per cent, or at the ten below the lowest interval."""
    lines = [line for axis in axes for line in axis.collections]
    ends = np.concatenate([each for line in lines for each in line.get_segments()])
    left, bottom = np.minimum(30, 10 * np.floor(ends.min(axis=0) / 10))
    axes[0].set(xlim=(left, 101), ylim=(bottom, 103))


def _draw_reliability(upper, lower, title, confidence, accuracy, counts, error):
    """Draw one diagram and the number of images below; return what it says."""
    counts = np.array(counts, int)
    full, bins = np.flatnonzero(counts), len(counts)
    sure, right = 100 * np.array(confidence, float)[full], 100 * np.array(accuracy, float)[full]
    ends = np.array([_wilson(share, n) for share, n in zip(right, counts[full])]).reshape(-1, 2)
    upper.plot([0, 100], [0, 100], "--", color=BLACK, linewidth=2, label=DIAGONAL)
    off = (sure < ends[:, 0]) | (sure > ends[:, 1])
    for rows, colour, mark, label in (
        (~off, BLUE, "o", MEETS),
        (off, VERMILION, "s", MISSES),
    ):
        if rows.any():
            reach = np.abs(ends[rows].T - right[rows])
            look = {"color": colour, "markersize": 10, "capsize": 5, "elinewidth": 2.5}
            line = upper.errorbar(sure[rows], right[rows], reach, fmt=mark, label=label, **look)
            for part in (line[0], *line[1], *line[2]):
                part.set_clip_on(False)
            few = rows & (counts[full] < 5)
            look = {"markersize": 10, "markerfacecolor": "white", "color": colour, "zorder": 3}
            if few.any():
                upper.plot(sure[few], right[few], mark, label=FEW, clip_on=False, **look)
    bars = lower.bar((np.arange(bins) + 0.5) * 100 / bins, counts, 92 / bins, color=SKY)
    lower.bar_label(bars, [f"{number:,}" if number else "" for number in counts], padding=2)
    low, high = _luck(sure / 100, counts[full])
    luck = f"luck alone: {100 * low:.1f} to {100 * high:.1f} points (95%)"
    upper.set_title(f"{title}\nexpected calibration error: {100 * error:.1f} points\n{luck}")
    lower.set_xlabel("confidence (%)")
    parts = join_words(
        f"{number:,} {'image' if number == 1 else 'images'} {s:.1f} per cent sure and {r:.1f} right"
        for number, s, r in zip(counts[full], sure, right, strict=True)
    )
    return f"{parts}; the expected calibration error is {100 * error:.1f} points; {luck}."


def _luck(sure, counts, tries=10_000):
    """Return the middle 95 per cent of the errors of a network that is right as often as sure."""
    right = np.random.default_rng(0).binomial(counts, sure, size=(tries, len(counts)))
    errors = np.abs(right - counts * sure).sum(axis=1) / counts.sum()
    return np.percentile(errors, (2.5, 97.5))


def _wilson(share, count):
    """Return Wilson's 95 per cent interval of a share in per cent, as `evaluation` computes it."""
    interval = binomtest(round(share * count / 100), count).proportion_ci(0.95, method="wilson")
    return 100 * interval.low, 100 * interval.high
