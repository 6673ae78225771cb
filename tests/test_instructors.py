"""The guide for instructors quotes what the checkers say, and its grading cell grades."""

import ast
import re
import shutil

import pytest

from helpers.exercises import ____
from tools import course, lab

GUIDE = (course.NOTEBOOKS / "instructors.md").read_text(encoding="utf-8")


def said_by_checkers():
    """Return every text in the judges' modules, those in parts joined."""
    texts = []
    for path in (course.ROOT / "helpers/exercises").glob("lesson*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


def test_every_quoted_sentence_is_one_that_a_checker_says():
    rows = re.findall(r"^\| \w+ \| [^|]+ \| \"([^|]+)\" \|", GUIDE, re.MULTILINE)
    said = said_by_checkers()
    assert len(rows) >= 14
    assert not [row for row in rows if row not in said]


def test_every_lesson_has_its_objectives():
    table = GUIDE.split("## What each lesson is for")[1].split("\n## ")[0]
    named = re.findall(r"^\| (\d\w*) \|", table, re.MULTILINE)
    assert named == [path.stem.partition("_")[0] for path in course.lessons()]
    slips = GUIDE.split("## What students get wrong")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| (\d\w*) \|", slips, re.MULTILINE)) == set(named)


def test_the_grading_cell_passes_a_right_answer_and_fails_all_others():
    (cell,) = re.findall(r"```python\n(.+?)```", GUIDE, re.DOTALL)
    right = {"with_two": 32, "with_none": 30, "unseen": 1}
    exec(cell, dict(right))
    for slip in ({"with_two": 30}, {"unseen": ____}, {"with_none": "thirty"}):
        with pytest.raises(AssertionError):
            exec(cell, right | slip)
    with pytest.raises(AssertionError):
        exec(cell, dict.fromkeys(right, ____))


def test_a_copy_without_solutions_still_opens(tmp_path):
    handed_out = tmp_path / "notebooks"
    handed_out.mkdir()
    for path in course.lessons():
        shutil.copy(path, handed_out)
    copied, kept = lab.copy_lessons(handed_out, tmp_path / "my_lessons")
    assert copied == [path.name for path in course.lessons()] and not kept


def test_the_guide_is_pointed_to():
    for name in ("README.md", "INSTRUCTORS.md"):
        assert "(notebooks/instructors.md)" in (course.ROOT / name).read_text(encoding="utf-8")
