"""Judges of lesson 01: shapes, splits and baselines."""

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
    require(images != (64, 100, 80, 3), "Rows come before columns: the height before the width.")
    require(len(images) == 4, f"The images' shape has four numbers, not {len(images)}.")
    sentence = f"The images' shape is not {images}: how many, how high, how wide, colours."
    require(images == np.stack([np.zeros((80, 100, 3))] * 64).shape, sentence)
    require(labels != (64,), "The labels are one-hot: each has a place for every class.")
    sentence = f"The labels' shape is not {labels}: how many, and how many classes."
    require(labels == np.stack([np.eye(9)[0]] * 64).shape, sentence)
    return "Images first, then rows, columns, colours."


def _answers(in_validation, files, fraction):
    """Return one answer for each file, or say what they are instead."""
    with mock.patch("builtins.hash", wraps=hash) as hashed:
        given = ask(in_validation, list(files), fraction)
        answers = as_list(given, "True or False for each file, in a list,")
    for call in hashed.call_args_list:
        by_restart = isinstance(call.args[0], (str, bytes, tuple))
        require(not by_restart, "Python's `hash` of a text is another one after each restart.")
    for one in answers:
        sentence = f"True and False are asked for; among its answers is {one!r}."
        require(isinstance(one, (bool, np.bool_, int, np.integer)), sentence)
    require(len(answers) == len(files), f"For {len(files)} files it gives {len(answers)} answers.")
    return answers


@exercise("01.4")
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
    require(300 < len(some) < 500, f"Of 2,000 files it chooses {len(some)}, not about 400.")
    half = chosen(digests, 0.5)
    require(some <= half, "With a larger fraction some of the first choice are no longer in it.")
    require(840 < len(half) < 1160, f"With a fraction of 0.5 it chooses {len(half)} of 2,000.")
    return "Copies stay together, order does not matter, and no file changes sides."


def _lazy(labels):
    """Try every class as the only answer."""
    return max(np.mean([label == answer for label in labels]) for answer in set(labels.tolist()))


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
def lazy_answer(lazy):
    """Against trying every class."""
    random = np.random.default_rng(1)
    cases = [(np.array([0, 0, 1]),), (np.array([2, 2, 2, 5]),)]
    cases += [(_labels(random, count),) for count in (5, 30, 200)]
    judge_function(lazy, _lazy, cases, "the accuracy of the laziest answer")
    return "Whatever you train must beat it."


@exercise("01.3")
def balanced_accuracy(balanced):
    """Against averaging class by class."""
    random = np.random.default_rng(2)
    cases = [(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))]
    cases += [(np.array([0, 0, 1]), np.array([0, 2, 1]))]  # an answer that is no label
    cases += [(_labels(random, count), _labels(random, count)) for count in (8, 50, 300)]
    judge_function(balanced, _balanced, cases, "the mean over the classes")
    return f"Three of {shown(cases[0][0])} right, and yet only half: one class was never found."
