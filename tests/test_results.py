"""Recorded runs keep their files and are read in today's names."""

import csv
import json
import re
from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest

from helpers import evaluation, recipes, results
from tools import course, reproduce

RUNS = [
    path.stem
    for part in results.FOLDERS
    for path in sorted((results.RESULTS / part).glob("*.json"))
]


def test_schema_1_is_read_in_todays_names(tmp_path):
    (tmp_path / "runs").mkdir()
    first_edition = {
        "recipe": {"images": 20, "bn_batches": 8, "averaging": 0.1, "flip": True},
        "history": {
            "images": [10, 20], "loss": [1.0, 0.5], "passes": [{"images": 20, "loss": 0.7}],
        },
    }  # fmt: skip
    (tmp_path / "runs/old.json").write_text(json.dumps(first_edition))
    again = {"old": {"images": {"validation": 8}, "validation, settled": 6, "validation": 5}}
    (tmp_path / "asked_again.json").write_text(json.dumps(again))
    run = results.recorded("old", tmp_path)
    assert run["recipe"] == {
        "images_seen": 20, "bn_recalibration_batches": 8, "averaging_fraction": 0.1, "flip": True,
    }  # fmt: skip
    assert run["history"] == {
        "images_seen": [10, 20], "loss": [1.0, 0.5], "epochs": [{"images_seen": 20, "loss": 0.7}],
    }  # fmt: skip
    assert run["answers"] == {
        "images": {"validation": 8}, "validation, recalibrated": 6, "validation": 5,
    }  # fmt: skip


def test_a_record_of_today_is_read_as_it_is(tmp_path):
    (tmp_path / "trials").mkdir()
    today = {"schema": recipes.SCHEMA, "history": {"epochs": []}}
    (tmp_path / "trials/new.json").write_text(json.dumps(today))
    assert results.recorded("new", tmp_path) == today


def test_a_run_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(FileNotFoundError, match="no run no-such-run.*article-2020.*course-seed0"):
        results.recorded("no-such-run")


@pytest.mark.parametrize("name", RUNS)
def test_every_recorded_run_is_whole_and_has_a_recipe_of_today(name):
    run = results.recorded(name)
    recipe = recipes.from_dict(run["recipe"] | {"name": "recorded"})
    assert run["history"]["epochs"][-1]["images_seen"] == recipe.images_seen
    for part in {"validation", "test"} & set(run):
        found = run[part]
        interval = evaluation.accuracy_interval(found["right"], found["images"])
        np.testing.assert_allclose(found["interval"], interval, atol=1e-9)
        if "confusion" in found:
            confusion = np.array(found["confusion"])
            assert (confusion.sum(), confusion.trace()) == (found["images"], found["right"])


@pytest.mark.parametrize("name", [name for name in RUNS if "test" in results.recorded(name)])
def test_the_readme_gives_the_test_accuracy_of_each_run(name):
    test = results.recorded(name)["test"]
    said = f"**{test['accuracy']:.1%}** of {test['images']:,}"
    assert said in (course.ROOT / "README.md").read_text(encoding="utf-8")


def read(name):
    return list(csv.DictReader((results.RESULTS / name).read_text(encoding="utf-8").splitlines()))


def test_what_the_results_page_says_of_the_reader_is_what_the_files_hold():
    text = (results.RESULTS / "README.md").read_text(encoding="utf-8")
    rows, judged = read("reader.csv"), read("mistakes.csv")
    reader = [row["answer"] == row["label"] for row in rows]
    course_seed0 = [row["network"] == row["label"] for row in rows]
    only = [sum(a > b for a, b in zip(*pair)) for pair in
            ((reader, course_seed0), (course_seed0, reader))]  # fmt: skip
    low, high = evaluation.accuracy_interval(sum(reader), len(rows))
    tested = results.recorded("course-seed0")["test"]
    fits = Counter(row["fits"] for row in judged)
    snow = [
        Counter(row["fits"] for row in judged if (row["label"], row["answer"]) == pair)
        for pair in (("glacier", "mountain"), ("mountain", "glacier"))
    ]
    named = {row["file"]: row["answer"] for row in rows}
    kept = [row for row in judged if row["fits"] in ("label", "answer")
            and named.get(row["file"]) == row[row["fits"]]]  # fmt: skip
    doubtful = len(judged) - fits["label"]
    generous = (tested["right"] + doubtful) / tested["images"]
    for said in (
        f"{sum(reader)} of {len(rows)} labels ({sum(reader) / len(rows):.1%}, 95 % interval "
        f"{100 * low:.1f} to {high:.1%})",
        f"`course-seed0` with {sum(course_seed0)}",
        f"Only the reader is right on {only[0]} and only the network on {only[1]}",
        f"in {binomtest(only[0], sum(only)).pvalue:.0%} of all tries",
        f"has {tested['images'] - tested['right']} mistakes on {tested['images']:,} photographs",
        f"Of the {len(judged)} that",
        f"fits {fits['label']}, the network's answer {fits['answer']}, both names {fits['both']}, "
        f"and neither {fits['neither']}",
        f"it fits {snow[0]['label']} of {snow[0].total()} and the answer {snow[0]['answer']}",
        f"it fits {snow[1]['label']} of {snow[1].total()} and the answer none",
        f"later kept to its answer in {len(kept)},",
        f"the {doubtful} of them would bring {tested['accuracy']:.1%} to {generous:.1%}",
    ):
        assert said.replace(" %", "%") in text, said


def test_the_table_of_other_networks_says_what_their_records_hold():
    text = (results.RESULTS / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(quick[^`]*)` \| ([\d, ]+) \| (.*)\| (.*) \|$", text, re.MULTILINE)
    assert len(rows) == 6
    for name, seeds, changes, said in rows:
        runs = [results.recorded(f"{name}-seed{seed}") for seed in seeds.split(", ")]
        values = [f"{100 * run['validation']['accuracy']:.1f}" for run in runs]
        mean = np.mean([run["validation"]["accuracy"] for run in runs])
        assert said == (f"{', '.join(values)}; **{mean:.1%}**" if runs[1:] else f"{values[0]}%")
        changed = reproduce.changes(changes.strip("` ").split())
        expected = recipes.choose("quick", **changed)
        assert all(recipes.from_dict(run["recipe"]) == expected for run in runs)


def test_the_table_of_networks_on_photographs_says_what_their_records_hold():
    text = (results.RESULTS / "README.md").read_text(encoding="utf-8")
    pattern = r"^\| `([^`]*-3000-images)` \| `(course|paper)` \| (.*)\| (.*) \| (.*) \|$"
    rows = re.findall(pattern, text, re.MULTILINE)
    assert len(rows) == 3
    for name, start, changes, right, said in rows:
        run = results.recorded(f"{name}-seed0")
        found = run["validation"]
        low, high = found["interval"]
        assert right == f"{found['right']:,}"
        assert said == f"{found['accuracy']:.1%} ({low:.1%} to {high:.1%})"
        changed = reproduce.changes(changes.strip("` ").split())
        assert recipes.from_dict(run["recipe"]) == recipes.choose(start, **changed)
        assert run["data"]["train"] == 3000 and run["seed"] == 0
