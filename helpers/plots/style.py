"""What all figures share: their size, their letters, and the words of their alternative text."""

import functools
import warnings

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager, get_font
from matplotlib.text import Text

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


class AnyNameFigure(Figure):
    """A figure that can draw letters which the usual font lacks."""

    def draw(self, renderer):
        """Draw as always, with the fonts that the letters need."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")
            for text in self.findobj(Text):
                if font := _font_for(frozenset(text.get_text())):
                    text.set_family([*text.get_family(), font])
            super().draw(renderer)


@functools.cache
def _letters(path):
    """Return the code points that a font file has."""
    return set(get_font(path).get_charmap())


@functools.cache
def _font_for(letters):
    """Find an installed font for letters that the default one lacks, None where it lacks none."""
    missing = {ord(letter) for letter in letters if letter > "~"} - _letters(
        findfont("DejaVu Sans")
    )
    fonts = [font for font in fontManager.ttflist if not font.name.startswith("Last Resort")]
    for font in fonts if missing else ():
        if missing <= _letters(font.fname):
            return font.name
    if missing:
        words = "".join(sorted(map(chr, missing)))
        warnings.warn(f"no font here has {words}: install one, such as Noto Sans", stacklevel=2)
    return None


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
    fig = AnyNameFigure(figsize=size, layout="constrained")
    fig.photo = photo
    return fig, fig.subplots(rows, columns, **options)


def join_words(words):
    """Join words as a sentence does: a, b and c."""
    words = [str(word) for word in words]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def join_pairs(names, values, form=""):
    """Join names and their values as a sentence does, each value in the given format."""
    return join_words(f"{name} {value:{form}}" for name, value in zip(names, values, strict=True))
