"""Bytes are stored once, whole, and reach only whoever may read them."""

import hashlib
import re
from io import BytesIO

import pytest
from django.urls import reverse

from audit.errors import Refused, StaleState
from submissions.files import path_of, store
from submissions.models import Blob
from submissions.services.files import clean_name
from tests.factories import make_user
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def leftovers(settings) -> list:
    return list((settings.FILES_DIR / "incoming").iterdir())


def test_bytes_are_kept_under_their_hash(settings) -> None:
    content = pdfs.good()
    blob = store(BytesIO(content))
    digest = hashlib.sha256(content).hexdigest()
    assert (blob.sha256, blob.size) == (digest, len(content))
    assert path_of(blob) == settings.FILES_DIR / digest[:2] / digest[2:4] / digest
    assert path_of(blob).read_bytes() == content
    assert leftovers(settings) == []


def test_same_bytes_twice_are_one_row() -> None:
    assert store(BytesIO(b"same")) == store(BytesIO(b"same"))
    assert Blob.objects.count() == 1


def test_empty_upload_is_refused_and_leaves_nothing(settings) -> None:
    with pytest.raises(Refused, match="The file is empty"):
        store(BytesIO(b""))
    assert (Blob.objects.count(), leftovers(settings)) == (0, [])


def test_too_large_upload_is_refused_with_both_numbers(settings) -> None:
    settings.MAX_PDF_BYTES = 1024 * 1024

    class Upload(BytesIO):
        size = 3 * 1024 * 1024

    with pytest.raises(Refused, match=r"The file has 3\.0 MB; at most 1\.0 MB can be taken"):
        store(Upload(b"x"))
    with pytest.raises(Refused, match=r"The file is larger than 1\.0 MB; at most 1\.0 MB can be taken"):
        store(BytesIO(b"x" * (1024 * 1024 + 1)))
    assert (Blob.objects.count(), leftovers(settings)) == (0, [])


def test_upload_is_a_revision_with_its_hash(stage) -> None:
    paper = start(stage)
    file = upload(paper, stage.ada, name="C:\\papers\\final (3).pdf")
    assert paper.current.snapshot["pdf"] == {
        "sha256": file.blob.sha256,
        "size": file.blob.size,
        "name": "final (3).pdf",
    }


def test_same_file_again_is_the_same_file(stage) -> None:
    paper = start(stage)
    assert upload(paper, stage.ada) == upload(paper, stage.ada)
    assert (paper.files.count(), paper.revisions.count()) == (1, 1)


def test_upload_from_an_old_page_is_refused(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada)
    with pytest.raises(StaleState):
        upload(paper, stage.ada, version=1)


def test_name_keeps_its_ending_and_loses_folders_and_control_characters() -> None:
    assert clean_name("../../etc/\x00pass\nwd.pdf") == "passwd.pdf"
    assert clean_name("") == "paper.pdf"
    assert clean_name("a" * 300 + ".pdf").endswith(".pdf")
    assert len(clean_name("a" * 300 + ".pdf")) == 200


# --- the door ---------------------------------------------------------------------------------------------------------


def address(file) -> str:
    return reverse("submissions:file", args=[file.pk])


def test_author_gets_the_file_under_its_own_name(stage, client) -> None:
    paper = submitted(stage)
    client.force_login(stage.ada)
    answer = client.get(address(paper.current.pdf))
    assert b"".join(answer.streaming_content) == path_of(paper.current.pdf.blob).read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-cache"


def test_headers_tell_neither_hash_nor_name_to_an_organizer(stage, client) -> None:
    paper = submitted(stage)
    client.force_login(stage.olga)
    answer = client.get(address(paper.current.pdf))
    assert answer["Content-Disposition"] == 'attachment; filename="paper-1.pdf"'
    assert paper.current.pdf.blob.sha256 not in str(answer.headers)


def test_file_that_is_known_already_is_not_sent_again(stage, client) -> None:
    paper = submitted(stage)
    client.force_login(stage.ada)
    etag = client.get(address(paper.current.pdf))["ETag"]
    assert client.get(address(paper.current.pdf), headers={"If-None-Match": etag}).status_code == 304


def without_token(answer) -> str:
    return re.sub(r'[A-Za-z0-9]{64}|data-now="\d+"', "", answer.content.decode())


def test_stranger_and_missing_get_the_same_404(stage, client) -> None:
    paper = submitted(stage)
    client.force_login(make_user("Zed"))
    missing = reverse("submissions:file", args=["00000000-0000-4000-8000-000000000000"])
    hidden, none = client.get(address(paper.current.pdf)), client.get(missing)
    assert (hidden.status_code, none.status_code) == (404, 404)
    assert without_token(hidden) == without_token(none)


def test_public_is_asked_to_sign_in(stage, client) -> None:
    paper = submitted(stage)
    assert client.get(address(paper.current.pdf)).status_code == 302


def test_proxy_hands_out_the_file_after_the_check(stage, client, settings) -> None:
    settings.PROTECTED_FILES_URL = "/protected/"
    paper = submitted(stage)
    blob = paper.current.pdf.blob
    client.force_login(stage.ada)
    answer = client.get(address(paper.current.pdf))
    assert answer["X-Accel-Redirect"] == f"/protected/{blob.sha256[:2]}/{blob.sha256[2:4]}/{blob.sha256}"
    assert answer.content == b""


def test_reader_file_is_the_copy_of_the_newest_checked_paper(stage) -> None:
    from submissions.models import Submission

    paper = submitted(stage)
    upload(paper, stage.ada, pdfs.good(2))
    check(paper)
    upload(paper, stage.ada, pdfs.truncated())
    check(paper)
    row = Submission.objects.with_reader_file().get(pk=paper.pk)
    assert row.reader_file == paper.current.pdf.copies.get().pk
    assert paper.current.pdf.pages == 2


def test_co_author_reads_the_file(stage, client) -> None:
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    client.force_login(stage.ben)
    assert client.get(address(paper.current.pdf)).status_code == 200
