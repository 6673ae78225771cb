"""Figures of what one value sees: its receptive field, and the way back to it (lesson 02)."""

from matplotlib.patches import ConnectionPatch, Patch
from matplotlib.patheffects import withStroke

from helpers.plots.colours import BLACK, CATEGORIES, ORANGE, SKY, VERMILION
from helpers.plots.parts import draw_square, spread
from helpers.plots.style import figure, join_pairs, join_words, styled
from helpers.plots.worked import FRAME, draw_frame

HALO, THIN_HALO = ([withStroke(linewidth=width, foreground="white")] for width in (6, 4))
ARM = 30  # how far the arrows of a traced value hang below its patches, in points
ELBOW = f"arc,angleA=-90,angleB=-90,armA={ARM},armB={ARM},rad=8"


@styled
def receptive_fields(image, fields):
    """Draw how much of an image the middle value of each layer sees.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
    fields : dict
        ``{layer: side of the field in pixels}``, growing; those larger than the image are left out.

    Returns
    -------
    Figure
    """
    n = len(image)
    inside = {name: side for name, side in fields.items() if side <= n}
    fig, axis = figure(size=(10.4, 7.8), photo=True)
    axis.imshow(image)
    axis.set(xticks=(0, n - 1), yticks=(0, n - 1), xlabel="pixels")
    tops = [(n - side) / 2 for side in inside.values()]
    heights = spread(tops, n / 15)
    for k, (name, side) in enumerate(inside.items()):
        colour, top = CATEGORIES[k % len(CATEGORIES)], tops[k]
        look = {"edgecolor": colour, "linewidth": 4, "path_effects": HALO}
        draw_square(axis, (top - 0.5, top - 0.5), side, fill=False, **look)
        # From its upper right corner to a word beside the image, where it hides nothing.
        ends = (top + side - 0.5, n + 1, n + 9), (top - 0.5, top - 0.5, heights[k])
        look = {"color": colour, "linewidth": 2.5, "clip_on": False, "path_effects": THIN_HALO}
        axis.plot(*ends, zorder=0.9, **look)
        axis.text(n + 11, heights[k], f"{name}: {side} x {side}", size=19, va="center")
    axis.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
    fig.alt = (
        f"An image of {n} by {n} pixels with a square for what the middle value of each layer "
        f"sees. Their sides: {join_pairs(fields, fields.values())} pixels. The largest covers "
        f"{max(fields.values()) ** 2 / n**2:.0%} of the image's area."
    )
    return fig


@styled
def traced_value(image, steps, kernels):
    """Draw one value of a layer, the values before it that it is computed from, and its pixels.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
    steps : list of (str, int, int, int)
        From the value back to the image: the layer, its side, and the first and the last of the
        values read there, down as well as across.
    kernels : sequence of int
        Of the layers, from the image on.

    Returns
    -------
    Figure
        Above, where these values are; below, magnified, one patch and the value from it,
        joined by an arrow that leads from the value to the patch.
    """
    steps = steps[::-1]
    size = (13.5, 24 / len(steps) + 2.4)
    fig, axes = figure(2, len(steps), size, photo=True, height_ratios=(0.7, 1))
    fig.get_layout_engine().set(w_pad=0.15, h_pad=0.1)
    keys = [
        Patch(facecolor=ORANGE, alpha=0.5, edgecolor=BLACK, label="a patch"),
        Patch(facecolor=SKY, edgecolor=BLACK, label="a value, computed from the patch on its left"),
    ]
    fig.legend(handles=keys, loc="outside lower center", ncols=2, fontsize=17)
    for (upper, lower), (name, side, first, last) in zip(axes.T, steps, strict=True):
        width, end, photo = last - first + 1, last + 1, name == steps[0][0]
        room = 2 if width == 1 else 0  # a single value is drawn small
        upper.set(xlim=(0, side), ylim=(side, 0))
        lower.set(xlim=(first - room, end + room), ylim=(end, first - 2 * room))
        for axis in (upper, lower):
            axis.set(aspect="equal", xticks=[], yticks=[])
            axis.spines[:].set_visible(axis is upper or not room)
            axis.set_facecolor("#DDEBF5" if axis is upper or not room else "white")
            if photo:
                axis.imshow(image, extent=(0, side, side, 0))
        upper.set_title(f"{name}, {side} x {side}")
        face = "none" if photo else VERMILION
        look = {"facecolor": face, "edgecolor": VERMILION, "linewidth": 3, "path_effects": HALO}
        draw_square(upper, (first, first), width, zorder=2, **look)
        ends = f"rows and columns {first} to {last}" if width > 1 else f"row and column {first}"
        whole = f"the whole square: {width} x {width}\n" if width > 1 else ""
        lower.set_xlabel(whole + ends, labelpad=2 * ARM)
        if photo:
            look = {"ha": "center", "va": "center", "size": 17, "color": VERMILION}
            upper.text((first + end) / 2, 1.12 * side, "enlarged", **look)
        else:
            look = {"color": "#7D9BB3", "linewidth": 1}
            lower.hlines(range(first, end), first, end, **look)
            lower.vlines(range(first, end), first, end, **look)
            draw_square(lower, (first, last), 1, facecolor=SKY, zorder=2.5, **FRAME)
        look = {"axesA": upper, "axesB": lower, "linewidth": 1.5, "color": VERMILION}
        for x in (first, end):
            fig.add_artist(ConnectionPatch((x, end), (x, first), "data", "data", **look))
    for place, kernel in enumerate(kernels):
        (axis, beside), (_, _, first, last) = axes[1, place : place + 2], steps[place]
        end, (_, _, start, stop) = last + 1, steps[place + 1]
        corner = first, end - kernel  # below on the left, where the arrow from its value arrives
        if place == 0:
            look = {"edgecolor": ORANGE, "linewidth": 5, "path_effects": HALO}
            draw_square(axis, corner, kernel, fill=False, zorder=2, **look)
        else:
            draw_frame(axis, corner, kernel)
        look = {"axesA": beside, "axesB": axis, "arrowstyle": "-|>", "mutation_scale": 26}
        look |= {"linewidth": 3, "facecolor": BLACK, "connectionstyle": ELBOW}
        ends = (start + 0.5, stop + 1), (first + kernel / 2, end)
        fig.add_artist(ConnectionPatch(*ends, "data", "data", **look)).set_in_layout(False)
        # The name of the arrow stands below its level part.
        words = f"computed from {kernel} x {kernel}"
        x, gap = (end, 18) if kernel > last - first else ((first + end) / 2, 0)
        look = {"ha": "center", "va": "top", "size": 17, "textcoords": "offset points"}
        axis.annotate(words, (x, end), (gap, -ARM - 4), **look).set_in_layout(False)
    told = [f"{name} {first} to {last} of {side}" for name, side, first, last in steps]
    fig.alt = f"The way back from one value to its pixels, a square in each: {join_words(told)}."
    return fig
