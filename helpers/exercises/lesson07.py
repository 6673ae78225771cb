"""Judges of lesson 07: a patch, a feature extractor, neighbours, covered squares, a fresh copy."""

import numpy as np

from helpers.exercises.judging import (
    WrongError,
    ask,
    exercise,
    judge_number,
    number,
    numbers,
    require,
    shown,
)
from helpers.keras_setup import keras


@exercise("07.1")
def patch_of_a_value(top, left, side):
    """Locate the patch of relu0's value [10, 3]."""
    top, left, side = number(top, "`top`"), number(left, "`left`"), number(side, "`side`")
    require((top, left) != (12, 40), "Top and left are swapped: rows come before columns.")
    require((top, left) != (10, 3), "The filter moves 4 pixels for each value.")
    require(side != 4, "4 is the stride; the patch is as large as the filter.")
    sides = {51: "51 is the side of a patch of relu1; relu0 comes right after conv0."}
    judge_number(side, 11, sides, f"A filter of conv0 doesn't cover {side:g} pixels a side.")
    slips = {44: "Values are counted from 0, so row 10 is the eleventh."}
    judge_number(top, 40, slips, f"Row 0 starts at pixel 0, row 1 at 4; row 10 not at {top:g}.")
    slips = {16: "Values are counted from 0, so column 3 is the fourth."}
    judge_number(left, 12, slips, f"Column 3 doesn't start at pixel {left:g}.")
    return "Batch norm and ReLU look at one value at a time, so the patch is conv0's."


def _network():
    """Build a small network whose weights look trained."""
    random, layers = np.random.default_rng(0), keras.layers
    x = inputs = keras.Input((9, 9, 3))
    x = layers.Conv2D(4, 3, name="conv")(x)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(5, activation="relu", name="fc")(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax", name="out")(x))
    model.set_weights([random.uniform(0.1, 0.9, w.shape) - 0.2 * (w.ndim > 1)
                       for w in model.get_weights()])  # fmt: skip
    return model, random.random((2, 9, 9, 3), np.float32)


def _values(model, images):
    """Compute a model's output in inference mode."""
    return keras.ops.convert_to_numpy(model(images, training=False))


@exercise("07.2")
def feature_extractor(function):
    """Compare with the values of each layer in turn."""
    model, images = _network()
    x = images
    for layer in model.layers[1:]:
        before, x = x, _values(layer, x)
        given = ask(function, model, layer.name)
        tensor = "This is a symbolic tensor, the end of a path: say where the path begins, too."
        require(not isinstance(given, keras.KerasTensor), tensor)
        alone = f"{layer.name} alone takes the output of the layer before it, not an image."
        require(isinstance(given, keras.Model) or not isinstance(given, keras.Layer), alone)
        require(isinstance(given, keras.Model), f"A model is asked for; this is {shown(given)}.")
        try:
            mine = _values(given, images)
        except Exception as error:
            words = f"Your model for {layer.name} doesn't take images: {type(error).__name__}."
            raise WrongError(words) from None
        if mine.shape == x.shape and np.allclose(mine, x, atol=1e-4):
            continue
        early = mine.shape == before.shape and np.allclose(mine, before, atol=1e-4)
        require(not early, f"Your model ends where {layer.name} begins: take its output.")
        whole = f"For {layer.name} yours gives the answers of the whole network."
        require(mine.shape != (2, 3), whole)
        require(mine.shape == x.shape, f"{layer.name} gives {x.shape}; yours gives {mine.shape}.")
        raise WrongError(f"The values of {layer.name} are others: are the weights still the same?")
    return "It shares its weights with the model, so it costs no memory to speak of."


def _nearest_by(distance):
    """Name for each row the other row of the smallest distance."""
    count = len(distance)
    others = [[other for other in range(count) if other != one] for one in range(count)]
    return [min(those, key=lambda other: row[other]) for row, those in zip(distance, others)]


@exercise("07.3")
def nearest(function):
    """Try all pairs."""
    random = np.random.default_rng(0)
    with_copies = np.array([[0.0], [5.0], [0.0], [6.0]])
    for rows in (random.normal(size=(4, 2)), with_copies, random.normal(size=(30, 6))):
        count, apart = len(rows), rows[:, None] - rows
        given = numbers(ask(function, rows.copy()), (count,))
        require(not (given % 1).any(), "The numbers of rows are asked for, not distances.")
        right = _nearest_by((apart**2).sum(axis=2))
        for one in np.flatnonzero(given == np.arange(count)):
            copied = (rows[one] == rows[right[one]]).all()
            raise WrongError(
                f"Row {one} of {count} is named as its own nearest. Its distance to itself is 0, "
                + (f"and so is that of its copy, row {right[one]}: leaving out the smallest "
                   "distance can leave out the copy." if copied
                   else "which no other can beat: it must not count.")
            )  # fmt: skip
        if (given == right).all():
            continue
        farthest = (given == (apart**2).sum(axis=2).argmax(axis=1)).all()
        require(not farthest, "These are the farthest rows, not the nearest.")
        cancelled = (given == _nearest_by(np.abs(apart.sum(axis=2)))).all()
        require(not cancelled, "Differences of opposite sign cancel: square each, then add up.")
        one = int(np.argmax(given != right))
        case = f"Of {count} rows, number {right[one]} is nearest to number {one}"
        raise WrongError(f"{case}; yours gives {given[one]:.0f}.")
    return "No row is its own neighbour."


@exercise("07.4")
def occlusion(function):
    """Cover square by square, with scores of which the falls are known."""
    random = np.random.default_rng(0)
    for rows, columns, side in ((2, 3, 1), (4, 6, 2), (9, 6, 3)):
        image, worth = random.random((rows, columns, 3)), random.normal(size=(rows, columns, 3))
        worth = np.abs(worth) if side == 1 else worth  # in the first one every square counts

        def score(picture, worth=worth):
            return float((picture * worth).sum())

        shape, handed = (rows // side, columns // side), image.copy()
        given = ask(function, handed, side, score)
        swapped = np.shape(given) == shape[::-1] != shape
        require(not swapped, "Rows and columns are swapped: the first index counts the rows.")
        pixels = np.shape(given)[:2] == (rows, columns) != shape
        require(not pixels, f"One number for each square of {side} x {side} pixels is asked for.")
        given = numbers(given, shape)
        whole, so_far = score(image), 0.0
        for (row, column), mine in np.ndenumerate(given):
            square = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
            near_by = np.s_[row : row + side, column : column + side]
            falls = (image * worth).sum(axis=2)
            fall = float(falls[square].sum())
            so_far += fall
            slips = {
                -fall: "What is asked is how much the score falls: before minus after.",
                so_far: "Is the square before still covered? Begin each time from a copy.",
                whole - fall: "This is the score that is left, not by how much it fell.",
                float(falls[near_by].sum()): "The squares should not overlap: each begins a side "
                "further on.",
            }
            otherwise = f"In row {row}, column {column} the score falls by {fall:.6g}"
            judge_number(mine, fall, slips, f"{otherwise}; yours gives {mine:.6g}.", tolerance=1e-6)
        require((handed == image).all(), "Afterwards the image itself is covered: work on a copy.")
    return "It works with any model, and evaluates it once for each square and once for the whole."


@exercise("07.5")
def untrained_copy(function):
    """Look at the copy and, afterwards, at the original."""
    model, images = _network()
    before = model.get_weights()
    given = ask(function, model)
    require(isinstance(given, keras.Model), f"A model is asked for; this is {shown(given)}.")
    require(given is not model, "This is the trained model itself under a second name.")
    intact = all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    require(intact, "Afterwards the trained model has other weights: the two share their layers.")
    weights = given.get_weights()
    same = [w.shape for w in weights] == [w.shape for w in before]
    require(same, "The copy should have the same layers as the model.")
    require(
        not any(np.array_equal(a, b) for a, b in zip(before, weights) if a.ndim > 1),
        "The copy still has trained weights.",
    )
    broken = "Its outputs are nan: a batch norm has been given a variance below 0."
    require(np.isfinite(_values(given, images)).all(), broken)
    return "The same layers, weights drawn again, and the trained model is as it was."
