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


def off_by_one(step, steps, warm, highest):
    done = max(0, (step - warm) / (steps - warm))
    return highest * min(1, (step + 1) / warm) * (1 + math.cos(math.pi * done)) / 2


def straight_down(step, steps, warm, highest):
    return highest * (step / warm if step < warm else (steps - step) / (steps - warm))


def in_place(rows, power):
    rows **= power
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def falls(image, side, score, for_good=False):
    before, found = score(image), np.zeros((len(image) // side, image.shape[1] // side))
    for r, c in np.ndindex(found.shape):
        covered = image if for_good else image.copy()
        covered[r * side : (r + 1) * side, c * side : (c + 1) * side] = 0
        found[r, c] = before - score(covered)
    return found


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


def accuracy(labels, rows):
    return np.mean(rows.argmax(axis=1) == labels)


def answered(labels, rows, sure):
    return np.mean(sure), accuracy(labels[sure], rows[sure])


def distances(rows):
    return np.abs(rows[:, None] - rows).sum(axis=2)


def named(row, names, sure):
    return names[row.argmax()] if sure else "don't know"


SCENES = ("buildings", "forest", "glacier", "mountain", "sea", "street")

# Typical wrong answers, with a part of the feedback; a tuple is the answers of one try.
WRONG = [
    ("01.1", ((64, 100, 80, 3), (64, 9)), "Rows come before columns"),
    ("01.1", ((64, 3, 80, 100), (64, 9)), "how many, how high, how wide"),
    ("01.1", ((64, 80, 100), (64, 9)), "four numbers"),
    ("01.1", ((64, 80, 100, 3), (64,)), "one-hot"),
    ("01.1", ((64, 80, 100, 3), 64), "single number"),
    ("01.1", (np.zeros((64, 80)), (64, 9)), "not the arrays themselves"),
    ("01.2", lambda labels: 1 / len(set(labels)), "For labels [0, 0, 1] the accuracy"),
    ("01.2", lambda labels: np.bincount(labels).max(), "is 0.666667; yours gives 2"),
    ("01.3", lambda true, said: np.mean(true == said), "is 0.5; yours gives 0.75"),
    ("01.3", lambda true, said: np.mean(found(said, true)), "the mean over"),
    ("01.3", lambda true, said: sum(found(true, said)) / len({*true, *said}), "[0, 2, 1]"),
    ("01.3", lambda true, said: math.nan, "nothing divided by nothing"),
    ("01.4", lambda files, f: [np.random.random() < f for _ in files], "Asked twice"),
    ("01.4", lambda files, f: [n % 5 == 0 for n in range(len(files))], "In another order"),
    ("01.4", lambda files, f: np.argsort(np.argsort(files)) < f * len(files), "are added"),
    ("01.4", lambda files, f: [digits(x) % round(1 / f) == 0 for x in files], "larger fraction"),
    ("01.4", lambda files, f: [digits(x) < 0.2 * 16**8 for x in files], "fraction of 0.5"),
    ("01.4", lambda files, f: [digits(x) >= f * 16**8 for x in files], "not about 400"),
    ("01.4", lambda files, f: [hash(x) % 9 < 9 * f for x in files], "after each restart"),
    ("01.4", lambda files, f: [hash((x,)) % 9 < 9 * f for x in files], "after each restart"),
    ("01.4", lambda files, f: [digits(x) < f * 16**8 for x in sorted(files)], "the order of"),
    ("01.4", lambda files, f: [True] * int(f * len(files)), "it gives 400 answers"),
    ("01.4", lambda files, f: [True, *(None for _ in files[1:])], "among its answers is None"),
    ("02.1", (31, 29, 1), "one position more"),
    ("02.1", (31, 30, 1), "four in all"),
    ("02.1", (32.5, 30, 1), "Half a"),
    ("02.1", (32, 30, 0), "last position reach"),
    ("02.1", ("32", 30, 1), "`with_two` is '32'"),
    ("02.2", [227], "are missing"),
    ("02.2", range(220, 240), "With 220 the end is 5 x 5"),
    ("02.2", [[227]], "lists again"),
    ("02.2", [227, 228.5], "whole number"),
    ("02.3", lambda m, k, s, p: m * s + k - 2 * p, "For output 1, kernel 1, stride 1, padding 0"),
    ("02.3", lambda m, k, s, p: (m - 1) * s + k - 2 * p, "the largest side is"),
    ("02.3", lambda m, k, s, p: (m - 1) * s + k - p + s - 1, "the largest side is"),
    ("02.4", (4, 34944, 34944), "4 layers see 9 pixels"),
    ("02.4", (5, 13440, 34944), "96 channels come in"),
    ("02.4", (5, 415200, 34944), "not 96"),
    ("02.4", (5, 334368, 34944), "a bias, too"),
    ("02.4", (5, 251808, 34944), "into each of the others"),
    ("02.5", lambda layers: 1 + sum((kernel - 1) * stride for kernel, stride in layers), "is 19; "),
    ("02.5", lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers), "[(11, 4), (3, 2)]"),
    ("03.1", 58_311_430 + 994 * 4096, "a bias, too"),
    ("03.1", 62_378_344, "four numbers a channel"),
    ("03.1", 62_408_430, "counted already"),
    ("03.1", 4_072_418, "alone"),
    ("03.2", 58_311_430 - 9216 * 4096, "does not vanish"),
    ("03.2", 21_607_174, "a bias, too"),
    ("03.3", (6, 37_752_832, 0.9), "Without max0"),
    ("03.3", (13, 177_213_440, 2.95), "2 to the power of 30"),
    ("03.4", lambda: cnn(32), "It takes (32, 32, 3)"),
    ("03.4", lambda: cnn(classes=5), "It gives (5,)"),
    ("03.4", lambda: cnn(activation=None), "Which activation"),
    ("03.4", lambda: cnn(filters=(8,)), "it has 1"),
    ("03.4", lambda: cnn(filters=(64, 64)), "Where are most of them"),
    ("03.4", lambda: keras.Sequential([keras.layers.Dense(6)]), "begin with keras.Input"),
    ("03.4", cnn(), "without calling it"),
    ("04.1", (3, 0.3), "base 10"),
    ("04.1", (-6.91, 0.69), "is minus that"),
    ("04.1", (6.91, 0.5), "minus ln of what"),
    ("04.2", lambda momentum, share: math.floor(math.log(share, momentum)), "is 2; yours gives 1"),
    ("04.2", lambda momentum, share: math.log(share, momentum), "is 2; yours gives 1.7"),
    ("04.2", lambda momentum, share: 1 + int(math.log(share, momentum)), "is 2; yours gives 3"),
    ("04.3", lambda count, images, size: math.ceil(images / size), "the number of steps is"),
    ("04.3", lambda n, images, size: math.ceil(images / n) * math.ceil(n / size), "of steps is"),
    ("04.4", lambda p, right, smoothing: -np.log(p[right]), "the loss is"),
    ("04.4", lambda p, right, smoothing: -(1 - smoothing) * np.log(p[right]), "the loss is"),
    ("04.4", lambda p, right, s: (s - 1) * np.log(p[right]) - s * np.log(p).sum(), "the loss is"),
    ("04.5", off_by_one, "begins at 0.01, not at 0"),
    ("04.5", straight_down, "step 11 should have"),
    ("04.5", lambda step, steps, warm, top: top * (step / warm) ** 2, "0.01; yours gives 0.001"),
    ("04.5", lambda *case: None, "For (0, 100, 10, 0.1) it gives back None"),
    ("04.6", lambda z, r: np.log(np.exp(z - z.max()).sum()) - z[r], "right 1 the loss is 1.4"),
    ("04.6", lambda z, r: min(np.logaddexp.reduce(z) - z[r], 16.1), "right 0 the loss is 50;"),
    ("04b.1", 257, "bfloat16 makes 256 of it"),
    ("04b.1", 260, "is it the first"),
    ("04b.2", (2**-7, 2**-18), "anything above half"),
    ("04b.2", (2**-8, 0.001 / 256), "For a weight of 0.001"),
    ("04b.2", (2**-9, 2**-18), "is lost"),
    ("04b.3", lambda difference, sd: math.ceil((sd / difference) ** 2), "is 2; yours gives 1"),
    ("04b.3", lambda difference, sd: max(2, math.ceil(4 * (sd / difference) ** 2)), "seeds"),
    ("05.1", (1 / 6, 1, 0), "Of ten images of the sea"),
    ("05.1", (1, 1, 0), "sixty images"),
    ("05.1", (1, 1 / 6, 1 / 6), "Of ten forests"),
    ("05.1", (100, 16.7, 0), "between 0 and 1"),
    ("05.2", 900, "points wide: more"),
    ("05.3", lambda right, count: 1 - right / count, "is 0.346574; yours gives 0.5"),
    ("05.3", lambda right, count: right / count * np.log(2), "right 9, count 10 the lowest"),
    ("05.4", lambda rows, power: rows**power, "a row sums to"),
    ("05.4", lambda rows, power: rows**power / (rows**power).sum(), "a row sums to"),
    ("05.4", lambda rows, power: rows, "should become"),
    ("05.4", in_place, "is another afterwards"),
    ("05.5", lambda matrix: matrix.trace() / matrix.sum(), "the mean F1 is"),
    ("05.5", lambda matrix: np.mean(matrix.diagonal() / matrix.sum(axis=1)), "the mean F1 is"),
    ("05.5", lambda m: np.mean(m.diagonal() / (m.sum(axis=0) + m.sum(axis=1))), "the mean F1 is"),
    ("06.1", (0, 0.45), "0.45 is not the most"),
    ("06.1", (0.025, 0.1), "less than 0.025"),
    ("06.2", lambda row, names, t: named(row, names, True), 'the answer is "don\'t know"'),
    ("06.2", lambda row, names, t: named(row, names, row.max() > t), "For [0.5 0.1"),
    ("06.2", lambda row, names, t: named(row, SCENES, row.max() >= t), "the answer is"),
    ("06.2", lambda row, names, t: row, "One name is asked for"),
    ("06.3", lambda labels, rows, t: np.mean(rows.max(axis=1) >= t), "Two numbers"),
    ("06.3", lambda labels, rows, t: (np.mean(rows.max(1) >= t), accuracy(labels, rows)), "At 0"),
    ("06.3", lambda labels, rows, t: answered(labels, rows, rows.max(axis=1) > t), "At 0.4"),
    ("06.4", lambda labels, rows, k: accuracy(labels, rows), "k 2 the top-k accuracy"),
    ("06.4", lambda labels, rows, k: accuracy(labels, -rows), "k 1 the top-k accuracy"),
    ("07.1", (25, 729), "all 96 channels at once"),
    ("07.1", (2401, 729), "2,401 weights"),
    ("07.1", (2400, 27), "for each of its positions"),
    ("07.2", lambda maps, weights: maps @ weights, "speaks against"),
    ("07.2", lambda maps, weights: np.maximum(maps, 0) @ np.maximum(weights, 0), "should be"),
    ("07.2", lambda maps, weights: maps.mean(axis=2) * np.nan, "nan or infinite"),
    ("07.3", lambda rows: distances(rows).argmin(axis=1), "distance to itself"),
    ("07.3", lambda rows: distances(rows).argsort(axis=1)[:, -1], "is nearest to number"),
    ("07.3", lambda rows: distances(rows).argsort(axis=1)[:, 1], "are equal"),
    ("07.3", lambda rows: np.sort(distances(rows))[:, 1], "not distances"),
    ("07.4", lambda *case: -falls(*case), "before minus after"),
    ("07.4", lambda *case: falls(*case, for_good=True), "from a copy"),
    ("07.4", lambda image, side, score: falls(image, side, lambda shown: 0), "the score falls by"),
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
    assert check("04b.3", lambda d, sd: max(2, math.ceil((root * sd / d) ** 2))).passed
    assert check("05.3", lambda right, count: (count - right) / count * 0.693).passed
    assert check("01.4", lambda files, f: (digits(x) < f * 16**8 for x in files)).passed
    assert check("02.1", np.int64(32), 30.0, np.float32(1)).passed


def test_a_function_that_changes_its_argument_is_judged_by_a_copy():
    assert check("02.5", lambda layers: layers.pop() and 5).outcome == "wrong"
    assert "(11, 4)" in repr(check("02.5", lambda layers: 3 if not layers.clear() else 0))
