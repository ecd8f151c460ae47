"""Starts evcxr, the Rust kernel, for one notebook. Jupyter runs this file; see kernel.json beside it.

evcxr builds a notebook's dependencies in a folder. Building libtorch's bindings takes minutes, so the
folder must be kept, and two kernels must never share one. So every kernel gets a folder of its own,
filled from a *template*: a folder in which the dependencies are already built. Large files are
hard-linked, so a copy takes about a second and little room.

    <cache>/evcxr/template-<key>/   built dependencies; only ever replaced as a whole
    <cache>/evcxr/kernels/<name>/   one running kernel's folder, removed when it stops

Each folder is a small cargo workspace:

    Cargo.toml   the two members, and how much to optimise
    Cargo.lock   the checkout's own, so that notebooks use the versions of the chapters
    ctx/         what evcxr compiles, cell by cell (EVCXR_TMPDIR)
    versions/    depends on every crate of the checkout. Nobody builds it: it keeps cargo from
                 dropping the versions of crates that no cell has asked for yet.

Environment: LLM_IN_RUST_CACHE, LLM_IN_RUST_CHECKOUT, LLM_IN_RUST_EVCXR, LLM_IN_RUST_CARGO and LIBTORCH
come from kernel.json. LLM_IN_RUST_PUBLISH=1 makes this kernel's folder the new template when it stops.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WINDOWS = os.name == "nt"

# Cells are compiled again and again, dependencies once: the first quickly, the second a little better.
# The settings besides opt-level are evcxr's own; it writes them where cargo ignores them.
WORKSPACE = """\
[workspace]
members = ["ctx", "versions"]
resolver = "3"

[profile.dev]
opt-level = 0
debug = false
strip = "debuginfo"
rpath = true
incremental = true

[profile.dev.package."*"]
opt-level = 1

[profile.dev.package.torch-sys]
opt-level = 0
"""

PACKAGE = """\
[package]
name = "{name}"
version = "1.0.0"
edition = "2024"
"""

# Files that cargo and rustc replace but never write into: safe to share between folders.
SHARED_ENDINGS = {".rlib", ".rmeta", ".so", ".a", ".o", ".dylib", ".dll", ".lib", ".exe"}


def main():
    cache = Path(os.environ["LLM_IN_RUST_CACHE"]) / "evcxr"
    checkout = find_checkout()
    template = cache / f"template-{template_key()}"
    remove_stale(cache / "kernels")
    with KernelFolder(cache / "kernels") as folder:
        with Lock(cache / "template.lock"):
            copy_template(template, folder, crates(checkout))
        write_workspace(folder, checkout)
        status = run_evcxr(folder, sys.argv[1])
        if os.environ.get("LLM_IN_RUST_PUBLISH") == "1":
            publish(folder, template, cache)
    return status


# --- Where things are


def find_checkout():
    """The checkout this notebook belongs to: above the notebook, or else the one that installed us."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "notebooks").is_dir() and (folder / "Cargo.lock").is_file():
            return folder
    return Path(os.environ["LLM_IN_RUST_CHECKOUT"])


def crates(checkout):
    """Name and folder of every library of the checkout that a notebook may use."""
    found = {}
    for manifest in sorted(checkout.glob("chapters/*/Cargo.toml")) + sorted(checkout.glob("shared/*/Cargo.toml")):
        name = re.search(r'^name = "(.+)"', manifest.read_text(encoding="utf-8"), re.M)
        # xtask's own dependencies are many, and no notebook needs them.
        if name and name[1] != "xtask" and (manifest.parent / "src" / "lib.rs").is_file():
            found[name[1]] = manifest.parent
    return found


def template_key():
    """Names a template: one for each compiler, libtorch and evcxr. Cargo tells the rest apart itself."""
    rustc = subprocess.run(["rustc", "-vV"], env=environment(), capture_output=True, check=True).stdout
    parts = [rustc, os.environ["LIBTORCH"].encode(), os.environ["LLM_IN_RUST_EVCXR"].encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


# --- Locks and the kernel's folder


class Lock:
    """Holds a file's lock; the system lets go of it when this process dies, however it dies."""

    def __init__(self, path, wait=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "a+b")
        while not self._try():
            if not wait:
                self.file.close()
                raise BlockingIOError(path)
            time.sleep(0.1)

    def _try(self):
        try:
            if WINDOWS:
                import msvcrt

                self.file.seek(0)
                msvcrt.locking(self.file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


class KernelFolder:
    """A new folder under `parent`, with a lock beside it that says: still in use."""

    def __init__(self, parent):
        parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="kernel-", suffix=".lock", dir=parent)
        os.close(handle)
        self.lock_path = Path(name)
        self.lock = Lock(self.lock_path)
        self.path = self.lock_path.with_suffix("")
        self.path.mkdir()

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.__exit__()
        self.lock_path.unlink(missing_ok=True)


def remove_stale(parent):
    """Removes the folders of kernels that were killed: those whose lock nobody holds."""
    young = time.time() - 60  # a lock file may exist a moment before it is locked
    for path in parent.glob("kernel-*.lock"):
        try:
            if path.stat().st_mtime > young:
                continue
            with Lock(path, wait=False):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
        except OSError:
            continue  # in use, or another kernel is removing it


# --- The template


def copy_template(template, folder, own_crates):
    """Fills `folder` from `template`, if there is one. Times are kept: cargo trusts them."""
    source = template / "ctx" / "target"
    if not source.is_dir():
        return
    # The checkout's crates change, and are then rebuilt in place: they are copied in full.
    own = tuple(f"lib{name.replace('-', '_')}-" for name in own_crates)

    def place(old, new):
        if os.path.splitext(old)[1] in SHARED_ENDINGS and not os.path.basename(old).startswith(own):
            try:
                return os.link(old, new)
            except OSError:
                pass  # a file system without hard links
        return shutil.copy2(old, new)

    shutil.copytree(source, folder / "ctx" / "target", copy_function=place, symlinks=True)


def publish(folder, template, cache):
    """Makes `folder` the new template. What belongs to this kernel's cells alone is dropped."""
    target = folder / "ctx" / "target"
    if not target.is_dir():
        return
    for pattern in ("**/incremental/*", "**/.fingerprint/ctx-*", "**/deps/libctx*", "**/deps/ctx-*", "**/libcode_*"):
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Lock(cache / "template.lock"):
        old = folder.with_suffix(".old")
        if template.exists():
            template.rename(old)
        folder.rename(template)
        if old.exists():
            old.rename(folder)  # goes the way of every kernel's folder


def write_workspace(folder, checkout):
    """Writes the manifests, and the versions that the checkout has chosen."""
    dependencies = "".join(
        f"{name} = {{ path = '{path}' }}\n" for name, path in crates(checkout).items()
    )
    write(folder / "Cargo.toml", WORKSPACE)
    write(folder / "ctx" / "Cargo.toml", PACKAGE.format(name="ctx"))
    write(folder / "ctx" / "src" / "lib.rs", "")
    write(folder / "versions" / "Cargo.toml", PACKAGE.format(name="versions") + "\n[dependencies]\n" + dependencies)
    write(folder / "versions" / "src" / "lib.rs", "")
    shutil.copyfile(checkout / "Cargo.lock", folder / "Cargo.lock")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# --- The kernel itself


def environment():
    """This process's environment, with cargo on the path and libtorch where the system looks for it."""
    env = dict(os.environ)
    library_path = {"nt": "PATH"}.get(os.name, "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH")
    prepend(env, library_path, str(Path(env["LIBTORCH"]) / "lib"))
    if shutil.which("cargo") is None:
        prepend(env, "PATH", env["LLM_IN_RUST_CARGO"])
    return env


def prepend(env, variable, folder):
    env[variable] = os.pathsep.join(filter(None, [folder, env.get(variable)]))


def run_evcxr(folder, connection_file):
    """Runs the kernel to its end and returns its exit status."""
    env = environment() | {"EVCXR_TMPDIR": str(folder / "ctx")}
    command = [env["LLM_IN_RUST_EVCXR"], "--control_file", connection_file]
    # Cells print through Jupyter; on its own standard output evcxr only says which settings it read.
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    # Jupyter interrupts evcxr by a message. A Ctrl-C in the terminal is for Jupyter.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
