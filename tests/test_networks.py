"""The paper's network, the residual one, and how recipes choose among networks."""

import numpy as np
import pytest

from helpers import model_io, models, networks, recipes, shapes, training
from helpers.keras_setup import keras


def slow_normalisation(a, n, k, alpha, beta):
    """Section 3.3 of the paper, word by word."""
    b = np.empty_like(a)
    channels = a.shape[-1]
    for i in range(channels):
        around = range(max(0, i - n // 2), min(channels - 1, i + n // 2) + 1)
        total = sum(a[..., j] ** 2 for j in around)
        b[..., i] = a[..., i] / (k + alpha * total) ** beta
    return b


@pytest.mark.parametrize("values", [(5, 2.0, 1e-4, 0.75), (3, 1.0, 0.5, 0.5), (9, 2.0, 0.1, 1.0)])
def test_local_response_normalisation_is_the_papers(values):
    a = np.random.default_rng(0).normal(0, 30, (2, 3, 4, 7)).astype("float32")
    layer = networks.LocalResponseNormalization(*values)
    np.testing.assert_allclose(layer(a), slow_normalisation(a, *values), rtol=1e-5)
    assert layer.from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.fixture(scope="module")
def paper():
    return networks.paper_alexnet()


def test_the_papers_network_has_its_parameters_and_sizes(paper):
    assert paper.count_params() == 60_965_224
    sides = [paper.get_layer(name).output.shape[1] for name in ("conv0", "max0", "max1", "max2")]
    assert sides == [55, 27, 13, 6]
    assert 55 == 1 + -(-(224 - 11) // 4) != shapes.conv_output_size(224, 11, 4)


def test_it_is_in_the_order_of_the_program(paper):
    names = [layer.name for layer in paper.layers]
    order = (
        "image centre overhang conv0 norm0 max0 relu0 conv1 relu1 norm1 max1 conv2 relu2 conv3 "
        "relu3 conv4 max2 relu4 flatten fc0 dropout0 fc1 dropout1 fc2 softmax"
    )
    assert names == order.split()
    groups = [paper.get_layer(f"conv{number}").groups for number in range(5)]
    assert groups == [1, 2, 1, 2, 2]
    biases = [float(np.mean(paper.get_layer(f"conv{number}").bias)) for number in range(5)]
    assert biases == [0, 1, 0, 1, 1]
    kernels = [paper.get_layer(f"conv{number}").get_weights()[0] for number in range(5)]
    spreads = [float(np.std(kernel)) for kernel in kernels]
    assert spreads == pytest.approx([0.01, 0.01, 0.03, 0.03, 0.01], rel=0.05)


def test_towers_give_the_numbers_of_a_convolution_in_groups():
    options = {"filters": 6, "kernel_size": 3, "groups": 2, "padding": "same", "strides": 2}
    whole, towers = keras.layers.Conv2D(**options), networks.Towers(**options)
    x = np.random.default_rng(0).random((2, 7, 8, 4)).astype("float32")
    whole(x), towers(x)
    towers.set_weights(whole.get_weights())
    np.testing.assert_allclose(towers(x), whole(x), atol=1e-6)


def test_a_residual_block_adds_what_came_in():
    inputs = keras.Input((8, 8, 4))
    block = keras.Model(inputs, networks.residual_block(inputs, 4))
    block.set_weights([np.zeros_like(w) for w in block.get_weights()])
    x = np.random.default_rng(0).random((2, 8, 8, 4)).astype("float32")
    np.testing.assert_allclose(block(x), x, atol=1e-6)  # both convolutions give 0
    halved = networks.residual_block(inputs, 6, strides=2)
    assert halved.shape == (None, 4, 4, 6)


def test_the_residual_network_is_small_and_deep():
    model = networks.small_resnet(num_classes=3, dropout=0.2)
    assert model.count_params() < 1_000_000 and model.output_shape == (None, 3)
    kernels = [layer.kernel.shape for layer in model.layers if hasattr(layer, "kernel")]
    assert len([kernel for kernel in kernels if kernel[:2] != (1, 1)]) == 14
    assert model.get_layer("dropout").rate == 0.2


def test_a_network_is_found_by_its_name():
    assert networks.find("alexnet") is models.alexnet
    with pytest.raises(ValueError, match="no network 'alexnett'.*alexnet.*small_resnet"):
        networks.find("alexnett")


@pytest.mark.parametrize("name", ["small_resnet", "small_cnn"])
def test_another_network_is_trained_saved_and_loaded(scenes, tmp_path, name):
    few = {"images_seen": 16, "batch_size": 8, "bn_recalibration_batches": 1}
    recipe = recipes.choose("quick", network=name, momentum=0.9, rate_drops=1, cosine=False, **few)
    network, model, plans = training.prepare(scenes, recipe)
    assert network.name == name and isinstance(model.optimizer, keras.optimizers.SGD)
    model.run_eagerly = True
    training.train(model, scenes, plans, recipe)
    model_io.save(network, tmp_path, scenes.class_names)
    loaded, record = model_io.load(tmp_path)
    assert record["network"] == loaded.name == name
    for mine, theirs in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_rate_is_divided_by_ten_after_equal_parts():
    rate = training.learning_rate(0.01, steps=80, drops=3)
    found = [float(rate(step)) for step in (0, 20, 21, 40, 41, 60, 61, 79)]
    np.testing.assert_allclose(found, [1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5], rtol=1e-5)


def test_weight_decay_adds_to_the_gradient_what_the_paper_subtracts(scenes):
    recipe = recipes.choose("quick", network="small_cnn", weight_decay=0.01, images_seen=8)
    network, model, _ = training.prepare(scenes, recipe)
    kernels = [layer.kernel for layer in models.all_layers(network) if hasattr(layer, "kernel")]
    expected = 0.005 * sum(float(keras.ops.sum(kernel**2)) for kernel in kernels)
    np.testing.assert_allclose(float(sum(model.losses)), expected, rtol=1e-4)
