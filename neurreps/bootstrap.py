"""Make the virtual environment and install a lock into it: `python3 -I neurreps/bootstrap.py base`.

The locks are base, semantic (with the optional sentence model) and dev.

Runs before anything is installed, so it uses the standard library alone and imports nothing of the project. Whatever
goes wrong ends in one sentence on standard error and exit code 1.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
NEEDED_MEGABYTES = {"base": 700, "semantic": 900, "dev": 1400}


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def check_machine(lock: str) -> None:
    """Refuse an old Python, a folder that cannot be written, and a disk that the packages would fill."""
    if sys.version_info < OLDEST:
        fail(f"NeurReps needs Python 3.11 or newer; this is {sys.version.split()[0]}. Name another with PYTHON=….")
    try:
        tempfile.TemporaryFile(dir=ROOT).close()
    except OSError as error:
        fail(f"The folder {ROOT} cannot be written ({error.strerror}); move the project or change its permissions.")
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MEGABYTES[lock]:
        fail(f"The disk of {ROOT} has {free} MB free; installing needs {NEEDED_MEGABYTES[lock]} MB.")


def fingerprint(lock: str) -> str:
    """Changes when the lock, the installer or the Python does: then the environment is brought up to date."""
    parts = [(LOCKS / name).read_bytes() for name in ("uv.txt", f"{lock}.txt")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def is_current(lock: str) -> bool:
    stamp = VENV / f"{lock}.stamp"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint(lock)


def run(*command: str | Path) -> None:
    """Run one step of the installation quietly; its last line explains a failure."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, text=True, capture_output=True, check=False)
    if done.returncode == 0:
        return
    output = (done.stdout + done.stderr).strip()
    if "No space left" in output:
        fail(f"The disk of {ROOT} is full; make room and run the command again.")
    if "ensurepip" in output:
        fail("This Python cannot make virtual environments; install its venv package (on Debian: python3-venv).")
    print(output, file=sys.stderr)
    fail("The packages could not be installed, for the reason above; nothing else was changed, so just try again.")


def install(lock: str) -> None:
    print("Installing the packages (once) …", flush=True)
    if not PYTHON.exists() or not (VENV / "bin" / "pip").exists():
        run(sys.executable, "-m", "venv", "--clear", VENV)
    run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCKS / "uv.txt")
    # Compiled now, once, since a dozen processes read the packages at each start.
    into = ("--quiet", "--compile-bytecode", "--python", PYTHON)
    run(VENV / "bin" / "uv", "pip", "install", *into, "--require-hashes", "-r", LOCKS / f"{lock}.txt")
    (VENV / f"{lock}.stamp").write_text(fingerprint(lock))


def main(lock: str) -> None:
    if is_current(lock):
        return
    check_machine(lock)
    try:
        install(lock)
    except OSError as error:
        fail(f"Installing stopped: {error.strerror} ({error.filename or VENV}).")


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1] if len(sys.argv) > 1 else "base")
