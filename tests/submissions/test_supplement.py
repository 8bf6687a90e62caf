"""A supplement beside the paper: a PDF or a ZIP file, checked, given to reviewers under a name that says nothing."""

import io
import os
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.rights import visible_to
from access.viewer import Viewer
from notifications.models import Message
from submissions import emails
from submissions.files import path_of
from submissions.findings import shown
from submissions.models import File
from submissions.services.files import remove_supplement
from submissions.states import FilePurpose
from tests.submissions import corpus
from tests.submissions.stage import check, make_stage_with_paper, start, upload

pytestmark = pytest.mark.django_db
LOOKED_AT = ("ada", "rui", "noor", "cleo", "otto")
EXTRA = {"purpose": FilePurpose.SUPPLEMENT}


@pytest.fixture
def stage():
    return make_stage_with_paper()


@pytest.fixture
def paper(stage):
    return stage.paper


def add(paper, stage, content: bytes, name: str = "extra.zip") -> File:
    file = upload(paper, stage.ada, content, name=name, **EXTRA)
    check(paper)
    file.refresh_from_db()
    return file


def codes(file: File) -> list[str]:
    return sorted(file.findings.values_list("code", flat=True))


def packed(change=None, **files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        if change:
            change(archive)
    return out.getvalue()


def linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def locked() -> bytes:
    content = bytearray(packed(**{"a.txt": "secret"}))
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(head) + place] |= 1
    return bytes(content)


def test_zip_is_part_of_the_paper_and_reviewers_get_its_files_without_notes_of_packing(stage, paper) -> None:
    content = packed(lambda z: setattr(z, "comment", b"packed by Ada"), **{"code/run.py": "print('symmetry')"})

    file = add(paper, stage, content)

    copy = file.copies.get()
    assert (paper.current.supplement, file.status, codes(file)) == (file, "checked", ["zip_as_it_is", "zip_comment"])
    assert (copy.purpose, copy.name) == ("blinded_supp", "supplement-1.zip")
    assert (path_of(file.blob).read_bytes(), b"Ada" in path_of(copy.blob).read_bytes()) == (content, False)
    with zipfile.ZipFile(path_of(copy.blob)) as opened:
        assert [(each.filename, opened.read(each)) for each in opened.infolist()] == [
            ("code/run.py", b"print('symmetry')")
        ]
    assert paper.current.snapshot["supplement"]["name"] == "extra.zip"


def test_pdf_reaches_reviewers_without_its_metadata(stage, paper) -> None:
    file = add(paper, stage, corpus.with_info("/Author (Ada Example)"), name="extra.pdf")

    copy = file.copies.get()
    assert (codes(file), copy.name, copy.pages) == (["metadata_identity"], "supplement-1.pdf", 1)
    assert b"Ada" not in path_of(copy.blob).read_bytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"just text", "wrong_kind"),
        (packed(**{"a.txt": "x" * 5000})[:60], "zip_broken"),
        (packed(), "zip_empty"),
        (locked(), "zip_encrypted"),
        (packed(**{"a.bin": " " * 100_000_000}), "zip_too_large"),
        (packed(**{"../../etc/cron.d/x": "x"}), "zip_unsafe"),
        (packed(**{"C:/x": "x"}), "zip_unsafe"),
        (packed(linked), "zip_unsafe"),
        (packed(lambda z: [z.writestr(str(n), "") for n in range(5001)]), "zip_too_large"),
    ],
    ids=["text", "cut off", "empty", "password", "bomb", "leads out", "drive", "link", "many"],
)
def test_what_nobody_could_open_is_refused_and_the_paper_stays_submitted(stage, paper, content, code) -> None:
    file = add(paper, stage, content)

    assert (file.status, codes(file), file.copies.count()) == ("refused", [code], 0)
    assert (paper.status, paper.current.supplement, paper.current.pdf.status) == ("submitted", None, "checked")


def test_refused_supplement_leaves_the_one_before_it(stage, paper) -> None:
    first = add(paper, stage, packed(**{"a.txt": "fine"}))

    add(paper, stage, packed())

    assert paper.current.supplement == first


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"README.md": "Written by Ada Example"}, "zip_identity"),
        ({"ada_example/run.py": ""}, "zip_identity"),
        ({"setup.cfg": "author_email = ada@ada.test"}, "zip_identity"),
        ({"run.py": "x", "code/.git/config": "[user]"}, "zip_left_out"),
    ],
    ids=["text", "folder", "address", "history"],
)
def test_archive_that_may_tell_who_wrote_it_is_said(stage, paper, files, code) -> None:
    paper.authorships.update(given="Ada", family="Example")

    assert codes(add(paper, stage, packed(**files))) == sorted([code, "zip_as_it_is"])


def test_single_blind_track_says_nothing_of_names_in_archives_and_says_what_is_left_out(stage, paper) -> None:
    paper.authorships.update(given="Ada", family="Example")

    file = add(paper, stage, packed(**{"a.txt": "Ada Example", ".git/config": "x"}))

    assert [said.sentence for said in shown(file, stage.findings)] == [
        "The archive holds notes of your system or of a repository: .git/config."
    ]
    assert "zip_identity" in codes(file)


def test_same_supplement_again_is_the_same_file(stage, paper) -> None:
    content = packed(**{"a.txt": "x"})

    assert add(paper, stage, content) == add(paper, stage, content)


def test_new_pdf_keeps_the_supplement_and_a_new_supplement_the_pdf(stage, paper) -> None:
    pdf, extra = paper.current.pdf, add(paper, stage, packed(**{"a.txt": "x"}))
    upload(paper, stage.ada, corpus.paper(2).bytes())

    assert (paper.current.supplement, paper.current.pdf != pdf) == (extra, True)


def test_removed_supplement_stays_in_the_history(stage, paper, now) -> None:
    extra = add(paper, stage, packed(**{"a.txt": "x"}))

    for _ in range(2):
        remove_supplement(submission=paper, by=stage.ada, received_at=now)

    assert (paper.current.supplement, paper.revisions.filter(supplement=extra).count()) == (None, 1)
    assert (paper.current.snapshot.get("supplement"), paper.status) == (None, "submitted")


def test_supplement_is_no_copy_of_the_paper_for_reviewers(stage, paper) -> None:
    from submissions.models import Submission

    add(paper, stage, corpus.paper(1).bytes(), name="extra.pdf")

    row = Submission.objects.with_reader_file().get(pk=paper.pk)
    assert row.reader_file == paper.current.pdf.copies.get().pk


def test_reviewer_sees_the_copies_and_nothing_under_its_own_name(make_cast, client) -> None:
    cast = make_cast("review")
    original = File.objects.create(
        blob=cast.paper.current.pdf.blob, submission=cast.paper, purpose=FilePurpose.SUPPLEMENT, name="ada.zip",
        uploaded_by=cast.ada, status="checked",
    )  # fmt: skip
    copy = File.objects.create(
        blob=original.blob, submission=cast.paper, purpose=FilePurpose.BLINDED_SUPPLEMENT, name="supplement-1.zip",
        made_from=original, status="checked",
    )  # fmt: skip
    type(cast.paper.current).objects.filter(pk=cast.paper.current_id).update(supplement=original)

    seen = {who: set(visible_to(Viewer(getattr(cast, who)), "row", File)) & {original, copy} for who in LOOKED_AT}
    client.force_login(cast.rui)
    page = client.get(reverse("reviews:review", args=[cast.assignment.pk])).content.decode()
    given = client.get(reverse("submissions:file", args=[copy.pk]))

    assert seen == {"ada": {original, copy}, "rui": {copy}, "noor": set(), "cleo": set(), "otto": {original, copy}}
    assert (str(copy.pk) in page, str(original.pk) in page, "ada.zip" in page) == (True, False, False)
    assert (given["Content-Type"], given["Content-Disposition"]) == (
        "application/octet-stream",
        'attachment; filename="supplement-1.zip"',
    )


def test_form_without_script_takes_both_files_and_removes_one(stage, client) -> None:
    paper = start(stage)
    client.force_login(stage.ada)
    address = reverse("submissions:paper", args=[paper.workshop.slug, paper.number])
    typed = {"title": "T", "version": paper.version, "track": paper.track_id, "action": "save"} | {
        "authors-TOTAL_FORMS": "1", "authors-0-family": "Example", "authors-0-email": stage.ada.email,
    }  # fmt: skip
    files = {
        "file": SimpleUploadedFile("p.pdf", corpus.paper(1).bytes()),
        "supplement": SimpleUploadedFile("s.zip", packed(**{"a.txt": os.urandom(9).hex()})),
    }

    client.post(address, typed | files)
    paper.refresh_from_db()
    both = (paper.current.pdf.name, paper.current.supplement.name)
    page = client.post(address, typed | {"version": paper.version, "title": "Typed", "action": "remove-supplement"})

    paper.refresh_from_db()
    assert (both, paper.current.supplement, paper.current.pdf.name) == (("p.pdf", "s.zip"), None, "p.pdf")
    assert (page.context["typed"].form["title"].value(), paper.title) == ("Typed", "T")


def test_receipt_names_the_supplement_with_its_hash(stage, paper) -> None:
    file = add(paper, stage, packed(proof="Q.E.D."), "proofs.zip")

    mail = Message.objects.filter(kind=emails.RECEIPT, recipient=stage.ada).order_by("pk").last()

    assert "Supplement:" in mail.text
    assert "proofs.zip, 1 KB" in mail.text
    assert file.blob.sha256 in mail.text
