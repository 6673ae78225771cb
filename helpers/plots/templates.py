"""Figure of what a linear model looks for: one template a class (lesson 01)."""

from helpers.plots.parts import CENTRED, draw_square, show_image
from helpers.plots.style import figure, join_words, styled

OPPOSITES = {
    "red": ("#E04040", "#20BFBF"),
    "green": ("#30C030", "#CF3FCF"),
    "blue": ("#4060F0", "#BF9F0F"),
    "light": ("#FFFFFF", "#000000"),
}


@styled
def templates(means, weights, class_names):
    """Draw the mean image of each class above its template, with a key to the colours.

    Parameters
    ----------
    means : sequence of ndarray of float, shape (height, width, 3)
        0 to 1.
    weights : sequence of ndarray of float, shape (side, side, 3)
        0 to 1; at 0.5 a colour says nothing, above it counts for the class.
    class_names : sequence of str

    Returns
    -------
    Figure
    """
    count = len(class_names)
    ratios, size = [1] * count + [0.8], (2.9 * count + 2.3, 6.4)
    fig, axes = figure(2, count + 1, size, photo=True, width_ratios=ratios)
    for column, name in enumerate(class_names):
        show_image(axes[0, column], means[column], f"{name}\nmean image")
        show_image(axes[1, column], weights[column], "template", interpolation="bilinear")
    fig.get_layout_engine().set(hspace=0.06)
    grid = axes[0, -1].get_subplotspec().get_gridspec()
    for axis in axes[:, -1]:
        axis.remove()
    key = fig.add_subplot(grid[:, -1])
    for column, word in enumerate(("counts\nfor", "counts\nagainst")):
        key.text(1.5 + 1.4 * column, 0.5, word, **CENTRED)
    for row, (name, pair) in enumerate(OPPOSITES.items(), start=1):
        key.text(0.8, row + 0.5, name, ha="right", va="center")
        for column, colour in enumerate(pair):
            corner = (1.1 + 1.4 * column, row + 0.1)
            draw_square(key, corner, 0.8, facecolor=colour, edgecolor="#777777")
    draw_square(key, (1.1, 5.5), 0.8, facecolor="#808080", edgecolor="#777777")
    key.text(2.1, 5.9, "says\nnothing", va="center")
    key.set(xlim=(-0.4, 3.4), ylim=(7, 0), aspect="equal")
    key.set_axis_off()
    fig.alt = (
        f"The mean images of {join_words(class_names)}, their templates of "
        f"{len(weights[0])} by {len(weights[0][0])} colours that run into each other, and a key: "
        "red counts for a class where its template is red and against it where it is cyan; green "
        "and magenta, blue and yellow, and light and dark are such pairs too; mid-grey says "
        "nothing."
    )
    return fig
