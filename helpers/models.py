"""AlexNet, as lesson 03 builds it, and two smaller networks of its kind."""

import math

from helpers.keras_setup import keras


def all_layers(model):
    """List the layers of a model, and in place of a model within it the layers of that one.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    list of keras.layers.Layer
    """
    nested = [all_layers(lay) if isinstance(lay, keras.Model) else [lay] for lay in model.layers]
    return sum(nested, [])


def precision_of(model):
    """Return the name of the dtype policy of a model's first layer with weights.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    str
        Such as ``"mixed_bfloat16"``. (AlexNet's last layer always has ``"float32"``.)
    """
    return next(layer for layer in all_layers(model) if layer.weights).dtype_policy.name


def convolution(x, number, filters, kernel, strides=1, padding="same", bn_momentum=0.99):
    """Add one block: convolution, batch normalisation, ReLU.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, channels)
    number : int
        Number of the block in the layers' names: ``conv0``, ``bn0``, ``relu0``.
    filters, kernel, strides, padding
        See `keras.layers.Conv2D`.
    bn_momentum : float, default 0.99
        Fraction of the old value that batch norm's moving averages keep at each step.

    Returns
    -------
    KerasTensor, shape (batch, out_height, out_width, filters)
    """
    x = keras.layers.Conv2D(filters, kernel, strides, padding, name=f"conv{number}")(x)
    x = keras.layers.BatchNormalization(momentum=bn_momentum, name=f"bn{number}")(x)
    return keras.layers.ReLU(name=f"relu{number}")(x)


def _convolutions(x, bn_momentum):
    """Add AlexNet's five convolutions, with the two poolings between them."""
    x = convolution(x, 0, 96, 11, strides=4, padding="valid", bn_momentum=bn_momentum)
    x = keras.layers.MaxPooling2D(3, 2, name="max0")(x)
    x = convolution(x, 1, 256, 5, bn_momentum=bn_momentum)
    x = keras.layers.MaxPooling2D(3, 2, name="max1")(x)
    x = convolution(x, 2, 384, 3, bn_momentum=bn_momentum)
    x = convolution(x, 3, 384, 3, bn_momentum=bn_momentum)
    return convolution(x, 4, 256, 3, bn_momentum=bn_momentum)


def alexnet(input_shape=(227, 227, 3), num_classes=6, dropout=0.0, bn_momentum=0.99):
    """Build AlexNet with batch normalisation, not yet trained.

    Parameters
    ----------
    input_shape : (int, int, int), default (227, 227, 3)
        Height, width and channels of an image; the sides at least 67 pixels.
    num_classes : int, default 6
    dropout : float, default 0.0
        Fraction of fc0's and fc1's outputs that is set to zero in training. The paper has 0.5
        (section 4.2), the article none.
    bn_momentum : float, default 0.99
        See `convolution`.

    Returns
    -------
    keras.Model
        From float images (batch, height, width, channels), 0 to 1, to class probabilities
        (batch, num_classes), float32. With the defaults 58,311,430 parameters.

    Raises
    ------
    ValueError
        If a side of the image is too short for three poolings to leave a value.

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural
    networks", NIPS 2012, section 3. Batch normalisation: S. Ioffe, C. Szegedy, ICML 2015.
    """
    if min(input_shape[:2]) < 67:
        raise ValueError(f"input_shape is {input_shape}; AlexNet needs sides of 67 pixels or more")
    layers = keras.layers
    inputs = keras.Input(input_shape, name="image")
    x = _convolutions(inputs, bn_momentum)
    x = layers.MaxPooling2D(3, 2, name="max2")(x)
    x = layers.Flatten(name="flatten")(x)
    for number in (0, 1):
        x = layers.Dense(4096, activation="relu", name=f"fc{number}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout{number}")(x)
    logits = layers.Dense(num_classes, dtype="float32", name="fc2")(x)
    outputs = layers.Softmax(dtype="float32", name="softmax")(logits)
    return keras.Model(inputs, outputs, name="alexnet")


def pooled_alexnet(input_shape=(227, 227, 3), num_classes=6, dropout=0.0, bn_momentum=0.99):
    """Build AlexNet's convolutions with global average pooling in place of its dense layers.

    Parameters
    ----------
    input_shape, num_classes, bn_momentum
        See `alexnet`; the sides at least 35 pixels.
    dropout : float, default 0.0
        Fraction of the pooled features that is set to zero in training.

    Returns
    -------
    keras.Model
        From float images (batch, height, width, channels), 0 to 1, to class probabilities
        (batch, num_classes), float32. With the defaults 3,754,246 parameters. Its layer ``pool``
        gives the features, (batch, 256): each feature map's mean.

    References
    ----------
    M. Lin, Q. Chen, S. Yan, "Network in network", ICLR 2014, section 3.2.
    """
    layers = keras.layers
    inputs = keras.Input(input_shape, name="image")
    x = _convolutions(inputs, bn_momentum)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(num_classes, dtype="float32", name="logits")(x)
    outputs = layers.Softmax(dtype="float32", name="softmax")(logits)
    return keras.Model(inputs, outputs, name="pooled_alexnet")


def small_cnn(input_shape=(32, 32, 3), num_classes=6, dropout=0.0, bn_momentum=0.9):
    """Build a small CNN of AlexNet's kind that trains in seconds, as lesson 04 does.

    Parameters
    ----------
    input_shape, num_classes, dropout, bn_momentum
        See `alexnet`; the sides at least 4 pixels.

    Returns
    -------
    keras.Model
        From float images (batch, height, width, channels), 0 to 1, to class probabilities
        (batch, num_classes), float32. With the defaults 137,574 parameters.
    """
    layers = keras.layers
    inputs = keras.Input(input_shape, name="image")
    x = convolution(inputs, 0, 16, 5, bn_momentum=bn_momentum)
    x = layers.MaxPooling2D(2, name="max0")(x)
    x = convolution(x, 1, 32, 3, bn_momentum=bn_momentum)
    x = layers.MaxPooling2D(2, name="max1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="fc0")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout0")(x)
    logits = layers.Dense(num_classes, dtype="float32", name="output")(x)
    outputs = layers.Softmax(dtype="float32", name="softmax")(logits)
    return keras.Model(inputs, outputs, name="small_cnn")


def multiply_adds(model):
    """Count a model's multiply-adds for one forward pass, as lesson 03 does.

    Parameters
    ----------
    model : keras.Model
        Of convolutions and dense layers; the other layers are not counted.

    Returns
    -------
    dict
        ``{layer: multiply-adds for one image in the forward pass}``: each weight of the kernel
        is used once in each position of the output.

    Examples
    --------
    >>> multiply_adds(alexnet())["conv0"] == 55 * 55 * (11 * 11 * 3 * 96)
    True
    """
    return {
        layer.name: math.prod(layer.output.shape[1:-1]) * math.prod(layer.kernel.shape)
        for layer in all_layers(model)
        if hasattr(layer, "kernel")
    }
