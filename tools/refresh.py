"""`make refresh`: run the stored notebooks again and store them in one plain form.

A notebook that stops stays as it was. Two refreshes in a row change nothing.
"""

import hashlib
import re
import sys
from pathlib import Path

import nbformat

from helpers.files import write_text
from tools import course
from tools.execute import execute

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def normalised(notebook):
    """Return the executed notebook as the text that is stored.

    What differs from machine to machine or from run to run is dropped: the Python's exact version,
    timings, widget state. Cell ids stay; a missing or repeated one is made from the cell's text.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken = set()
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        cell_id = cell.get("id", "")
        if cell_id in taken or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id):
            cell_id = hashlib.sha256(f"{number} {cell.source}".encode()).hexdigest()[:8]
        cell.id = cell_id
        taken.add(cell_id)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def refresh(path):
    """Run the notebook at `path` and store it; return the sentence that says what happened."""
    run = execute(path)
    if run.error:
        return f"{path.name} stays as it was: it stopped at cell {run.stopped_at}: {run.error}"
    text = normalised(run.notebook)
    if text == path.read_text(encoding="utf-8"):
        return f"{path.name} is unchanged ({run.seconds:.0f} s)"
    write_text(path, text)
    return f"{path.name} is refreshed ({run.seconds:.0f} s)"


def main(paths):
    """Refresh the named notebooks, by default all that are stored; return 1 where one stopped."""
    sentences = []
    for path in [Path(path).resolve() for path in paths] or course.stored():
        sentences.append(refresh(path))
        print(sentences[-1], flush=True)
    return int(any("stopped at cell" in sentence for sentence in sentences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
