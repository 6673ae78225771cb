"""Run one notebook from beginning to end in a kernel of its own."""

import threading
import time
from dataclasses import dataclass

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError


@dataclass
class Run:
    """What became of one notebook."""

    notebook: nbformat.NotebookNode
    seconds: float
    peak_bytes: int
    stopped_at: int | None = None  # the number of the code cell, counted from 1
    error: str | None = None


class PeakMemory(threading.Thread):
    """Watch the memory of every process that this one started, several times a second."""

    def __init__(self, each_time):
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self.each_time = each_time
        self.enough = threading.Event()

    def run(self):
        """Look, call `each_time`, wait, until `enough` is set."""
        while not self.enough.wait(0.2):
            self.peak_bytes = max(self.peak_bytes, memory_of_children())
            self.each_time()


def memory_of_children():
    """Return the bytes that the processes below this one hold in memory."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it has just ended
            continue
    return total


def execute(path, progress=lambda cell, cells, seconds: None):
    """Execute the notebook at `path` in a fresh kernel and return its `Run`.

    Parameters
    ----------
    path : Path
        The stored notebook; it is read and left as it is.
    progress : callable, optional
        Called several times a second with the code cell at work, their count and the seconds so
        far.
    """
    notebook = nbformat.read(path, as_version=4)
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code_cells:
        cell.outputs, cell.execution_count = [], None

    start, at = time.monotonic(), 0

    def tell():
        progress(at, len(code_cells), time.monotonic() - start)

    def next_cell(cell, cell_index):
        nonlocal at
        at = sum(cell.cell_type == "code" for cell in notebook.cells[: cell_index + 1])
        tell()

    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        extra_arguments=["--log-level=CRITICAL"],  # it warns of plain TCP, also to itself
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        on_cell_execute=next_cell,
    )
    memory = PeakMemory(each_time=tell)
    memory.start()
    error = None
    try:
        client.execute()
    except CellExecutionError as caught:
        error = " ".join(f"{caught.ename}: {caught.evalue}".split())
    except DeadKernelError:
        error = "the kernel died; the usual cause is too little memory"
    except AssertionError:  # on Ctrl-C nbclient ends the kernel, then misses it
        if client.km is not None:
            raise
        raise KeyboardInterrupt from None
    finally:
        memory.enough.set()
        memory.join()
    seconds = time.monotonic() - start
    return Run(notebook, seconds, memory.peak_bytes, at if error else None, error)
