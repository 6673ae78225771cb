"""Every exercise knows four outcomes: no stub and no wrong answer passes, and the solution does.

The exercises are those of the lessons; a new one is tested as soon as it stands in a lesson. What
a student is likely to get wrong can be added to WRONG, with a part of what the feedback must say.
"""

import ast
import math
import re

import nbformat
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from helpers.exercises import ____, check
from helpers.exercises.judging import JUDGES
from helpers.keras_setup import keras
from tools import course


def cnn(size=64, classes=6, activation="softmax", filters=(8, 8)):
    layers = keras.layers
    x = inputs = keras.Input((size, size, 3))
    for number in filters:
        x = layers.Conv2D(number, 5, strides=2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation=activation)(x))


def windows(array, size, stride):
    return sliding_window_view(array, (size, size), (0, 1))[::stride, ::stride]


def pool(values, size, stride, of=np.max):
    return of(windows(values, size, stride), axis=(2, 3))


def conv(image, filters, stride):
    return np.einsum("rckij,ijkf->rcf", windows(image, len(filters), stride), filters)


def block(x, strides=2, padding="valid", filters=128, kernel=3, order="CBR", activation=None):
    layers = keras.layers
    for letter in order:
        x = {
            "C": layers.Conv2D(filters, kernel, strides, padding, activation=activation),
            "B": layers.BatchNormalization(),
            "R": layers.ReLU(),
        }[letter](x)
    return x


def debugged(early=False, window=3, stride=2, hidden="relu", last=None, end=True):
    layers = keras.layers
    inputs = keras.Input((67, 67, 3))
    x = block(inputs, 4, "valid", 16, 11, "CRB" if early else "CBR")
    x = layers.Flatten()(layers.MaxPooling2D(window, stride)(x))
    x = layers.Dense(6, activation=last)(layers.Dense(32, activation=hidden)(x))
    return keras.Model(inputs, layers.Softmax()(x) if end else x)


def off_by_one(step, steps, warm, highest):
    done = max(0, (step - warm) / (steps - warm))
    return highest * min(1, (step + 1) / warm) * (1 + math.cos(math.pi * done)) / 2


def straight_down(step, steps, warm, highest):
    return highest * (step / warm if step < warm else (steps - step) / (steps - warm))


def over_the_others(p, right, share):
    others = np.log(p).sum() - np.log(p[right])
    return (share - 1) * np.log(p[right]) - share * others / (len(p) - 1)


def run_of(rate=1e-3, momentum=0.9, logits=True, units=6, activation=None, loss=None, scale=1.0):
    layers = keras.layers
    normalised = [] if momentum is None else [layers.BatchNormalization(momentum=momentum)]
    row = [layers.Conv2D(8, 3), *normalised, layers.Flatten(), layers.Rescaling(scale)]
    head = layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((8, 8, 3)), *row, head])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    model.compile(keras.optimizers.Adam(rate), loss or cross_entropy)
    return model


def in_place(rows, power):
    rows **= power
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def columns(raised):
    """Divide by the sums of the columns."""
    return raised / raised.sum(axis=0)


def normed(raised):
    """Divide each row by its sum."""
    return raised / raised.sum(axis=1, keepdims=True)


def only_square(rows):
    """Divide by the sums as a row, as broadcasting allows where rows and columns are as many."""
    square = rows.shape[0] == rows.shape[1]
    return rows / (rows.sum(axis=1) if square else rows.sum(axis=1, keepdims=True))


def tail(a, b):
    return sum(math.comb(a + b, k) for k in range(min(a, b) + 1)) / 2 ** (a + b)


def keras_loss(labels, rows, **options):
    return float(keras.losses.SparseCategoricalCrossentropy(**options)(labels, rows))


def falls(image, side, score, for_good=False, apart=None):
    before, found = score(image), np.zeros((len(image) // side, image.shape[1] // side))
    for r, c in np.ndindex(found.shape):
        covered = image if for_good else image.copy()
        top, left = r * (apart or side), c * (apart or side)
        covered[top : top + side, left : left + side] = 0
        found[r, c] = before - score(covered)
    return found


def spoil(image, found):
    image[:] = 0
    return found


def nearest(distance):
    np.fill_diagonal(distance, np.inf)
    return distance.argmin(axis=1)


def ends(model, end):
    end = model.get_layer(end).output if isinstance(end, str) else end
    return keras.Model(model.input, end)


def copied(model, other):
    model.set_weights(other.get_weights())
    return model


def overwritten(model):
    random = np.random.default_rng(0)
    model.set_weights([-np.abs(random.normal(0, 0.05, w.shape)) for w in model.get_weights()])
    return model


def fine_tuned(trained, classes, free="Conv2D Dense", rate=1e-4, layer="pool", keep=True):
    layers, network = keras.layers, keras.models.clone_model(trained)
    if keep:
        network.set_weights(trained.get_weights())
    for each in network.layers:
        each.trainable = type(each).__name__ in free
    x = layers.Dense(classes)(network.get_layer(layer).output)
    network = keras.Model(network.inputs, layers.Softmax()(x))
    network.compile(keras.optimizers.Adam(rate), "categorical_crossentropy")
    return network


def bottleneck(x, filters, inner=4, bias=False, shortcut=True, last=True, bends=2):
    layers = keras.layers
    inside = x
    for number, (kernel, count) in enumerate(
        ((1, filters // inner), (3, filters // inner), (1, filters))
    ):
        inside = layers.Conv2D(count, kernel, padding="same", use_bias=bias)(inside)
        inside = layers.BatchNormalization()(inside)
        inside = layers.ReLU()(inside) if number < bends else inside
    inside = layers.Add()([inside, x]) if shortcut else inside
    return layers.ReLU()(inside) if last else inside


def in_groups(maps, kernel, groups, order="C"):
    size, each = maps.shape[-1] // groups, kernel.shape[1] // groups
    own = [maps[..., k::groups] if order == "F" else maps[..., k * size : (k + 1) * size]
           for k in range(groups)]  # fmt: skip
    return np.concatenate([a @ kernel[:, k * each : (k + 1) * each] for k, a in enumerate(own)], -1)


def digits(file):
    return int(file[:8], 16)


def found(labels, answers):
    return [np.mean(answers[labels == one] == one) for one in set(labels)]


def averaged(grey, side, judge=lambda means: means > means.mean()):
    high, wide = (n // side for n in grey.shape)
    return judge(grey.reshape(side, high, side, wide).mean(axis=(1, 3)))


def first_pixels(grey, side):
    return grey[:: len(grey) // side, :: grey.shape[1] // side] > grey.mean()


def split_wrongly(pixels, labels, share, seed, apart=False, ends=None, cut=None, order=None):
    cut = cut or round(share * len(pixels))
    order = order or np.random.default_rng(seed).permutation
    rows, low = np.array(order(len(pixels))), slice(cut)
    high = slice(*ends) if ends else slice(cut, None)
    pixels, labels = pixels[rows], labels[rows[::-1] if apart else rows]
    return pixels[high], labels[high], pixels[low], labels[low]


def accuracy(labels, rows):
    return np.mean(rows.argmax(axis=1) == labels)


def answered(labels, rows, sure):
    return np.mean(sure), accuracy(labels[sure], rows[sure])


def distances(rows):
    return np.abs(rows[:, None] - rows).sum(axis=2)


def named(row, names, sure):
    return names[row.argmax()] if sure else "don't know"


def per_image(labels, rows, sure):
    return np.mean(sure), np.mean(sure & (rows.argmax(axis=1) == labels))


def ranked(one, other):
    return np.mean((one[:, None] > other) + (one[:, None] == other) / 2)


def scaled(model, scale=1 / 255):
    inputs = keras.Input(model.input_shape[1:])
    return keras.Model(inputs, model(keras.layers.Rescaling(scale)(inputs)))


def named_so(model, pixels, names, undivided=False, sort=False, shuffle=False):
    order = np.random.default_rng(0).permutation(len(pixels)) if shuffle else range(len(pixels))
    rows = np.asarray(model(pixels[order] / (1.0 if undivided else 255.0)))
    names = sorted(names) if sort else names
    return [names[k] for k in rows.argmax(axis=1)]


SCENES = ("buildings", "forest", "glacier", "mountain", "sea", "street")

# Typical wrong answers, with a part of the feedback; a tuple is the answers of one try.
WRONG = [
    ("01.1", ((64, 100, 80, 3), (64, 9)), "Rows come before columns"),
    ("01.1", ((64, 9), (64, 80, 100, 3)), "two shapes are swapped"),
    ("01.1", ((64, 3, 80, 100), (64, 9)), "colours last"),
    ("01.1", ((64, 80, 100), (64, 9)), "four numbers"),
    ("01.1", ((64, 80, 100, 3), (64,)), "one-hot"),
    ("01.1", ((64, 80, 100, 3), 64), "single number"),
    ("01.1", (np.zeros((64, 80)), (64, 9)), "not the arrays themselves"),
    ("01.2", lambda true, said: np.mean(true == said), "is 0.5; yours gives 0.75"),
    ("01.2", lambda true, said: np.mean(found(said, true)), "the mean over"),
    ("01.2", lambda true, said: sum(found(true, said)) / len({*true, *said}), "[0, 2, 1]"),
    ("01.2", lambda true, said: math.nan, "the mean of no images is nan"),
    ("01.3", lambda grey, side: averaged(grey, side).ravel(), "shape should be (2, 2)"),
    ("01.3", lambda grey, side: averaged(grey, side, np.array), "True or False is asked for"),
    ("01.3", lambda grey, side: averaged(grey, side).T, "swapped"),
    ("01.3", lambda grey, side: ~averaged(grey, side), "darker blocks"),
    ("01.3", lambda grey, side: averaged(grey, side, lambda m: m > np.median(grey)), "median"),
    ("01.3", lambda grey, side: averaged(grey, side, lambda m: m > 127), "[[True, False]"),
    ("01.3", lambda grey, side: averaged(grey, side, lambda m: m >= m.mean()), "not brighter"),
    ("01.3", first_pixels, "not only its first"),
    ("01.4", lambda *case: split_wrongly(*case, apart=True), "lost their labels"),
    ("01.4", lambda *case: split_wrongly(*case, ends=(0, -10)), "images are in both parts"),
    ("01.4", lambda *case: split_wrongly(*case, ends=(20, None)), "are in neither part"),
    ("01.4", lambda *case: split_wrongly(*case, cut=25), "held out 25 of 50 images instead of 10."),
    ("01.4", lambda *case: split_wrongly(*case, cut=40), "Are the two parts swapped?"),
    ("01.4", lambda *case: split_wrongly(*case, order=range), "in which they came"),
    ("01.4", lambda *case: split_wrongly(*case, order=np.random.permutation), "the same seed"),
    ("01.4", lambda p, n, share, seed: split_wrongly(p, n, share, 0), "another seed"),
    ("01.4", lambda p, n, share, seed: (p, n), "Four arrays"),
    ("01.4", lambda p, n, share, seed: (n, p, n, p), "for their labels"),
    ("01.5", lambda files, f: [np.random.random() < f for _ in files], "Asked twice"),
    ("01.5", lambda files, f: [n % 5 == 0 for n in range(len(files))], "In another order"),
    ("01.5", lambda files, f: np.argsort(np.argsort(files)) < f * len(files), "are added"),
    ("01.5", lambda files, f: [digits(x) % round(1 / f) == 0 for x in files], "larger fraction"),
    ("01.5", lambda files, f: [digits(x) < 0.2 * 16**8 for x in files], "use `fraction`"),
    ("01.5", lambda files, f: [digits(x) >= f * 16**8 for x in files], "choose the others"),
    ("01.5", lambda files, f: [hash(x) % 9 < 9 * f for x in files], "after each restart"),
    ("01.5", lambda files, f: [hash((x,)) % 9 < 9 * f for x in files], "after each restart"),
    ("01.5", lambda files, f: [digits(x) < f * 16**8 for x in sorted(files)], "the order of"),
    ("01.5", lambda files, f: [True] * int(f * len(files)), "it gives 400 answers"),
    ("01.5", lambda files, f: [True, *(None for _ in files[1:])], "among its answers is None"),
    ("02.1", (31, 29, 1), "one position more"),
    ("02.1", (31, 30, 1), "four in all"),
    ("02.1", (32.5, 30, 1), "Half a"),
    ("02.1", (32, 30, 0), "last position reach"),
    ("02.1", ("32", 30, 1), "`with_two` is '32'"),
    ("02.2", [227], "are missing"),
    ("02.2", [227, 258], "not just the ends"),
    ("02.2", range(220, 240), "With 220 the end is 5 x 5"),
    ("02.2", [[227]], "lists again"),
    ("02.2", [227, 228.5], "whole number"),
    ("02.3", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "left to right only it gives 4"),
    ("02.3", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], "turn it upside down"),
    ("02.3", [[0, 0, 0], [1, 1, 1], [0, 0, 0]], "On a uniform image it gives 3"),
    ("02.3", [[0, 0, 0], [-1, -1, -1], [1, 1, 1]], "0 if the edge lies 2 from the bottom"),
    ("02.3", np.zeros((3, 3)), "finds nothing"),
    ("02.3", [-1, 0, 1], "The shape should be (3, 3)"),
    ("02.4", lambda v, size, stride: pool(v, size, stride, np.min), "not the smallest"),
    ("02.4", lambda v, size, stride: pool(v, size, 1), "moves by `stride`"),
    ("02.4", lambda v, size, stride: pool(v, stride, stride), "covers `size` values"),
    ("02.4", lambda v, size, stride: np.maximum(pool(v, size, stride), 0), "don't begin with 0"),
    ("02.4", lambda v, size, stride: pool(v, size, stride, np.mean), "it should give [["),
    ("02.4", lambda v, size, stride: pool(v, size, stride).max(), "The shape should be (2, 2)"),
    ("02.4", lambda v, s, t: pool(np.pad(v, ((0, s - 1),) * 2, "edge"), s, t), "wholly inside"),
    ("02.5", lambda i, f, b, s: conv(i, f, s), "has a bias, too"),
    ("02.5", lambda i, f, b, s: conv(i, f, s) + b * f[..., 0].size, "once, to the whole sum"),
    ("02.5", lambda i, f, b, s: conv(i, f, 1) + b, "move by `stride`"),
    ("02.5", lambda i, f, b, s: conv(i[..., :1], f[:, :, :1], s) + b, "reads all channels"),
    ("02.5", lambda i, f, b, s: conv(i, f[::-1, ::-1], s) + b, "Don't flip"),
    ("02.5", lambda i, f, b, s: (conv(i, f, s) + b).sum(axis=2), "a map of its own"),
    ("02.5", lambda i, f, b, s: conv(i, f, s) + b[0], "yours gives [["),
    ("02.6", (5, 346752, 34848), "has a bias"),
    ("02.6", (5, 346752, 34944.5), "whole number"),
    ("02.6", (4, 34944, 34944), "4 layers see 9 pixels"),
    ("02.6", (5, 13440, 34944), "each layer reads 96 channels"),
    ("02.6", (5, 415200, 34944), "not 96"),
    ("02.6", (5, 334368, 34944), "a bias, too"),
    ("02.6", (5, 251808, 34944), "into each of the others"),
    ("03.1", 58_311_430 + 994 * 4096, "a bias, too"),
    ("03.1", 62_382_848, "1,000 biases"),
    ("03.1", 62_378_344, "four numbers a channel"),
    ("03.1", 62_408_430, "counted already"),
    ("03.1", 4_072_418, "alone"),
    ("03.2", 58_311_430 - 9216 * 4096, "does not vanish"),
    ("03.2", 257 * 4096, "fc0 alone; count"),
    ("03.2", 256 * 4096, "without its biases"),
    ("03.2", 21_607_174, "a bias, too"),
    ("03.2", 17_858_566, "add the convolutions"),
    ("03.2", 21_605_766, "four numbers a channel"),
    ("03.3", lambda x: block(x, padding="same"), "'same' gives 14"),
    ("03.3", lambda x: block(x, strides=1), "Which stride gives 13"),
    ("03.3", lambda x: block(x, strides=1, padding="same"), "Which stride gives 13"),
    ("03.3", lambda x: block(x, filters=256), "It gives (13, 13, 256)"),
    ("03.3", lambda x: block(x, kernel=4), "this one is (4, 4)"),
    ("03.3", lambda x: block(x, order="CRB"), "ReLU comes before"),
    ("03.3", lambda x: block(x, activation="relu"), "ReLU comes before"),
    ("03.3", lambda x: block(x, order="CB"), "no ReLU"),
    ("03.3", lambda x: block(x, order="CR"), "no batch normalisation"),
    ("03.3", lambda x: block(x, order="BCR"), "right after the convolution"),
    ("03.3", lambda x: block(block(x, 1, padding="same"), kernel=3), "it has 2"),
    ("03.3", lambda x: keras.layers.MaxPooling2D(3, 2)(block(x, 1, "same")), "No pooling"),
    ("03.4", lambda: cnn(32), "It takes (32, 32, 3)"),
    ("03.4", lambda: cnn(classes=5), "It gives (5,)"),
    ("03.4", lambda: cnn(activation=None), "Which activation"),
    ("03.4", lambda: cnn(filters=(8,)), "it has 1"),
    ("03.4", lambda: cnn(filters=(64, 64)), "Where are most of them"),
    ("03.4", lambda: keras.Sequential([keras.layers.Dense(6)]), "begin with keras.Input"),
    ("03.4", cnn(), "without calling it"),
    ("03.5", lambda z: np.exp(z) / np.exp(z).sum(), "nan or infinite"),
    ("03.5", lambda z: np.exp(z - z.min()) / np.exp(z - z.min()).sum(), "nan or infinite"),
    ("03.5", lambda z: np.exp(z - z.max()), "not to 1"),
    ("03.5", lambda z: z / z.sum(), "they should be"),
    ("03.5", lambda z: np.exp(np.clip(z, -9, 9)) / np.exp(np.clip(z, -9, 9)).sum(), "[1000.0, 999"),
    ("03.5", lambda z: sum(z), "The shape should be"),
    ("03.6", lambda: debugged(early=True), "ReLU comes before"),
    ("03.6", lambda: debugged(stride=None), "gives (5, 5, 16)"),
    ("03.6", lambda: debugged(last="relu"), "any number"),
    ("03.6", lambda: debugged(window=2), "this one is (2, 2)"),
    ("03.6", lambda: debugged(hidden=None), "Yours has: dense, dense, softmax."),
    ("03.6", lambda: debugged(last="softmax"), "Yours has: dense, ReLU, dense, softmax, softmax."),
    ("03.6", lambda: debugged(end=False), "The softmax at the end is missing."),
    ("03.6", lambda: cnn(67), "Keep its layers"),
    ("03.6", cnn(67), "without calling it"),
    ("04.1", (3, 0.3), "base 10"),
    ("04.1", (-6.91, 0.69), "is minus that"),
    ("04.1", (6.91, 0.5), "minus ln of what"),
    ("04.2", lambda momentum, share: math.floor(math.log(share, momentum)), "is 2; yours gives 1"),
    ("04.2", lambda momentum, share: math.log(share, momentum), "is 2; yours gives 1.7"),
    ("04.2", lambda momentum, share: 1 + int(math.log(share, momentum)), "is 2; yours gives 3"),
    ("04.3", lambda count, images, size: math.ceil(images / size), "run over the end of an epoch"),
    ("04.3", lambda n, images, size: math.ceil(images / n) * math.ceil(n / size), "a whole one"),
    ("04.3", lambda n, images, size: images // n * (n // size) + images % n // size, "don't fill"),
    ("04.3", lambda n, images, size: images // size, "rounds down"),
    ("04.3", lambda n, images, size: images // n * math.ceil(n / size), "forgets the last epoch"),
    ("04.4", lambda p, right, smoothing: -np.log(p[right]), "takes no notice of the smoothing"),
    ("04.4", lambda p, right, smoothing: -(1 - smoothing) * np.log(p[right]), "is missing"),
    ("04.4", lambda p, right, s: (s - 1) * np.log(p[right]) - s * np.log(p).sum(), "it is divided"),
    ("04.4", over_the_others, "the right one gets its part too"),
    ("04.4", lambda p, r, s: (1 - s) * np.log(p[r]) + s * np.log(p).mean(), "The sign"),
    ("04.4", lambda p, right, smoothing: 0.5, "the loss is 0.693147; yours gives 0.5."),
    ("04.5", off_by_one, "begins at 0.01, not at 0"),
    ("04.5", straight_down, "step 11 should have"),
    ("04.5", lambda step, steps, warm, top: top * (step / warm) ** 2, "0.01; yours gives 0.001"),
    ("04.5", lambda *case: None, "For (0, 100, 10, 0.1) it returns None"),
    ("04.6", lambda z, r: np.log(np.exp(z - z.max()).sum()) - z[r], "right 1 the loss is 1.4"),
    ("04.6", lambda z, r: min(np.logaddexp.reduce(z) - z[r], 16.1), "right 0 the loss is 50;"),
    ("04.7", lambda: keras.callbacks.ModelCheckpoint("x.keras"), "this is a ModelCheckpoint"),
    ("04.7", lambda: keras.callbacks.EarlyStopping("loss", patience=3), "watches loss"),
    ("04.7", lambda: keras.callbacks.EarlyStopping("val_loss", mode="max"), "mode is max"),
    ("04.7", lambda: keras.callbacks.EarlyStopping("val_loss"), "after 0 epochs"),
    ("04.7", lambda: keras.callbacks.EarlyStopping("val_loss", patience=3), "the last weights"),
    ("04.8", lambda: "text", "this is a str"),
    ("04.8", lambda: run_of(rate=0.5), "rate of 0.5 still throws"),
    ("04.8", lambda: run_of(rate=1e-7), "hardly learns"),
    ("04.8", lambda: run_of(momentum=None), "batch normalisation is gone"),
    ("04.8", lambda: run_of(momentum=0.999), "momentum of 0.999"),
    ("04.8", lambda: run_of(logits=False), "logits, and the loss still expects probabilities"),
    ("04.8", lambda: run_of(activation="softmax"), "probabilities, and the loss still expects log"),
    ("04.8", lambda: run_of(units=5), "gives (60, 5), not (60, 6)"),
    ("04.8", lambda: run_of(loss="mse"), "say whether it gets logits"),
    ("04.8", lambda: run_of(scale=1000.0), "far from ln 6"),
    ("04b.1", 257, "bfloat16 makes 256 of it"),
    ("04b.1", 260, "is it the first"),
    ("04b.2", (2**-7, 2**-18), "only half of it"),
    ("04b.2", (2**-8, 0.001 / 256), "For a weight of 0.001"),
    ("04b.2", (2**-9, 2**-18), "is lost"),
    ("04b.3", lambda difference, sd: math.ceil((sd / difference) ** 2), "is 2; yours gives 1"),
    ("04b.3", lambda difference, sd: max(2, math.ceil((sd / difference) ** 2)), "count both means"),
    ("04b.3", lambda difference, sd: max(2, math.ceil(4 * (sd / difference) ** 2)), "of both"),
    ("04b.3", lambda difference, sd: max(2, math.ceil(2 * (sd / difference) ** 2)), "is squared"),
    ("04b.3", lambda difference, sd: max(2, int(8 * (sd / difference) ** 2)), "Rounded down"),
    ("04b.3", lambda distance, sd: math.ceil(8 * (sd / distance) ** 2), "no standard deviation"),
    ("04b.4", lambda: keras.optimizers.SGD(0.001), "this is a SGD"),
    ("04b.4", lambda: keras.optimizers.Adam(0.01), "rate is 0.01, not"),
    ("04b.4", lambda: keras.optimizers.Adam(0.001), "see use_ema"),
    ("04b.4", lambda: keras.optimizers.Adam(use_ema=True, ema_momentum=0.02), "that is kept"),
    ("04b.4", lambda: keras.optimizers.Adam(use_ema=True), "keeps 0.99 of"),
    ("04b.5", lambda a, b, scale: np.float32(np.float16(a) * np.float16(b)), "comes too late"),
    ("04b.5", lambda a, b, scale: np.float32(np.float16(a * scale) * np.float16(b)), "divide it"),
    ("04b.5", lambda a, b, scale: 2 * a * b, "should be about"),
    ("05.1", (1 / 6, 1, 0), "Of ten images of the sea"),
    ("05.1", (1, 1, 0), "sixty images"),
    ("05.1", (1, 1 / 6, 1 / 6), "Of ten forests"),
    ("05.1", (100, 16.7, 0), "between 0 and 1"),
    ("05.2", 900, "points wide: more"),
    (
        "05.3",
        lambda right, count: 1 - right / count,
        "For 1 right of 2 the lowest possible loss is 0.3466; yours",
    ),
    ("05.3", lambda right, count: right / count * np.log(2), "For 9 right of 10 the lowest"),
    ("05.4", lambda rows, power: rows**power, "a row sums to"),
    ("05.4", lambda rows, power: rows**power / (rows**power).sum(), "the whole array"),
    ("05.4", lambda rows, power: columns(rows**power), "down the columns, axis 0"),
    ("05.4", lambda rows, power: normed(rows ** (1 / power)), "The power is inverted"),
    ("05.4", lambda rows, power: rows, "should become"),
    ("05.4", in_place, "changes the array"),
    ("05.4", lambda rows, power: rows**power / (rows**power).sum(axis=1), "keepdims=True"),
    (
        "05.4",
        lambda rows, power: rows.T**power / (rows.T**power).sum(axis=0),
        "The shape should be",
    ),
    ("05.4", lambda rows, power: only_square(rows**power), "each column is divided by a row's"),
    ("05.5", lambda a, b: tail(a, b), "one direction only"),
    ("05.5", lambda a, b: 2 * tail(a, b), "never exceeds 1"),
    ("05.5", lambda a, b: math.comb(a + b, min(a, b)) / 2 ** (a + b), "exactly 1 heads only"),
    ("05.5", lambda a, b: min(1, 2 * math.comb(a + b, b) / 2 ** (a + b)), "exactly 1 heads only"),
    ("05.5", lambda a, b: abs(a - b) / (a + b or 1), "the p-value is"),
    ("05.6", lambda labels, rows: keras_loss(labels, rows, from_logits=True), "a second softm"),
    (
        "05.6",
        lambda labels, rows: keras_loss(labels, rows, reduction="sum"),
        "the loss is the mean",
    ),
    ("05.6", lambda labels, rows: -np.log(rows.min(axis=1)).mean(), "the loss is"),
    ("05.6", lambda labels, rows: -np.log(rows.max(axis=1)), "the mean over all of them"),
    (
        "05.6",
        lambda labels, rows: keras.losses.CategoricalCrossentropy()(labels, rows),
        "class num",
    ),
    ("06.1", (0, 0.45), "0.45 is not the most"),
    ("06.1", (0, 10), "in per cent"),
    ("06.1", (0.025, 0.1), "less than 0.025"),
    ("06.2", lambda row, names, t: named(row, names, True), 'the answer is "don\'t know"'),
    ("06.2", lambda row, names, t: named(row, names, row.max() >= t), "0.5, not above the"),
    ("06.2", lambda row, names, t: named(row, names, False), "above the threshold of 0"),
    ("06.2", lambda row, names, t: named(row, sorted(names), row.max() > t), "names sorted"),
    ("06.2", lambda row, names, t: named(row, SCENES, row.max() > t), "were handed over"),
    ("06.2", lambda row, names, t: named(-row, names, row.max() > t), "has the largest"),
    ("06.2", lambda row, names, t: row, "One name is asked for"),
    ("06.2", lambda row, names, t: named(row, names, row.max() < t), "the wrong way round"),
    ("06.2", lambda row, names, t: named(row, names, row.max() <= t), "the wrong way round"),
    ("06.3", lambda labels, rows, t: np.mean(rows.max(axis=1) > t), "Two numbers"),
    ("06.3", lambda labels, rows, t: (np.mean(rows.max(1) > t), accuracy(labels, rows)), "all im"),
    ("06.3", lambda labels, rows, t: answered(labels, rows, rows.max(axis=1) >= t), "lies on the"),
    ("06.3", lambda labels, rows, t: answered(labels, rows, rows.max(1) > t)[::-1], "other order"),
    ("06.3", lambda labels, rows, t: per_image(labels, rows, rows.max(axis=1) > t), "Divide by"),
    ("06.4", lambda known, strange: np.mean(known[:, None] > strange), "counts it as 0"),
    ("06.4", lambda known, strange: np.mean(known > strange), "makes a column"),
    ("06.4", lambda known, strange: np.mean(known[:, None] >= strange), "counts it as 1"),
    ("06.4", lambda known, strange: ranked(strange, known), "should have the higher one"),
    ("06.4", lambda known, strange: 6 * ranked(known, strange), "number of pairs"),
    ("06.5", lambda model: model, "as they are, 0 to 255"),
    ("06.5", lambda model: scaled(scaled(model)), "divided twice"),
    ("06.5", lambda model: scaled(model, 1 / 256), "255 is the largest"),
    ("06.5", lambda model: scaled(model, 1 / 127.5), "not those that the model gives"),
    ("06.5", lambda model: model(np.zeros((1, 8, 8, 3))), "A Keras model is asked for"),
    ("06.6", lambda model, pixels, names: names, "There are 30 images; yours gives 4"),
    ("06.6", lambda model, pixels, names: ["sea"] * 30, "not the names of the largest"),
    ("06.6", lambda *case: named_so(*case, undivided=True), "repair: the network wants values"),
    ("06.6", lambda *case: named_so(*case, sort=True), "repair: output 0 is called 'tower'"),
    ("06.6", lambda *case: named_so(*case, shuffle=True), "repair: name j must belong to image j"),
    ("06.6", lambda *case: named_so(*case, True, True, True), "0 to 1; output 0 is called"),
    ("07.1", (12, 40, 11), "rows come before columns"),
    ("07.1", (10, 3, 11), "moves 4 pixels"),
    ("07.1", (40, 12, 4), "4 is the stride"),
    ("07.1", (40, 12, 51), "a patch of relu1"),
    ("07.1", (40, 12, 10), "cover 10 pixels"),
    ("07.1", (44, 12, 11), "row 10 is the eleventh"),
    ("07.1", (36, 12, 11), "row 10 not at 36"),
    ("07.1", (40, 16, 11), "column 3 is the fourth"),
    ("07.1", (40, 13, 11), "start at pixel 13"),
    ("07.2", lambda model, name: model.get_layer(name).output, "where the path begins"),
    ("07.2", lambda model, name: model.get_layer(name), "not an image"),
    ("07.2", lambda model, name: model, "answers of the whole network"),
    ("07.2", lambda model, name: ends(model, model.get_layer(name).input), "take its output"),
    ("07.2", lambda model, name: ends(model, model.get_layer("fc").output), "yours gives (2, 5)"),
    ("07.2", lambda model, name: ends(keras.models.clone_model(model), name), "still the same"),
    ("07.2", lambda model, name: keras.Sequential([model.get_layer(name)]), "doesn't take images"),
    ("07.3", lambda rows: distances(rows).argmin(axis=1), "its own nearest"),
    ("07.3", lambda rows: ((rows[:, None] - rows) ** 2).sum(axis=2).argmax(axis=1), "farthest"),
    ("07.3", lambda rows: distances(rows).argsort(axis=1)[:, 1], "that of its copy"),
    ("07.3", lambda rows: np.sort(distances(rows))[:, 1], "not distances"),
    ("07.3", lambda rows: nearest(np.abs((rows[:, None] - rows).sum(axis=2))), "square each"),
    ("07.3", lambda rows: distances(rows).argsort(axis=1)[:, 2], "is nearest to number"),
    ("07.4", lambda *case: -falls(*case), "before minus after"),
    ("07.4", lambda *case: falls(*case, for_good=True), "from a copy"),
    ("07.4", lambda image, side, score: falls(image, side, lambda shown: 0), "the score falls by"),
    ("07.4", lambda *case: falls(*case).T, "Rows and columns are swapped"),
    ("07.4", lambda image, side, score: score(image) - falls(image, side, score), "that is left"),
    ("07.4", lambda *case: falls(*case, apart=1), "should not overlap"),
    ("07.4", lambda image, side, score: falls(image, 1, score), "One number for each square"),
    ("07.4", lambda *case: spoil(case[0], falls(*case)), "work on a copy"),
    ("07.5", lambda model: model, "under a second name"),
    ("07.5", lambda model: overwritten(ends(model, model.output)), "share their layers"),
    ("07.5", lambda model: copied(keras.models.clone_model(model), model), "still has trained"),
    ("07.5", lambda model: overwritten(keras.models.clone_model(model)), "variance below 0"),
    ("07.5", lambda model: ends(model, "conv"), "the same layers"),
    ("07.5", lambda model: model.get_weights(), "A model is asked for"),
    ("08.1", 3_755_274, "four numbers a channel, none trained"),
    ("08.1", 3_752_522, "no scale and no shift either"),
    ("08.1", 3_748_742, "you have ten"),
    ("08.1", 3_749_766, "a bias too"),
    ("08.1", 2570, "convolutions are trained as well"),
    ("08.1", 3_754_246, "subtract four numbers"),
    ("08.2", lambda maps: maps.mean(axis=-1), "The shape should be (1, 1)"),
    ("08.2", lambda maps: maps.max(axis=(1, 2)), "the mean of image 0, channel 0"),
    ("08.2", lambda maps: maps.sum(axis=(1, 2)), "the mean of image 0, channel 0"),
    ("08.3", lambda x, filters: bottleneck(x, filters, inner=2), "yours are [(1, 8), (3, 8)"),
    ("08.3", lambda x, filters: bottleneck(x, filters, bias=True), "cancels the biases"),
    ("08.3", lambda x, filters: bottleneck(x, filters, shortcut=False), "is there a shortcut"),
    ("08.3", lambda x, filters: bottleneck(x, filters, last=False, bends=3), "after the sum"),
    ("08.3", lambda x, filters: bottleneck(x, filters, bends=3), "It has 4 ReLU layers"),
    (
        "08.3",
        lambda x, filters: keras.layers.Conv2D(filters, 3)(x),
        "it should be (None, 9, 9, 16)",
    ),
    ("08.4", lambda maps, kernel, groups: maps[..., : len(kernel)] @ kernel, "filter 1 sees"),
    ("08.4", lambda *case: in_groups(*case, order="F"), "filter 0 sees channels 0 to 1"),
    ("08.5", lambda *case: fine_tuned(*case, layer="softmax"), "see [256, 5] numbers"),
    (
        "08.5",
        lambda *case: fine_tuned(*case, free="BatchNormalization Dense"),
        "Frozen are ['conv0'",
    ),
    ("08.5", lambda *case: fine_tuned(*case, free="Dense"), "batch normalisation alone"),
    ("08.5", lambda *case: fine_tuned(*case, rate=0.1), "A rate of 0.1 ruins"),
    ("08.5", lambda *case: fine_tuned(*case, keep=False), "conv0 has lost"),
    ("08.5", lambda trained, classes: fine_tuned(trained, 5), "For 3 classes it gives (None, 5)"),
]


def cells(path, kind="code"):
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def exercise_cells(path):
    """Return ``{name of the exercise: source of its cell}``."""
    found = [(re.search(r'^check\("([\w.]+)"', cell, re.MULTILINE), cell) for cell in cells(path)]
    return {match[1]: cell for match, cell in found if match}


def run(source, names):
    """Run a cell and return the value of its last line, if that is an expression."""
    lines = ast.parse(source).body
    last = lines.pop() if isinstance(lines[-1], ast.Expr) else ast.Expr(ast.Constant(None))
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)
    return eval(
        compile(ast.fix_missing_locations(ast.Expression(last.value)), "cell", "eval"), names
    )


STUBS = {name: cell for path in course.lessons() for name, cell in exercise_cells(path).items()}
SOLVED = {
    name: (path, cell) for path in course.solutions() for name, cell in exercise_cells(path).items()
}
each_exercise = pytest.mark.parametrize("name", sorted(STUBS))


def solution(name):
    """Return the answers of the solution."""
    path, cell = SOLVED[name]
    names = {}
    exec(cells(path)[0], names)
    return run(cell, names | {"check": lambda name, *answers: answers})


def test_every_exercise_has_a_judge_and_a_solution():
    assert sorted(STUBS) == sorted(SOLVED) == sorted(JUDGES)
    for path in course.lessons():
        names = list(exercise_cells(path))
        assert len(names) >= 3 and names == sorted(names), path.name
        assert {name.split(".")[0] for name in names} == {path.name.split("_")[0]}


@pytest.mark.parametrize("lesson", course.lessons(), ids=lambda path: path.stem)
def test_a_solution_repeats_what_the_lesson_asks(lesson):
    def asked(path, pattern):
        return dict(re.findall(pattern, "\n\n".join(cells(path, "markdown")), re.DOTALL))

    ours = asked(lesson, r"\*\*(\d\db?\.\d+) \w+\.\*\* (.+?)\n\n<details>")
    solutions = course.NOTEBOOKS / "solutions" / lesson.name
    assert ours == asked(solutions, r"## (\d\db?\.\d+)\n\n(.+?)\n\n\*Solution")
    assert list(ours) == list(exercise_cells(lesson))


@each_exercise
def test_a_stub_is_not_tried_yet_and_the_solution_passes(name):
    result = run(STUBS[name], {"check": check, "____": ____})
    assert result.outcome == "not tried yet" and not result.passed and "____" in repr(result)
    result = check(name, *solution(name))
    assert result.passed and repr(result).startswith(f"{name}: right."), result


@pytest.mark.parametrize("path", course.solutions(), ids=lambda path: path.stem)
def test_solutions_give_the_outputs_that_are_stored(path, capsys):
    names = {"__name__": "__main__"}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            value = run(cell.source, names)
            printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
            shown = [o.data["text/plain"] for o in cell.outputs if "data" in o]
            assert capsys.readouterr().out == printed
            assert ([] if value is None else [repr(value)]) == shown


def spoiled(answer):
    """Return answers that are wrong where this one is right."""
    if callable(answer):
        return [5, lambda *given: None, lambda *given: "text", lambda *given: -1e9]
    if isinstance(answer, (list, tuple, set)):
        return [None, [], list(answer)[:-1]]
    return [None, "text", math.nan, True, answer + 1e9, -answer - 1]


@each_exercise
def test_spoiled_solutions_do_not_pass(name):
    right = solution(name)
    for place, answer in enumerate(right):
        for wrong in spoiled(answer):
            result = check(name, *right[:place], wrong, *right[place + 1 :])
            assert not result  # `assert check(...)` says something
            assert result.outcome == "wrong" and not result.passed, (name, wrong)


@pytest.mark.parametrize(("name", "given", "hint"), WRONG)
def test_a_typical_mistake_is_answered_by_name(name, given, hint):
    result = check(name, *(given if isinstance(given, tuple) else (given,)))
    assert result.outcome == "wrong" and hint in repr(result), result


@each_exercise
def test_errors_and_blanks_are_explained_and_never_raised(name):
    count, asks_for_function = len(solution(name)), callable(solution(name)[0])
    result = check(name, *[(lambda *given: given[99]) if asks_for_function else object()] * count)
    assert result.outcome in ("error", "wrong") and not result.passed
    tries = [[____] * count, [[____, 1]] + [5] * (count - 1)]
    if asks_for_function:
        assert result.outcome == "error" and "IndexError: tuple index out of range" in repr(result)
        assert "is a `return` missing?" in repr(check(name, lambda *given: None))
        tries += [[lambda *given: ____], [lambda *given: (____, 1)], [lambda *given: ____ + 1]]
        tries += [[lambda *given: len(____)], [lambda *given: np.bincount(____)]]
        tries += [[lambda *given: [1, 2][:____]], [lambda *given: keras.layers.Dense(____)]]
    for given in tries:
        assert check(name, *given).outcome == "not tried yet"


def test_an_exercise_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"no exercise '1\.2'; did you mean '01\.2'\?"):
        check("1.2", 1)
    with pytest.raises(ValueError, match=r"no exercise '99\.1'; there are 01\.1, 01\.2"):
        check("99.1", 1)


def test_other_ways_to_the_same_answer_pass():
    layers, root = keras.layers, 2 * math.sqrt(2)
    inner = keras.Sequential([layers.Conv2D(8, 5, strides=2), layers.Conv2D(8, 5, strides=2)])
    head = [layers.GlobalAveragePooling2D(), layers.Dense(6, "softmax")]
    assert check("03.4", lambda: keras.Sequential([keras.Input((64, 64, 3)), inner, *head])).passed
    assert check("03.3", lambda x: keras.ops.relu(block(x, order="CB"))).passed
    assert check("03.3", lambda x: layers.Activation("relu")(block(x, order="CB"))).passed
    row = [layers.Conv2D(128, 3, 2), layers.BatchNormalization(), layers.ReLU()]
    assert check("03.3", lambda x: keras.Sequential(row)(x)).passed
    assert check("03.5", lambda z: keras.ops.softmax(z.astype("float32"))).passed
    assert check("03.5", lambda z: np.exp(z - np.logaddexp.reduce(z)).tolist()).passed
    assert check("04b.3", lambda d, sd: max(2, math.ceil((root * sd / d) ** 2))).passed
    assert check("05.3", lambda right, count: (count - right) / count * 0.693).passed
    assert check("01.5", lambda files, f: (digits(x) < f * 16**8 for x in files)).passed
    assert check("02.1", np.int64(32), 30.0, np.float32(1)).passed


def test_a_function_that_changes_its_argument_is_judged_by_a_copy():
    def blacken(values, size, stride):
        values[:] = 0
        return pool(values, size, stride)

    assert "For ([[8, 6, 5, 2]" in repr(check("02.4", blacken))
