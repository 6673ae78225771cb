"""What all figures share: size of letters, colours, and the alternative text they carry."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

# Okabe and Ito, "Color universal design" (2008): told apart with any kind of colour vision.
BLUE, ORANGE, SKY, VERMILION = "#0072B2", "#E69F00", "#56B4E9", "#D55E00"
PINK, GREY, BLACK = "#CC79A7", "#B8B8B8", "#1A1A1A"
SERIES = (BLUE, ORANGE, SKY, VERMILION, BLACK)
MANY = (*SERIES, "#882255", "#77AA77", "#BB00FF")  # the last three chosen by simulation
LINES = tuple(zip(SERIES, ("-", "--", ":", "-.", "-"), ("o", "s", "^", "D", "v"), strict=True))

LOOK = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.labelsize": 15,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 100,
    "text.parse_math": False,  # a class may be called $100
}
styled = rc_context(LOOK)  # decorates each plot function: its letters and lines get this look


def figure(rows=1, columns=1, size=(10, 5), photo=False, **options):
    """Make a figure with its axes, apart from pyplot's global state.

    Parameters
    ----------
    rows, columns : int
    size : (float, float)
        Width and height in inches, at 100 pixels an inch.
    photo : bool
        Whether it will hold photographs or scenes (then it is stored as JPEG).
    **options
        For `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    figure : Figure
    axes : Axes or ndarray of Axes
    """
    made = Figure(figsize=size, layout="constrained")
    axes = made.subplots(rows, columns, **options)
    made.photo = photo
    return made, axes


def listed(words):
    """Join words as a sentence does: a, b and c."""
    words = [str(word) for word in words]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def apart(values, gap):
    """Return heights for labels: those of the values, moved until none is nearer than the gap."""
    order = np.argsort(values)
    steps = gap * np.arange(len(values))
    heights = np.maximum.accumulate(np.asarray(values, float)[order] - steps) + steps
    moved = np.empty(len(values))
    moved[order] = heights - (heights - np.asarray(values)[order]).mean()
    return moved
