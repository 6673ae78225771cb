"""The poster: AlexNet on a sheet of A2, by the function that draws lesson 03's figure."""

from matplotlib import rc_context
from matplotlib.text import Text

from helpers import models, plots, shapes
from helpers.plots.colours import BLACK, BLUE

A2 = 594 / 25.4, 420 / 25.4  # inches


def receptive_fields(model):
    """Return the side in pixels of what one value of each layer with a window sees."""
    field, jump, fields = 1, 1, {}
    for layer in model.layers:
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if window:
            field += (window[0] - 1) * jump
            jump *= layer.strides[0]
            fields[layer.name] = field
    return fields


def facts(model):
    """Return three headings, each with the lines below it."""
    work = models.multiply_adds(model)
    dense = [name for name in work if name.startswith("fc")]
    held = sum(model.get_layer(name).count_params() for name in dense) / model.count_params()
    done = 1 - sum(work[name] for name in dense) / sum(work.values())
    return {
        "The side after a layer": (
            "⌊(n + 2p − k) / s⌋ + 1\n"
            "n pixels, padding p, kernel k, stride s\n"
            f"conv0: (227 − 11) / 4 + 1 = {shapes.conv_output_size(227, 11, 4)}\n"
            "sees: the side of the receptive field"
        ),
        "After each convolution": (
            "Batch normalisation puts every\nchannel on one scale; ReLU keeps\nwhat is above 0."
        ),
        "Where it costs": (
            f"{held:.0%} of {model.count_params() / 1e6:.1f} million parameters\n"
            f"are in the dense layers, {done:.0%} of\n"
            f"{sum(work.values()) / 1e9:.2f} billion multiply-adds an image,\n"
            "MACs, in the convolutions."
        ),
    }


def draw(model=None):
    """Draw the poster.

    Parameters
    ----------
    model : keras.Model, default AlexNet

    Returns
    -------
    Figure
        With its alternative text as ``alt``.
    """
    model = model or models.alexnet()
    lines = {
        name: [f"{count / 1e6:.3g} M MACs" if count >= 1e6 else f"{count / 1e3:.3g} k MACs"]
        for name, count in models.multiply_adds(model).items()
    }
    for name, side in receptive_fields(model).items():
        lines.setdefault(name, []).append(f"sees {side} px")
    fig = plots.architecture(model, lines)
    width, height = fig.get_size_inches()
    scale = 0.96 * A2[0] / width
    for text in fig.findobj(Text):
        text.set_fontsize(scale * text.get_fontsize())
    (axis,) = fig.axes
    axis.set_position((0.02, 0.21, 0.96, scale * height / A2[1]))
    fig.set_size_inches(A2)
    fig.text(0.02, 0.98, "AlexNet", size=100, weight="bold", color=BLUE, va="top")
    words = "Krizhevsky, Sutskever and Hinton, 2012; as the course builds it, for six classes"
    fig.text(0.3, 0.94, words, size=27, color=BLACK, va="top")
    for column, (heading, lines) in enumerate(facts(model).items()):
        left = 0.022 + 0.33 * column
        fig.text(left, 0.195, heading, size=32, weight="bold", color=BLUE, va="top")
        fig.text(left, 0.15, lines, size=25, color=BLACK, va="top", linespacing=1.4)
    fig.alt = f"AlexNet. {fig.alt}"
    return fig


def save(folder):
    """Write ``poster.svg`` and ``poster.pdf`` into a folder."""
    fig = draw()
    about = {"Title": "AlexNet", "Date": None, "Description": fig.alt}
    with rc_context({"svg.hashsalt": "poster"}):
        fig.savefig(folder / "poster.svg", metadata=about)
    fig.savefig(folder / "poster.pdf", metadata={"Title": "AlexNet", "CreationDate": None})
