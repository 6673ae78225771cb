"""Figures: each function takes what it draws and returns a Figure with its alternative text."""

from helpers.plots.animation import kernel_animation
from helpers.plots.architecture import architecture
from helpers.plots.batch import batch, split_line
from helpers.plots.comparison import paired_comparison, robustness
from helpers.plots.confidence import reliability
from helpers.plots.convolution import feature_maps, filter_response
from helpers.plots.curves import learning_curves, overfitting, validation_curves
from helpers.plots.doubt import (
    averaged_loss,
    averaged_views,
    confidences,
    roc_curves,
    threshold_price,
)
from helpers.plots.evaluation import confusion_images, confusion_matrix, probabilities
from helpers.plots.filters import filters
from helpers.plots.interpret import (
    effects,
    heat_maps,
    strongest_channels,
    top_patches,
    weighted_channels,
)
from helpers.plots.layers import answers, channel_histograms, relu, softmax
from helpers.plots.network import channel_maps, layer_costs, part_times, towers
from helpers.plots.positions import kernel_positions, overhang
from helpers.plots.projection import projection
from helpers.plots.receptive import receptive_fields, traced_value
from helpers.plots.runs import averaged_losses, dot_rows
from helpers.plots.scenes import (
    accuracy_bars,
    brightness,
    hash_distances,
    image_grid,
    montage,
    resizing,
)
from helpers.plots.speed import roofline, time_bars
from helpers.plots.templates import templates
from helpers.plots.training import augmentations, descent, learning_rates, rate_sweep, two_modes
from helpers.plots.transfer import accuracy_costs, block, few_images, prediction_speeds
from helpers.plots.worked import count_bars, filter_channels, pooling, worked_convolution
