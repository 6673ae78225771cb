"""The commands behind make: what they write, what they say, and what they leave alone."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import start
from nbformat import v4

from tools import course, execute, lab, on_path, refresh, run_lessons

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
TEXT = r"""# Sizes & strides

The size is $\lfloor (n - k) / s \rfloor + 1$, in code `$k$`, and costs $5 and $10.

$$o = \frac{n - k}{s} + 1$$

Next: [the second](02_stops.ipynb).
"""
FIGURE = f"""from IPython.display import display
display({{"image/png": "{PIXEL}"}}, raw=True, metadata={{"image/png": {{"alt": "One <pixel>"}}}})"""
RESULT = """import json, os, pathlib
folder = pathlib.Path(os.environ["ALEXNET_RUN"], "0a1b", "quick"); folder.mkdir(parents=True)
with open(folder / "test.json", "w") as file:
    json.dump({"accuracy": 0.8712, "images": 1234}, file)"""


def write_notebook(path, *cells):
    """Write a notebook: strings that begin with # are text, the others code."""
    made = [v4.new_markdown_cell(c) if c.startswith("#") else v4.new_code_cell(c) for c in cells]
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=made), path)
    return path


# make lessons


@pytest.fixture(scope="module")
def lessons_run(tmp_path_factory):
    """Run three lessons, the second of which stops, once for all tests below."""
    folder = tmp_path_factory.mktemp("my course")
    write_notebook(folder / "notebooks/01_good.ipynb", TEXT, "print(6 * 7)", FIGURE)
    write_notebook(
        folder / "notebooks/02_stops.ipynb",
        "# Stops",
        "import time; held = b'x' * (96 << 20); time.sleep(0.5)",
        "raise ValueError('kernel=11 is larger\\nthan the input')",
        "'never'",
    )
    stops = nbformat.read(folder / "notebooks/02_stops.ipynb", as_version=4)
    stops.cells[3].outputs = [v4.new_output("stream", text="of an earlier run")]
    nbformat.write(stops, folder / "notebooks/02_stops.ipynb")
    write_notebook(folder / "notebooks/03_tests.ipynb", "# Tests", RESULT)
    environ = {name: value for name, value in os.environ.items() if name != "ALEXNET_DATA"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from tools import run_lessons;"
            "publish = lambda build: f'{len(list(build.iterdir()))} in {build.name}';"
            "sys.exit(run_lessons.main(Path(sys.argv[1]), Path(sys.argv[2]), publish))",
            folder / "notebooks",
            folder / "build",
        ],
        cwd=course.ROOT,
        env=environ,
        capture_output=True,
        text=True,
    )
    return folder, done


def test_the_table_tells_what_became_of_each_lesson(lessons_run):
    _, done = lessons_run
    assert done.returncode == 1, done.stderr
    assert "Images: the embedded scenes" in done.stdout
    assert re.search(r"01_good +\d+\.\d +\d+ MiB  ran through", done.stdout)
    assert re.search(
        r"02_stops .*stopped at cell 2: ValueError: kernel=11 is larger than the input", done.stdout
    )
    assert "Test accuracy reached: 87.1% of 1,234 images" in done.stdout
    assert "Traceback" not in done.stdout
    assert re.search(r"02_stops  cell  2/3 +\d+ s", done.stdout), "no progress was shown"
    assert done.stdout.splitlines()[-1] == "To read on: 4 in build"  # three lessons, their models
    assert done.stdout.index("Test accuracy") < done.stdout.index("To read on")


def test_what_ran_is_written_also_where_a_lesson_stopped(lessons_run):
    folder, _ = lessons_run
    good = nbformat.read(folder / "build/01_good.ipynb", as_version=4)
    assert good.cells[1].outputs[0].text == "42\n"
    stopped = nbformat.read(folder / "build/02_stops.ipynb", as_version=4).cells
    assert [cell.get("execution_count") for cell in stopped] == [None, 1, 2, None]
    assert stopped[2].outputs[0].ename == "ValueError"
    assert stopped[3].outputs == []
    assert not list(folder.rglob("new-*"))
    stored = nbformat.read(folder / "notebooks/01_good.ipynb", as_version=4)
    assert stored.cells[1].outputs == []


def test_pages_that_cannot_be_made_are_said_after_the_table(tmp_path, monkeypatch, capsys):
    def publish(build):
        raise ValueError("REPO=x: write owner/name")

    for name in ("ALEXNET_RUN", "ALEXNET_WIDGETS"):
        monkeypatch.setenv(name, "")  # put back afterwards
    write_notebook(tmp_path / "notebooks/01_a.ipynb", "# A", "1")
    ran = execute.Run(v4.new_notebook(), 1.0, 0)
    monkeypatch.setattr(run_lessons, "run_lesson", lambda path, build: ran)
    assert run_lessons.main(tmp_path / "notebooks", tmp_path / "build", publish) == 1
    said = capsys.readouterr().out
    assert said.index("ran through") < said.index("No pages were made: REPO=x: write owner/name")


def test_peak_memory_is_that_of_the_kernel(lessons_run):
    _, done = lessons_run
    peaks = {
        name: int(peak) for name, peak in re.findall(r"(\d\d_\w+) +[\d.]+ +(\d+) MiB", done.stdout)
    }
    assert peaks["02_stops"] >= peaks["03_tests"] + 40


@pytest.mark.parametrize("given", ["real", "./real", "~/real", "{tmp}/real"])
def test_data_counts_from_where_make_was_called(tmp_path, monkeypatch, given):
    (tmp_path / "real").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    given = given.format(tmp=tmp_path)
    environ = {"ALEXNET_DATA": given, "CALLED_FROM": str(tmp_path)}
    course.use_images_from_where_make_was_called(environ)
    assert environ["ALEXNET_DATA"] == str((tmp_path / "real").resolve())


def test_data_that_is_not_there_is_named(tmp_path):
    environ = {"ALEXNET_DATA": "real images", "CALLED_FROM": str(tmp_path)}
    with pytest.raises(SystemExit, match=f"no folder {re.escape(str(tmp_path))}.real images"):
        course.use_images_from_where_make_was_called(environ)


def test_a_program_that_starts_make_in_another_folder_means_that_folder(tmp_path, monkeypatch):
    for name in ("started in/real", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "started in")
    environ = {"ALEXNET_DATA": "real", "CALLED_FROM": str(tmp_path / "elsewhere")}
    course.use_images_from_where_make_was_called(environ)
    assert environ["ALEXNET_DATA"] == str((tmp_path / "started in/real").resolve())
    (tmp_path / "elsewhere/real").mkdir()
    environ["ALEXNET_DATA"] = "real"
    with pytest.raises(SystemExit, match="elsewhere.real or .*started in.real: give the whole"):
        course.use_images_from_where_make_was_called(environ)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal")
def test_ctrl_c_is_answered_by_a_sentence(tmp_path):
    write_notebook(tmp_path / "notebooks/01_waits.ipynb", "# One", "import time; time.sleep(60)")
    code = f"""
import runpy
from tools import course
course.NOTEBOOKS = {str(tmp_path / "notebooks")!r}
course.BUILD = {str(tmp_path / "build")!r}
runpy.run_module("tools.run_lessons", run_name="__main__")"""
    for line in ("Images:", "01_waits  cell  1/1"):  # while the kernel starts, and in a cell
        program = start(code)
        while not program.stdout.readline().startswith(line):
            assert program.poll() is None, program.stderr.read()
        program.send_signal(signal.SIGINT)
        said = program.communicate(timeout=60)[1]
        assert said.strip().startswith("Stopped by you. The lessons") and "Trace" not in said
    program = start("import tools; raise KeyboardInterrupt")  # while packages are imported
    assert program.communicate()[1].strip() == "Stopped by you."


# make refresh


@pytest.mark.slow
def test_a_second_refresh_changes_nothing(tmp_path):
    path = write_notebook(
        tmp_path / "01_it.ipynb",
        "# One",
        "for word in ('two', 'parts'):\n    print(word, flush=True)",
        FIGURE,
        "40 + 2",
    )
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["widgets"] = {}
    notebook.cells[1].metadata = {"tags": ["kept"], "execution": {"iopub.status.idle": "now"}}
    nbformat.write(notebook, path)

    assert "refreshed" in refresh.refresh(path)
    first = path.read_bytes()
    assert "unchanged" in refresh.refresh(path)
    assert path.read_bytes() == first

    stored = nbformat.read(path, as_version=4)
    assert first.endswith(b"}\n")
    assert stored.metadata == refresh.METADATA
    assert [cell.id for cell in stored.cells] == ["cell-0", "cell-1", "cell-2", "cell-3"]
    assert [cell.execution_count for cell in stored.cells[1:]] == [1, 2, 3]
    assert stored.cells[1].metadata == {"tags": ["kept"]}
    assert [output.text for output in stored.cells[1].outputs] == ["two\nparts\n"]
    assert stored.cells[2].outputs[0].metadata["image/png"]["alt"] == "One <pixel>"


def test_a_lesson_that_stops_stays_as_it_was(tmp_path, capsys):
    path = write_notebook(tmp_path / "01_it.ipynb", "# One", "1 / 0")
    before = path.read_bytes()
    assert refresh.main([path]) == 1
    assert "01_it.ipynb stays as it was: it stopped at cell 1: ZeroDivision" in (
        capsys.readouterr().out
    )
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_missing_and_repeated_cell_ids_are_made_from_the_text():
    def notebook():
        made = v4.new_notebook(cells=[v4.new_markdown_cell(text) for text in "abc"])
        made.cells[0].id = made.cells[1].id = "same"
        made.cells[2].id = "not valid"
        return made

    first = nbformat.reads(refresh.normalised(notebook()), as_version=4)
    ids = [cell.id for cell in first.cells]
    assert ids[0] == "same" and len(set(ids)) == 3
    assert refresh.normalised(notebook()) == refresh.normalised(first)


# make lab


def test_lab_copies_without_outputs_and_never_over_your_work(tmp_path):
    source, target = tmp_path / "notebooks", tmp_path / "my lessons"
    for name in ("01_a.ipynb", "02_b.ipynb"):
        path = write_notebook(source / name, "# One", "'answer'")
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[1].outputs = [v4.new_output("stream", text="answer")]
        notebook.cells[1].execution_count = 1
        nbformat.write(notebook, path)
    target.mkdir()
    (target / "02_b.ipynb").write_text("mine")

    assert lab.copy_lessons(source, target) == (["01_a.ipynb"], ["02_b.ipynb"])
    assert (target / "02_b.ipynb").read_text() == "mine"
    cell = nbformat.read(target / "01_a.ipynb", as_version=4).cells[1]
    assert (cell.source, cell.outputs, cell.execution_count) == ("'answer'", [], None)
    assert lab.copy_lessons(source, target)[0] == []

    write_notebook(source / "solutions" / "01_a.ipynb", "# Solutions to One", "'answer'")
    assert lab.copy_lessons(source, target)[0] == ["solutions/01_a.ipynb"]
    assert (target / "solutions" / "01_a.ipynb").exists()


def test_lab_opens_jupyterlab_unless_told_not_to(monkeypatch):
    called = []
    monkeypatch.setattr(lab, "copy_lessons", lambda: (["01_a.ipynb"], []))
    monkeypatch.setattr(lab.subprocess, "call", lambda words, cwd: called.append(words) or 0)
    assert lab.main(["--copy-only"]) == 0 and not called
    assert lab.main(["--no-browser"]) == 0
    assert called[0][1:] == ["-m", "jupyterlab", "--no-browser"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("paper", "build AlexNet: type make reproduce RECIPE=paper"), ("qick", "quick")],
)
def test_the_lessons_refuse_a_recipe_before_the_first_of_them_starts(monkeypatch, name, said):
    monkeypatch.setenv("ALEXNET_RECIPE", name)
    monkeypatch.setattr(lab, "copy_lessons", lambda: pytest.fail("it began"))
    monkeypatch.setattr(run_lessons, "run_lesson", lambda *given: pytest.fail("it began"))
    for begin in (run_lessons.main, lambda: lab.main([])):
        with pytest.raises(SystemExit, match=said):
            begin()


# Set-up


def test_the_course_gets_onto_the_path_without_a_build(tmp_path):
    path = on_path.put_on_path(tmp_path, root=Path("/a course"))
    assert path.suffix == ".pth" and path.read_text() == f"{Path('/a course')}\n"
    assert list(tmp_path.iterdir()) == [path]
