"""Judges of lesson 06: answers with a threshold, and the k most probable."""

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_function, near, number, require, shown


@exercise("06.1")
def what_is_left(least, most):
    """Try every way to share out what two of six leave."""
    least, most = number(least), number(most)
    thirds = [part / 100 for part in range(11)]  # of the remaining 0.1
    require(min(least, most) >= 0, "A probability is never below 0.")
    require(near(least, min(thirds)), f"It can be less than {least:g}.")
    require(near(most, max(thirds), 1e-3), f"All six sum to 1, so {most:g} is not the most.")
    return "So anyone who reads only the first two answers misses little here."


@exercise("06.2")
def answer_or_nothing(function):
    """Row by row."""
    random = np.random.default_rng(0)
    on_the_edge = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    for row in [on_the_edge, *random.dirichlet(np.ones(6) / 2, size=60)]:
        names = random.permutation(["bridge", "forest", "lake", "sea", "street", "tower"]).tolist()
        for threshold in (0.0, 0.5, 0.9):
            given = ask(function, row.copy(), list(names), threshold)
            require(isinstance(given, str), f"One name is asked for; this is {shown(given)}.")
            place = max(range(6), key=lambda one: row[one])
            expected = names[place] if row[place] >= threshold else "don't know"
            case = f"For {np.round(row, 2)}, {names} and a threshold of {threshold}"
            sentence = f"{case} the answer is {expected!r}; yours gives {given!r}."
            require(given == expected, sentence)
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
        kept = [k for k in range(40) if max(rows[k]) >= threshold]
        hits = [k for k in kept if np.argmax(rows[k]) == labels[k]]
        given = ask(function, labels.copy(), rows.copy(), threshold)
        require(np.shape(given) == (2,), "Two numbers are asked for: fraction and accuracy.")
        expected = {"fraction answered": len(kept) / 40, "accuracy of those": len(hits) / len(kept)}
        for mine, (what, right) in zip(given, expected.items()):
            mine = number(mine, f"the {what}")
            sentence = f"At {threshold} the {what} is {right:.6g}; yours gives {mine:.6g}."
            require(near(mine, right), sentence)
    return "A higher threshold: fewer answers, and better ones, if its confidence means anything."


def _top_k(labels, rows, k):
    """For every image look whether the label is among the k surest."""
    hits = 0
    for label, row in zip(labels, rows):
        surer = sum(value > row[label] for value in row)
        hits += surer < k
    return hits / len(labels)


@exercise("06.4")
def top_k_accuracy(function):
    """Against looking at every image."""
    random = np.random.default_rng(0)
    three = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.2, 0.6]])
    cases = [(np.arange(3), three, 1), (np.arange(3), three, 2)]
    for count, k in ((20, 1), (20, 2), (50, 3), (50, 6)):
        cases.append((random.integers(6, size=count), random.dirichlet(np.ones(6), count), k))
    judge_function(function, _top_k, cases, "the top-k accuracy")
    return "The paper's 15.3 % are errors of this kind, with five answers allowed."
