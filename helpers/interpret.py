"""Look inside a model: its activations, and what moves its prediction (lesson 07)."""

import numpy as np

from helpers.batches import resized
from helpers.keras_setup import keras


def activations(model, images, layers, batch_size=32):
    """Compute the activations of layers, in inference mode.

    Parameters
    ----------
    model : keras.Model
    images : Images
    layers : str or sequence of str
        Name of a layer, or several, which one pass then gives.
    batch_size : int, default 32

    Returns
    -------
    ndarray of float32, shape (n, ...), or list of them
        The layer's output for each image, in their order; one array for each layer.
    """
    names = [layers] if isinstance(layers, str) else layers
    short = keras.Model(model.inputs[0], [model.get_layer(name).output for name in names])
    served = resized(images, model.input_shape[1], batch_size=batch_size)
    outputs = [keras.tree.flatten(short(batch, training=False)) for batch in served]
    arrays = [
        np.concatenate([keras.ops.convert_to_numpy(part) for part in parts]).astype(np.float32)
        for parts in zip(*outputs)
    ]
    return arrays[0] if isinstance(layers, str) else arrays


def logits_from(model, layer):
    """Build the function from a layer's activations to the logits.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, the last two dense and softmax.
    layer : str
        Name of the layer whose activations will be given.

    Returns
    -------
    callable
        From activations of shape (n, ...) to logits, ndarray of float64, shape (n, classes).
    """
    place = model.layers.index(model.get_layer(layer))
    x = inputs = keras.Input(model.layers[place].output.shape[1:])
    for each in model.layers[place + 1 : -2]:
        x = each(x)
    rest, last = keras.Model(inputs, x), model.layers[-2]
    kernel, *bias = (array.astype(np.float64) for array in last.get_weights())

    def logits(maps):
        row = keras.ops.convert_to_numpy(rest(maps, training=False))
        return row.astype(np.float64) @ kernel + sum(bias)

    return logits


def grad_cam(model, layer, maps, classes):
    """Compute Grad-CAM's maps of what supports a class (Selvaraju et al., ICCV 2017, section 3).

    A channel's weight is the mean of the logit's gradient over its positions (equation 1). Behind
    the maps there are only poolings and dense layers with ReLU, so the chain rule gives that mean
    exactly: each dense layer hands the gradient back through its weights, where its output is above
    0, and a pooling hands on what arrives at a channel, whichever positions it goes to.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, the last two dense and softmax.
    layer : str
        Name of the layer that gives the maps, behind the last convolution.
    maps : ndarray of float32, shape (n, rows, columns, channels)
        Its activations for n images, see `activations`.
    classes : sequence of int, shape (n,)
        For each image the class that is asked about.

    Returns
    -------
    ndarray of float32, shape (n, rows, columns)
        Sum of the channels, each times its weight, where it is above 0; 0 elsewhere (equation 2).

    Raises
    ------
    ValueError
        If another convolution follows.
    """
    x = inputs = keras.Input(maps.shape[1:])
    dense, hidden = [], []
    for each in model.layers[model.layers.index(model.get_layer(layer)) + 1 : -1]:
        if isinstance(each, keras.layers.Conv2D):
            raise ValueError(
                f"{layer} is followed by {each.name}: take the last convolution's maps"
            )
        x = each(x)
        if isinstance(each, keras.layers.Dense):
            dense.append(keras.ops.convert_to_numpy(each.kernel).astype(np.float32))
            hidden.append(x)
    outputs = keras.Model(inputs, hidden)(maps, training=False)
    slopes = dense[-1].T[np.asarray(classes)]
    for kernel, output in zip(dense[-2::-1], outputs[-2::-1]):
        slopes = (slopes * (keras.ops.convert_to_numpy(output) > 0)) @ kernel.T
    n, rows, columns, channels = maps.shape
    weights = slopes.reshape(n, -1, channels).sum(axis=1) / (rows * columns)
    return np.maximum((maps * weights[:, None, None]).sum(axis=-1), 0)


def smoothness(kernels):
    """Compute how alike neighbouring weights of filters are.

    Parameters
    ----------
    kernels : ndarray of float, shape (height, width, channels, filters)

    Returns
    -------
    float
        Correlation of each weight with those below it and to its right, within its filter and
        channel: about 0 for noise, near 1 for smooth filters.

    Examples
    --------
    >>> slope = np.arange(11.0)[:, None, None, None] * np.ones((11, 11, 1, 1))
    >>> chequers = (slope + slope.transpose(1, 0, 2, 3)) % 2
    >>> round(smoothness(slope), 2), round(smoothness(chequers), 2)
    (0.97, -1.0)
    """
    centred = kernels - kernels.mean(axis=(0, 1), keepdims=True)
    pairs = [(centred[1:], centred[:-1]), (centred[:, 1:], centred[:, :-1])]
    return float(np.mean([correlation(one, other) for one, other in pairs]))


def correlation(one, other):
    """Compute the cosine of the angle between two arrays: their correlation where means are 0.

    Parameters
    ----------
    one, other : ndarray of float
        Of one shape.

    Returns
    -------
    float
        0 where one of them is all 0.

    Examples
    --------
    >>> correlation(np.array([1.0, -1.0]), np.array([-2.0, 2.0])).round(3).item()
    -1.0
    """
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return (one * other).sum() / size if size else np.float64(0)
