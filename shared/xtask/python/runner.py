"""Executes a notebook without a browser: runner.py NOTEBOOK RESULT FOLDER SECONDS.

Reads NOTEBOOK, runs its code cells in FOLDER, and writes the executed notebook to RESULT. It stops after
the first cell that fails. evcxr reports a panic, or `?` on an `Err`, only as text on stderr while the cell
counts as "ok": so any text on stderr is a failure here. A cell that takes longer than SECONDS, or that
ends the kernel, gets an error output of our own, so that whoever reads RESULT needs to look at outputs
only. Progress goes to stderr.

evcxr passes text on without waiting for it: a cell may count as done before what it said arrives, and
nbclient would drop it. So after each cell we listen until all is quiet. After the last one a cell of
our own says a word on stderr; when that arrives, everything said before it has arrived too.
"""

import queue
import signal
import sys
import time

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError

QUIET_SECONDS = 0.2
LAST_WORD = "last word of the notebook runner"
LAST_WORD_SECONDS = 30


def main(notebook_path, result_path, folder, seconds):
    notebook = nbformat.read(notebook_path, as_version=4)
    for cell in code_cells(notebook):
        cell.outputs = []
        cell.execution_count = None
    client = NotebookClient(
        notebook,
        timeout=int(seconds),
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": folder}},
    )
    # Time for the kernel to hand on what it built; Jupyter would end it after 5 seconds.
    client.create_kernel_manager().shutdown_wait_time = 60
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and not execute(client, cell, index):
                break
        else:
            listen_to_the_end(client)
        end(client)
    nbformat.write(notebook, result_path)


def execute(client, cell, index):
    """Runs one cell and says whether it went well."""
    if sys.stderr.isatty():
        print(f"\r  cell {index + 1} of {len(client.nb.cells)}", end="\r", file=sys.stderr)
    try:
        client.execute_cell(cell, index)
        listen(client, cell, index)
    except CellTimeoutError:
        add_error(cell, "Timeout", f"no result after {client.timeout} seconds")
    except DeadKernelError:
        add_error(cell, "KernelDied", "the cell ended the Rust process")
    return not any(failed(output) for output in cell.outputs)


def end(client):
    """Ends the kernel at once: evcxr 0.21 answers Jupyter's request to stop, but does not stop."""
    if sys.platform != "win32":  # there, a signal would end kernel.py before it has tidied up
        run_sync(client.km.signal_kernel)(signal.SIGTERM)


def listen(client, cell, index):
    """Adds to `cell` what arrives until nothing has for a while."""
    next_message = run_sync(client.kc.get_iopub_msg)
    while True:
        try:
            client.process_message(next_message(timeout=QUIET_SECONDS), cell, index)
        except CellExecutionComplete:
            continue
        except queue.Empty:
            return


def listen_to_the_end(client):
    """Waits for the last word on stderr, and gives what came before it to the last code cell."""
    cells = code_cells(client.nb)
    if not cells:
        return
    index = len(client.nb.cells) - 1
    extra = nbformat.v4.new_code_cell(f'eprintln!("{LAST_WORD}");')
    last = client.nb.cells[index]
    client.execute_cell(extra, index)
    client.nb.cells[index] = last  # nbclient has put ours in its place
    deadline = time.monotonic() + LAST_WORD_SECONDS
    while not any(LAST_WORD in output.get("text", "") for output in extra.outputs):
        if time.monotonic() > deadline:
            add_error(cells[-1], "KernelDied", "the kernel no longer answers")
            return
        listen(client, extra, index)
    for output in extra.outputs:
        text = output.get("text", "").replace(LAST_WORD, "").strip()
        if failed(output) and text:
            cells[-1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text=text))


def failed(output):
    return output.output_type == "error" or output.get("name") == "stderr"


def add_error(cell, name, value):
    cell.outputs.append(nbformat.v4.new_output("error", ename=name, evalue=value, traceback=[]))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


if __name__ == "__main__":
    main(*sys.argv[1:])
