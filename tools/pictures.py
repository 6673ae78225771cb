"""Draw the pictures of the two READMEs, from the model, the embedded scenes and a recorded run."""

import numpy as np

from helpers import data, folders, models, plots, results
from helpers.files import atomic_write
from tools import course


def save(figure, path, **options):
    """Write a figure completely or not at all, and print its alternative text."""
    with atomic_write(path, 300_000) as beside:
        figure.savefig(beside, bbox_inches="tight", **options)
    print(f"{path}: {figure.alt}")


def main():
    """Draw all four."""
    images, drawn = course.ROOT / ".github" / "images", results.RESULTS / "plots"
    save(plots.architecture(models.alexnet()), images / "architecture.png")
    scenes = data.load(folders.EMBEDDED)
    each = [np.flatnonzero(scenes.test.labels == k)[0] for k in range(len(scenes.class_names))]
    grid = plots.image_grid(scenes.test.pixels[each], scenes.class_names)
    save(grid, images / "scenes.jpg", pil_kwargs={"quality": 85})
    run = results.recorded("course-seed0")
    curves = plots.learning_curves({"recipe course, seed 0": run["history"]})
    save(curves, drawn / "course-seed0-curves.png")
    matrix, names = np.array(run["test"]["confusion"]), run["data"]["class_names"]
    save(plots.confusion_matrix(matrix, names), drawn / "course-seed0-confusion.png")


if __name__ == "__main__":
    main()
