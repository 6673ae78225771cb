"""`make results`: the README's table and the plots, from the recorded runs in `results/`."""

import re
from pathlib import Path

import numpy as np

from helpers import models, plots, results
from helpers.files import whole, write
from helpers.quiet import keras
from tools import course

START, END = "<!-- results: make results writes this -->", "<!-- end of results -->"
ORDER = ("article-2020", "article", "course")  # by the beginning of the run's name


def runs(folder=results.RESULTS):
    """Return the recorded runs in the order of ORDER, then the others."""

    def place(name):
        return next((n for n, start in enumerate(ORDER) if name.startswith(start)), len(ORDER))

    return [results.recorded(name, folder) for name in sorted(results.names(folder), key=place)]


def row(run):
    """Return a run as a row of the table."""
    test, low_high = run["test"], run["test"]["interval"]
    images = run["history"]["passes"][-1]["images"]
    rate = run.get("images_per_second") or images / sum(
        done["seconds"] for done in run["history"]["passes"]
    )
    command = f"`{run['command']}`" if run.get("command") else run["source"]
    passes = images / run["data"]["train"]
    return (
        f"| {run['title']} | {images:,} ({passes:.3g} passes over "
        f"{run['data']['train']:,}) | {rate:.0f} | **{test['accuracy']:.1%}** of "
        f"{test['images']:,} ({low_high[0]:.1%} to {low_high[1]:.1%}) | {command} |"
    )


def table(folder=results.RESULTS):
    """Return the table of all recorded runs."""
    lines = [
        "| run | images seen | images/s | test accuracy (95 % interval) | how to do it again |",
        "|---|---|---|---|---|",
        *(row(run) for run in runs(folder)),
    ]
    return "\n".join(lines)


def with_table(text, folder=results.RESULTS):
    """Return a text in which the table between the two marks is the present one."""
    pattern = re.escape(START) + ".*?" + re.escape(END)
    new, count = re.subn(pattern, lambda _: f"{START}\n{table(folder)}\n{END}", text, flags=re.S)
    if count != 1:
        raise ValueError(f"the text holds {count} places for the table, marked {START}; one needed")
    return new


def figures(run, folder=results.RESULTS):
    """Return ``{file name: Figure}`` of a run."""
    made, name = {}, run["name"]
    if "loss" in run["history"]:
        made["curves"] = plots.learning_curves({run["title"]: run["history"]})
    if "confusion" in run["test"]:
        test, names = run["test"], run["data"]["class_names"]
        made["confusion"] = plots.confusion_matrix(np.array(test["confusion"]), names)
        bins = {key: np.array(v, float) for key, v in test["reliability"].items()}
        made["reliability"] = plots.reliability(
            bins["confidence"], bins["accuracy"], bins["counts"].astype(int),
            test["calibration_error"],
        )  # fmt: skip
    if (kernels := Path(folder, "runs", f"{name}-conv0.npy")).exists():
        filters = np.load(kernels).astype(np.float32)
        keras.utils.set_random_seed(run["seed"])
        start = np.asarray(models.alexnet().get_layer("conv0").kernel)
        made["conv0"] = plots.filters(filters)
        made["conv0-added"] = plots.filters(filters - start)  # what the training added to the start
    return {f"{name}-{kind}.png": figure for kind, figure in made.items()}


def main():
    """Write the table into README.md and the plots into results/plots."""
    readme = course.ROOT / "README.md"
    write(readme, with_table(readme.read_text(encoding="utf-8")))
    target = results.RESULTS / "plots"
    for run in runs():
        for name, figure in figures(run).items():
            with whole(target / name, 150_000) as beside:
                figure.savefig(beside)
            print(f"{target / name}: {figure.alt}")


if __name__ == "__main__":
    main()
