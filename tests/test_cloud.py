"""The cell in front of a cloud notebook fetches the course, harms nothing, says what is here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import cloud, course

NAME = "alexnet-notebooks"


def git(folder, *words):
    """Run git as somebody."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", folder, *who, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A small course in a bare repository: its address, and the version to fetch."""
    folder = tmp_path_factory.mktemp("remote")
    helpers = folder / "work" / "helpers"
    helpers.mkdir(parents=True)
    (helpers / "__init__.py").touch()
    (helpers / "keras_setup.py").touch()
    (helpers / "devices.py").write_text("def describe():\n    return 'one device, ' + __file__\n")
    git(folder / "work", "init", "--quiet")
    git(folder / "work", "add", ".")
    git(folder / "work", "commit", "--quiet", "-m", "one")
    version = git(folder / "work", "rev-parse", "HEAD")
    (helpers / "devices.py").write_text("raise RuntimeError('a later version')\n")
    git(folder / "work", "commit", "--quiet", "-am", "two")
    git(folder, "clone", "--quiet", "--bare", "work", "bare")
    return (folder / "bare").as_uri(), version


@pytest.fixture
def run(remote, tmp_path, monkeypatch):
    """Return a function that runs the cell of a cloud notebook in a folder."""
    monkeypatch.setenv("REPO", "someone/course")
    monkeypatch.setattr(cloud, "version", lambda: remote[1])

    def ran(folder=tmp_path, address=remote[0], kaggle="/kaggle", before="", times=1):
        cloud.main(tmp_path / "cloud", address)
        notebook = nbformat.read(tmp_path / "cloud" / course.lessons()[0].name, as_version=4)
        code = notebook.cells[1].source.replace("/kaggle", str(kaggle))
        code = "\n".join([before, *[code] * times, "print(sys.path)"])
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        return subprocess.run(
            [sys.executable, "-Ic", code], cwd=folder, env=environ, capture_output=True, text=True
        )

    return ran


def test_the_course_is_fetched_once_at_its_version(run, tmp_path):
    first = run()
    assert first.returncode == 0, first.stderr
    told, path = first.stdout.splitlines()
    assert told == f"one device, {tmp_path / NAME / 'helpers/devices.py'}"
    assert path.startswith(f"['{tmp_path / NAME}', ")
    (tmp_path / NAME / "mine.txt").write_text("a student's")
    inside = [tmp_path / NAME, tmp_path / NAME / "helpers"]  # run again, elsewhere, restarted
    for folder in (tmp_path, *inside):
        again = run(folder)
        assert again.stdout == first.stdout, again.stderr
    assert (tmp_path / NAME / "mine.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "cloud"]


def test_run_twice_in_one_kernel_it_changes_nothing(run):
    once, again = run().stdout.splitlines(), run(times=2).stdout.splitlines()
    assert again == [once[0], once[0], once[1]]


def test_another_helpers_that_is_loaded_already_is_named(run, tmp_path):
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers/__init__.py").touch()
    told = run(before=f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import helpers")
    assert f"{tmp_path / 'helpers/__init__.py'} is loaded already: restart" in told.stderr


def test_another_version_is_said(run, tmp_path):
    run()
    assert "another version" not in run().stdout
    (tmp_path / NAME / "version.txt").write_text("v1")
    assert f"{tmp_path / NAME} is another version than this lesson" in run().stdout


def test_files_beside_the_notebooks_stay(run, tmp_path):
    (tmp_path / "cloud").mkdir()
    (tmp_path / "cloud/thesis.txt").touch()
    (tmp_path / "cloud/09_old.ipynb").touch()
    run()
    names = {path.name for path in (tmp_path / "cloud").iterdir()}
    assert "thesis.txt" in names and "09_old.ipynb" not in names


def test_a_folder_that_is_not_the_course_is_left_alone(run, tmp_path):
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "mine.txt").write_text("a student's")
    told = run()
    assert f"{tmp_path / NAME} is not the course: rename it" in told.stderr
    assert [path.name for path in (tmp_path / NAME).iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("kaggle", [True, False])
def test_without_a_network_one_sentence_says_what_to_do(run, tmp_path, kaggle):
    (tmp_path / "kaggle").mkdir()
    place = tmp_path / ("kaggle" if kaggle else "nowhere")
    told = run(address=(tmp_path / "gone").as_uri(), kaggle=place)
    assert ("Switch Internet on" if kaggle else "Is there a network?") in told.stderr
    assert "fatal:" in told.stderr and "/gone" in told.stderr  # what git says itself
    assert not [path for path in tmp_path.iterdir() if path.name == NAME or "new-" in path.name]
    assert run().returncode == 0  # then it works


@pytest.mark.parametrize("place", ["", "datasets/puneet6060"])
def test_mounted_photographs_are_named(run, tmp_path, place):
    photographs = tmp_path / "kaggle" / "input" / place / "intel-image-classification"
    (photographs / "seg_train").mkdir(parents=True)
    told = run(kaggle=tmp_path / "kaggle").stdout.splitlines()
    assert told[-2] == f"%env ALEXNET_DATA={photographs}"


def test_only_what_is_missing_is_installed_and_alone(run):
    pretend = (
        "import importlib.util, subprocess\n"
        "real, ran = importlib.util.find_spec, subprocess.run\n"
        "importlib.util.find_spec = lambda name: None if name == 'sklearn' else real(name)\n"
        "def noted(words, **given):\n"
        "    return print(words[1:]) if 'pip' in words else ran(words, **given)\n"
        "subprocess.run = noted\n"
    )
    told = run(before=pretend)
    assert told.returncode == 0, told.stderr
    installed = told.stdout.splitlines()[0]
    assert installed == "['-m', 'pip', 'install', '--quiet', '--no-deps', 'scikit-learn']"


def test_every_lesson_is_there_as_it_is_with_its_badges(run, tmp_path):
    run()
    for path in course.lessons():
        made = nbformat.read(tmp_path / "cloud" / path.name, as_version=4)
        nbformat.validate(made)
        assert made.cells[2:] == nbformat.read(path, as_version=4).cells
        colab, kaggle, binder = re.findall(r"\]\((https\S+?)\)(?: |$)", made.cells[0].source)
        assert colab.endswith(f"/someone/course/blob/cloud/{path.name}") and "colab" in colab
        assert kaggle.endswith(f"/someone/course/blob/cloud/{path.name}") and "kaggle" in kaggle
        assert "someone/course" in binder and f"notebooks/{path.name}" in binder
        needs_gpu = path.name.startswith("04")
        assert (made.metadata.get("accelerator") == "GPU") == needs_gpu


def test_the_repository_is_that_of_the_environment(tmp_path, monkeypatch):
    for name in ("REPO", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit, match="make cloud REPO=owner/name"):
        cloud.main(tmp_path / "cloud")
    for wrong in ("not a name", "../..", "owner/name.git"):
        monkeypatch.setenv("REPO", wrong)
        with pytest.raises(SystemExit, match=f"REPO={wrong}: write owner/name"):
            cloud.main(tmp_path / "cloud")
    monkeypatch.delenv("REPO")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/n")
    assert cloud.repository() == "o/n" and not (tmp_path / "cloud").exists()


def test_the_version_is_a_commit_or_its_tag(monkeypatch, remote, tmp_path):
    monkeypatch.setattr(cloud.course, "ROOT", Path(remote[0].removeprefix("file://")))
    commit = git(cloud.course.ROOT, "rev-parse", "HEAD")
    assert cloud.version() == commit
    git(cloud.course.ROOT, "tag", "v9")
    assert cloud.version() == "v9"
    git(cloud.course.ROOT, "tag", "-d", "v9")
    monkeypatch.setattr(cloud.course, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="is no git repository"):
        cloud.version()


RUN = """
import sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient
for path in sorted(Path(sys.argv[1]).glob("*.ipynb")):
    where = {"metadata": {"path": sys.argv[2]}}
    NotebookClient(nbformat.read(path, 4), timeout=None, resources=where).execute()
    print(path.stem, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    "COLAB" not in os.environ, reason="make test-cloud runs it, in a place like Colab"
)
def test_all_of_them_run_through_where_colab_is_imitated(tmp_path, monkeypatch):
    """From an empty folder, fetching the last commit; nothing is installed, nothing changed."""
    python = [os.environ["COLAB"], "-I"]
    listing = [*python, "-m", "pip", "list"]
    before = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    assert re.search(r"tensorflow +2\.20\.0\n", before) and re.search(
        r"ipython +7\.34\.0\n", before
    )
    git(tmp_path, "clone", "--quiet", "--bare", course.ROOT, "bare")
    monkeypatch.setenv("REPO", "someone/course")
    cloud.main(tmp_path / "cloud", (tmp_path / "bare").as_uri())
    (tmp_path / "empty").mkdir()
    keep = {key: value for key, value in os.environ.items() if not key.startswith("ALEXNET")}
    environ = {**keep, "ALEXNET_IMAGES": "64", "PYTHONPATH": ""}
    words = [*python, "-c", RUN, tmp_path / "cloud", tmp_path / "empty"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True)
    assert done.stdout.split() == [path.stem for path in course.lessons()], done.stderr[-3000:]
    assert subprocess.run(listing, capture_output=True, text=True).stdout == before
    assert [path.name for path in (tmp_path / "empty").iterdir()] == [NAME]
