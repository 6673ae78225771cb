"""Run one notebook from beginning to end in a kernel of its own."""

import tempfile
import threading
import time
from concurrent.futures import Future, wait
from contextlib import suppress
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


def _error_of(client, said):
    """Execute a notebook, with a file for the kernel's own messages; say what stopped it."""
    try:
        client.execute(stderr=said)
    except CellExecutionError as caught:
        return " ".join(f"{caught.ename}: {caught.evalue}".split())
    except DeadKernelError:
        said.seek(0)
        last = said.read().decode(errors="replace").strip()[-300:]
        return f"the kernel died; the usual cause is too little memory. {last}".strip()


def _in_a_thread(function, *arguments):
    """Call a function in a thread, so that Ctrl-C comes here: nbclient itself can lose it."""
    future = Future()

    def call():
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    try:
        while not wait([future], timeout=0.5).done:
            pass
    except KeyboardInterrupt:
        for kernel in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                kernel.kill()
        raise
    return future.result()


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
        with tempfile.TemporaryFile() as said:  # what the kernel writes past its notebook
            error = _in_a_thread(_error_of, client, said)
    finally:
        memory.enough.set()
        memory.join()
    seconds = time.monotonic() - start
    return Run(notebook, seconds, memory.peak_bytes, at if error else None, error)
