"""Networks around AlexNet: the paper's own, a small residual one, and all of them by name."""

import numpy as np

from helpers.keras_setup import keras
from helpers.models import alexnet, pooled_alexnet, small_cnn


class LocalResponseNormalization(keras.layers.Layer):
    """Divide each value by what its neighbours in other channels are, at the same position.

    ``b[i] = a[i] / (k + alpha * sum(a[j]**2 for the n channels j around i)) ** beta``, as in
    A. Krizhevsky et al., NIPS 2012, section 3.3. Nothing in it is trained.

    Parameters
    ----------
    n : int, default 5
        Odd: channel i and as many before it as after it; those that do not exist count 0.
    k, alpha, beta : float, default 2, 1e-4, 0.75
    **options
        See `keras.layers.Layer`.

    Examples
    --------
    >>> one = LocalResponseNormalization(n=1, k=0, alpha=1, beta=0.5)
    >>> keras.ops.convert_to_numpy(one(keras.ops.array([[[[3.0, -4.0]]]]))).tolist()
    [[[[1.0, -1.0]]]]
    """

    def __init__(self, n=5, k=2.0, alpha=1e-4, beta=0.75, **options):
        super().__init__(**options)
        self.n, self.k, self.alpha, self.beta = n, k, alpha, beta

    def call(self, x):
        """Normalise a tensor of shape (batch, height, width, channels)."""
        channels = np.arange(x.shape[-1])
        near = abs(channels[:, None] - channels) <= self.n // 2
        around = keras.ops.matmul(keras.ops.square(x), keras.ops.cast(near, x.dtype))
        return x / (self.k + self.alpha * around) ** self.beta

    def compute_output_shape(self, input_shape):
        """Return the shape as it is."""
        return input_shape

    def get_config(self):
        """Return what is needed to build the layer again."""
        own = {"n": self.n, "k": self.k, "alpha": self.alpha, "beta": self.beta}
        return super().get_config() | own


class Towers(keras.layers.Conv2D):
    """A convolution that computes its groups one after the other.

    It has the weights and gives the numbers of `keras.layers.Conv2D`, whose arguments it takes. On
    processors TensorFlow computes the gradient of a grouped `Conv2D` many times more slowly.
    """

    def convolution_op(self, inputs, kernel):
        """Convolve each group of channels with its own filters."""
        halves = (keras.ops.split(each, self.groups, axis=-1) for each in (inputs, kernel))
        look = {"strides": self.strides, "padding": self.padding, "data_format": self.data_format}
        maps = [keras.ops.conv(*pair, **look) for pair in zip(*halves)]
        return keras.ops.concatenate(maps, axis=-1)


def paper_alexnet(input_shape=(224, 224, 3), num_classes=1000, dropout=0.5, bn_momentum=None):
    """Build the network of the paper, in the order of the authors' program of 2012.

    Two towers are two groups of channels. Three zeros after the end give the output sizes of a
    program that rounds up. The second, optional normalisation of the second block is left out.

    Parameters
    ----------
    input_shape, num_classes, dropout
        See `models.alexnet`.
    bn_momentum : float, optional
        Ignored: there is no batch normalisation.

    Returns
    -------
    keras.Model
        From float images (batch, height, width, channels), 0 to 1, to class probabilities
        (batch, num_classes), float32. With 1,000 classes 60,965,224 parameters.

    References
    ----------
    A. Krizhevsky et al., NIPS 2012, sections 3 to 5; ``layers/layers-145.cfg`` of the program
    (Computer History Museum, 2025).
    """
    layers = keras.layers
    normal = keras.initializers.RandomNormal

    def conv(x, number, filters, kernel, bias, groups=1, **options):
        return Towers(
            filters, kernel, groups=groups, name=f"conv{number}",
            kernel_initializer=normal(stddev=0.03 if number in (2, 3) else 0.01),
            bias_initializer=keras.initializers.Constant(bias), **options,
        )(x)  # fmt: skip

    inputs = keras.Input(input_shape, name="image")
    x = layers.Rescaling(255, offset=-255 * 0.45, name="centre")(inputs)  # 0 to 255, less the mean
    x = layers.ZeroPadding2D(((0, 3), (0, 3)), name="overhang")(x)
    x = conv(x, 0, 96, 11, bias=0, strides=4)
    x = LocalResponseNormalization(name="norm0")(x)
    x = layers.MaxPooling2D(3, 2, name="max0")(x)
    x = layers.ReLU(name="relu0")(x)
    x = conv(x, 1, 256, 5, bias=1, groups=2, padding="same")
    x = layers.ReLU(name="relu1")(x)
    x = LocalResponseNormalization(name="norm1")(x)
    x = layers.MaxPooling2D(3, 2, name="max1")(x)
    x = layers.ReLU(name="relu2")(conv(x, 2, 384, 3, bias=0, padding="same"))
    x = layers.ReLU(name="relu3")(conv(x, 3, 384, 3, bias=1, groups=2, padding="same"))
    x = conv(x, 4, 256, 3, bias=1, groups=2, padding="same")
    x = layers.MaxPooling2D(3, 2, name="max2")(x)
    x = layers.ReLU(name="relu4")(x)
    x = layers.Flatten(name="flatten")(x)
    for number in (0, 1):
        x = layers.Dense(
            4096, activation="relu", name=f"fc{number}",
            kernel_initializer=normal(stddev=0.01), bias_initializer="ones",
        )(x)  # fmt: skip
        x = layers.Dropout(dropout, name=f"dropout{number}")(x)
    last = layers.Dense(
        num_classes, dtype="float32", name="fc2", kernel_initializer=normal(stddev=0.01)
    )
    outputs = layers.Softmax(dtype="float32", name="softmax")(last(x))
    return keras.Model(inputs, outputs, name="paper_alexnet")


def residual_block(x, filters, strides=1, bn_momentum=0.99):
    """Add two 3 x 3 convolutions, and to their result what came in.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, channels)
    filters : int
    strides : int, default 1
        Of the first convolution.
    bn_momentum : float, default 0.99
        See `models.convolution`.

    Returns
    -------
    KerasTensor, shape (batch, out_height, out_width, filters)

    References
    ----------
    K. He et al., "Deep residual learning for image recognition", CVPR 2016, section 3.3.
    """
    layers = keras.layers

    def conv(x, kernel, strides=1):
        x = layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization(momentum=bn_momentum)(x)

    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv(x, 1, strides)
    x = layers.ReLU()(conv(x, 3, strides))
    return layers.ReLU()(layers.Add()([conv(x, 3), shortcut]))


def small_resnet(input_shape=(227, 227, 3), num_classes=6, dropout=0.0, bn_momentum=0.99):
    """Build a residual network of 14 layers with weights, as lesson 08 does.

    Parameters
    ----------
    input_shape, num_classes, dropout, bn_momentum
        See `models.pooled_alexnet`.

    Returns
    -------
    keras.Model
        From float images (batch, height, width, channels), 0 to 1, to class probabilities
        (batch, num_classes), float32. Under a million parameters.
    """
    layers = keras.layers
    inputs = keras.Input(input_shape, name="image")
    x = layers.Conv2D(32, 3, 2, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization(momentum=bn_momentum)(x))
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for filters, strides in ((32, 1), (64, 2), (128, 2)):
        x = residual_block(x, filters, strides, bn_momentum)
        x = residual_block(x, filters, 1, bn_momentum)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(num_classes, dtype="float32", name="logits")(x)
    outputs = layers.Softmax(dtype="float32", name="softmax")(logits)
    return keras.Model(inputs, outputs, name="small_resnet")


NETWORKS = {
    build.__name__: build
    for build in (alexnet, pooled_alexnet, small_cnn, paper_alexnet, small_resnet)
}


def find(name):
    """Return the function that builds a network.

    Parameters
    ----------
    name : str

    Returns
    -------
    callable
        See `models.alexnet` for its arguments.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    if name not in NETWORKS:
        raise ValueError(f"there is no network {name!r}; take one of {sorted(NETWORKS)}")
    return NETWORKS[name]
