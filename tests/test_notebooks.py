"""Every stored lesson is whole, was run from top to bottom and can be read without its figures."""

import base64
import json
import re

import nbformat
import pytest

from tools import course

UNCHECKED_TAGS = {"nbval-ignore-output", "nbval-skip"}
UNCHECKED_COMMENT = re.compile(r"#\s*(NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE)")
ABSOLUTE_PATH = re.compile(r"(?<![\w.~/-])/(?:home|root|Users|tmp|work|usr|mnt|var)/|[A-Z]:\\")
TIMING = re.compile(
    r"\d\s?(?:ns|µs|us|ms|s|sec|seconds|minutes)\b(?!/)|\b(?:it|images|ms|s)/(?:s|step)\b|Wall time"
)
TEXTS = ("text/plain", "text/html", "text/markdown")
LARGEST = {"image/jpeg": 200_000, "image/png": 150_000}

pytestmark = pytest.mark.parametrize(
    "path", course.stored(), ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def read(path):
    """Return the notebook's cells."""
    return nbformat.read(path, as_version=4).cells


def code(path):
    return [cell for cell in read(path) if cell.cell_type == "code"]


def compared(cell):
    """Whether nbval compares the outputs of a cell."""
    return not (
        UNCHECKED_TAGS & set(cell.metadata.get("tags", [])) or UNCHECKED_COMMENT.search(cell.source)
    )


def texts(path):
    return [cell.source for cell in read(path) if cell.cell_type == "markdown"]


def outputs(path):
    return [output for cell in code(path) for output in cell.outputs]


def stored_text(output):
    """Return what a reader of the output reads: a stream, or the text beside a picture."""
    data = output.get("data", {})
    return "\n".join([output.get("text", ""), *(data.get(kind, "") for kind in TEXTS)])


def test_notebook_is_valid_and_in_the_stored_form(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}, f"run make refresh: {dict(cell.metadata)}"
    stored = json.loads(path.read_text(encoding="utf-8"))  # nbformat repairs ids as it reads
    ids = [cell["id"] for cell in stored["cells"]]
    assert len(ids) == len(set(ids))


def test_every_code_cell_was_run_in_order(path):
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1))


def test_nothing_went_wrong_or_to_stderr(path):
    for output in outputs(path):
        assert output.output_type != "error", output.get("evalue")
        assert output.get("name") != "stderr", output.text


def test_outputs_hold_on_another_machine(path):
    for output in [output for cell in code(path) if compared(cell) for output in cell.outputs]:
        assert not TIMING.search(stored_text(output)), stored_text(output)
    for output in outputs(path):
        text = stored_text(output)
        assert not ABSOLUTE_PATH.search(text), text
        assert not re.search(r"\bat 0x[0-9a-f]+", text), text
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})


def test_most_cells_are_compared(path):
    unchecked = [cell.source for cell in code(path) if not compared(cell)]
    assert len(unchecked) <= 0.3 * len(code(path)), unchecked


def test_every_picture_has_alternative_text_and_a_modest_size(path):
    assert path.stat().st_size < (3_000_000 if path in course.decks() else 1_500_000)
    for output in outputs(path):
        for kind, largest in LARGEST.items():
            if picture := output.get("data", {}).get(kind):
                assert output.metadata.get(kind, {}).get("alt", "").strip(), f"{kind} without alt"
                size = len(base64.b64decode(picture))
                assert size < largest, f"{kind} of {size} bytes: {output.metadata[kind].alt}"
    for text in texts(path):
        assert not re.search(r"!\[\s*\]", text), text
        for tag in re.findall(r"<img[^>]*>", text):
            assert re.search(r"""alt=["'][^"']""", tag), tag


def test_cells_are_short_and_follow_text(path):
    kinds = "".join(cell.cell_type[0] for cell in read(path))
    assert "ccc" not in kinds, "three code cells in a row"
    for cell in code(path):
        assert cell.source.strip()
        assert len(cell.source.splitlines()) <= 20, cell.source


def test_every_question_has_a_reason_for_each_choice(path):
    text = "\n".join(texts(path))
    for answer in re.finditer(r"<summary>Answer</summary>(.+?)</details>", text, re.DOTALL):
        asked = text[: answer.start()].rpartition("\n**")[2]
        letters = re.findall(r"^- \*\*([A-D])\*\* ", asked, re.MULTILINE)
        reasons = re.findall(r"^- \*\*([A-D])\*\* \S", answer[1], re.MULTILINE)
        assert letters == reasons and len(letters) >= 3, asked
        assert re.search(r"\*\*([A-D])\*\* is right", answer[1])[1] in letters
