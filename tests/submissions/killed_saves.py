"""Saves of files that are killed (SIGKILL) at each of their steps, in real processes on a real database and disk.

    python -m tests.submissions.killed_saves ROUNDS

Run with DATABASE_URL and DATA_DIR of a migrated site that is for this alone. Each save is a process of its own, forked
from this one, that kills itself as it comes to a step; “at any moment” is killed from outside. After each step
everything stored is read again. Prints JSON: for each step how many saves were killed there, what was acknowledged,
and what is wrong (nothing).
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from io import BytesIO
from types import FrameType
from typing import Any

SIZE = 700_000  # more than two chunks


@dataclass(frozen=True)
class Step:
    """Where a save dies: at the ``nth`` event of this kind in the function of this name, or beside a statement."""

    name: str
    function: str = ""
    event: str = "call"  # call and return are of functions in Python, c_call and c_return of those in C
    nth: int = 1
    statement: str = ""  # the beginning of an SQL statement; the event says on which side of it


STEPS = (
    Step("before the temporary file", "_write", "call"),
    Step("temporary file is open", "open", "c_return"),
    Step("a part is written", "write", "c_return", 2),
    Step("all is written, nothing on disk for good", "fsync", "c_call"),
    Step("the file is on disk for good", "fsync", "c_return"),
    Step("before it gets its name", "replace", "c_call"),
    Step("it has its name", "replace", "c_return"),
    Step("its folder is on disk for good", "fsync", "c_return", 2),
    Step("all folders are on disk for good", "fsync", "c_return", 4),
    Step("before the row of its bytes", event="call", statement='INSERT INTO "submissions_blob"'),
    Step("the row of its bytes is written", event="return", statement='INSERT INTO "submissions_blob"'),
    Step("the row of its bytes is committed", "commit", "return"),
    Step("the row of the file is written", event="return", statement='INSERT INTO "submissions_file"'),
    Step("the revision is written", event="return", statement='INSERT INTO "submissions_revision"'),
    Step("the job of its check is written", event="return", statement='INSERT INTO "jobs_job"'),
    Step("before the revision is committed", "commit", "call", 2),
    Step("the revision is committed", "commit", "return", 2),
)
NEVER = Step("never", "no function is called this")
ANY_MOMENT = "at any moment"


@dataclass
class Result:
    step: str
    killed: int = 0
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: Step) -> Callable[..., Any] | None:
    """Make this process die at the step; a wrapper of statements where it is one, else None."""
    left = step.nth
    if step.statement:

        def beside(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            meant = sql.startswith(step.statement)
            if meant and step.event == "call":
                die()
            result = execute(sql, params, many, context)
            if meant:
                die()
            return result

        return beside

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        name = getattr(argument, "__name__", "") if event.startswith("c_") else frame.f_code.co_name
        if event == step.event and name == step.function and _is_of_the_save(frame, event):
            left -= 1
            if left == 0:
                die()

    sys.setprofile(watch)
    return None


def _is_of_the_save(frame: FrameType, event: str) -> bool:
    """Commits are the database's; what touches the disk counts where the store calls it, through pathlib or not."""
    if event in ("call", "return"):
        return frame.f_code.co_name != "commit" or "django/db/backends/base" in frame.f_code.co_filename
    caller: FrameType | None = frame
    for _ in range(3):
        if caller is not None and caller.f_code.co_filename.endswith("submissions/files.py"):
            return True
        caller = caller.f_back if caller is not None else None
    return False


class Bench:
    """A paper of Ada's in a workshop, and saves of files to it."""

    def __init__(self) -> None:
        from tests.submissions.stage import make_stage, save, start

        self.stage = make_stage()
        self.paper = start(self.stage)
        save(self.paper, self.stage.ada)
        self.acknowledged: set[str] = set()

    def save(self, content: bytes, step: Step | None) -> None:
        """In the child: save a file; if that comes to its end, it is acknowledged."""
        from django.db import connection
        from django.utils import timezone

        from submissions.services.files import add_file

        def add() -> None:
            received = timezone.now()
            add_file(
                submission=self.paper, by=self.stage.ada, upload=BytesIO(content), name="p.pdf", received_at=received
            )

        self.paper.refresh_from_db()
        beside = arm(step) if step else None
        if beside is None:
            add()
        else:
            with connection.execute_wrapper(beside):
                add()
        sys.setprofile(None)

    def one(self, step: Step | None, after: float = 0) -> tuple[bool, bool]:
        """Save once in a process of its own; returns whether it was killed, and whether it was acknowledged."""
        from django.db import connections

        content = os.urandom(SIZE)
        connections.close_all()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            code = 1
            try:
                self.save(content, step)
                os.write(write, b"stored")
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        if step is None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        with os.fdopen(read, "rb") as answers:
            acknowledged = answers.read() == b"stored"
        _, status = os.waitpid(child, 0)
        if acknowledged:
            import hashlib

            self.acknowledged.add(hashlib.sha256(content).hexdigest())
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, acknowledged

    def seconds(self) -> float:
        """How long a save takes that nothing kills."""
        begin = time.monotonic()
        self.one(NEVER)
        return time.monotonic() - begin

    def wrong(self) -> list[str]:
        """What should not be: rows without their file, files that differ from their name, and what is lost or torn."""
        from submissions.models import Blob, Revision
        from submissions.verifying import sha256_of, verify_files

        verdict = verify_files()
        found = [f"a row without its file: {each}" for each in verdict.missing]
        found += [f"a file that differs from its name: {each}" for each in verdict.damaged]
        found += [
            f"a file that differs from its name: {each}" for each in verdict.left_over if sha256_of(each) != each.name
        ]
        stored = set(Blob.objects.values_list("sha256", flat=True))
        found += [f"acknowledged and lost: {each}" for each in self.acknowledged - stored]
        for revision in Revision.objects.select_related("pdf__blob"):
            said = revision.snapshot["pdf"]
            if (said or {}).get("sha256") != (revision.pdf.blob.sha256 if revision.pdf else None):
                found.append(f"a receipt of another file: {revision}")
        last = self.paper.revisions.order_by("-number").first()
        self.paper.refresh_from_db()
        if self.paper.current != last:
            found.append("the newest revision is not the paper")
        return found


def run(rounds: int) -> list[Result]:
    bench = Bench()
    results = []
    usual = min(bench.seconds() for _ in range(3))
    for step in (*STEPS, None):
        result = Result(step.name if step else ANY_MOMENT)
        for _ in range(rounds):
            killed, acknowledged = bench.one(step, after=random.uniform(0, usual))
            result.killed += killed
            result.acknowledged += acknowledged
        result.wrong = bench.wrong()
        if step and result.killed != rounds:
            result.wrong.append(f"the step was reached {result.killed} times of {rounds}")
        results.append(result)
    return results


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")
    import django

    django.setup()
    json.dump([asdict(result) for result in run(int(sys.argv[1]))], sys.stdout)


if __name__ == "__main__":
    main()
