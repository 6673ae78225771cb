"""Controls for the classroom: change a value and watch what follows (lessons 02 and 07)."""

import inspect
import os

from IPython.display import display


def controls(draw, **choices):
    """Put a slider or a list before each argument of a function that prints or shows.

    Without ipywidgets, or with ALEXNET_WIDGETS=0, the function is called once with its own
    defaults, and nothing else happens: on paper and in tests.

    Parameters
    ----------
    draw : callable
        Every argument has a default. What it prints and shows stands below the controls, and
        is drawn again when one of them is moved.
    **choices
        For each argument the values to choose from: a range becomes a slider, a list a menu.
    """
    start = {name: part.default for name, part in inspect.signature(draw).parameters.items()}
    try:
        import ipywidgets as widgets
    except ImportError:
        widgets = None
    if widgets is None or os.environ.get("ALEXNET_WIDGETS") == "0":
        draw(**start)
        return
    sliders = {}
    for name, values in choices.items():
        kind = widgets.Dropdown
        options = {"options": list(values), "value": start[name], "description": name}
        if isinstance(values, range):
            kind, options["continuous_update"] = widgets.SelectionSlider, False
        sliders[name] = kind(**options)
    below = widgets.interactive_output(draw, sliders)
    display(widgets.VBox([widgets.HBox(list(sliders.values())), below]))
