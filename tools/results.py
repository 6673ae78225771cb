"""`make results`: the tables of recorded runs and of trials, and the plots, from `results/`."""

import re
import statistics
from pathlib import Path

import numpy as np

from helpers import models, plots, results
from helpers.files import whole, write
from helpers.quiet import keras
from tools import course, trials

START, END = "<!-- results: make results writes this -->", "<!-- end of results -->"
FEW = "3000"  # training images of the trials that are compared
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


def comparison(rows):
    """Return the table of the finished trials on few images, one row for all seeds of a kind.

    Parameters
    ----------
    rows : list of dict
        See `trials.read`.

    Returns
    -------
    str
    """
    kinds = {}
    for row in rows:
        if row["training_images"] == FEW and row["state"] == "finished":
            kinds.setdefault(re.sub(f"-{FEW}-images-seed.*", "", row["run"]), []).append(row)
    lines = [
        "| trial | seeds | validation accuracy, mean | 75 % after images | after seconds |",
        "|---|---|---|---|---|",
    ]
    for kind, own in sorted(kinds.items()):
        own.sort(key=lambda row: int(row["seed"]))
        accuracies = [100 * float(row["validation_accuracy"]) for row in own]
        each = ", ".join(f"{value:.1f}" for value in accuracies)
        images, seconds = (
            ", ".join(f"{int(row[key]):,}" if row[key] else "never" for row in own)
            for key in ("images_to_75_percent", "seconds_to_75_percent")
        )
        seeds = ", ".join(row["seed"] for row in own)
        mean = f"{each}; **{statistics.mean(accuracies):.1f} %**"
        lines.append(f"| `{kind}` | {seeds} | {mean} | {images} | {seconds} |")
    return "\n".join(lines)


def with_table(text, new):
    """Return a text in which the table between the two marks is a new one."""
    pattern = re.escape(START) + ".*?" + re.escape(END)
    text, count = re.subn(pattern, lambda _: f"{START}\n{new}\n{END}", text, flags=re.S)
    if count != 1:
        raise ValueError(f"the text holds {count} places for the table, marked {START}; one needed")
    return text


def pages(folder=results.RESULTS):
    """Return ``{page: its table}``: the course's README has the runs, that of results the trials.

    Parameters
    ----------
    folder : Path, optional

    Returns
    -------
    dict of Path to str
    """
    return {
        course.ROOT / "README.md": table(folder),
        results.RESULTS / "README.md": comparison(trials.read(Path(folder, "trials.csv"))),
    }


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
    """Write the tables into both READMEs and the plots into results/plots."""
    for page, new in pages().items():
        write(page, with_table(page.read_text(encoding="utf-8"), new))
    target = results.RESULTS / "plots"
    for run in runs():
        for name, figure in figures(run).items():
            with whole(target / name, 150_000) as beside:
                figure.savefig(beside)
            print(f"{target / name}: {figure.alt}")


if __name__ == "__main__":
    main()
