"""Judges of lesson 08: what fine-tuning trains, pooling, groups, a block and a planted bug."""

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_number, near, numbers, require
from helpers.keras_setup import keras
from helpers.models import pooled_alexnet


@exercise("08.1")
def trained_in_fine_tuning(given):
    """Count without batch norm, with ten classes."""
    channels = 96 + 256 + 384 + 384 + 256
    whole = 3_754_246 + 4 * 257
    right = whole - 4 * channels
    slips = {
        whole: "That's all of them. Batch normalisation has four numbers a channel, none trained.",
        whole - 2 * channels: "Frozen, batch normalisation trains no scale and no shift either.",
        right - 4 * 257: "That's with six classes; you have ten.",
        right - 4: "Each new class has a bias too.",
        2570: "The new layer alone is 2,570. In fine-tuning the convolutions are trained as well.",
    }
    otherwise = "Add four classes with 257 numbers each; subtract four numbers for each channel."
    judge_number(given, right, slips, otherwise)
    return "So nearly everything moves, and that's why the rate must be low."


@exercise("08.2")
def average_each_map(function):
    """Against sums written out."""
    random = np.random.default_rng(0)
    for images, rows, columns, channels in ((1, 2, 2, 1), (2, 3, 5, 4), (3, 1, 4, 2)):
        maps = random.integers(-9, 10, (images, rows, columns, channels)).astype(float)
        given = numbers(ask(function, maps.copy()), (images, channels))
        for image, channel in np.ndindex(images, channels):
            one = sum(maps[image, r, c, channel] for r in range(rows) for c in range(columns))
            sentence = (
                f"In maps of {maps.shape} the mean of image {image}, channel {channel} is "
                f"{one / (rows * columns):.6g}; yours gives {given[image, channel]:.6g}."
            )
            require(near(given[image, channel], one / (rows * columns)), sentence)
    return "Whatever the size of the image, the features have one size."


def _layers(model, kind):
    """List a model's layers of a kind."""
    return [layer for layer in model.layers if isinstance(layer, kind)]


@exercise("08.3")
def narrow_work_widen(function):
    """Look at its layers, and at what it does without weights."""
    layers = keras.layers
    for filters, side in ((16, 9), (32, 6)):
        inputs = keras.Input((side, side, filters))
        given = ask(function, inputs, filters)
        require(keras.backend.is_keras_tensor(given), "It should return the last layer's output.")
        expected = (None, side, side, filters)
        sentence = f"From {inputs.shape} comes {tuple(given.shape)}; it should be {expected}."
        require(tuple(given.shape) == expected, sentence)
        model = keras.Model(inputs, given)
        convs = _layers(model, layers.Conv2D)
        found = [(conv.kernel_size[0], conv.filters) for conv in convs]
        wanted = [(1, filters // 4), (3, filters // 4), (1, filters)]
        words = "kernel sides and filters of the convolutions should be"
        require(found == wanted, f"For {filters} filters the {words} {wanted}; yours are {found}.")
        require(not any(conv.use_bias for conv in convs), "Batch normalisation cancels the biases.")
        norms, bends = _layers(model, layers.BatchNormalization), _layers(model, layers.ReLU)
        bends += [one for one in _layers(model, layers.Activation) if "relu" in str(one.activation)]
        require(len(norms) == 3, f"It has {len(norms)} batch normalisations, not three.")
        require(len(bends) == 3, f"It has {len(bends)} ReLU layers, not three.")
        for conv in convs:
            conv.set_weights([np.zeros(conv.kernel.shape)])
        x = np.random.default_rng(0).normal(size=(1, side, side, filters)).astype("float32")
        out = keras.ops.convert_to_numpy(model(x))
        require(np.abs(out).max() > 0, "With kernels of 0 nothing comes out: is there a shortcut?")
        same = np.allclose(out, np.maximum(x, 0), atol=1e-5)
        sentence = "With kernels of 0 it should give ReLU of its input: what comes after the sum?"
        require(same, sentence)
    return "ResNet50 has sixteen of these; its 3 x 3 works on a quarter of the channels."


@exercise("08.4")
def convolve_in_groups(function):
    """One filter at a time."""
    random = np.random.default_rng(0)
    for rows, channels, filters, groups in ((1, 4, 2, 1), (1, 4, 2, 2), (3, 6, 9, 3), (2, 4, 4, 4)):
        maps = random.integers(-5, 6, (rows, rows + 1, channels)).astype(float)
        size = channels // groups
        kernel = random.integers(-5, 6, (size, filters)).astype(float)
        answer = ask(function, maps.copy(), kernel.copy(), groups)
        given = numbers(answer, (rows, rows + 1, filters))
        for number in range(filters):
            first = number // (filters // groups) * size
            own = sum(maps[..., first + k] * kernel[k, number] for k in range(size))
            sentence = (
                f"With {channels} channels, {filters} filters and {groups} groups, filter {number} "
                f"sees channels {first} to {first + size - 1}; yours gives other numbers there."
            )
            require(np.allclose(given[..., number], own), sentence)
    return "Each filter has fewer weights by the number of groups."


@exercise("08.5")
def ready_for_fine_tuning(function):
    """Three planted mistakes: what is frozen, what the new layer sees, the rate."""
    layers = keras.layers
    trained = pooled_alexnet((67, 67, 3), num_classes=5)
    model = ask(function, trained, 3)
    require(isinstance(model, keras.Model), "It should return a Keras model.")
    require(model.output_shape == (None, 3), f"For 3 classes it gives {model.output_shape}.")
    dense = _layers(model, layers.Dense)
    sees = [layer.kernel.shape[0] for layer in dense]
    sentence = f"The dense layers see {sees} numbers; the only one should see the 256 features."
    require(sees == [256], sentence)
    frozen = [layer.name for layer in model.layers if layer.weights and not layer.trainable]
    norms = [layer.name for layer in _layers(model, layers.BatchNormalization)]
    sentence = f"Frozen are {frozen or 'no layers'}; it should be batch normalisation alone."
    require(frozen == norms, sentence)
    before = {layer.name: layer.get_weights() for layer in trained.layers}
    for layer in _layers(model, (layers.Conv2D, layers.BatchNormalization)):
        pairs = zip(layer.get_weights(), before[layer.name])
        sentence = f"{layer.name} has lost its trained weights."
        require(all(np.array_equal(one, other) for one, other in pairs), sentence)
    require(isinstance(model.layers[-1], layers.Softmax), "It should end in a softmax, as before.")
    require(getattr(model, "optimizer", None), "It isn't compiled.")
    rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    sentence = f"A rate of {rate:g} ruins the features in a few steps: go to 0.001 or below."
    require(0 < rate <= 1e-3, sentence)
    return "Three slips that raise no error, and each costs accuracy without a word."
