"""Judges of lesson 01: shapes, splits and baselines."""

from unittest import mock

import numpy as np

from helpers.exercises.judging import WrongError, as_list, ask, exercise, judge_function, shown


@exercise("01.1")
def batch_shapes(images, labels):
    """Build such a batch and look."""
    rows = [np.zeros((80, 100, 3))] * 64
    expected, one_hot = np.stack(rows).shape, np.stack([np.eye(9)[0]] * 64).shape
    for given in (images, labels):
        if np.ndim(given) == 0:
            raise WrongError(
                f"A shape is a tuple such as (3, 4); one with a single number is written (64,). "
                f"This is {given!r}."
            )
        if np.ndim(given) > 1:
            raise WrongError("The shapes are asked for, not the arrays themselves.")
    images, labels = tuple(images), tuple(labels)
    if images == (64, 100, 80, 3):
        raise WrongError("Rows come before columns: the height is the first of the two sides.")
    if len(images) != 4:
        raise WrongError(
            f"A batch of images has four numbers in its shape; yours has {len(images)}."
        )
    if images != expected:
        raise WrongError(
            f"{images} is not the images' shape: how many, how high, how wide, colours."
        )
    if labels == (64,):
        raise WrongError("The labels are one-hot: each has a place for every class.")
    if labels != one_hot:
        raise WrongError(f"{labels} is not the labels' shape: how many, and how many classes.")
    return "Images first, then rows, columns, colours."


@exercise("01.4")
def split_by_content(in_validation):
    """Ask for the properties of a good split; how it is made is free."""
    random = np.random.default_rng(0)
    digests = [random.bytes(32).hex() for _ in range(2000)]

    def answered(files, share):
        with mock.patch("builtins.hash", wraps=hash) as hashed:
            given = ask(in_validation, list(files), share)
            answer = as_list(given, "True or False for each file, in a list,")
        if any(isinstance(call.args[0], (str, bytes, tuple)) for call in hashed.call_args_list):
            raise WrongError("Python's `hash` of a text is another one after each restart.")
        strange = [one for one in answer if not isinstance(one, (bool, np.bool_, int, np.integer))]
        if strange:
            raise WrongError(f"True and False are asked for; among its answers is {strange[0]!r}.")
        if len(answer) != len(files):
            raise WrongError(f"For {len(files)} files it gives {len(answer)} answers.")
        return answer

    def chosen(files, share):
        return {file for file, said in zip(files, answered(files, share)) if said}

    some, share = chosen(digests, 0.2), 0.2
    if some != chosen(digests, share):
        raise WrongError("Asked twice about the same files it chooses differently.")
    twice = digests + digests[:300]
    answer = answered(twice, share)
    if answer[:300] != answer[2000:]:
        raise WrongError(
            "A file and its copy are on different sides. (Do your answers stand in the order of "
            "the files?)"
        )
    if chosen(digests[::-1], share) != some:
        raise WrongError("In another order of the files it chooses others.")
    if chosen(digests[:1000], share) != some & set(digests[:1000]):
        raise WrongError("When files are added, others change their side.")
    if not 0.15 < len(some) / 2000 < 0.25:
        raise WrongError(f"Of 2,000 files it chooses {len(some)}; a fifth would be about 400.")
    half = chosen(digests, 0.5)
    if not some <= half:
        raise WrongError("With a larger share some of the first choice are no longer in it.")
    if not 0.42 < len(half) / 2000 < 0.58:
        raise WrongError(f"With a share of 0.5 it chooses {len(half)} of 2,000, not about 1,000.")
    return "Copies stay together, order does not matter, and no file changes sides."


def _lazy(labels):
    """Try every class as the only answer."""
    return max(np.mean([label == answer for label in labels]) for answer in set(labels.tolist()))


def _balanced(labels, answers):
    """Average, over the classes, the share of their images that are found."""
    shares = []
    for one in sorted(set(labels.tolist())):
        hits = [answer == one for label, answer in zip(labels, answers) if label == one]
        shares.append(sum(hits) / len(hits))
    return sum(shares) / len(shares)


def _labels(random, count, classes):
    """Draw labels of which some are rare."""
    return random.choice(classes, count, p=np.arange(1, classes + 1) / sum(range(classes + 1)))


@exercise("01.2")
def lazy_answer(lazy):
    """Against trying every class."""
    random = np.random.default_rng(1)
    cases = [(np.array([0, 0, 1]),), (np.array([2, 2, 2, 5]),)]
    cases += [(_labels(random, count, 6),) for count in (5, 30, 200)]
    judge_function(lazy, _lazy, cases, "the accuracy of the laziest answer")
    return "Whatever you train must beat it."


@exercise("01.3")
def balanced_accuracy(balanced):
    """Against averaging class by class."""
    random = np.random.default_rng(2)
    cases = [(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))]
    cases += [(np.array([0, 0, 1]), np.array([0, 2, 1]))]  # an answer that is no label
    cases += [(_labels(random, n, 6), _labels(random, n, 6)) for n in (8, 50, 300)]
    judge_function(balanced, _balanced, cases, "the mean over the classes")
    case = cases[0]
    return f"Three of {shown(case[0])} right, and yet only half: one class was never found."
