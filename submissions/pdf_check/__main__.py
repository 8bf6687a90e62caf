"""The process: its limits, its question, its answer."""

import contextlib
import json
import logging
import resource
import sys
from pathlib import Path

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 40


def limit(size: int) -> None:
    """Bound what this process may use, for a file of ``size`` bytes."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, max(4 * size, 16 * 1024 * 1024)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(path: str, out: str) -> None:
    question = json.load(sys.stdin)
    limit(Path(path).stat().st_size)
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(sys.stderr):
        from submissions.pdf_check.look import look

        answer = look(Path(path), Path(out), question)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:3])
