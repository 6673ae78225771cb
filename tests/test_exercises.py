"""Every exercise knows four outcomes: no stub and no wrong answer passes, and the solution does."""

import ast
import inspect
import math
import re

import nbformat
import numpy as np
import pytest

from helpers.exercises import ____, check
from helpers.exercises.judging import JUDGES
from helpers.quiet import keras
from tools import course


def net(size=64, classes=6, activation="softmax", filters=(8, 8), flat=False):
    layers = keras.layers
    x = inputs = keras.Input((size, size, 3))
    for number in filters:
        x = layers.Conv2D(number, 5, strides=2)(x)
    x = layers.Flatten()(x) if flat else layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation=activation)(x))


def off_by_one(step, steps, warm, highest):
    done = max(0, (step - warm) / (steps - warm))
    return highest * min(1, (step + 1) / warm) * (1 + math.cos(math.pi * done)) / 2


def straight_down(step, steps, warm, highest):
    return highest * (step / warm if step < warm else (steps - step) / (steps - warm))


def in_place(rows, power):
    rows **= power
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def covered_for_good(image, side, score):
    before, falls = score(image), np.zeros((len(image) // side, image.shape[1] // side))
    for r, c in np.ndindex(falls.shape):
        image[r * side : (r + 1) * side, c * side : (c + 1) * side] = 0
        falls[r, c] = before - score(image)
    return falls


SCENES = ("buildings", "forest", "glacier", "mountain", "sea", "street")

# Three typical wrong answers to each exercise; a tuple is the answers of one try.
WRONG = {
    "01.1": [((64, 100, 80, 3), (64, 9)), ((64, 80, 100, 3), (64,)), ((64, 80, 100), (64, 9))],
    "01.2": [
        lambda labels: 1 / len(set(labels)),
        lambda labels: np.bincount(labels).max(),
        lambda labels: labels.mean(),
    ],
    "01.3": [
        lambda labels, answers: np.mean(labels == answers),
        lambda labels, answers: np.mean(np.bincount(labels[labels == answers])),
        lambda labels, answers: np.mean(
            [np.mean(labels[answers == one] == one) for one in np.unique(answers)]
        ),
        lambda labels, answers: sum(
            np.mean(answers[labels == one] == one) for one in np.unique(labels)
        ) / len(set(labels) | set(answers)),
    ],
    "01.4": [
        lambda files, share: [np.random.random() < share for _ in files],
        lambda files, share: [n % round(1 / share) == 0 for n in range(len(files))],
        lambda files, share: [file in sorted(files)[: int(share * len(files))] for file in files],
        lambda files, share: [int(file[:8], 16) % round(1 / share) == 0 for file in files],
        lambda files, share: [int(file[:8], 16) / 16**8 < 0.2 for file in files],
        lambda files, share: ["True" for _ in files],
        lambda files, share: [hash(file) % 1000 < 1000 * share for file in files],
        lambda files, share: [int(file[:8], 16) / 16**8 < share for file in sorted(files)],
        lambda files, share: True,
    ],
    "02.1": [(31, 30, 1), (32, 29, 1), (32, 30, 0)],
    "02.2": [[227], list(range(220, 240)), list(range(227, 231))],
    "02.3": [
        lambda m, k, s, p: (m - 1) * s + k - 2 * p,
        lambda m, k, s, p: (m - 1) * s + k - p + s - 1,
        lambda m, k, s, p: m * s + k - 2 * p,
    ],
    "02.4": [(4, 34944, 34944), (5, 13440, 34944), (5, 334944, 34848)],
    "02.5": [
        lambda layers: sum(kernel for kernel, _ in layers),
        lambda layers: 1 + sum((kernel - 1) * stride for kernel, stride in layers),
        lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers),
    ],
    "03.1": [58_311_430 + 994 * 4096, 58_311_430, 62_377_344],
    "03.2": [58_311_430 - 9216 * 4096, 58_311_430 / 36, 21_606_790],
    "03.3": [(6, 37_752_832, 0.9), (13, 37_752_832, 3.2), (13, 177_213_440, 0.8)],
    "03.4": [
        lambda: net(32), lambda: net(classes=5), lambda: net(activation=None),
        lambda: net(filters=(8,)), lambda: net(filters=(64, 64)), lambda: 5,
    ],
    "04.1": [(3, 0.3), (6.91, 0.5), (1000, 2)],
    "04.2": [
        lambda momentum, share: math.floor(math.log(share) / math.log(momentum)),
        lambda momentum, share: math.ceil(1 / (1 - momentum)),
        lambda momentum, share: math.log(share) / math.log(momentum),
        lambda momentum, share: 1 + int(math.log(share) / math.log(momentum)),
    ],
    "04.3": [
        lambda count, images, size: -(-images // size),
        lambda count, images, size: images // size,
        lambda count, images, size: -(-images // count) * -(-count // size),
    ],
    "04.4": [
        lambda p, right, smoothing: -np.log(p[right]),
        lambda p, right, smoothing: -(1 - smoothing) * np.log(p[right]),
        lambda p, right, s: -((1 - s) * np.log(p[right]) + s * np.log(p).sum()),
    ],
    "04.5": [lambda step, steps, warm, highest: highest, straight_down, off_by_one],
    "04b.1": [257, 512, 260],
    "04b.2": [(2**-7, 2**-17), (2**-8, 0.001 / 256), (2**-9, 2**-18)],
    "04b.3": [
        lambda difference, sd: 2,
        lambda difference, sd: math.ceil((sd / difference) ** 2),
        lambda difference, sd: max(2, math.ceil(4 * (sd / difference) ** 2)),
    ],
    "05.1": [(1 / 6, 1, 0), (1, 1, 0), (1, 1 / 6, 1 / 6)],
    "05.2": [180, 3000, 900],
    "05.3": [
        lambda right, count: 1 - right / count,
        lambda right, count: right / count * np.log(2),
        lambda right, count: -np.log(right / count),
    ],
    "05.4": [
        lambda rows, power: rows**power,
        lambda rows, power: rows**power / (rows**power).sum(),
        lambda rows, power: rows * power / (rows * power).sum(axis=1, keepdims=True),
    ],
    "05.5": [
        lambda matrix: matrix.trace() / matrix.sum(),
        lambda matrix: np.mean(matrix.diagonal() / matrix.sum(axis=1)),
        lambda matrix: np.mean(matrix.diagonal() / (matrix.sum(axis=0) + matrix.sum(axis=1))),
    ],
    "06.1": [(0, 0.45), (0.025, 0.1), (0, 0.55)],
    "06.2": [
        lambda row, names, threshold: names[np.argmax(row)],
        lambda row, names, threshold: names[0] if row.max() > threshold else "don't know",
        lambda row, names, t: names[np.argmin(row)] if row.max() > t else "don't know",
        lambda row, names, t: names[np.argmax(row)] if row.max() > t else "don't know",
        lambda row, names, t: SCENES[np.argmax(row)] if row.max() >= t else "don't know",
    ],
    "06.3": [
        lambda labels, rows, t: (np.mean(rows.max(1) >= t), np.mean(rows.argmax(1) == labels)),
        lambda labels, rows, t: np.mean(rows.max(axis=1) >= t),
        lambda labels, rows, t: (
            np.mean(rows.max(1) > t), np.mean((rows.argmax(1) == labels)[rows.max(1) > t])
        ),
        lambda labels, rows, t: (1, np.mean((rows.argmax(1) == labels)[rows.max(1) >= t])),
    ],
    "06.4": [
        lambda labels, rows, k: np.mean(rows.argmax(axis=1) == labels),
        lambda labels, rows, k: np.mean([n in np.argsort(r)[:k] for n, r in zip(labels, rows)]),
        lambda labels, rows, k: np.mean(rows[np.arange(len(labels)), labels] > 1 / k),
    ],
    "07.1": [(25, 729), (2401, 729), (2400, 27)],
    "07.2": [
        lambda maps, weights: maps @ weights,
        lambda maps, weights: np.maximum(maps, 0) @ np.maximum(weights, 0),
        lambda maps, weights: maps.mean(axis=2),
        lambda maps, weights: maps.mean(axis=2) * np.nan,
    ],
    "07.3": [
        lambda rows: ((rows[:, None] - rows) ** 2).sum(axis=2).argmin(axis=1),
        lambda rows: np.abs(rows[:, None] - rows).sum(axis=2).argsort(axis=1)[:, -1],
        lambda rows: (np.arange(len(rows)) + 1) % len(rows),
        lambda rows: np.abs(rows[:, None] - rows).sum(axis=2).argsort(axis=1, kind="stable")[:, 1],
    ],
    "07.4": [
        lambda image, side, score: np.full(
            (len(image) // side, image.shape[1] // side), score(image)
        ),
        lambda image, side, score: score(image),
        lambda image, side, score: np.array([
            [score(image * (1 - np.kron(np.eye(len(image) // side)[[r]].T
                   @ np.eye(image.shape[1] // side)[[c]], np.ones((side, side)))[..., None]))
             - score(image) for c in range(image.shape[1] // side)]
            for r in range(len(image) // side)
        ]),
    ],
}  # fmt: skip


def cells(path):
    """Return the sources of the code cells of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run(source, names):
    """Run a cell and return the value of its last line."""
    *before, last = ast.parse(source).body
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def exercise_cells(path):
    """Return ``{name of the exercise: source of its cell}``."""
    found = {}
    for source in cells(path):
        if match := re.search(r'^check\("([\w.]+)"', source, re.MULTILINE):
            assert match[1] not in found
            found[match[1]] = source
    return found


def answers(name):
    """How many answers an exercise takes."""
    return len(inspect.signature(JUDGES[name]).parameters)


def takes_a_function(name):
    return callable(WRONG[name][0])


def test_every_lesson_has_three_to_five_exercises_and_their_solutions():
    names = []
    for lesson, solutions in zip(course.lessons(), course.solutions(), strict=True):
        assert lesson.name == solutions.name
        stubs = exercise_cells(lesson)
        assert 3 <= len(stubs) <= 5, lesson
        assert list(stubs) == list(exercise_cells(solutions))
        assert all(name.startswith(lesson.name.split("_")[0] + ".") for name in stubs)
        text = lesson.read_text(encoding="utf-8")
        assert text.count("<details><summary>Hint</summary>") == len(stubs)
        names += stubs
    assert sorted(names) == sorted(JUDGES) == sorted(WRONG)


def asked(path, pattern):
    """Return ``{name of the exercise: what it asks}``."""
    notebook = nbformat.read(path, as_version=4)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return dict(re.findall(pattern, text, re.DOTALL))


@pytest.mark.parametrize("lesson", course.lessons(), ids=lambda path: path.stem)
def test_a_solution_repeats_what_the_lesson_asks(lesson):
    ours = asked(lesson, r"\*\*(\d\db?\.\d) \w+\.\*\* (.+?)\n\n<details>")
    solutions = asked(
        course.NOTEBOOKS / "solutions" / lesson.name, r"## (\d\db?\.\d)\n\n(.+?)\n\n\*Solution"
    )
    assert ours == solutions and list(ours) == list(exercise_cells(lesson))


@pytest.mark.parametrize("lesson", course.lessons(), ids=lambda path: path.stem)
def test_a_stub_runs_and_is_not_tried_yet(lesson):
    names = {}  # the first of them imports what all need
    for name, source in exercise_cells(lesson).items():
        assert "____" in source
        result = run(source, names)
        assert (result.outcome, result.passed) == ("not tried yet", False), name
        assert "____" in repr(result)


@pytest.mark.parametrize("path", course.solutions(), ids=lambda path: path.stem)
def test_a_solution_passes(path):
    names = {}
    exec(cells(path)[0], names)
    for name, source in exercise_cells(path).items():
        result = run(source, names)
        assert result.passed and result.outcome == "right", (name, result)
        assert repr(result).startswith(f"{name}: right.")


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_wrong_answers_do_not_pass_and_are_told_why(name):
    assert len(WRONG[name]) >= 3
    for given in WRONG[name]:
        result = check(name, *(given if isinstance(given, tuple) else (given,)))
        assert result.outcome == "wrong", (name, result)
        assert not result.passed
        assert len(repr(result)) > len(f"{name} is not right yet. ") + 15


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_an_error_is_explained_and_never_raised(name):
    def broken(*arguments):
        return arguments[99]

    given = broken if takes_a_function(name) else object()
    result = check(name, *[given] * answers(name))
    assert result.outcome in ("error", "wrong") and not result.passed
    if takes_a_function(name):
        assert result.outcome == "error"
        assert "IndexError: tuple index out of range" in repr(result)


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_blanks_anywhere_are_not_tried_yet(name):
    tries = [[____] * answers(name), [[____, 1]] + [5] * (answers(name) - 1)]
    if takes_a_function(name):
        tries += [[lambda *arguments: ____], [lambda *arguments: (____, 1)]]
        tries += [[lambda *arguments: ____ + 1], [lambda *arguments: len(____)]]
        tries += [[lambda *arguments: np.bincount(____)], [lambda *arguments: [1, 2][:____]]]
        tries += [[lambda *arguments: keras.layers.Dense(____)]]
    for given in tries:
        assert check(name, *given).outcome == "not tried yet"


@pytest.mark.parametrize("name", sorted(name for name in JUDGES if callable(WRONG[name][0])))
def test_a_forgotten_return_is_no_right_answer(name):
    result = check(name, lambda *arguments: None)
    assert result.outcome == "wrong" and "is a `return` missing?" in repr(result)


HINTS = {
    "01.1": [((np.zeros((64, 80)), (64, 9)), "not the arrays themselves")],
    "01.3": [(lambda labels, answers: math.nan, "nothing divided by nothing")],
    "01.4": [
        (lambda files, share: [hash(file) % 9 < 9 * share for file in files], "after each restart"),
        (lambda files, share: [int(f, 16) / 16**64 < share for f in sorted(files)], "the order of"),
        (lambda files, share: [hash((f,)) % 9 < 9 * share for f in files], "after each restart"),
        (lambda files, share: [True, *(None for _ in files[1:])], "among its answers is None"),
    ],
    "02.1": [
        ((31, 29, 1), "one place more"), ((31, 30, 1), "four in all"), ((32.5, 30, 1), "Half a"),
        ((32, 30, 0.5), "last place reach"), (("32", 30, 1), "`with_two` should be a number"),
    ],
    "02.2": [
        ((None,), "this is None"), (([[227]],), "lists again"), (([227, 228.5],), "whole number"),
    ],
    "02.3": [(lambda m, k, s, p: 0, "For output 1, kernel 1, stride 1, padding 0 the largest")],
    "02.4": [
        ((5, 13440, 34944), "96 channels come in"), ((5, 415200, 34944), "not 96"),
        ((5, 334368, 34944), "a bias, too"), ((5, 251808, 34944), "into each of the others"),
    ],
    "03.1": [((62_408_430,), "counted already"), ((4_072_418,), "alone")],
    "03.2": [((21_607_174,), "a bias, too")],
    "03.3": [((13, 177_213_440, 2.95), "2 to the power of 30")],
    "03.4": [(net(), "without calling it")],
    "04.1": [((-6.91, 0.69), "is minus that")],
    "04.5": [
        (lambda step, steps, warm, highest: None, "For (0, 100, 10, 0.1) it gives back None"),
        (lambda step, steps, warm, highest: highest * min(1, (step / warm) ** 2), "0.01; yours"),
    ],
    "04b.2": [((2**-7, 2**-18), "anything above half")],
    "05.1": [((100, 16.7, 0), "between 0 and 1"), ((1, 0.2, 0), "sixty images")],
    "05.4": [(in_place, "is another afterwards")],
    "06.2": [(lambda row, names, t: row, "One name is asked for")],
    "06.3": [
        (lambda labels, rows, t: (
            np.mean(rows.max(1) >= t),
            round(np.mean((rows.argmax(1) == labels)[rows.max(1) >= t]), 3),
        ), "is 0.823529; yours gives 0.824"),
    ],
    "07.3": [
        (lambda rows: np.arange(len(rows)) + 0.9, "not distances"),
        (lambda rows: np.abs(rows[:, None] - rows).sum(axis=2).argsort(1)[:, 1], "are equal"),
    ],
    "07.4": [(covered_for_good, "from a copy")],
}  # fmt: skip


@pytest.mark.parametrize("name", HINTS)
def test_a_common_slip_is_answered_by_name(name):
    for given, hint in HINTS[name]:
        result = check(name, *(given if isinstance(given, tuple) else (given,)))
        assert result.outcome == "wrong" and hint in repr(result), result


def test_a_net_within_a_net_counts():
    layers = keras.layers
    block = keras.Sequential([layers.Conv2D(8, 5, strides=2), layers.Conv2D(8, 5, strides=2)])
    head = [layers.GlobalAveragePooling2D(), layers.Dense(6, "softmax")]
    assert check("03.4", lambda: keras.Sequential([keras.Input((64, 64, 3)), block, *head])).passed


def test_an_exercise_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"no exercise '1\.2'; did you mean '01\.2'\?"):
        check("1.2", 1)
    with pytest.raises(ValueError, match=r"no exercise '99\.1'; there are 01\.1, 01\.2"):
        check("99.1", 1)


def test_other_ways_to_the_same_answer_pass():
    root = 2 * math.sqrt(2)
    assert check("04b.3", lambda d, sd: max(2, math.ceil((root * sd / d) ** 2))).passed
    assert check("05.3", lambda right, count: (count - right) / count * 0.693).passed
    assert check("02.5", lambda layers: layers.pop() and 5).outcome == "wrong"
    assert "(11, 4)" in repr(check("02.5", lambda layers: 3 if not layers.clear() else 0))
    assert check("01.4", lambda files, share: (int(f, 16) / 16**64 < share for f in files)).passed
    assert "single number" in repr(check("01.1", (64, 80, 100, 3), 64))
    assert not check("05.1", math.nan, 1 / 6, 0).passed
    assert re.search(r"2\.0\d points wide: more", repr(check("05.2", 3380)))


def test_other_kinds_of_numbers_pass():
    assert check("02.1", np.int64(32), 30.0, np.float32(1)).passed
    assert not check("02.1", "32", 30, 1).passed
    assert not check("02.1", 32, 30, True).passed
    assert check("02.2", set(range(200, 261))).outcome == "wrong"
