"""Executes a notebook without a browser: runner.py NOTEBOOK RESULT FOLDER SECONDS.

Reads NOTEBOOK, runs its code cells in FOLDER, and writes the executed notebook to RESULT. It stops after
the first cell that fails. evcxr reports a panic, or `?` on an `Err`, only as text on stderr while the cell
counts as "ok": so any text on stderr is a failure here. A cell that takes longer than SECONDS, or that
ends the kernel, gets an error output of our own, so that whoever reads RESULT needs to look at outputs
only. Progress goes to stderr.
"""

import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError


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
    # Give the kernel time to hand on what it built; Jupyter would end it after 5 seconds.
    client.create_kernel_manager().shutdown_wait_time = 60
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and not execute(client, cell, index):
                break
    nbformat.write(notebook, result_path)


def execute(client, cell, index):
    """Runs one cell and says whether it went well."""
    if sys.stderr.isatty():
        print(f"\r  cell {index + 1} of {len(client.nb.cells)}", end="\r", file=sys.stderr)
    try:
        client.execute_cell(cell, index)
    except CellTimeoutError:
        add_error(cell, "Timeout", f"no result after {client.timeout} seconds")
    except DeadKernelError:
        add_error(cell, "KernelDied", "the cell ended the Rust process")
    return not any(failed(output) for output in cell.outputs)


def failed(output):
    return output.output_type == "error" or output.get("name") == "stderr"


def add_error(cell, name, value):
    cell.outputs.append(nbformat.v4.new_output("error", ename=name, evalue=value, traceback=[]))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


if __name__ == "__main__":
    main(*sys.argv[1:])
