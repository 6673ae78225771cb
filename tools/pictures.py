"""Draw the two pictures of README.md from the model and the embedded scenes (for authors)."""

import numpy as np

from helpers import data, folders, models, plots
from helpers.files import whole
from tools import course

IMAGES = course.ROOT / ".github" / "images"


def save(figure, path, **options):
    """Write a figure whole or not at all."""
    with whole(path, 300_000) as beside:
        figure.savefig(beside, bbox_inches="tight", **options)


def main():
    """Draw both."""
    save(plots.architecture(models.alexnet()), IMAGES / "architecture.png")
    scenes = data.load(folders.EMBEDDED)
    each = [np.flatnonzero(scenes.test.labels == k)[0] for k in range(len(scenes.class_names))]
    grid = plots.image_grid(scenes.test.pixels[each], scenes.class_names)
    save(grid, IMAGES / "scenes.jpg", pil_kwargs={"quality": 85})


if __name__ == "__main__":
    main()
