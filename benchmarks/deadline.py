"""The last minute before a deadline: 300 authors save their words and a PDF of 2 MB, and reload their page five times.

    python -m benchmarks deadline [AUTHORS [SECONDS]]

On PostgreSQL that waits for the disk, Redis, the production web server, a worker that checks the PDFs meanwhile, and
beat, all on this machine together with the 300 clients. Three runs:

    quiet    some saves one after the other and nothing else: milliseconds of CPU of the web server for each
    rush     everybody within 60 seconds
    killed   the same with other authors, and every five seconds the web server's processes are killed (SIGKILL); a
             client whose connection broke presses Save again, as a person would

What counts as acknowledged is a redirect to the paper's page. Everything acknowledged is then looked for: the words in
the paper's newest revision, the PDF by its SHA-256 in its row and again from the bytes on disk. The script exits 1 when
one of them is missing. Times are wall times under this load; compare runs, not machines.
"""

import hashlib
import http.client
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests import servers

AUTHORS, SECONDS, RELOADS, QUIET = 300, 60, 5, 40
SIZE = 2 * 1024 * 1024
KILL_EVERY = 5
PRESSES = 8  # how often a person presses Save before giving up
CSRF = "c" * 32
TARGET_MS = 72


@dataclass
class Author:
    """One client: who, which paper, and what became of the save."""

    session: str
    path: str
    number: int
    version: int
    email: str
    track: str
    title: str = ""
    sha256: str = ""
    acknowledged: bool = False
    seconds: float = 0.0
    presses: int = 0
    errors: list[str] = field(default_factory=list)


# --- the clients ------------------------------------------------------------------------------------------------------


def pdf_of_size(size: int, chance: random.Random) -> bytes:
    """A correct one-page PDF of about ``size`` bytes, unlike any other: an image of noise, which does not compress."""
    noise = chance.randbytes(size - 1200)
    side = 512
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 7 0 R >>",
        b"<< /Length 68 >>\nstream\n"
        + b"BT /F1 12 Tf 72 720 Td (A paper made for a load test) Tj ET".ljust(68)
        + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray /BitsPerComponent 8 "
        f"/Length {len(noise)} >>\nstream\n".encode()
        + noise
        + b"\nendstream",
        b"<< /Font << /F1 5 0 R >> /XObject << /I 6 0 R >> >>",
    ]
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for place, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % place + content + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def form_of(author: Author, pdf: bytes) -> tuple[bytes, str]:
    """The body of one save, as a browser sends it, and its content type."""
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "version": str(author.version),
        "track": author.track,
        "title": author.title,
        "abstract": "Symmetries of neural codes, written in the last minute. " * 20,
        "tldr": "It was written in time.",
        "keywords": "symmetry, load",
        "code_url": "",
        "authors-TOTAL_FORMS": "1",
        "authors-0-given": "Ada",
        "authors-0-family": f"Example {author.number}",
        "authors-0-particle": "",
        "authors-0-email": author.email,
        "authors-0-affiliation": "Made-up University",
        "corresponding": "0",
        "action": "save",
    }
    boundary = "----made-for-a-load-test"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="paper-{author.number}.pdf"\r\n'
    parts += [head.encode() + b"Content-Type: application/pdf\r\n\r\n" + pdf + f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def ask(site: str, author: Author, method: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
    """One request over a connection of its own; the status and where it leads."""
    at = urlsplit(site)
    connection = http.client.HTTPConnection(at.hostname or "localhost", at.port, timeout=60)
    headers = {"Cookie": f"session={author.session}; csrftoken={CSRF}", "Origin": site}
    if body:
        headers |= {"Content-Type": kind}
    try:
        connection.request(method, author.path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location") or ""
    finally:
        connection.close()


def save(site: str, author: Author, chance: random.Random) -> None:
    """Press Save until the server says that it is saved."""
    author.title = f"A paper of the last minute, number {author.number}"
    pdf = pdf_of_size(SIZE, chance)
    author.sha256 = hashlib.sha256(pdf).hexdigest()
    body, kind = form_of(author, pdf)
    begun = time.monotonic()
    while author.presses < PRESSES and not author.acknowledged:
        author.presses += 1
        try:
            status, leads_to = ask(site, author, "POST", body, kind)
            author.acknowledged = status == 302 and leads_to == author.path
            if not author.acknowledged:
                author.errors.append(f"answered {status}")
        except (OSError, http.client.HTTPException) as problem:
            author.errors.append(type(problem).__name__)
        if not author.acknowledged:
            time.sleep(1)
    author.seconds = time.monotonic() - begun


def reload(site: str, author: Author) -> None:
    try:
        status, _ = ask(site, author, "GET")
        if status != 200:
            author.errors.append(f"reload answered {status}")
    except (OSError, http.client.HTTPException) as problem:
        author.errors.append(f"reload {type(problem).__name__}")


def one_author(site: str, author: Author, begun: float, seconds: float) -> None:
    """Five reloads and one save at chance moments of the minute."""
    chance = random.Random(author.number)
    moments = sorted(chance.uniform(0, seconds) for _ in range(RELOADS + 1))
    saves_at = chance.randrange(RELOADS + 1)
    for place, moment in enumerate(moments):
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        if place == saves_at:
            save(site, author, chance)
        else:
            reload(site, author)


def rush(site: str, authors: list[Author], seconds: float) -> float:
    """Everybody at once; returns how long it took until the last one had an answer."""
    begun = time.monotonic()
    threads = [threading.Thread(target=one_author, args=(site, author, begun, seconds)) for author in authors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


# --- the web server's processes ---------------------------------------------------------------------------------------


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def cpu_seconds(master: int) -> float:
    """CPU time of the web server: its master, its processes, and those that have ended."""
    ticks = 0
    for pid in (master, *children_of(master)):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(fields[place]) for place in ((11, 12, 13, 14) if pid == master else (11, 12)))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def killing(master: int, every: float) -> Iterator[list[float]]:
    """Kill every process of the web server but its master, again and again; yields when it was done."""
    done: list[float] = []
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(every):
            for pid in children_of(master):
                os.kill(pid, signal.SIGKILL)
            done.append(time.monotonic())

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


# --- what is there before and after -----------------------------------------------------------------------------------


def fill(count: int) -> list[Author]:
    """A workshop whose deadline is near, and so many authors with a draft each, signed in."""
    from datetime import timedelta

    from allauth.account.models import EmailAddress
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import User
    from accounts.session_store import SessionStore
    from submissions.services.start import start_submission
    from workshops.services.create import create_workshop

    workshop = create_workshop(
        by=None,
        slug="last-minute",
        name="Last minute",
        year=timezone.now().year,
        submission_at=timezone.now() + timedelta(hours=2),
        announced=True,
    )
    track = workshop.tracks.order_by("position")[1]
    authors = []
    for number in range(count):
        person = User.objects.create_user(f"author{number}@authors.test", given="Ada", family=f"Example {number}")
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        paper = start_submission(
            workshop=workshop, track=track, by=person, received_at=timezone.now(), title=f"Draft {number}"
        )
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        path = reverse("submissions:paper", args=[workshop.slug, paper.number])
        key = str(session.session_key)
        authors.append(Author(key, path, paper.number, paper.version, person.email, str(track.pk)))
    return authors


def what_is_lost(authors: list[Author]) -> list[str]:
    """Every acknowledged save that is not stored, whole; one sentence each."""
    from submissions.files import path_of
    from submissions.models import Submission

    lost = []
    for author in authors:
        if not author.acknowledged:
            continue
        paper = Submission.objects.select_related("current__pdf__blob").get(number=author.number)
        pdf = paper.current.pdf if paper.current else None
        if paper.title != author.title:
            lost.append(f"#{author.number}: the words are not stored.")
        if pdf is None or pdf.blob.sha256 != author.sha256:
            lost.append(f"#{author.number}: the paper's file is another one.")
        elif hashlib.sha256(path_of(pdf.blob).read_bytes()).hexdigest() != author.sha256:
            lost.append(f"#{author.number}: the bytes on disk differ.")
    return lost


def checks_waiting() -> int:
    from jobs.models import Job
    from jobs.states import JobStatus

    return Job.objects.filter(status__in=(JobStatus.WAITING, JobStatus.RUNNING)).count()


# --- the report -------------------------------------------------------------------------------------------------------


def report(name: str, authors: list[Author], took: float, cpu: float) -> bool:
    """Print what was seen; True when nothing acknowledged is lost and everybody was acknowledged."""
    saved = [author for author in authors if author.acknowledged]
    times = sorted(author.seconds for author in saved)
    lost = what_is_lost(authors)
    problems = Counter(problem for author in authors for problem in author.errors)
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    print(f"{name}: {len(saved)} of {len(authors)} saves acknowledged in {took:.0f} s; {len(lost)} of them lost")
    print(
        f"  seconds from the first press to the answer: median {cuts[49]:.2f}, 95th {cuts[94]:.2f}, 99th {cuts[98]:.2f}"
    )
    print(f"  presses of Save: {sum(author.presses for author in authors)}; errors seen: {dict(problems) or 'none'}")
    print(f"  CPU of the web server: {cpu:.1f} s for {len(saved)} saves and {len(authors) * RELOADS} reloads")
    for sentence in lost:
        print(f"  {sentence}")
    return not lost and len(saved) == len(authors)


def main() -> None:
    given = [int(number) for number in sys.argv[1:]]
    count = given[0] if given else AUTHORS
    seconds = given[1] if len(given) > 1 else SECONDS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nr-deadline-")))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "neurreps.settings",
            "SECRET_KEY": "for-this-benchmark-only-and-for-no-site-that-people-use",
            "DATA_DIR": str(folder),
            "DATABASE_URL": stack.enter_context(servers.postgres(durable=True)),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        authors = fill(QUIET + 2 * count)
        stack.enter_context(servers.worker({}, log=folder / "worker.log", concurrency=1))
        site, master = stack.enter_context(servers.site_process({}, log=folder / "web.log"))
        schedule = ["beat", "--pidfile=", "--schedule", folder / "beat"]
        celery = [servers.BIN / "celery", "-A", "neurreps", *schedule]
        stack.enter_context(servers.process(celery, log=folder / "beat.log"))
        good = run(site, master, authors, count, seconds)
    sys.exit(0 if good else 1)


def run(site: str, master: int, authors: list[Author], count: int, seconds: float) -> bool:
    quiet, rushed, killed = authors[:QUIET], authors[QUIET : QUIET + count], authors[QUIET + count :]
    for author in quiet[:5]:
        save(site, author, random.Random(author.number))  # the processes have loaded everything after these
    drained(seconds=60)
    before = cpu_seconds(master)
    for author in quiet[5:]:
        save(site, author, random.Random(author.number))
    per_save = (cpu_seconds(master) - before) * 1000 / len(quiet[5:])
    print(f"quiet: {per_save:.0f} ms of CPU a save of words and 2 MB (to reach: {TARGET_MS} or less)")
    drained(seconds=120)
    before, good = cpu_seconds(master), True
    good &= report("rush", rushed, rush(site, rushed, seconds), cpu_seconds(master) - before)
    print(f"  the last PDF was checked {drained(seconds=600):.0f} s later")
    before = cpu_seconds(master)
    with killing(master, KILL_EVERY) as kills:
        took = rush(site, killed, seconds)
    good &= report("killed", killed, took, cpu_seconds(master) - before)
    print(f"  the web server's processes were killed {len(kills)} times")
    print(f"  the last PDF was checked {drained(seconds=600):.0f} s later; {checks_waiting()} checks wait")
    return good and per_save <= TARGET_MS


def drained(*, seconds: float) -> float:
    """Wait until the worker has checked everything; returns how long that was."""
    begun = time.monotonic()
    while checks_waiting() and time.monotonic() - begun < seconds:
        time.sleep(0.5)
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
