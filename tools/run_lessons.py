"""`make lessons`: run every lesson in order, make the site of what came out, end with a table."""

import json
import os
import shutil
import sys
import textwrap
import threading
from pathlib import Path

import nbformat

from helpers.files import write_text
from tools import course, site
from tools.execute import execute


class Progress:
    """One line a lesson: it moves on a terminal, elsewhere each cell leaves a line."""

    def __init__(self, name, stream=sys.stdout):
        self.name = name
        self.stream = stream
        self.shown = None
        self.writing = threading.Lock()  # the watch over memory calls from a thread of its own

    def __call__(self, cell, cells, seconds):
        """Show the cell at work and the seconds so far."""
        live = self.stream.isatty()
        now = (cell, int(seconds)) if live else cell
        line = f"{self.name}  cell {cell:2}/{cells}  {seconds:4.0f} s"
        with self.writing:
            if cell and now != self.shown:
                self.stream.write("\r" + line if live else line + "\n")
                self.stream.flush()
                self.shown = now

    def close(self):
        """End the moving line."""
        if self.stream.isatty():
            self.stream.write("\n")


def run_lesson(path, build):
    """Run the lesson at `path`; write what it gave, also where it stopped; return its `Run`."""
    progress = Progress(path.stem)
    run = execute(path, progress)
    progress.close()
    write_text(build / path.name, nbformat.writes(run.notebook) + "\n")
    return run


def verdict(run):
    """Say in a few words how a run ended."""
    if run.error is None:
        return "ran through"
    return f"stopped at cell {run.stopped_at}: {textwrap.shorten(run.error, 300)}"


def table(runs):
    """Return the closing table: lesson, seconds, peak memory, verdict."""
    width = max(len("lesson"), *(len(name) for name in runs))
    lines = [f"{'lesson':{width}}  seconds  peak memory  verdict"]
    for name, run in runs.items():
        memory = f"{run.peak_bytes / 2**20:,.0f} MiB"
        lines.append(f"{name:{width}}  {run.seconds:7.1f}  {memory:>11}  {verdict(run)}")
    return "\n".join(lines)


def accuracy_line(folder):
    """Return the test accuracy that the lessons reached, from the file that one of them wrote."""
    results = sorted(folder.rglob("test.json"))
    if not results:
        return "Test accuracy: none, for no lesson that ran through has tested a model."
    result = json.loads(results[0].read_text(encoding="utf-8"))
    return f"Test accuracy reached: {result['accuracy']:.1%} of {result['images']:,} images"


def main(notebooks=course.NOTEBOOKS, build=course.BUILD, publish=site.build):
    """Run the lessons and return the exit status: 1 where one of them stopped."""
    course.use_images_from_where_make_was_called()
    course.check_recipe()
    lessons = course.lessons(notebooks)
    if not lessons:
        raise SystemExit(f"There is no lesson 01_... in {notebooks}: is the folder whole?")
    print("Images:", os.environ.get("ALEXNET_DATA", "the embedded scenes"))

    # A lesson leaves what a later one needs in this folder: weights, results.
    shared = Path(build, "run")
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(parents=True)
    os.environ["ALEXNET_RUN"] = str(shared.resolve())
    os.environ["ALEXNET_WIDGETS"] = "0"  # a page has no kernel behind it

    runs = {path.stem: run_lesson(path, Path(build)) for path in lessons}
    print()
    print(table(runs))
    print(accuracy_line(shared))
    print("Making the pages ...", flush=True)
    try:
        print(f"To read on: {publish(build)}")
    except (ValueError, OSError) as error:
        print(f"No pages were made: {error}")
        return 1
    return int(any(run.error for run in runs.values()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped by you. The lessons that had ended are in build/lessons/.")
