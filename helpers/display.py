"""Show a figure or a film in a notebook, with its alternative text."""

import base64
import io

from IPython.display import display
from PIL import Image, ImageChops, ImageStat


def show(figure):
    """Show a figure and store it with the sentence that says what it shows.

    Figures that hold photographs or scenes become JPEG, the others PNG: each is then several
    times smaller than as the other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With its alternative text as ``figure.alt`` and ``figure.photo``, whether it holds
        photographs or scenes: all functions in `helpers.plots` return it so.

    Raises
    ------
    ValueError
        If the figure carries no alternative text.
    """
    alt = getattr(figure, "alt", "")
    if not alt:
        raise ValueError("this figure has no alternative text; set figure.alt to a sentence")
    photo = getattr(figure, "photo", False)
    kind, mime = ("jpeg", "image/jpeg") if photo else ("png", "image/png")
    options = {"pil_kwargs": {"quality": 85}} if photo else {}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, bbox_inches="tight", **options)
    content = buffer.getvalue() if photo else _in_few_colours(buffer)
    picture = base64.b64encode(content).decode()
    display({mime: picture}, metadata={mime: {"alt": alt}}, raw=True)


def _in_few_colours(png):
    """Reduce a chart to 256 colours, a third of its size; leave one with finer shades as it is."""
    picture, smaller = Image.open(png).convert("RGB"), io.BytesIO()
    reduced = picture.quantize(256, dither=Image.Dither.NONE)
    change = ImageStat.Stat(ImageChops.difference(picture, reduced.convert("RGB"))).mean
    reduced.save(smaller, format="png", optimize=True)
    return (smaller if max(change) < 0.2 else png).getvalue()


def show_animation(figures, seconds=0.5):
    """Show figures one after the other, again and again, as a PNG that moves.

    Every browser plays it, without a player or a script; on paper it is its first picture.

    Parameters
    ----------
    figures : list of matplotlib.figure.Figure
        Of one size; the alternative text is that of the first.
    seconds : float, default 0.5
        For each picture; the last one stays three times as long.
    """
    pictures = []
    for figure in figures:
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=80)
        pictures.append(Image.open(buffer).convert("RGB"))
    colours = pictures[-1].quantize(32)  # the same few for all: that keeps the file small
    pictures = [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in pictures]
    buffer = io.BytesIO()
    times = [round(1000 * seconds)] * (len(pictures) - 1) + [round(3000 * seconds)]
    film = {"save_all": True, "append_images": pictures[1:], "duration": times, "loop": 0}
    pictures[0].save(buffer, "PNG", optimize=True, **film)
    picture = base64.b64encode(buffer.getvalue()).decode()
    display({"image/png": picture}, metadata={"image/png": {"alt": figures[0].alt}}, raw=True)
