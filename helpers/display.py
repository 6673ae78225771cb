"""Show a figure in a notebook, with its alternative text."""

import base64
import io

from IPython.display import display


def show(figure, photo=None):
    """Show a figure and store it with the sentence that says what it shows.

    Figures that hold photographs or scenes become JPEG, the others PNG: each is then several
    times smaller than as the other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With its alternative text as ``figure.alt``, as all functions in `helpers.plots` return it.
    photo : bool, optional
        By default whatever ``figure.photo`` says.

    Raises
    ------
    ValueError
        If the figure carries no alternative text.
    """
    alt = getattr(figure, "alt", "")
    if not alt:
        raise ValueError("this figure has no alternative text; set figure.alt to a sentence")
    photo = getattr(figure, "photo", False) if photo is None else photo
    kind, mime = ("jpeg", "image/jpeg") if photo else ("png", "image/png")
    options = {"pil_kwargs": {"quality": 85}} if photo else {}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, bbox_inches="tight", **options)
    picture = base64.b64encode(buffer.getvalue()).decode()
    display({mime: picture}, metadata={mime: {"alt": alt}}, raw=True)
