"""`make results`: the tables of runs, trials, answers and benches, and the plots."""

import json
import re
import statistics
from pathlib import Path

import numpy as np

from helpers import models, plots, results
from helpers.files import whole, write
from helpers.quiet import keras
from tools import course, trials

MARKS = "<!-- {0}: make results writes this -->", "<!-- end of {0} -->"
FEW = "3000"  # training images of the trials that are compared
ORDER = ("article-2020", "article", "course")  # by the beginning of the run's name


def runs(folder=results.RESULTS):
    """Return the recorded runs in the order of ORDER, then the others."""

    def place(name):
        return next((n for n, start in enumerate(ORDER) if name.startswith(start)), len(ORDER))

    return [results.recorded(name, folder) for name in sorted(results.names(folder), key=place)]


def _markdown(head, rows):
    """Write a table: its head and each row are sequences of texts."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def row(run):
    """Return the cells of a run's row."""
    test, (low, high) = run["test"], run["test"]["interval"]
    images = run["history"]["passes"][-1]["images"]
    rate = run.get("images_per_second") or images / sum(
        done["seconds"] for done in run["history"]["passes"]
    )
    command = f"`{run['command']}`" if run.get("command") else run["source"]
    passes = images / run["data"]["train"]
    return (
        run["title"],
        f"{images:,} ({passes:.3g} passes over {run['data']['train']:,})",
        f"{rate:.0f}",
        f"**{test['accuracy']:.1%}** of {test['images']:,} ({low:.1%} to {high:.1%})",
        command,
    )


def table(folder=results.RESULTS):
    """Return the table of all recorded runs."""
    head = "run", "images seen", "images/s", "test accuracy (95 % interval)", "how to do it again"
    return _markdown(head, map(row, runs(folder)))


def comparison(rows):
    """Return the table of the finished trials on few images, a row for the seeds of a kind.

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
            kind = re.sub(f"-{FEW}-images-seed.*", "", row["run"]), row["data"]
            kinds.setdefault(kind, []).append(row)
    lines = []
    for (kind, _), own in sorted(kinds.items()):
        own.sort(key=lambda row: int(row["seed"]))
        accuracies = [100 * float(row["validation_accuracy"]) for row in own]
        each = ", ".join(f"{value:.1f}" for value in accuracies)
        images, seconds = (
            ", ".join(f"{int(row[key]):,}" if row[key] else "never" for row in own)
            for key in ("images_to_75_percent", "seconds_to_75_percent")
        )
        seeds = ", ".join(row["seed"] for row in own)
        mean = f"{each}; **{statistics.mean(accuracies):.1f} %**" if len(own) > 1 else f"{each} %"
        lines.append((f"`{kind}`", seeds, mean, images, seconds))
    head = "trial", "seeds", "validation accuracy; mean", "75 % after images", "after seconds"
    return _markdown(head, lines)


def speeds(folder=results.RESULTS):
    """Return the table of the recorded benches; see `bench.measure`.

    Parameters
    ----------
    folder : Path, optional

    Returns
    -------
    str
        The last column is the ratio that a training at the speed of a matrix product would have.
    """
    columns = {
        "the article's pipeline": "{article_images_per_second:.1f}",
        "ours, batch 32 / 64 / 128 / 256": "{ours}",
        "ratio, best batch (of single rounds)": "{ratio:.2f} ({range})",
        "ratio, batch 32": "{ratio_batch_32:.2f}",
        "of a matrix product's speed": "{percent:.0f} % of {peak_gflops:.0f} GFLOP/s",
        "our pipeline, nothing training": "{input_images_per_second:,.0f}",
        "ratio at a matrix product's speed": "{most:.2f}",
    }
    lines = []
    for path in sorted(Path(folder, "bench").glob("*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        run["ours"] = " / ".join(f"{rate:.1f}" for rate in run["images_per_second"].values())
        rounds = run["all_images_per_second"]
        best = zip(rounds[str(run["best_batch"])], rounds["article"], strict=True)
        ratios = [ours / theirs for ours, theirs in best]
        run["range"] = f"{min(ratios):.2f} to {max(ratios):.2f}"
        run["percent"] = 100 * run["fraction_of_peak"]
        run["most"] = run["ratio"] / run["fraction_of_peak"]
        lines.append((f"`{path.stem}`", *(form.format(**run) for form in columns.values())))
    return _markdown(("bench", *columns), lines)


def answers(folder=results.RESULTS):
    """Return the table of the trainings that were asked again; see `ask_again.ask`.

    Parameters
    ----------
    folder : Path, optional

    Returns
    -------
    str
        Right answers in per cent.
    """
    told = json.loads(Path(folder, "asked_again.json").read_text(encoding="utf-8"))
    columns = {
        "validation": "validation images",
        "validation, settled": "validation, settled",
        "validation, and mirrored": "validation, image and mirror image",
        "validation, ten crops": "validation, ten crops",
        "training": "own images",
        "training, settled": "own images, settled",
    }
    lines = []
    for name, found in sorted(told.items()):
        shares = (
            f"{100 * found[key] / found['images'][key.split(',')[0]]:.1f}" if key in found else ""
            for key in columns
        )
        lines.append((f"`{name}`", *shares))
    return _markdown(("training", *columns.values()), lines)


def with_tables(text, tables):
    """Return a text in which the tables between their marks are new ones.

    Parameters
    ----------
    text : str
    tables : dict
        ``{what the marks call it: table}``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a table has not exactly one place in the text.
    """
    for name, new in tables.items():
        start, end = (mark.format(name) for mark in MARKS)
        pattern = re.escape(start) + ".*?" + re.escape(end)
        text, count = re.subn(pattern, lambda _, t=f"{start}\n{new}\n{end}": t, text, flags=re.S)
        if count != 1:
            raise ValueError(
                f"the text holds {count} places from {start} to {end}: put these two lines where "
                "the table belongs, once"
            )
    return text


def pages(folder=results.RESULTS):
    """Return ``{page: {name: table}}``: the runs stand in the course's README.

    Parameters
    ----------
    folder : Path, optional

    Returns
    -------
    dict of Path to dict
    """
    log = trials.read(Path(folder, "trials.csv"))
    ours = {"trials": comparison(log), "answers": answers(folder), "benches": speeds(folder)}
    return {
        course.ROOT / "README.md": {"runs": table(folder)},
        results.RESULTS / "README.md": ours,
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
    """Write the tables into the two READMEs and the plots into results/plots."""
    for page, tables in pages().items():
        write(page, with_tables(page.read_text(encoding="utf-8"), tables))
    target = results.RESULTS / "plots"
    for run in runs():
        for name, figure in figures(run).items():
            with whole(target / name, 150_000) as beside:
                figure.savefig(beside, bbox_inches="tight")
            print(f"{target / name}: {figure.alt}")


if __name__ == "__main__":
    main()
