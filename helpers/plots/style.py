"""What all figures share: their size, their letters, and the words of their alternative text."""

from matplotlib import rc_context
from matplotlib.figure import Figure

LOOK = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
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
    fig = Figure(figsize=size, layout="constrained")
    fig.photo = photo
    return fig, fig.subplots(rows, columns, **options)


def join_words(words):
    """Join words as a sentence does: a, b and c."""
    words = [str(word) for word in words]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def join_pairs(names, values, form=""):
    """Join names and their values as a sentence does, each value in the given format."""
    return join_words(f"{name} {value:{form}}" for name, value in zip(names, values, strict=True))
