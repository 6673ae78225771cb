"""Figures: each function takes what it draws and returns a Figure with its alternative text."""

from helpers.plots.convolution import (
    filter_response,
    kernel_places,
    receptive_fields,
    size_staircase,
    sliding_kernel,
)
from helpers.plots.curves import learning_curves, overfitting, validation_curves
from helpers.plots.evaluation import (
    class_table,
    confusion_images,
    confusion_matrix,
    probabilities,
    reliability,
)
from helpers.plots.film import moving_kernel
from helpers.plots.inside import heat_maps, projection, strongest_channels
from helpers.plots.network import architecture, filters, shares
from helpers.plots.scenes import accuracy_bars, brightness, class_counts, image_grid, resizing
from helpers.plots.speed import layer_times, roofline
from helpers.plots.training import augmented, learning_rates, momentum_memory, swings

__all__ = [
    "accuracy_bars",
    "architecture",
    "augmented",
    "brightness",
    "class_counts",
    "class_table",
    "confusion_images",
    "confusion_matrix",
    "filter_response",
    "filters",
    "heat_maps",
    "image_grid",
    "kernel_places",
    "layer_times",
    "learning_curves",
    "learning_rates",
    "momentum_memory",
    "moving_kernel",
    "overfitting",
    "probabilities",
    "projection",
    "receptive_fields",
    "reliability",
    "resizing",
    "roofline",
    "shares",
    "size_staircase",
    "sliding_kernel",
    "strongest_channels",
    "swings",
    "validation_curves",
]
