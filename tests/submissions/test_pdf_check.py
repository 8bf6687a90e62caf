"""PDFs of every sort, the words that say what is wrong, and the reviewers' copy."""

import io
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from pypdf import PdfReader

from submissions.files import path_of
from submissions.findings import CODES, shown
from submissions.models import File, Finding
from submissions.pdf_check.copy import without_boxes, without_exif
from submissions.pdf_check.look import look
from submissions.services import check as check_service
from submissions.states import FilePurpose
from tests.submissions import corpus, pdfs
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def checked(stage, content: bytes, *, track=None, authors=None) -> File:
    paper = start(stage)
    changes = {"track": track} if track else {}
    save(paper, stage.ada, authors=authors, **changes)
    file = upload(paper, stage.ada, content)
    check()
    return File.objects.get(pk=file.pk)


def codes(file: File) -> list[str]:
    return sorted(file.findings.values_list("code", flat=True))


def copy_of(file: File) -> bytes:
    return path_of(file.copies.get().blob).read_bytes()


def test_sound_anonymous_paper_is_checked_without_a_finding(stage) -> None:
    file = checked(stage, pdfs.good(4))
    assert (file.status, file.pages, codes(file)) == ("checked", 4, [])


@cache
def looked_at(case: corpus.Case) -> tuple[dict, bytes | None]:
    """The answer for one case of the corpus, and the copy; what may do harm is looked at in the limited process."""
    question = corpus.QUESTION | {"name": case.file_name}
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "in", Path(folder) / "out"
        path.write_bytes(case.make())
        harmless = case.kind in ("good", "telling")
        answer = look(path, out, question) if harmless else check_service._ask(path, out, question)
        return answer, out.read_bytes() if out.exists() else None


@pytest.mark.parametrize("case", corpus.CORPUS, ids=lambda case: f"{case.kind}: {case.name}")
def test_corpus_is_told_apart(case) -> None:
    answer, copy = looked_at(case)

    codes = [entry["code"] for entry in answer["findings"] if entry["code"] != "references"]
    assert (sorted(codes), copy is None) == (sorted(case.codes), case.refused)


@pytest.mark.parametrize("case", [c for c in corpus.CORPUS if c.kind == "good"], ids=lambda case: case.name)
def test_pages_before_the_references_are_counted(case) -> None:
    answer, _ = looked_at(case)

    counted = [entry["data"]["counted"] for entry in answer["findings"] if entry["code"] == "references"]
    assert counted == ([case.counted] if case.counted else [])


TOLD_BY_METADATA = ["metadata_identity", "picture_metadata", "earlier_versions", "comments", "form", "attachments"]


@pytest.mark.parametrize(
    "case",
    [c for c in corpus.CORPUS if not c.refused and (set(c.codes) & set(TOLD_BY_METADATA) or not c.codes)],
    ids=lambda case: case.name,
)
def test_copy_of_what_names_nobody_on_its_pages_names_nobody_at_all(case) -> None:
    """Also not in what a viewer does not show: every object of the copy is unpacked and read."""
    _, copy = looked_at(case)

    reader = PdfReader(io.BytesIO(copy))
    packed = [reader.get_object(number) for number in sorted(reader.xref[0])]
    unpacked = b"".join(
        thing.get_data() for thing in packed if hasattr(thing, "get_data") and "/Image" not in str(thing)
    )
    told = (copy + unpacked).replace(b"[3] Ada Example and R. Miller", b"")  # an entry of the list of references
    assert re.findall(rb"\bAda\b|Griffin|ada-example", told) == []


def test_copy_ends_once_and_keeps_what_its_pages_show() -> None:
    [case] = [case for case in corpus.CORPUS if case.name == "saved over a version with names"]

    _, copy = looked_at(case)

    assert (copy.count(b"%%EOF"), PdfReader(io.BytesIO(copy)).pages[0].extract_text().splitlines()[0]) == (
        1,
        "Symmetry, by nobody",
    )


def test_copy_keeps_layers_that_are_switched_off_switched_off() -> None:
    made = corpus.Document(catalogue="/OCProperties << /OCGs [9 0 R] /D << /OFF [9 0 R] >> >>")
    made.page(corpus.shown(["shown"]))
    while max(made.objects) < 8:
        made.add("null")
    made.add("<< /Type /OCG /Name (Notes of Ada Example) >>")

    _, copy = looked_at(corpus.Case("layers", made.bytes))

    layers = PdfReader(io.BytesIO(copy)).root_object["/OCProperties"]
    off = [entry.get_object()["/Name"] for entry in layers["/D"]["/OFF"]]
    assert off == [""]


def test_photograph_loses_its_camera_and_nothing_else() -> None:
    exif = b"\xff\xe1\x00\x0dExif\x00\x00 Ada.."[:15]

    assert without_exif(corpus.jpeg(exif)) == corpus.jpeg()
    assert without_exif(corpus.jpeg()) == corpus.jpeg()
    assert without_exif(b"\xff\xd8\xff\xe1\xff") == b"\xff\xd8\xff\xe1\xff"


def test_jpeg_2000_loses_its_boxes_of_others() -> None:
    head = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
    code = b"\x00\x00\x00\x00jp2cpixels"

    assert without_boxes(head + b"\x00\x00\x00\x0bxml Ada" + code) == head + code


def test_refused_file_leaves_the_draft_a_draft_with_its_text(stage) -> None:
    file = checked(stage, pdfs.encrypted())
    paper = file.submission
    assert (paper.status, paper.title) == ("draft", "Symmetry in neural codes")


def test_sentence_for_a_web_page_says_what_probably_happened(stage) -> None:
    file = checked(stage, b"<html>Sign in</html>")
    [said] = shown(file, stage.track)
    assert said.sentence == (
        "This is not a PDF. It is a web page: probably the page of the PDF was saved instead of the PDF itself."
    )


def test_more_pages_than_the_limit_is_a_warning_that_is_not_sure(stage) -> None:
    file = checked(stage, pdfs.good(6))
    [said] = shown(file, stage.track)
    assert (file.status, said.sure) == ("checked", False)
    assert said.sentence == "The PDF has 6 pages and the track's limit is 4."
    assert said.how_to_mend == (
        "References do not count. We found no heading such as “References”, so we counted all pages: if the rest fits, "
        "there is nothing to do."
    )


def test_references_and_appendix_do_not_count_towards_the_limit(stage) -> None:
    file = checked(stage, corpus.paper(4, after=1, appendix=3).bytes())
    [said] = shown(file, stage.track)
    assert (file.pages, said.is_note) == (9, True)
    assert said.sentence == (
        "We count 4 pages before the references, which begin on page 5; the appendix begins on page 7."
    )


def test_too_many_pages_before_the_references_are_a_sure_warning(stage) -> None:
    file = checked(stage, corpus.paper(6).bytes())
    [over, note] = shown(file, stage.track)
    assert (over.sure, note.code) == (True, "references")
    assert over.sentence == (
        "The paper has 6 pages before its references, which begin on page 7, and the track's limit is 4."
    )


def test_page_limit_follows_the_track(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada)
    file = upload(paper, stage.ada, pdfs.good(6))
    check(paper)
    save(paper, stage.ada, track=stage.findings)
    assert codes(file) == []
    save(paper, stage.ada, track=stage.track)
    assert codes(file) == ["over_limit"]


def test_telling_metadata_and_extras_are_named(stage) -> None:
    file = checked(stage, pdfs.telling())
    assert (file.status, codes(file)) == ("checked", ["attachments", "comments", "javascript", "metadata_identity"])


def test_reviewers_copy_says_nothing_about_its_author(stage) -> None:
    file = checked(stage, pdfs.telling())
    raw = copy_of(file)
    reader = PdfReader(io.BytesIO(raw))
    assert not any(word in raw for word in (b"Ada", b"ada-notes", b"JavaScript", b"EmbeddedFile", b"rdf:RDF"))
    assert (reader.metadata, reader.xmp_metadata, list(reader.attachments)) == (None, None, [])
    assert "Symmetry and neural codes" in reader.pages[0].extract_text()


def test_reviewers_copy_keeps_links_and_only_links(stage) -> None:
    reader = PdfReader(io.BytesIO(copy_of(checked(stage, pdfs.telling()))))
    kept = [entry.get_object() for page in reader.pages for entry in page.get("/Annots", [])]
    assert [(note["/Subtype"], note["/A"]["/URI"]) for note in kept] == [("/Link", "https://code.test/anonymous")]


def test_reviewers_copy_is_the_same_for_the_same_file(stage) -> None:
    first, second = checked(stage, pdfs.telling()), checked(stage, pdfs.telling())
    assert first.copies.get().blob_id == second.copies.get().blob_id


def test_reviewers_copy_has_a_name_that_tells_nothing(stage) -> None:
    file = checked(stage, pdfs.good())
    copy = file.copies.get()
    assert (copy.purpose, copy.name) == (FilePurpose.BLINDED, f"paper-{file.submission.number}.pdf")


def test_author_named_on_the_first_page_is_a_warning_that_is_not_sure(stage) -> None:
    file = checked(stage, pdfs.good(text="Symmetry, by Ada Example and others"))
    [finding] = file.findings.all()
    assert (finding.code, finding.sure, finding.page, finding.data) == ("author_on_page", False, 1, {"authors": [1]})


def test_address_on_the_first_page_is_a_warning(stage) -> None:
    file = checked(stage, pdfs.good(text="write to somebody@ada.test"))
    assert [(f.code, f.data) for f in file.findings.all()] == [("domain_on_page", {"domains": ["ada.test"]})]


def test_address_of_a_free_mail_provider_says_nothing(stage) -> None:
    authors = [author(stage.ada, corresponding=True), author(stage.ben, email="ben@gmail.com")]
    file = checked(stage, pdfs.good(text="data of gmail.com and others"), authors=authors)
    assert codes(file) == []


def test_single_blind_track_says_nothing_of_names(stage) -> None:
    file = checked(stage, pdfs.good(text="Symmetry, by Ada Example"), track=stage.findings)
    assert (codes(file), shown(file, stage.findings)) == (["author_on_page"], [])


def test_part_of_a_word_is_not_an_author(stage) -> None:
    authors = [author(stage.ada, corresponding=True, given="An", family="Li")]
    file = checked(stage, pdfs.good(text="Analysis of an Lie group"), authors=authors)
    assert codes(file) == []


DATA = {
    "pages": 9, "limit": 4, "count": 1, "most": 500, "counted": 8, "begin": 9, "domains": ["uni.test"], "authors": [1],
    "fields": ["Author"], "other": "zip", "millimetres": [254, 190], "kinds": ["A4", "Letter"], "fonts": ["Arial"],
    "link": "https://code.test", "files": ["a.py"], "file": ".git/config", "xfa": False, "appendix": None,
}  # fmt: skip


def test_every_code_has_words() -> None:
    said = [check_say(code, DATA) for code in sorted(CODES)]
    assert all(sentence.endswith((".", DATA["link"])) and mend.endswith(".") for sentence, mend in said)


def test_every_code_of_the_corpus_has_words() -> None:
    assert {code for case in corpus.CORPUS for code in case.codes} - CODES == set()


def check_say(code: str, data: dict) -> tuple[str, str]:
    from submissions.findings import say

    said = say(Finding(code=code, severity="warning", data=data))
    return said.sentence, said.how_to_mend


def test_check_that_takes_too_long_is_refused_with_a_sentence(stage, monkeypatch) -> None:
    monkeypatch.setattr(check_service, "SECONDS", 0.01)
    file = checked(stage, pdfs.good())
    assert (file.status, codes(file)) == ("refused", ["too_demanding"])


def test_check_that_failed_three_times_refuses_the_file(stage, monkeypatch) -> None:
    from jobs.models import Job
    from jobs.services.run import run_job

    paper = start(stage)
    file = upload(paper, stage.ada)
    path_of(file.blob).unlink()
    job = Job.objects.get(kind="pdf_check")
    for _ in range(3):
        run_job(job.pk)
    job.refresh_from_db()
    file.refresh_from_db()
    assert (job.status, file.status, codes(file)) == ("failed", "refused", ["not_checked"])


def test_second_run_of_a_check_changes_nothing(stage) -> None:
    paper = submitted(stage)
    before = (paper.files.count(), Finding.objects.count(), paper.revisions.count())

    class Again:
        params = {"file": str(paper.current.pdf_id)}

        def tell(self, *args, **kwargs) -> None:
            raise AssertionError("nothing is to be done")

    check_service.check_pdf(Again())
    assert (paper.files.count(), Finding.objects.count(), paper.revisions.count()) == before


def test_check_process_cannot_take_all_memory() -> None:
    greedy = "from submissions.pdf_check.__main__ import limit; limit(1000); bytearray(2 << 30)"
    done = subprocess.run(
        [sys.executable, "-c", greedy], capture_output=True, text=True, cwd=settings.BASE_DIR, env={}, check=False
    )
    assert done.stderr.strip().splitlines()[-1] == "MemoryError"
