"""Figures: each function takes what it draws and returns a Figure with its alternative text."""

from helpers.plots.animation import kernel_animation
from helpers.plots.convolution import (
    filter_response,
    kernel_positions,
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
from helpers.plots.interpret import heat_maps, projection, strongest_channels
from helpers.plots.network import architecture, filters, layer_costs
from helpers.plots.scenes import accuracy_bars, brightness, class_counts, image_grid, resizing
from helpers.plots.speed import layer_times, roofline
from helpers.plots.training import (
    augmentations,
    learning_rates,
    moving_average_memory,
    weight_averaging,
)
from helpers.plots.transfer import accuracy_costs, block, few_images, prediction_speeds
