"""Recorded runs, the log of trials, the table made of them, and the measurement of speed."""

import argparse
import csv
import functools
import json
import math
import re
import statistics

import numpy as np
import pytest

from helpers import checkpoints, data, evaluation, folders, models, recipes, results, training
from helpers.plots.style import listed
from helpers.quiet import keras
from tools import ask_again, bench, course, reproduce, trials
from tools import results as table

RUNS = results.names()


@pytest.fixture
def small(monkeypatch, image_set, tmp_path):
    """An image set, and an AlexNet of 67 pixels in place of 227."""
    folder = image_set(test=6)
    monkeypatch.setenv("ALEXNET_DATA", str(folder))
    monkeypatch.setattr(training, "alexnet", functools.partial(models.alexnet, (67, 67, 3)))
    for name in ("ALEXNET_RECIPE", "ALEXNET_IMAGES", "CALLED_FROM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PRECISION", "float32")
    monkeypatch.setattr(reproduce, "BUILD", tmp_path / "build")
    monkeypatch.setattr(trials, "LOCK", tmp_path / "build" / "trials.lock")
    return folder


# What is recorded


@pytest.mark.parametrize("name", RUNS)
def test_a_recorded_run_is_whole_and_agrees_with_itself(name):
    run = results.recorded(name)
    assert run["name"] == name and run["title"]
    assert set(run["recipe"]) == set(recipes.RECIPES["article"])
    test = run["test"]
    assert test["accuracy"] == test["right"] / test["images"]
    interval = evaluation.accuracy_interval(test["right"], test["images"])
    np.testing.assert_allclose(test["interval"], interval, atol=1e-9)
    if "confusion" in test:
        confusion = np.array(test["confusion"])
        assert confusion.sum() == test["images"] and confusion.trace() == test["right"]
        np.testing.assert_allclose(test["recall"], confusion.diagonal() / confusion.sum(axis=1))
        assert sum(test["reliability"]["counts"]) == test["images"] == run["data"]["test"]
        assert run["history"]["images"][-1] == run["recipe"]["images"]
        assert len(run["history"]["images"]) == len(run["history"]["loss"])


def test_the_article_stands_there_as_it_was_published():
    test = results.recorded("article-2020")["test"]
    assert (test["accuracy"], test["images"], test["loss"]) == (0.872, 3000, 0.1878)


def test_a_run_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(FileNotFoundError, match="no-such-run.*article-2020"):
        results.recorded("no-such-run")


def test_the_readme_says_what_the_recorded_runs_say():
    for page, tables in table.pages().items():
        text = page.read_text(encoding="utf-8")
        assert table.with_tables(text, tables) == text, f"{page}: run make results"


def test_the_table_follows_the_files(tmp_path):
    run = results.recorded("article-2020")
    run |= {"name": "course-seed9", "title": "a try", "command": "make it"}
    run["test"]["accuracy"] = 0.5432
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "course-seed9.json").write_text(json.dumps(run))
    (line,) = table.table(tmp_path).splitlines()[2:]
    assert line.startswith("| a try | 701,700 (50 passes over 14,034) | 146 | **54.3%** of 3,000")
    assert line.endswith("| `make it` |")


def test_the_table_of_speeds_follows_the_benches(tmp_path):
    (tmp_path / "bench").mkdir()
    run = {
        "article_images_per_second": 10, "ratio": 2.0, "ratio_batch_32": 1.0,
        "images_per_second": {"32": 10, "64": 12, "128": 15, "256": 20},
        "fraction_of_peak": 0.5, "peak_gflops": 100, "input_images_per_second": 1000,
        "best_batch": 256, "all_images_per_second": {"article": [10, 8, 10], "256": [20, 24, 18]},
    }  # fmt: skip
    (tmp_path / "bench" / "x.json").write_text(json.dumps(run))
    assert table.speeds(tmp_path).splitlines()[2:] == [
        "| `x` | 10.0 | 10.0 / 12.0 / 15.0 / 20.0 | 2.00 (1.80 to 3.00) | 1.00 | "
        "50 % of 100 GFLOP/s | 1,000 | 4.00 |"
    ]


def test_the_table_of_answers_follows_what_was_asked(tmp_path):
    found = {
        "images": {"validation": 8, "training": 4}, "validation": 2, "validation, settled": 4,
        "validation, and mirrored": 3, "training": 1, "training, settled": 2,
    }  # fmt: skip
    (tmp_path / "asked_again.json").write_text(json.dumps({"r": found}))
    head, line, row = table.answers(tmp_path).splitlines()
    assert head.count("|") == line.count("|") == row.count("|")
    assert row == "| `r` | 25.0 | 50.0 | 37.5 |  | 25.0 | 50.0 |"


def test_each_table_is_put_between_its_own_marks():
    page = "before\n{}\n{}\n{}\nbetween\n{}\n{}\n{}\nafter"
    a, b = ([mark.format(name) for mark in table.MARKS] for name in ("a", "b"))
    old = page.format(a[0], "old", a[1], b[0], "old", b[1])
    new = page.format(a[0], "first", a[1], b[0], "second", b[1])
    assert table.with_tables(old, {"b": "second", "a": "first"}) == new
    with pytest.raises(ValueError, match="0 places from <!-- c: .*put these two lines"):
        table.with_tables(old, {"c": "new"})


def test_trials_on_few_images_are_compared_over_their_seeds():
    def trial(kind, seed, accuracy, images="", state="finished", count="3000", of="photographs"):
        return {
            "run": f"{kind}-3000-images-seed{seed}", "seed": str(seed), "state": state, "data": of,
            "training_images": count, "validation_accuracy": str(accuracy),
            "images_to_75_percent": images, "seconds_to_75_percent": images and "61",
        }  # fmt: skip

    rows = [trial("course", 1, 0.9, "12000"), trial("course", 0, 0.8), trial("article", 0, 0.7)]
    rows += [trial("course", 2, 0.1, state="stopped"), trial("course", 3, 0.1, count="8")]
    rows += [trial("course", 0, 0.6, of="scenes")]
    assert table.comparison(rows).splitlines()[2:] == [
        "| `article` | 0 | 70.0 % | never | never |",
        "| `course` | 0, 1 | 80.0, 90.0; **85.0 %** | never, 12,000 | never, 61 |",
        "| `course` | 0 | 60.0 % | never | never |",
    ]


def test_every_line_of_the_trial_log_says_what_was_told_and_what_came_out():
    rows = trials.read(results.RESULTS / "trials.csv")
    assert len({(row["run"], row["data"]) for row in rows}) == len(rows) > 0
    for row in rows:
        assert all(row[key] for key in trials.TOLD), row["run"]
        assert re.match("started$|finished$|stopped$|failed: ", row["state"])
        if row["state"] == "finished":
            curve = [float(value) for value in row["validation_by_pass"].split()]
            assert abs(curve[-1] - 100 * float(row["validation_accuracy"])) < 0.051
            assert row["images_seen"] == row["images"]
            reached = [value >= 75 for value in curve]
            assert bool(row["images_to_75_percent"]) == any(reached)


def test_the_reader_answered_240_photographs_of_the_test_part():
    with open(results.RESULTS / "reader.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    classes = {"buildings", "forest", "glacier", "mountain", "sea", "street"}
    assert len({row["file"] for row in rows}) == len(rows) == 240
    for row in rows:
        assert row["label"] == row["file"].split("/")[0] in classes
        assert row["answer"] in classes and row["network"] in classes
    with open(results.RESULTS / "mistakes.csv", encoding="utf-8", newline="") as file:
        said = {row["file"]: row["answer"] for row in csv.DictReader(file)}
    twice = [row for row in rows if row["file"] in said]
    assert twice and all(row["network"] == said[row["file"]] for row in twice)


def test_every_judged_mistake_is_one_of_the_recorded_run():
    with open(results.RESULTS / "mistakes.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    run = results.recorded("course-seed0")
    names, confusion = run["data"]["class_names"], np.array(run["test"]["confusion"])
    assert len({row["file"] for row in rows}) == len(rows) > 30
    for row in rows:
        place = names.index(row["label"]), names.index(row["answer"])
        assert place[0] != place[1] and row["label"] == row["file"].split("/")[0]
        assert float(row["sure"]) >= 0.6 and row["fits"] in ("label", "answer", "both", "neither")
        confusion[place] -= 1
    parts = run["test"]["reliability"]  # of those at least 60 % sure, all that were wrong
    wrong = [count * (1 - share) for count, share in
             zip(parts["counts"][6:], parts["accuracy"][6:]) if count]  # fmt: skip
    assert sum(wrong) == pytest.approx(len(rows))
    assert confusion.min() >= 0  # no more of a kind than the run made


def test_lesson_04_says_what_trainings_gave_without_settling_and_with_it():
    rows = trials.read(results.RESULTS / "trials.csv")
    lesson = (course.NOTEBOOKS / "04_gpu_training.ipynb").read_text(encoding="utf-8")
    for name, settled, words in (
        ("quick-before-.*crop-0.8.*", "0", "had {} of the validation images right after the first "
         "pass, and {} at the end. With it"),
        ("quick-", "8", "the same five seeds had {} and {} (`results/trials.csv`)"),
    ):  # fmt: skip
        five = [row for row in rows if re.match(f"{name}seed[0-4]$", row["run"])]
        curves = np.array([row["validation_by_pass"].split() for row in five], float)
        assert len(five) == 5 and {row["bn_batches"] for row in five} == {settled}
        said = [f"{min(part)} to {max(part)} %" for part in (curves[:, 0], curves[:, -1])]
        assert words.format(*said) in lesson


TRIALS = sorted((results.RESULTS / "trials").glob("*.json"))


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_a_recorded_trial_is_the_one_in_the_log(path):
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["name"] == path.stem and "test" not in record
    row = {"run": path.stem, "data": record["data"]["fingerprint"], "seed": record["seed"]}
    row |= {"training_images": record["data"]["train"], **record["recipe"]}
    line = trials.find(results.RESULTS / "trials.csv", row)
    for key, value in trials.outcome(record["history"]["passes"]).items():
        assert line[key] == trials.written(value), key
    assert record["machine"]["versions"] and len(record["history"]["loss"]) > 0
    assert line["validation_accuracy"] == str(round(record["validation"]["accuracy"], 4))


def test_what_was_asked_again_begins_with_what_the_runs_had():
    told = json.loads((results.RESULTS / "asked_again.json").read_text(encoding="utf-8"))
    paths = {path.stem: path for part in ("runs", "trials")
             for path in (results.RESULTS / part).glob("*.json")}  # fmt: skip
    assert "course-seed0" in told
    for name, found in told.items():
        assert name in paths, f"{name} has no file in results/runs or results/trials"
        first = json.loads(paths[name].read_text(encoding="utf-8"))["validation"]
        assert found["images"]["validation"] == first["images"]
        assert abs(found["validation"] - first["right"]) <= 2  # batches of another size


def test_the_readme_says_what_settling_brings_to_the_articles_recipe():
    told = json.loads((results.RESULTS / "asked_again.json").read_text(encoding="utf-8"))
    run = told["article-238020-seen-seed0"]
    before, after = (
        100 * run[key] / run["images"]["validation"]
        for key in ("validation", "validation, settled")
    )
    said = f"has {after:.1f} % of the validation images right in place of {before:.1f} %"
    assert said in (course.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_page_says_how_soon_quick_reaches_80_per_cent():
    rows = {row["run"]: row for row in trials.read(results.RESULTS / "trials.csv")}
    first = {0: [], 1: []}  # pass: seeds that reach it there
    for seed in range(5):
        row = rows[f"quick-seed{seed}"]
        assert row["training_images"] == "1210"
        curve = [float(part) for part in row["validation_by_pass"].split()]
        first[next(n for n, value in enumerate(curve) if value >= 80)].append(str(seed))
    said = [listed(seeds) for seeds in first.values()]
    page = (results.RESULTS / "README.md").read_text(encoding="utf-8")
    assert f"with the seeds {said[0]}, after its second with {said[1]}" in page


BENCHES = sorted((results.RESULTS / "bench").glob("*.json"))


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_a_recorded_bench_is_made_of_its_own_measurements(path):
    run = json.loads(path.read_text())
    rates = {size: statistics.median(run["all_images_per_second"][size]) for size in
             ("32", "64", "128", "256")}  # fmt: skip
    assert run["images_per_second"] == rates
    assert run["course_images_per_second"] == max(rates.values()) == rates[str(run["best_batch"])]
    article = statistics.median(run["all_images_per_second"]["article"])
    assert run["article_images_per_second"] == article
    assert run["ratio"] == run["course_images_per_second"] / article
    assert run["ratio_batch_32"] == rates["32"] / article
    assert run["peak_gflops"] == statistics.median(run["all_peak_gflops"])
    assert len(run["all_peak_gflops"]) == 5
    reached = run["course_images_per_second"] * bench.operations(models.alexnet()) / 1e9
    assert run["fraction_of_peak"] == pytest.approx(reached / run["peak_gflops"])


def test_lesson_04b_says_what_adam_costs_alone():
    runs = [json.loads(path.read_text()) for path in BENCHES]
    said = {f"takes {run['optimizer_seconds_per_step']:.2f} seconds" for run in runs[:2]}
    lesson = (course.NOTEBOOKS / "04b_training_in_depth.ipynb").read_text(encoding="utf-8")
    assert any(words in lesson for words in said)
    rates = zip(*(list(run["images_per_second"].values())[1:] for run in runs[:2]))
    told = [round(statistics.mean(pair)) for pair in rates]
    assert f"had {told[0]}, {told[1]} and {told[2]} images a second" in lesson


def test_lesson_04_says_where_the_first_losses_lay():
    paths = [*results.RESULTS.glob("trials/*.json"), *results.RESULTS.glob("runs/*.json")]
    told = [json.loads(path.read_text(encoding="utf-8")).get("history", {}) for path in paths]
    above = [each["loss"][0] - math.log(6) for each in told if each.get("loss")]
    assert len(above) > 10
    lesson = (course.NOTEBOOKS / "04_gpu_training.ipynb").read_text(encoding="utf-8")
    assert f"lay {min(above):.1f} to {max(above):.1f} above ln 6" in lesson


def test_pytorch_trained_the_same_network_and_the_page_says_how_fast():
    run = json.loads((results.RESULTS / "pytorch.json").read_text())
    assert run["machine"]["trainable_parameters"] == 58_308_678  # those that Keras trains
    rates = run["images_per_second"]
    for key, values in run["all"].items():
        assert rates[key] == statistics.median(values)
    page = (results.RESULTS / "README.md").read_text(encoding="utf-8")
    assert f"PyTorch {run['machine']['torch'][:4]} on the same two cores" in page
    for dtype in ("float32", "bfloat16"):
        told = [
            " and ".join(f"{rates[f'{who}, {dtype}, batch {size}']:.1f}" for size in (32, 128))
            for who in ("pytorch", "here")
        ]
        assert f"{dtype} {told[0]}, here {told[1]}" in page


# The log


def a_line(**values):
    recipe = recipes.RECIPES["article"] | {"data": "0a1b", "training_images": 8, "seed": 0}
    return {"run": "article-seed0", **recipe, **values}


def test_the_log_keeps_one_line_a_run_and_set_of_images(tmp_path):
    log = tmp_path / "trials.csv"
    trials.note(log, a_line(state="started", note="first, with a comma"))
    trials.note(log, a_line(run="other", state="started"))
    trials.note(log, a_line(data="ffff", state="started"))
    trials.note(log, {"run": "article-seed0", "data": "0a1b", "state": "finished"})
    rows = trials.read(log)
    assert [(row["run"], row["data"], row["state"]) for row in rows] == [
        ("article-seed0", "0a1b", "finished"),
        ("other", "0a1b", "started"),
        ("article-seed0", "ffff", "started"),
    ]
    assert rows[0]["note"] == "first, with a comma" and rows[0]["crop_area"] == "1.0 1.0"


def test_a_line_of_another_recipe_is_not_written_over(tmp_path):
    log = tmp_path / "trials.csv"
    assert trials.find(log, a_line()) is None
    trials.note(log, a_line(state="finished"))
    assert trials.find(log, a_line())["state"] == "finished"
    assert trials.find(log, a_line(data="ffff")) is None
    refused = r"trials.csv.*dropout 0.0, and this one has 0.5.*remove \S+-\w+$"
    with pytest.raises(ValueError, match=refused):
        trials.find(log, a_line(dropout=0.5))


def test_a_log_with_other_columns_is_named(tmp_path):
    log = tmp_path / "trials.csv"
    trials.note(log, a_line())
    text = log.read_text()
    log.write_text("\ufeff" + text, encoding="utf-8")
    assert trials.read(log)[0]["run"] == "article-seed0"  # as Excel saves it
    log.write_text(text.rstrip() + ",one too many\n")
    with pytest.raises(ValueError, match="line 2: the columns must be run,.*RESULTS=another"):
        trials.read(log)


def test_images_and_seconds_until_an_accuracy():
    passes = [
        {"images": 10, "seconds": 2.0, "validation_accuracy": 0.5},
        {"images": 20, "seconds": 3.0, "validation_accuracy": 0.75},
        {"images": 30, "seconds": 4.0, "validation_accuracy": 0.7},
    ]
    assert trials.until(passes, 0.75) == (20, 5)
    assert trials.until(passes, 0.76) == (None, None)


# make reproduce and make trial


def test_a_run_is_logged_before_it_starts_and_goes_on_where_it_stopped(
    small, monkeypatch, tmp_path, capsys
):
    scenes = data.load()
    count = len(scenes.train.labels)
    words = ["3", f"images={count + 9}", "batch_size=8", "--results", str(tmp_path)]
    keep, states = checkpoints.keep, []

    def keep_and_stop(*given):
        keep(*given)
        states.extend(row["state"] for row in trials.read(tmp_path / "trials.csv"))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "keep", keep_and_stop)
        with pytest.raises(KeyboardInterrupt):
            reproduce.main(words)
    (row,) = trials.read(tmp_path / "trials.csv")
    assert states == ["started"] and (row["state"], row["images_seen"]) == ("stopped", "")
    assert (row["seed"], row["batch_size"]) == ("3", "8")
    assert row["training_images"] == str(count)
    assert not (tmp_path / "runs").exists()

    reproduce.main(words)
    (path,) = (tmp_path / "runs").glob("*.json")
    record = json.loads(path.read_text())
    assert path.stem == row["run"] == record["name"]
    assert [done["images"] for done in record["history"]["passes"]] == [count, count + 9]
    assert record["test"]["images"] == 12 == np.sum(record["test"]["confusion"])
    assert record["command"].startswith("make reproduce RECIPE=quick SEED=3 ")
    (row,) = trials.read(tmp_path / "trials.csv")
    assert (row["state"], row["images_seen"]) == ("finished", str(count + 9))
    assert float(row["validation_accuracy"]) == round(record["validation"]["accuracy"], 4)
    assert "test: " in capsys.readouterr().out

    # What is made of it.
    drawn = table.figures(record, tmp_path)
    kinds = [name.removeprefix(record["name"]) for name in drawn]
    assert kinds == [
        "-curves.png",
        "-confusion.png",
        "-reliability.png",
        "-conv0.png",
        "-conv0-added.png",
    ]
    assert f"**{record['test']['accuracy']:.1%}** of 12" in table.table(tmp_path)


def test_a_trial_leaves_the_test_images_alone_and_a_finished_run_is_not_done_again(
    small, monkeypatch, tmp_path, capsys
):
    asked = []
    predict = evaluation.predict
    monkeypatch.setattr(
        evaluation, "predict", lambda net, images, *more: asked.append(images)
        or predict(net, images, *more)
    )  # fmt: skip
    words = ["0", "images=8", "--train", "16", "--results", str(tmp_path)]
    reproduce.main([*words, "--trial"])
    validation, test = (set(part.digests) for part in data.load()[2:4])
    assert set().union(*(images.digests for images in asked)) == validation
    assert not (tmp_path / "runs").exists()
    (kept,) = (tmp_path / "trials").glob("*.json")
    assert json.loads(kept.read_text())["validation"]["images"] == len(validation)
    (row,) = trials.read(tmp_path / "trials.csv")
    assert row["training_images"] == "16" and row["state"] == "finished"

    asked.clear()
    monkeypatch.setattr(training, "train", None)  # so that it could not train again
    (own,) = reproduce.BUILD.glob("*/record.json")
    left = own.parent / "checkpoints"  # it was killed before it took them away
    assert not left.exists()
    left.mkdir()
    reproduce.main([*words, "--trial"])
    assert not asked and not left.exists()
    other = [*words[:-1], str(tmp_path / "other"), "--trial"]
    reproduce.main(other)  # a log that does not know of it gets its line
    (again,) = trials.read(tmp_path / "other" / "trials.csv")
    assert again == row | {"started": ""}
    monkeypatch.setenv("PRECISION", "mixed_bfloat16")
    with pytest.raises(SystemExit, match=r"holds this run with precision float32.*remove"):
        reproduce.main(words)
    monkeypatch.delenv("PRECISION")
    with monkeypatch.context() as patch:
        patch.setattr(keras.backend, "backend", lambda: "numpy")
        with pytest.raises(SystemExit, match=r"holds this run with backend \w+, and this .* numpy"):
            reproduce.main(words)
    assert not asked
    reproduce.main(words)  # now the test, of the model that is there
    assert set().union(*(images.digests for images in asked)) == test
    (path,) = (tmp_path / "runs").glob("*.json")

    filters = path.parent / f"{path.stem}-conv0.npy"
    kept = filters.read_bytes()
    filters.unlink()
    reproduce.main(words)  # what is missing is written again
    assert filters.read_bytes() == kept

    # Trained and tested anew, it leaves its own filters.
    filters.write_bytes(b"those of an earlier training")
    record = json.loads(own.read_text())
    own.write_text(json.dumps({key: record[key] for key in record if key != "test"}))
    reproduce.main(words)
    assert filters.read_bytes() == kept

    # With other test images than last time the test is made anew, the training is not.
    data.load().test.paths[0].unlink()
    asked.clear()
    reproduce.main(words)
    left = data.load().test.digests
    assert set().union(*(images.digests for images in asked)) == set(left) < test
    record = json.loads(path.read_text())
    assert record["test"]["images"] == record["data"]["test"] == len(left)

    # What we recorded is put beside it where both learned from the same images.
    ours = json.loads(path.read_text())
    ours["test"]["images"] += 1
    monkeypatch.setattr(results, "names", lambda: [path.stem])
    monkeypatch.setattr(results, "recorded", lambda name: ours)
    capsys.readouterr()
    reproduce.main(words)
    told = capsys.readouterr().out
    assert "recorded by us: validation" in told and "recorded by us: test" not in told

    # Ours were tested on half of the photographs: whoever has all sees both figures.
    half = [digest for digest in data.load().test.digests if digest[0] in "01234567"]
    assert ours["test, half"]["images"] == len(half)
    ours["test"] = ours["test, half"]
    reproduce.main(words)
    assert "recorded by us: test, half: " in capsys.readouterr().out
    ours["data"]["fingerprint"] = "another"
    reproduce.main(words)
    assert "recorded by us" not in capsys.readouterr().out


def test_a_finished_trial_can_be_asked_again(small, tmp_path, monkeypatch, capsys):
    told = ["0", "images=40", "batch_size=8", "--train", "16", "--trial", "--results"]
    reproduce.main([*told, str(tmp_path)])
    (kept,) = (tmp_path / "trials").glob("*.json")
    scenes, asked = data.load(), []
    right = ask_again.right_answers

    def look(model, images, *boxes):
        asked.append(set(images.digests))
        return right(model, images, *boxes)

    settle, settled = ask_again.averages.settle, []

    def note_and_settle(model, images):
        settled.append(len(asked))
        settle(model, images)

    monkeypatch.setattr(ask_again, "right_answers", look)
    monkeypatch.setattr(ask_again.averages, "settle", note_and_settle)
    target, there = tmp_path / "asked_again.json", ["--results", str(tmp_path)]
    ask_again.main(["--ten-crops", kept.stem, *there])
    (found,) = json.loads(target.read_text()).values()
    first = json.loads(kept.read_text())["validation"]
    assert found["images"] == {"validation": first["images"], "training": 16}
    assert found["validation"] == first["right"] and "validation, ten crops" in found
    assert settled == [4]  # after four looks at the model as it is, and before two more
    assert asked[3] == asked[5] == set(reproduce.subset(scenes.train, 16).digests)
    assert set().union(*asked).isdisjoint(scenes.test.digests)
    asked.clear()
    ours = tmp_path / "ours"
    ours.mkdir()
    monkeypatch.setattr(ask_again.results, "RESULTS", ours)
    (ours / "asked_again.json").write_text(json.dumps({kept.stem: {**found, "validation": -1}}))
    capsys.readouterr()
    ask_again.main([kept.stem, *there])
    assert not asked  # it was asked before, here; what we found is shown beside it
    mine, recorded = capsys.readouterr().out.splitlines()
    assert str(found) in mine and "recorded by us" in recorded and "-1" in recorded
    for other in ("data", "model"):  # of other images, or before it was trained anew
        asked.clear()
        target.write_text(json.dumps({kept.stem: {**found, other: "another"}}))
        ask_again.main([kept.stem, *there])
        assert asked
    with pytest.raises(SystemExit, match="holds no finished run quick-seed9"):
        ask_again.main(["quick-seed9", *there])


def test_the_ten_views_are_corners_middle_and_their_mirror_images():
    views = np.array(ask_again.ten_views(0.5))
    assert views[:5].tolist() == [
        [0, 0, 0.5, 0.5], [0, 0.5, 0.5, 1], [0.5, 0, 1, 0.5], [0.5, 0.5, 1, 1],
        [0.25, 0.25, 0.75, 0.75],
    ]  # fmt: skip
    assert views[5:].tolist() == views[:5][:, [0, 3, 2, 1]].tolist()
    assert ask_again.SIDE == 0.875


@pytest.mark.parametrize("kind", ["runs", "trials"])
def test_a_result_of_other_images_is_not_written_over(small, tmp_path, kind):
    path = tmp_path / kind / "quick-8-seen-seed0.json"
    path.parent.mkdir()
    path.write_text('{"data": {"fingerprint": "0a1b"}}')
    with pytest.raises(SystemExit, match=r"seed0.json is of other images \(0a1b\).*RESULTS="):
        reproduce.main(["0", "images=8", "--results", str(tmp_path)])
    assert path.read_text() == '{"data": {"fingerprint": "0a1b"}}'
    assert not (tmp_path / "trials.csv").exists()


def test_none_of_the_training_images_is_no_choice(small, tmp_path):
    with pytest.raises(SystemExit, match="TRAIN=0: there are"):
        reproduce.main(["0", "images=8", "--train", "0", "--results", str(tmp_path)])


def test_a_training_that_fails_says_so_in_the_log(small, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise FloatingPointError("the loss is nan")

    monkeypatch.setattr(training, "train", fail)
    with pytest.raises(SystemExit, match="FloatingPointError: the loss is nan"):
        reproduce.main(["0", "images=8", "--results", str(tmp_path)])
    (row,) = trials.read(tmp_path / "trials.csv")
    assert row["state"] == "failed: the loss is nan"


def test_a_subset_is_fixed_by_the_content_of_the_files(small):
    train = data.load().train
    few = reproduce.subset(train, 10)
    turned = reproduce.subset(train.take(slice(None, None, -1)), 10)
    assert set(few.digests) == set(turned.digests) and len(few.labels) == 10
    assert set(reproduce.subset(train, 5).digests) < set(few.digests)
    with pytest.raises(ValueError, match=f"there are {len(train.labels)} training images"):
        reproduce.subset(train, 999)


@pytest.mark.parametrize("word", ["dropout", "dropout=", "dropout=much"])
def test_a_change_that_cannot_be_read_is_named(small, word):
    with pytest.raises(SystemExit, match=f"'{word}' does not say.*dropout=0.5"):
        reproduce.main(["0", word])


def test_an_unknown_value_of_a_recipe_is_told(small):
    with pytest.raises(SystemExit, match="a recipe has no.*epochs"):
        reproduce.main(["0", "epochs=3"])


def test_a_run_is_named_by_what_differs(small, monkeypatch):
    def named(*words, **values):
        changed = recipes.choose("course", **values, **reproduce.changes(words))[1]
        return reproduce.run_name("course", changed, 1, values.get("train"))

    assert named() == named("dropout=0.3", "flip=true", "crop_area=[0.35, 1]") == "course-seed1"
    assert named("averaging=0") == named("averaging=0.0") != named()
    assert named("flip=false", "dropout=0.50") == named("dropout=0.5", "flip=false")
    told = argparse.Namespace(trial=True, seed=1, train=None, changes=[])
    recipe = recipes.choose("course")[1]
    assert "BACKEND" not in reproduce.command(told, "course", recipe, "float32")
    with monkeypatch.context() as patch:
        patch.setattr(keras.backend, "backend", lambda: "jax")
        assert " KERAS_BACKEND=jax" in reproduce.command(told, "course", recipe, "float32")
    assert reproduce.heading("course", recipe, told) == "recipe course, seed 1"
    told.changes, told.train, recipe["images"] = ["dropout=0.5", "images=64"], 3000, 64
    title = reproduce.heading("course", recipe, told)
    assert title == "recipe course, dropout=0.5, 64 images seen, 3,000 training images, seed 1"
    assert named("learning_rate=1e-5") == "course-learning-rate-1eminus05-seed1"
    assert named("crop_area=[0.5, 1.0]", "images=64") == "course-64-seen-crop-area-0.5-1.0-seed1"


# make bench


def test_a_bench_over_several_image_sets_says_so_in_a_sentence(image_set, tmp_path, monkeypatch):
    image_set(train=2)
    (tmp_path / "other" / "seg_train" / "a").mkdir(parents=True)
    monkeypatch.setenv("ALEXNET_DATA", str(tmp_path))
    monkeypatch.delenv("CALLED_FROM", raising=False)
    with pytest.raises(SystemExit, match="make bench needs .*several image sets"):
        bench.main(tmp_path / "bench.json")


def test_the_bench_measures_both_pipelines_and_its_table_tells_it(image_set, monkeypatch):
    images = image_set(train=80)
    monkeypatch.setattr(bench, "MOST_STEPS", 2)
    monkeypatch.setattr(bench, "matrix_product_gflops", lambda dtype: 100.0)
    monkeypatch.setenv("PRECISION", "float32")
    told = []
    folder = folders.find_parts(images)["train"]
    measured = bench.measure(data.load(images), folder, (2, 4), 1, told.append)
    assert json.loads(json.dumps(measured))["best_batch"] in (2, 4)
    rates = measured["images_per_second"]
    assert measured["course_images_per_second"] == max(rates.values())
    before = measured["article_images_per_second"]
    assert measured["ratio"] == max(rates.values()) / before
    assert measured["ratio_batch_32"] == rates[2] / before
    expected = measured["course_images_per_second"] * 6.575 / 100
    assert measured["fraction_of_peak"] == pytest.approx(expected, rel=1e-3)
    for key in ("input_images_per_second", "predict_images_per_second", "first_step_seconds",
                "optimizer_seconds_per_step", "peak_memory_mb"):  # fmt: skip
        assert measured[key] > 0, key
    lines = bench.table(measured)
    assert f"ours, batch {measured['best_batch']}, float32" in lines and "as you asked" in lines
    assert len(told) == 2 + 1 * (2 + 2) + 1


def test_a_training_step_of_alexnet_costs_what_the_layers_add_up_to():
    per_layer = models.multiply_adds(models.alexnet())
    assert round(sum(per_layer.values()), -6) == 1_131_000_000
    assert bench.operations(models.alexnet()) == 6 * sum(per_layer.values()) - 2 * 105_415_200


def test_every_batch_of_ours_is_whole(image_set):
    scenes = data.load(image_set())
    _, serve = bench.ours(scenes, "float32")
    assert len(scenes.train.labels) < 128
    for size in (64, 128):
        assert [len(labels) for _, labels in serve(size).take(40)] == [size] * 40


def test_a_fast_device_gets_more_steps(monkeypatch):
    asked = []
    monkeypatch.setattr(bench, "steps", lambda *given: asked.append(given[2]) or [9.0, 0.5, 1.5])
    assert bench.rate(None, None, 32, 10.0) == 32
    bench.rate(None, None, 32, 0.1)
    bench.rate(None, None, 32, 0.001)
    assert asked == [3, 31, 101]


def test_steps_are_timed_one_by_one():
    net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    net.compile("sgd", "mse")
    one_by_one = ((np.ones((4, 2)), np.ones((4, 1))) for _ in range(5))
    seconds = bench.steps(net, one_by_one, 3)
    assert len(seconds) == 3 and min(seconds) > 0
