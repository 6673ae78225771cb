"""Judges of lesson 06: a threshold and its price, the AUROC, and pixels treated as in training."""

import functools

import numpy as np

from helpers.exercises.judging import (
    StoppedError,
    as_list,
    ask,
    exercise,
    judge_function,
    near,
    number,
    require,
    shown,
)
from helpers.keras_setup import keras

TURNED = (
    "The comparison is the wrong way round: there is a name if the largest probability is above "
    "the threshold."
)
EVERY_PAIR = "Compare every pair: `known[:, None]` makes a column, so each meets all strangers."


@exercise("06.1")
def what_is_left(least, most):
    """Try every way to share out what two of six leave."""
    least, most = number(least), number(most)
    thirds = [part / 100 for part in range(11)]  # of the remaining 0.1
    require(min(least, most) >= 0, "A probability is never below 0.")
    percent = near(most, 10, 1e-3)
    require(not percent, "That is in per cent: probabilities are numbers from 0 to 1.")
    require(near(least, min(thirds)), f"It can be less than {least:g}.")
    require(near(most, max(thirds), 1e-3), f"All six sum to 1, so {most:g} is not the most.")
    return "So anyone who reads only the first two answers misses little here."


def _turned_round(asked, largest):
    """Say whether a name is given below the threshold and none above it."""
    doubts = [said == "don't know" for threshold, said in asked.items() if threshold != largest]
    return any(doubts) and doubts == [largest > t for t in asked if t != largest] != [True] * 3


def _slip_in_a_name(given, row, names, threshold):
    """Say what is wrong with an answer to one row of probabilities."""
    place = int(row.argmax())
    largest = f"{row[place]:.3g}"
    if given == "don't know":
        return f"The largest probability is {largest}, above the threshold of {threshold:g}."
    if row[place] <= threshold:
        return (
            f"The largest probability is {largest}, not above the threshold of {threshold:g}: the "
            f'answer is "don\'t know"; yours gives {given!r}.'
        )
    if given == sorted(names)[place]:
        return f"Output {place} is called {names[place]!r} in {names}; were the names sorted?"
    if given in names:
        other = f"{row[names.index(given)]:.3g}"
        return f"{names[place]!r} has the largest probability, {largest}; {given!r} has {other}."
    return f"{given!r} is not among the names that were handed over, {names}."


@exercise("06.2")
def answer_or_nothing(function):
    """Row by row."""
    random = np.random.default_rng(0)
    on_the_edge = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    for row in [on_the_edge, *random.dirichlet(np.ones(6) / 2, size=60)]:
        names = random.permutation(["bridge", "forest", "lake", "sea", "street", "tower"]).tolist()
        asked = {t: ask(function, row.copy(), list(names), t) for t in (0.0, 0.5, 0.9)}
        for threshold, given in asked.items():
            require(isinstance(given, str), f"One name is asked for; this is {shown(given)}.")
            expected = names[row.argmax()] if row.max() > threshold else "don't know"
            require(not _turned_round(asked, row.max()), TURNED)
            if given != expected:
                require(False, _slip_in_a_name(given, row, names, threshold))
    return "A model that may say so is of more use than one that must guess."


@exercise("06.3")
def answered_and_right(function):
    """Two numbers, counted image by image."""
    random = np.random.default_rng(0)
    for threshold in (0.0, 0.4, 0.6, 0.8):
        rows = random.dirichlet(np.ones(4) / 2, size=40)
        labels = np.where(random.random(40) < 0.6, rows.argmax(axis=1), random.integers(4, size=40))
        rows[0], rows[1] = (1 - threshold) / 3, (1, 0, 0, 0)
        rows[0, 0] = threshold  # one lies on it
        kept = [k for k in range(40) if max(rows[k]) > threshold]
        hits = [k for k in kept if np.argmax(rows[k]) == labels[k]]
        given = ask(function, labels.copy(), rows.copy(), threshold)
        require(np.shape(given) == (2,), "Two numbers are asked for: fraction and accuracy.")
        answered, right = (number(each) for each in given)
        fraction, accuracy = len(kept) / 40, len(hits) / len(kept)
        swapped = near(answered, accuracy) and near(right, fraction) and accuracy != fraction
        require(not swapped, "These two are in the other order: first the fraction answered.")
        sentence = f"At {threshold} the fraction answered is {len(kept) / 40:.6g}; yours gives "
        sentence += f"{answered:.6g}."
        if near(answered, sum(max(row) >= threshold for row in rows) / 40):
            sentence += " An image that lies on the threshold gets no answer."
        require(near(answered, len(kept) / 40), sentence)
        sentence = f"At {threshold} the accuracy of the answers is {len(hits) / len(kept):.6g}; "
        sentence += f"yours gives {right:.6g}."
        if near(right, np.mean(rows.argmax(axis=1) == labels)):
            sentence += " That is the accuracy on all images."
        if near(right, len(hits) / 40):
            sentence += " Divide by the number of answers, not of images."
        require(near(right, len(hits) / len(kept)), sentence)
    return "A higher threshold: fewer answers, and better ones, if its confidence means anything."


def _pairs(known, strange, tie=0.5):
    """Compare every known image with every stranger."""
    wins = [1.0 if one > other else tie * (one == other) for one in known for other in strange]
    return sum(wins) / len(wins)


@exercise("06.4")
def auroc_of_pairs(function):
    """Against counting the pairs one by one."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.9, 0.5]), np.array([0.5, 0.2, 0.7]))]
    cases += [(random.random(a).round(1), random.random(b).round(1)) for a, b in ((5, 3), (20, 30))]
    for known, strange in cases:
        try:
            given = number(ask(function, known.copy(), strange.copy()))
        except StoppedError as error:
            require("broadcast" not in str(error), f"{EVERY_PAIR} ({error})")
            raise
        slips = {
            _pairs(known, strange, 0): "A tie counts half; yours counts it as 0.",
            _pairs(known, strange, 1): "A tie counts half; yours counts it as 1.",
            _pairs(strange, known): "The known image should have the higher one.",
            _pairs(known, strange) * len(known) * len(strange): "Divide by the number of pairs.",
        }
        for slip, hint in slips.items():
            wrong = not near(slip, _pairs(known, strange)) and near(given, slip)
            require(not wrong, f"For known {shown(known)}, strange {shown(strange)}: {hint}")
    judge_function(function, _pairs_alone, cases, "the fraction of pairs")
    return "scikit-learn's `roc_auc_score` gives the same."


def _pairs_alone(known, strange):
    """Call `_pairs` as the student's function is called."""
    return _pairs(known, strange)


@functools.cache
def _judged_model():
    """Build a network of 8 x 8 pixels and four classes whose answers depend on the scale."""
    random = np.random.default_rng(1)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(x))
    kernel = random.normal(size=(3, 4)) * 8
    model.set_weights([kernel, random.normal(size=4) - kernel.sum(axis=0) / 2])
    pixels = random.integers(0, 256, (30, 1, 1, 3)) + random.integers(-9, 9, (30, 8, 8, 3))
    return model, pixels.clip(0, 255).astype(np.uint8)


@exercise("06.5")
def with_rescaling(function):
    """Compare the probabilities for pixels with those for divided pixels."""
    model, pixels = _judged_model()
    built = ask(function, model)
    is_model = isinstance(built, keras.Model)
    require(is_model, f"A Keras model is asked for; this is {shown(built)}.")
    pixels = pixels.astype(np.float32)
    given = np.asarray(built(pixels))
    slips = {
        1.0: "The pixels reach the network as they are, 0 to 255.",
        255.0**-2: "The pixels are divided twice.",
        1 / 256: "255 is the largest value, so divide by 255: white should become 1.",
    }
    for scale, sentence in slips.items():
        require(not np.allclose(given, np.asarray(model(pixels * scale)), atol=1e-6), sentence)
    right = np.asarray(model(pixels / 255))
    same = given.shape == right.shape and np.allclose(given, right, atol=1e-4)
    require(same, "Its probabilities are not those that the model gives for pixels / 255.")
    return "Now the scale travels with the network, whoever uses it."


@exercise("06.6")
def repaired(function):
    """Compare the names, and recognise each bug that is left by what it gives."""
    model, pixels = _judged_model()
    names = ["tower", "lake", "bridge", "sea"]
    given = as_list(ask(function, model, pixels.copy(), list(names)), "A list of names")
    sentence = f"There are {len(pixels)} images; yours gives {len(given)} names."
    require(len(given) == len(pixels), sentence)
    given = [str(name) for name in given]
    for scale, undivided in ((1 / 255, ""), (1, "the network wants values from 0 to 1")):
        places = np.asarray(model(pixels * np.float32(scale))).argmax(axis=1)
        for named, unsorted in (
            (names, ""),
            (sorted(names), "output 0 is called 'tower', as in the list"),
        ):
            said = [named[place] for place in places]
            shuffled = "" if given == said else "name j must belong to image j"
            left = [bug for bug in (undivided, unsorted, shuffled) if bug]
            if left and sorted(given) == sorted(said):
                require(False, f"Still to repair: {'; '.join(left)}.")
            elif not left:
                return "Three bugs, and Python complained about none of them."
    require(False, "These are not the names of the largest probabilities.")
