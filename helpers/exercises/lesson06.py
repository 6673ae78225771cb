"""Judges of lesson 06: answers with a threshold, and the k surest."""

import numpy as np

from helpers.exercises.judging import WrongError, ask, exercise, judge_function, near, number, shown


@exercise("06.1")
def what_is_left(least, most):
    """Try every way to share out what two of six leave."""
    least, most = number(least), number(most)
    shares = [part / 100 for part in range(11)]  # of the remaining 0.1, for the third
    if min(least, most) < 0:
        raise WrongError("A probability is never below 0.")
    if not near(least, min(shares)):
        raise WrongError(f"It can be less than {least:g}.")
    if not near(most, max(shares), 1e-3):
        raise WrongError(f"All six sum to 1, and two have 0.45 each: {most:g} is not the most.")
    return "So whoever reads only the first two answers misses little here."


@exercise("06.2")
def answer_or_nothing(function):
    """Row by row."""
    random = np.random.default_rng(0)
    on_the_edge = np.array([[0.5, 0.1, 0.1, 0.1, 0.1, 0.1]])
    for row in [*on_the_edge, *random.dirichlet(np.ones(6) / 2, size=60)]:
        names = random.permutation(["bridge", "forest", "lake", "sea", "street", "tower"]).tolist()
        for threshold in (0.0, 0.5, 0.9):
            place = max(range(6), key=lambda one: row[one])
            expected = names[place] if row[place] >= threshold else "don't know"
            given = ask(function, row.copy(), list(names), threshold)
            if not isinstance(given, str):
                raise WrongError(f"One name is asked for; this is {shown(given)}.")
            if given != expected:
                raise WrongError(
                    f"For {np.round(row, 2)}, {names} and a threshold of {threshold} the answer "
                    f"is {expected!r}; yours gives {given!r}."
                )
    return "A net that may say so is of more use than one that must guess."


@exercise("06.3")
def answered_and_right(function):
    """Two numbers, counted image by image."""
    random = np.random.default_rng(0)
    for threshold in (0.0, 0.4, 0.6, 0.8):
        rows = random.dirichlet(np.ones(4) / 2, size=40)
        labels = np.where(random.random(40) < 0.6, rows.argmax(axis=1), random.integers(4, size=40))
        rows[0], rows[1] = threshold, (1, 0, 0, 0)  # one lies on the threshold
        rows[0, 1:] = (1 - threshold) / 3
        kept = [k for k in range(40) if max(rows[k]) >= threshold]
        hits = [k for k in kept if rows[k].tolist().index(max(rows[k])) == labels[k]]
        given = ask(function, labels.copy(), rows.copy(), threshold)
        if np.shape(given) != (2,):
            raise WrongError("Two numbers are asked for: the share answered, and the accuracy.")
        for mine, right, what in zip(
            given, (len(kept) / 40, len(hits) / len(kept)), ("share answered", "accuracy of those")
        ):
            if not near(number(mine, f"the {what}"), right):
                raise WrongError(
                    f"At {threshold} the {what} is {right:.6g}; yours gives {mine:.6g}."
                )
    return "A higher threshold: fewer answers, and better ones, if its confidence means anything."


def _top_k(labels, probabilities, k):
    """For every image look whether the label is among the k surest."""
    hits = 0
    for label, row in zip(labels.tolist(), probabilities.tolist()):
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
        rows = random.dirichlet(np.ones(6), size=count)
        cases.append((random.integers(6, size=count), rows, k))
    judge_function(function, _top_k, cases, "the top-k accuracy")
    return "The paper's 15.3 % are errors of this kind, with five answers allowed."
