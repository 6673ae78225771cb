"""Pins, environments, commands and tracked files say the same and name nothing of one machine."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tools import course, lock

ROOT = course.ROOT
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
PINS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PYTHONS = ["3.11", "3.12", "3.13"]


def pinned(text):
    """Return [(requirement, hashes)] for the text of a requirements.txt."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    pins = []
    for line in joined.splitlines():
        requirement, *hashes = line.split(" --hash=")
        pins.append((Requirement(requirement), [entry.strip() for entry in hashes]))
    return pins


def asked_for():
    """Return every requirement of pyproject.toml that requirements.txt pins."""
    extras = PROJECT["optional-dependencies"]
    lines = PROJECT["dependencies"] + [r for name in lock.LOCKED_EXTRAS for r in extras[name]]
    return [Requirement(line) for line in lines]


# Pins and environments


@pytest.mark.parametrize("asked", asked_for(), ids=lambda asked: asked.name)
def test_each_requirement_has_one_pin_in_its_range(asked):
    versions = [
        next(iter(pin.specifier)).version for pin, _ in pinned(PINS) if pin.name == asked.name
    ]
    assert len(versions) == 1, f"{asked.name} has the pins {versions}; run make lock"
    assert versions[0] in asked.specifier, f"{versions[0]} is not in {asked}; run make lock"


def test_each_pin_is_exact_and_has_hashes():
    for pin, hashes in pinned(PINS):
        assert [spec.operator for spec in pin.specifier] == ["=="], pin
        assert hashes and all(re.fullmatch("sha256:[0-9a-f]{64}", h) for h in hashes), pin


def test_the_ranges_have_not_changed_since_they_were_locked():
    assert PINS.splitlines()[0] == lock.fingerprint(PYPROJECT), (
        "pyproject.toml's ranges were edited and not locked: run make lock"
    )


def test_the_keras_pin_has_the_mended_model_loader():
    versions = [next(iter(pin.specifier)).version for pin, _ in pinned(PINS) if pin.name == "keras"]
    assert versions[0] in SpecifierSet(">=3.15.1")


def test_conda_gets_the_same_pins_and_nothing_else():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    assert conda == ["python=3.13", "pip"]
    assert pip == {"pip": ["-r requirements.txt"]}


def test_every_supported_python_is_looked_for_and_tested():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]["include"]
    assert sorted(each["python"] for each in matrix) == PYTHONS
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"python{version}" in makefile for version in PYTHONS)
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(9, 17) if f"3.{minor}" in supported] == PYTHONS


def test_the_workflow_pins_its_actions_and_may_only_read_where_it_need_not_publish():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for action in [step["uses"] for step in steps if "uses" in step]:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
    assert workflow["permissions"] == {"contents": "read"}
    allowed = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    assert allowed.pop("publish") == {"contents": "write"} and not any(allowed.values())
    assert "refs/heads/main" in workflow["jobs"]["publish"]["if"]
    for step in steps:
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_the_workflow_is_what_github_understands():
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    workflows = map(str, (ROOT / ".github/workflows").glob("*.yml"))
    done = subprocess.run([sys.executable, *command, *workflows], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_gpu_extra_asks_for_cuda_on_linux_x86_64_alone():
    (gpu,) = map(Requirement, PROJECT["optional-dependencies"]["gpu"])
    assert gpu.extras == {"and-cuda"}
    for platform, machine, wanted in [
        ("linux", "x86_64", True),
        ("linux", "aarch64", False),
        ("darwin", "arm64", False),
        ("win32", "AMD64", False),
    ]:
        here = {"sys_platform": platform, "platform_machine": machine}
        assert gpu.marker.evaluate(here) is wanted, here


# What make hands on. The Makefile runs in a folder of its own, with a Python that only takes notes.

NOTES = """#!/bin/sh
if [ "$1" = -c ]; then echo 1; exit; fi
[ "$1" = tools/on_path.py ] && exit
{ echo "arguments=$*"; env; } > notes.txt
"""


@pytest.fixture
def make(tmp_path):
    """Return a function that runs make and gives the environment that its Python saw."""
    if not shutil.which("make"):
        pytest.skip("make is not here")
    folder = tmp_path / "my course"
    (folder / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "requirements.txt", folder)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools/find_browser.sh", folder / "tools")
    for name in ("bin/python", "bin/uv", "ready"):
        path = folder / ".venv" / name
        path.write_text(NOTES)
        path.chmod(0o755)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ALEXNET_", "MAKE", "MFLAGS"))
        # make hands on what was typed behind it, and a backend may be under test
        and name not in ("CALLED_FROM", "PYTEST", "KERAS_BACKEND")
    }

    def run(*words, **environ):
        subprocess.run(
            ["make", "-C", "my course", *words],
            cwd=tmp_path,
            env={**inherited, "PWD": str(tmp_path), **environ},
            check=True,
            capture_output=True,
        )
        notes = (folder / "notes.txt").read_text().splitlines()
        return dict(line.split("=", 1) for line in notes if "=" in line)

    return run


@pytest.mark.parametrize("target", ["test", "refresh"])
def test_tests_and_stored_outputs_see_no_other_images(make, target):
    given = {"ALEXNET_DATA": "/real", "ALEXNET_RECIPE": "long", "ALEXNET_IMAGES": "9"}
    given |= {"KERAS_BACKEND": "jax"}
    given["ALEXNET_RUN"] = "/a/students/models"
    seen = make(target, "DATA=real", "RECIPE=long", "IMAGES=9", **given)
    ours = {name for name in seen if name.startswith("ALEXNET_")}
    assert ours == {"ALEXNET_RUN", "ALEXNET_WIDGETS"} and seen["ALEXNET_WIDGETS"] == "0"
    assert f"my course/build/{target}-run/" in seen["ALEXNET_RUN"]
    assert (seen["CUDA_VISIBLE_DEVICES"], seen["KERAS_BACKEND"]) == ("-1", "tensorflow")


def test_make_clean_leaves_trainings_of_hours(tmp_path):
    if not shutil.which("make"):
        pytest.skip("make is not here")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".venv/bin", "build/lessons", "build/reproduce/run"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "build/bench.json").touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Makefile", "build"]
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["reproduce"]
    assert (tmp_path / "build/reproduce/run").is_dir()


@pytest.mark.parametrize("target", ["lessons", "lab", "reproduce"])
def test_lessons_take_images_recipe_and_size(make, tmp_path, target):
    seen = make(target, "DATA=my images", "RECIPE=long", "IMAGES=9")
    assert seen["ALEXNET_DATA"] == "my images"
    assert seen["CALLED_FROM"] == str(tmp_path)
    assert (seen["ALEXNET_RECIPE"], seen["ALEXNET_IMAGES"]) == ("long", "9")


def test_a_run_takes_its_seed_and_changes(make):
    assert make("reproduce")["arguments"] == "-m tools.reproduce 0"
    seen = make("reproduce", "SEED=4", "TRAIN=30", "CHANGES=dropout=0.5 flip=true", "TEST=no")
    assert seen["arguments"] == "-m tools.reproduce 4 dropout=0.5 flip=true --train 30 --no-test"
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        make("reproduce", "TEST=No")  # the test images are not opened by a slip
    assert make("reproduce", TEST="1")["arguments"] == "-m tools.reproduce 0"  # another's variable


def test_a_repository_is_taken_from_the_command_line_alone(make):
    assert make("cloud", "REPO=o/n")["REPO"] == "o/n"
    assert "REPO" not in make("lessons", REPO="another's variable")


def test_only_test_all_runs_the_slow_tests(make):
    assert make("test", "PYTEST=-k shapes")["arguments"] == "-m pytest -k shapes"
    everything = make("test-all", "MAKE=true")["arguments"]  # without the tests on JAX
    in_two = ["--numprocesses=2", "--dist=loadscope"]
    assert everything.split() == ["-m", "pytest", "-m", *in_two]  # an empty expression takes all
    assert make("test")["arguments"].split() == ["-m", "pytest", *in_two]


def test_settings_of_other_projects_stay_outside(make, tmp_path):
    seen = make("lessons", KERAS_HOME="/elsewhere", IPYTHONDIR="/elsewhere")
    state = str(tmp_path / "my course" / ".venv" / "state")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        assert seen[name].startswith(state), name
    assert seen["KERAS_HOME"].startswith(state)
    assert seen["KERAS_BACKEND"] == "tensorflow"
    assert make("lessons", KERAS_BACKEND="jax")["KERAS_BACKEND"] == "jax"


# The search for a Python

SAYS = {
    "works": 'case "$2" in *print*) echo 3.12;; esac',
    "stand-in": "echo 'command not found' >&2; exit 127",
    "too old": 'case "$2" in *"(3, 11)"*) exit 1;; *print*) echo 3.10;; esac',
    "bare": 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac',
}


@pytest.mark.skipif(os.name == "nt", reason="make sets up on Linux and macOS")
@pytest.mark.parametrize(
    ("candidates", "found", "sentence"),
    [
        (["stand-in", "too old", "works"], "works", ""),
        (["bare", "works"], "works", ""),
        (["stand-in", "bare"], "", "sudo apt install python3.11-venv"),
        (["stand-in", "too old"], "", "Install one"),
        (["not-there"], "", "Install one"),
    ],
)
def test_make_takes_the_first_python_that_really_runs(tmp_path, candidates, found, sentence):
    for name, script in SAYS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    environ = {key: value for key, value in os.environ.items() if key != "PYTHON"}
    done = subprocess.run(
        ["sh", ROOT / "tools" / "find_python.sh", *(tmp_path / name for name in candidates)],
        capture_output=True,
        text=True,
        env=environ,
    )
    assert done.stdout.strip() == (str(tmp_path / found) if found else "")
    assert sentence in done.stderr
    assert (done.returncode == 0) is bool(found)


# Files


def tracked_texts():
    """Return {name: text} of every text file that git tracks or would track."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # an image; a file just removed
            continue
    return texts


def test_no_tracked_file_names_a_machine_or_a_package_index():
    local = [r"(?<![\w.}])/" + name + "/" for name in ("home", "root", "Users", "work", "tmp")]
    index = [
        "/simp" + "le(/|$)",
        "pythonhosted" + r"\.org",
        "--find" + "-links",
        "--index" + "-url",
    ]
    texts = tracked_texts()
    assert "README.md" in texts
    wrong = [
        f"{name}: {found[0]}"
        for name, text in texts.items()
        for found in [re.search("|".join(local + index), text, re.MULTILINE)]
        if found
    ]
    assert not wrong


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]])
def test_ruff_finds_nothing(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--quiet", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
