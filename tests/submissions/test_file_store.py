"""The store of files when things go wrong: killed processes, a full disk, a broken connection, a flipped bit."""

import hashlib
import http.client
import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.errors import Refused
from submissions import partial_files
from submissions.files import FULL, drop_leftovers, path_of, store
from submissions.models import Blob, Submission
from submissions.verifying import verify_files
from tests import servers
from tests.submissions import corpus, killed_saves
from tests.submissions.stage import make_stage, save, start

ROUNDS = 1  # python -m benchmarks file_store does fifty
MB = 1024 * 1024


@pytest.fixture
def elsewhere(transactional_db, tmp_path) -> dict[str, str]:
    """The environment of other processes on this test's database; SQLite in memory is copied into a file for them."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as file:
            connection.connection.backup(file)
            file.execute("PRAGMA journal_mode=WAL")  # else several processes would each be the first to change it
        url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    else:
        url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    same = {"DATABASE_URL": url, "SECRET_KEY": site_settings.SECRET_KEY}  # so that sessions hold there too
    return {**os.environ, **same, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}


def python(env: dict[str, str], *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        env=env,
        cwd=site_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        **options,
    )


# --- killed -----------------------------------------------------------------------------------------------------------


@pytest.mark.both
def test_save_that_is_killed_at_any_step_leaves_no_row_without_its_file(elsewhere) -> None:
    done = python(elsewhere, "-m", "tests.submissions.killed_saves", str(ROUNDS))

    results = json.loads(done.stdout)
    assert [(result["step"], result["wrong"]) for result in results] == [
        (name, []) for name in (*(step.name for step in killed_saves.STEPS), killed_saves.ANY_MOMENT)
    ]


@pytest.mark.both
def test_same_bytes_at_once_are_one_row(elsewhere, tmp_path) -> None:
    program = (
        "import django; django.setup()\n"
        "from io import BytesIO; from submissions.files import store\n"
        "input(); print([store(BytesIO(b'at once' * 100_000)).pk for _ in range(5)])"
    )
    env = elsewhere | {"DJANGO_SETTINGS_MODULE": "neurreps.settings"}
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": site_settings.BASE_DIR}
    children = [subprocess.Popen([sys.executable, "-c", program], env=env, **options) for _ in range(4)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    said = {child.communicate()[0] for child in children}

    assert ([child.returncode for child in children], len(said)) == ([0, 0, 0, 0], 1)
    assert [path.name for path in (tmp_path / "files").glob("??/??/*")] == [
        hashlib.sha256(b"at once" * 100_000).hexdigest()
    ]


@pytest.mark.django_db
def test_what_a_killed_save_left_is_thrown_away_once_it_is_old(settings) -> None:
    store(BytesIO(b"kept"))
    folder = settings.FILES_DIR / "incoming"
    (folder / "left").write_bytes(b"half a file")
    now = timezone.now()

    assert (
        drop_leftovers((now - timedelta(days=1)).timestamp()),
        drop_leftovers((now + timedelta(days=1)).timestamp()),
    ) == (0, 1)
    assert (list(folder.iterdir()), verify_files().is_sound) == ([], True)


# --- the verifier -----------------------------------------------------------------------------------------------------


def verified() -> tuple[int, str, str]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("verify_files", stdout=out, stderr=err)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_every_byte_is_read_and_found_in_order() -> None:
    store(BytesIO(b"x" * 1_000_000))

    assert verified() == (0, "In order: 1 files, 1.0 MB, every byte read.\n", "")


@pytest.mark.django_db
@pytest.mark.parametrize("bit", [0, 7, 8 * 500_000, 8 * 999_999 + 3])
def test_one_flipped_bit_is_found(bit) -> None:
    store(BytesIO(b"sound"))
    blob = store(BytesIO(b"x" * 1_000_000))
    content = bytearray(path_of(blob).read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path_of(blob).write_bytes(content)

    code, _, err = verified()
    assert (code, err.splitlines()[0]) == (1, f"damaged: {blob.sha256}")


@pytest.mark.django_db
def test_missing_file_is_found_and_one_without_a_row_is_told_and_harmless() -> None:
    gone, orphan = store(BytesIO(b"gone")), store(BytesIO(b"orphan"))
    path_of(gone).unlink()
    Blob.objects.filter(pk=orphan.pk).delete()

    verdict = verify_files()
    assert (verdict.missing, verdict.damaged, verdict.left_over) == ([gone.sha256], [], [path_of(orphan)])


# --- the disk is full -------------------------------------------------------------------------------------------------


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond this; to who writes it is as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.django_db
def test_file_without_room_is_refused_and_leaves_nothing(settings) -> None:
    with room_for(MB), pytest.raises(Refused, match="The server's disk is full"):
        store(BytesIO(b"x" * 2 * MB))

    assert (Blob.objects.count(), list((settings.FILES_DIR / "incoming").iterdir())) == (0, [])


def test_really_full_disk_is_said_in_the_same_sentence(elsewhere, tmp_path) -> None:
    """On a file system of one megabyte, where this machine lets us mount one."""
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    files = tmp_path / "files"
    files.mkdir()
    may = (
        subprocess.run([*mount, f"mount -t tmpfs none {files}"], capture_output=True, check=False)
        if shutil.which("unshare")
        else None
    )
    program = (
        "import django; django.setup()\n"
        "from io import BytesIO; from audit.errors import Refused; from submissions.files import store\n"
        "from submissions.models import Blob; from submissions.verifying import verify_files\n"
        "import os, pathlib, resource\n"
        "if os.environ['LIMITED']: resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n"
        "store(BytesIO(b'y' * 1000))\n"
        "try: store(BytesIO(b'x' * 2**21))\n"
        "except Refused as refusal: print(refusal.sentence)\n"
        "print(list(pathlib.Path(os.environ['DATA_DIR'], 'files', 'incoming').iterdir()), verify_files().files)"
    )
    env = elsewhere | {"DJANGO_SETTINGS_MODULE": "neurreps.settings"}
    if may is not None and may.returncode == 0:
        command = [*mount, f'mount -t tmpfs -o size=1m none {files} && exec "$@"', "sh", sys.executable, "-c", program]
        env["LIMITED"] = ""
    else:
        command, env["LIMITED"] = [sys.executable, "-c", program], "yes"
    done = subprocess.run(command, env=env, cwd=site_settings.BASE_DIR, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [FULL, "[] 1"]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2 * MB, 4 * MB], ids=["read into memory", "read into a temporary file"])
def test_full_disk_costs_the_file_and_not_the_text(client, size) -> None:
    stage = make_stage()
    paper = start(stage)
    client.force_login(stage.ada)
    address = reverse("submissions:paper", args=[paper.workshop.slug, paper.number])
    typed = {
        "title": "Typed before the disk was full",
        "version": paper.version,
        "track": paper.track_id,
        "action": "save",
        "authors-TOTAL_FORMS": "1",
        "authors-0-family": "Example",
        "authors-0-email": stage.ada.email,
    }

    with room_for(MB):
        answer = client.post(
            address,
            typed | {"file": SimpleUploadedFile("p.pdf", b"%PDF-" + b"x" * size)},
        )

    paper.refresh_from_db()
    assert (answer.status_code, FULL in answer.content.decode().replace("&#x27;", "'")) == (422, True)
    assert (paper.title, paper.files.count(), Blob.objects.count()) == ("Typed before the disk was full", 0, 0)


@pytest.mark.django_db
def test_full_disk_takes_no_piece_and_goes_on_when_there_is_room() -> None:
    from submissions.services.uploads import begin_upload, take_piece

    stage = make_stage()
    paper, now = start(stage), timezone.now()
    upload = begin_upload(submission=paper, by=stage.ada, name="p.pdf", size=2 * MB, mark="m", received_at=now)
    piece = b"x" * MB
    take = {"upload": upload, "by": stage.ada, "received_at": now, "piece": piece}
    take_piece(offset=0, **take)

    with room_for(MB + 1000), pytest.raises(Refused, match="The server's disk is full"):
        take_piece(offset=MB, **take)
    upload.refresh_from_db()
    stopped_at = upload.received
    take_piece(offset=MB, **take)

    assert (stopped_at, partial_files.path_of(upload.pk).read_bytes() == piece * 2) == (MB, True)


# --- the connection breaks --------------------------------------------------------------------------------------------


@pytest.fixture
def live(elsewhere, tmp_path) -> Iterator[tuple[str, Path]]:
    """The production web server on the database of ``elsewhere``."""
    with servers.redis() as queue:
        env = elsewhere | {"REDIS_URL": queue, "EMAIL_URL": ""}
        with servers.site(env, log=tmp_path / "web.log") as url:
            yield url, tmp_path


@pytest.fixture
def adas(transactional_db) -> tuple[Submission, Client]:
    """A paper of Ada's with her words in it, and her session; made before the database is copied."""
    stage = make_stage()
    paper = start(stage)
    save(paper, stage.ada)
    client = Client()
    client.force_login(stage.ada)
    return paper, client


def request(
    url: str, client: Client, path: str, body: bytes, *, sent: int | None = None, **headers: str
) -> http.client.HTTPResponse | None:
    """POST to the real server; with ``sent`` only so many bytes of the body, and then the connection is cut."""
    place = urlsplit(url)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()) + f"; csrftoken={'c' * 32}"
    connected = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=60)
    connected.putrequest("POST", path)
    fixed = {"Cookie": cookies, "X-CSRFToken": "c" * 32, "Origin": url, "Content-Length": str(len(body))}
    for name, value in (fixed | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        connected.putheader(name, value)
    connected.endheaders()
    if sent is not None:
        connected.send(body[:sent])
        connected.sock.shutdown(socket.SHUT_RDWR)
        connected.close()
        return None
    connected.send(body)
    return connected.getresponse()


def form_of(paper: Submission, content: bytes) -> tuple[bytes, str]:
    edge = "edge-of-the-parts"
    fields = {
        "version": paper.version,
        "track": paper.track_id,
        "title": "Half sent",
        "action": "save",
        "authors-TOTAL_FORMS": 0,
    }
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="p.pdf"\r\n\r\n'
    return "".join(
        [*parts, head]
    ).encode() + content + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


@pytest.mark.servers
def test_connection_cut_in_the_middle_of_an_upload_stores_nothing_and_loses_nothing(adas, live) -> None:
    paper, client = adas
    url, data = live
    address = reverse("submissions:paper", args=[paper.workshop.slug, paper.number])
    body, kind = form_of(paper, os.urandom(2 * MB))

    request(url, client, address, body, sent=MB, Content_Type=kind)
    begun = request(
        url,
        client,
        f"{address}uploads/",
        b"name=p.pdf&size=2000000&mark=m&purpose=paper",
        Content_Type="application/x-www-form-urlencoded",
    )
    assert begun is not None
    piece_at = json.loads(begun.read())["url"]
    content = corpus.paper(3).bytes().ljust(2_000_000, b"\n")
    request(
        url,
        client,
        piece_at,
        content[:1_000_000],
        sent=400_000,
        Upload_Offset="0",
        Content_Type="application/octet-stream",
    )
    answers = []
    for offset in (0, 1_000_000):
        piece = content[offset : offset + 1_000_000]
        answer = request(
            url, client, piece_at, piece, Upload_Offset=str(offset), Content_Type="application/octet-stream"
        )
        assert answer is not None
        answers.append((answer.status, json.loads(answer.read()).get("received")))

    assert answers == [(200, 1_000_000), (200, 2_000_000)]
    stored = [path.name for path in (data / "files").glob("??/??/*")]
    assert (stored, list((data / "files" / "incoming").iterdir())) == ([hashlib.sha256(content).hexdigest()], [])
    page = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    page.request("GET", address, headers={"Cookie": f"session={client.cookies['session'].value}"})
    assert "Symmetry in neural codes" in page.getresponse().read().decode()
