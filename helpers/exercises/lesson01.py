"""Judges of lesson 01: shapes, hashes, splits and a fair accuracy."""

from unittest import mock

import numpy as np

from helpers.exercises.judging import as_list, ask, exercise, judge_function, require, shown


@exercise("01.1")
def batch_shapes(images, labels):
    """Build such a batch and look."""
    for given in (images, labels):
        require(np.ndim(given) < 2, "The shapes are asked for, not the arrays themselves.")
        sentence = f"A shape is a tuple; a single number is written (64,). This is {given!r}."
        require(np.ndim(given) == 1, sentence)
    images, labels = tuple(images), tuple(labels)
    swapped = len(images) == 2 and len(labels) == 4
    require(not swapped, "The two shapes are swapped: the images' first, then the labels'.")
    first = images in ((64, 3, 80, 100), (64, 3, 100, 80))
    require(not first, "Keras puts the colours last.")
    require(images != (64, 100, 80, 3), "Rows come before columns: the height before the width.")
    require(len(images) == 4, f"The images' shape has four numbers, not {len(images)}.")
    sentence = f"The images' shape is not {images}: how many, how high, how wide, colours."
    require(images == np.stack([np.zeros((80, 100, 3))] * 64).shape, sentence)
    require(labels != (64,), "The labels are one-hot: each has a place for every class.")
    sentence = f"The labels' shape is not {labels}: how many, and how many classes."
    require(labels == np.stack([np.eye(9)[0]] * 64).shape, sentence)
    return "Images first, then rows, columns, colours."


HASH = "Python's `hash` gives a string a different value after each restart."


def _answers(in_validation, files, fraction):
    """Return one answer for each file, or say what they are instead."""
    with mock.patch("builtins.hash", wraps=hash) as hashed:
        given = ask(in_validation, list(files), fraction)
        answers = as_list(given, "True or False for each file, in a list,")
    for call in hashed.call_args_list:
        by_restart = isinstance(call.args[0], (str, bytes, tuple))
        require(not by_restart, HASH)
    for one in answers:
        sentence = f"True and False are asked for; among its answers is {one!r}."
        require(isinstance(one, (bool, np.bool_, int, np.integer)), sentence)
    require(len(answers) == len(files), f"For {len(files)} files it gives {len(answers)} answers.")
    return answers


@exercise("01.5")
def split_by_content(in_validation):
    """Ask for the properties of a good split; how it is made is free."""

    def chosen(files, fraction=0.2):
        return {file for file, said in zip(files, _answers(in_validation, files, fraction)) if said}

    random = np.random.default_rng(0)
    digests = [random.bytes(32).hex() for _ in range(2000)]
    some = chosen(digests)
    require(some == chosen(digests), "Asked twice about the same files it chooses differently.")
    answers = _answers(in_validation, digests + digests[:300], 0.2)
    sentence = "Copies are on different sides. Are the answers in the order of the files?"
    require(answers[:300] == answers[2000:], sentence)
    require(chosen(digests[::-1]) == some, "In another order of the files it chooses others.")
    before = chosen(digests[:1000])
    require(before == some & set(digests[:1000]), "When files are added, others change their side.")
    half = chosen(digests, 0.5)
    unused = " Do you use `fraction`?" if some == half else ""
    slip = " Did you choose the others?" if 1500 < len(some) < 1700 else unused
    enough = 300 < len(some) < 500
    require(enough, f"Of 2,000 files it chooses {len(some)}, not about 400.{slip}")
    require(some <= half, "With a larger fraction some of the first choice are no longer in it.")
    sentence = f"With a fraction of 0.5 it chooses {len(half)} of 2,000.{unused}"
    require(840 < len(half) < 1160, sentence)
    return "Copies stay together, order does not matter, and no file changes sides."


def _balanced(labels, answers):
    """Average, over the classes, the fraction of their images that are found."""
    fractions = []
    for one in sorted(set(labels.tolist())):
        hits = [answer == one for label, answer in zip(labels, answers) if label == one]
        fractions.append(sum(hits) / len(hits))
    return sum(fractions) / len(fractions)


def _labels(random, count):
    """Draw labels of which some are rare."""
    return random.choice(6, count, p=np.arange(1, 7) / 21)


@exercise("01.2")
def balanced_accuracy(balanced):
    """Against averaging class by class."""
    random = np.random.default_rng(2)
    cases = [(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))]
    cases += [(np.array([0, 0, 1]), np.array([0, 2, 1]))]  # an answer that is no label
    cases += [(_labels(random, count), _labels(random, count)) for count in (8, 50, 300)]
    for case in cases:
        given = ask(balanced, *map(np.copy, case))
        sentence = "Some class never occurs in the labels, and the mean of no images is nan."
        require(not (isinstance(given, float) and np.isnan(given)), sentence)
    judge_function(balanced, _balanced, cases, "the mean over the classes")
    return f"Three of {shown(cases[0][0])} right, and yet only half: one class was never found."


def _blocks(grey, side):
    """Cut an image into blocks, row by row: shape (side, side, pixels)."""
    high, wide = (n // side for n in grey.shape)
    cut = [
        [grey[r * high : (r + 1) * high, c * wide : (c + 1) * wide].ravel() for c in range(side)]
        for r in range(side)
    ]
    return np.array(cut)


@exercise("01.3")
def average_hash(average_hash):
    """Block by block, with what a slip would give."""
    random = np.random.default_rng(3)
    small = np.array([[9, 9, 1, 1], [9, 8, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]])
    shapes = [(4, 6, 2), (15, 9, 3), (160, 160, 8)]
    cases = [(small, 2), *((random.integers(0, 256, (h, w)), side) for h, w, side in shapes)]
    for grey, side in [*cases, (np.full((4, 4), 7), 2)]:
        blocks = _blocks(grey, side)
        given = np.asarray(ask(average_hash, grey.copy(), side))
        sentence = f"Its shape should be ({side}, {side}); yours gives {given.shape}."
        require(given.shape == (side, side), f"{sentence} One answer for each block, in rows.")
        answers = given.astype(bool)
        require((given == answers).all(), "True or False is asked for: is a block brighter?")
        bits = blocks.mean(axis=2) > grey.mean()
        slips = {
            "A block as bright as the mean is not brighter.": blocks.mean(axis=2) >= grey.mean(),
            "The rows and columns of its answer are swapped.": bits.T,
            "It marks the darker blocks; the brighter ones are asked for.": ~bits,
            "Compare with the mean of the image, not with its median.": (
                blocks.mean(axis=2) > np.median(grey)
            ),
            "All pixels of a block count, not only its first.": blocks[..., 0] > grey.mean(),
        }
        for sentence, wrong in slips.items():
            require((answers == bits).all() or (answers != wrong).any(), sentence)
        sentence = f"For the image {shown(grey)} it should be {shown(bits)}"
        require((answers == bits).all(), f"{sentence}; yours gives {shown(answers)}.")
    return "Two images are close when few of these bits differ."


@exercise("01.4")
def repaired_split(shuffle_and_split):
    """Each image shows its own number, so that one sees which label it has."""

    def parts(count, share, seed):
        pixels = np.arange(count).repeat(12).reshape(count, 2, 2, 3)
        labels = np.arange(count) ** 2 % 11
        given = ask(shuffle_and_split, pixels.copy(), labels.copy(), share, seed)
        four = isinstance(given, (tuple, list)) and len(given) == 4
        require(four, f"Four arrays are asked for; yours gives {shown(given)}.")
        train, train_labels, held, held_labels = map(np.asarray, given)
        for images, own in ((train, train_labels), (held, held_labels)):
            sentence = f"It gives {images.shape} for images and {own.shape} for their labels."
            require(images.shape[1:] == (2, 2, 3) and own.shape == (len(images),), sentence)
            numbers = images[:, 0, 0, 0]
            wrong = numbers[labels[numbers] != own]
            sentence = "Images have lost their labels: both must be put in one and the same order."
            require(len(wrong) == 0, sentence)
        train, held = train[:, 0, 0, 0].tolist(), held[:, 0, 0, 0].tolist()
        both = len({*train} & {*held})
        require(not both, f"{both} of {count} images are in both parts, a leak.")
        lost = count - len({*train, *held})
        require(not lost, f"{lost} of {count} images are in neither part.")
        asked = round(share * count)
        slip = " Are the two parts swapped?" if abs(len(train) - asked) < 1 else ""
        sentence = f"You held out {len(held)} of {count} images instead of {asked}.{slip}"
        require(abs(len(held) - share * count) < 1, sentence)
        return train, held

    once = parts(50, 0.2, 0)
    require(
        once != tuple(map(sorted, once)), "The images are still in the order in which they came."
    )
    require(once == parts(50, 0.2, 0), "With the same seed it should shuffle alike.")
    require(once != parts(50, 0.2, 1), "With another seed it should shuffle otherwise.")
    parts(33, 0.3, 2)
    return "Every image keeps its label, and is in one part only."
