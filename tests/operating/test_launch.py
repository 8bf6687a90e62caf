"""`make run`: one terminal, the whole site, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurreps.sockets import redis_socket
from tests.servers import ROOT, free_port

pytestmark = pytest.mark.servers


def environment(data: Path, port: object) -> dict[str, str]:
    """An embedded site in a folder of its own, whatever the tests themselves run on."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "SITE_URL"}
    }
    return {**inherited, "DATA_DIR": str(data), "PORT": str(port)}


def launch(data: Path, port: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "neurreps.launch", "run"]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data, port), capture_output=True, text=True, timeout=60, check=False
    )


def processes(data: Path) -> list[int]:
    """Every process that was given this DATA_DIR, however deep below the launcher."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and f"DATA_DIR={data}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def log(data: Path) -> str:
    return (data / "log" / "supervisord.log").read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A launched site whose demo is done."""
    data = tmp_path / "var"
    command = [sys.executable, "-m", "neurreps.launch", "run"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(data, free_port()), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as launched:
        try:
            assert launched.stdout is not None
            assert any("Stop it with Ctrl-C" in line for line in launched.stdout)
            yield launched, data
        finally:
            launched.send_signal(signal.SIGTERM)
            launched.wait(60)


@pytest.mark.timeout(240)
def test_a_killed_worker_comes_back_and_ctrl_c_leaves_nothing(running: tuple[subprocess.Popen[str], Path]) -> None:
    launched, data = running
    worker = int(log(data).split("spawned: 'worker' with pid ")[1].split()[0])
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while log(data).count("spawned: 'worker'") < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert log(data).count("spawned: 'worker'") == 2
    os.killpg(launched.pid, signal.SIGINT)
    assert (launched.wait(60), processes(data)) == (0, [])


def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = launch(tmp_path / "var", port)
    expected = f"Port {port} is in use by another program; choose another: make run PORT={port + 1}\n"
    assert (done.returncode, done.stderr) == (1, expected)


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_in_one_sentence(tmp_path: Path, port: str) -> None:
    done = launch(tmp_path, port)
    expected = f"PORT is {port!r}; it must be a number from 1 to 65535, for example: make run PORT=8080\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_a_data_folder_that_is_a_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.touch()
    done = launch(data, free_port())
    expected = f"The folder {data} cannot be written (File exists); name another with DATA_DIR=….\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_a_deep_data_folder_gets_a_short_socket() -> None:
    deep = Path("/srv") / ("d" * 100)
    assert len(os.fsencode(redis_socket(deep))) < 100
    assert redis_socket(deep) == redis_socket(deep)
    assert redis_socket(Path("/srv/site")) == Path("/srv/site/run/redis.sock")
