"""Figures: each function takes what it draws and returns a Figure with its alternative text."""

from helpers.plots.convolution import (
    filter_response,
    kernel_places,
    receptive_fields,
    size_staircase,
    sliding_kernel,
)
from helpers.plots.network import architecture, shares
from helpers.plots.scenes import accuracy_bars, brightness, class_counts, image_grid, resizing

__all__ = [
    "accuracy_bars",
    "architecture",
    "brightness",
    "class_counts",
    "filter_response",
    "image_grid",
    "kernel_places",
    "receptive_fields",
    "resizing",
    "shares",
    "size_staircase",
    "sliding_kernel",
]
