"""The form of a paper with all that people type: long, broken, hostile, in every script; and what the track asks."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from submissions.forms import AuthorRows
from submissions.models import Conflict, Submission
from submissions.pasted_authors import read_authors
from submissions.reading import names_an_author
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, member, save, start
from tests.submissions.typed import ADA, page_of, said, text, typed
from workshops.models import Form, FormVersion, Question
from workshops.prose import Unreadable, unreadable
from workshops.services.forms import open_form_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def ada(stage, client):
    client.force_login(stage.ada)
    return client


def ask(stage, track, *questions):
    """Open these questions to the authors of one track."""
    form = Form.objects.create(workshop=stage.workshop, track=track, purpose=Form.Purpose.DISCLOSURE)
    version = FormVersion.objects.create(form=form, number=1)
    for place, fields in enumerate(questions):
        Question.objects.create(version=version, position=place, **fields)
    open_form_version(version=version, by=None)
    return f"d{version.pk}"


DATA = {"key": "data", "kind": "yesno", "text": "Is the data public?", "required": True}
SHARE = {"key": "share", "kind": "number", "text": "How much is new?", "low": 0, "high": 100}


# --- bad input --------------------------------------------------------------------------------------------------------


def test_abstract_of_20000_characters_is_saved_and_one_more_is_not(stage, ada) -> None:
    paper = start(stage)
    assert ada.post(page_of(paper), typed(paper, abstract="ü" * 20_000)).status_code == 302
    paper.refresh_from_db()
    answer = ada.post(page_of(paper), typed(paper, abstract="ü" * 20_001))
    assert (len(paper.abstract), answer.status_code) == (20_000, 422)
    assert said(answer) == ["Abstract: This has 20001 characters; at most 20000 can be saved."]


def test_html_is_text(stage, ada) -> None:
    paper = start(stage)
    hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    ada.post(page_of(paper), typed(paper, {"given": hostile, "email": "ada@ada.test"}, title=hostile, abstract=hostile))
    page = text(ada.get(page_of(paper)))
    preview = text(ada.post(page_of(paper, "preview"), {"abstract": hostile}))
    assert ("<script>alert" in page + preview, "<img" in page + preview) == (False, False)


def test_preview_says_which_formulas_cannot_be_read_and_where(stage, ada) -> None:
    broken = "First $x^2$.\nThen $\\frac{a}{$ and\n\n$$\\begin{tikzpicture}$$"
    assert unreadable(broken) == [Unreadable(2, "\\frac{a}{"), Unreadable(4, "\\begin{tikzpicture}")]
    preview = text(ada.post(page_of(start(stage), "preview"), {"abstract": broken}))
    assert ("2 formulas cannot be read" in preview, "line 2:" in preview, "<math" in preview) == (True, True, True)


def test_preview_without_javascript_saves_nothing(stage, ada) -> None:
    paper = start(stage)
    page = text(ada.post(page_of(paper), typed(paper, action="preview", abstract="A $x$ b")))
    assert ("<math" in page, Submission.objects.get().abstract) == (True, "")


@pytest.mark.parametrize(
    "row",
    [
        {"given": "محمد", "family": "علي"},
        {"given": "小明", "family": "王"},
        {"family": "Plato"},
        {"given": "Sukarno"},
        {"given": "שרה", "particle": "בת", "family": "לוי"},
        {"given": "Zoë", "family": "O’Brien-Łukasz"},
    ],
)
def test_name_in_any_script_and_of_one_word(stage, ada, row) -> None:
    paper = start(stage)
    assert ada.post(page_of(paper), typed(paper, ADA, row)).status_code == 302
    saved = paper.authorships.get(position=2)
    assert {name: getattr(saved, name) for name in ("given", "particle", "family")} == {
        "given": "",
        "particle": "",
        "family": "",
    } | row


def test_change_of_direction_does_not_leave_the_name_that_it_stands_in(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper), typed(paper, ADA | {"family": "\u202eelpmaxE"}, title="Codes \u2067of cells"))
    paper.refresh_from_db()

    assert (paper.title, paper.authorships.get().family) == ("Codes of cells", "elpmaxE")


@pytest.mark.parametrize("number", [40, 200])
def test_many_authors_are_saved_in_their_order(stage, ada, number) -> None:
    paper = start(stage)
    rows = [ADA, *({"given": f"Given{n}", "family": "X", "email": f"a{n}@x.test"} for n in range(1, number))]
    assert ada.post(page_of(paper), typed(paper, *rows)).status_code == 302
    assert list(paper.authorships.values_list("given", flat=True))[1:] == [f"Given{n}" for n in range(1, number)]


def test_pasted_list_is_shown_before_it_is_added(stage, ada) -> None:
    paper = start(stage)
    pasted = {"pasted": "Ada Example <ada@ada.test>\nCy Dee <cy@cy.test>, Institute of Y"}
    shown = ada.post(page_of(paper), typed(paper, action="paste", **pasted))
    assert ([row["given"] for row in shown.context["typed"].rows.rows], len(shown.context["read"])) == (["Ada"], 2)
    added = ada.post(page_of(paper), typed(paper, action="paste-add", **pasted))
    rows = added.context["typed"].rows
    assert ([row["given"] for row in rows.rows], rows.corresponding) == (["Ada", "Cy"], 0)
    assert '<option value="Institute of Y">' in text(added)


def test_paper_without_authors_begins_with_an_empty_row_that_corresponds() -> None:
    rows = AuthorRows.stored([])

    assert (len(rows), rows.corresponding, rows.forms[0].initial["given"]) == (1, 0, "")


def test_first_of_a_list_that_is_pasted_into_an_empty_one_corresponds() -> None:
    people = [read.person for read in read_authors("Ada Example\nBen Example")]

    assert AuthorRows.stored([]).joined(people, replacing=False).corresponding == 0


def test_whoever_corresponded_before_a_list_was_pasted_goes_on() -> None:
    people = [read.person for read in read_authors("Cleo Example\nBen Example")]
    ben = {"given": "Ben", "particle": "", "family": "Example", "email": "", "affiliation": "", "would_review": ""}

    assert AuthorRows([ben], 0).joined(people, replacing=True).corresponding == 1


def test_tick_of_who_would_review_is_kept(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper), typed(paper, ADA | {"would_review": "on"}, {"given": "Ben"}))
    assert list(paper.authorships.values_list("given", "would_review")) == [("Ada", True), ("Ben", False)]
    assert paper.revisions.get().snapshot["authors"][0]["would_review"] is True


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/ada-lovelace/codes", "Ada Lovelace"),
        ("https://anonymous.4open.science/r/codes", ""),
        ("https://gitlab.com/li/codes", ""),
        ("", ""),
    ],
)
def test_link_to_the_code_that_names_an_author_is_pointed_out(url, name) -> None:
    from submissions.models import Authorship

    authors = [Authorship(given="Ada", family="Lovelace"), Authorship(given="Wu", family="Li")]
    assert names_an_author(url, authors) == name


# --- what the track asks ----------------------------------------------------------------------------------------------


def test_answers_are_saved_with_the_paper_and_shown_again(stage, ada) -> None:
    prefix, paper = ask(stage, stage.track, DATA, SHARE), start(stage)
    ada.post(page_of(paper), typed(paper, **{f"{prefix}-data": "yes", f"{prefix}-share": "30"}))
    assert paper.revisions.get().snapshot["answers"] == {"data": True, "share": 30}
    rows = paper.disclosures.order_by("question__position").values_list("question__key", "number")
    assert list(rows) == [("data", 1), ("share", 30)]
    shown = ada.get(page_of(paper)).context["typed"].answers[int(prefix[1:])]
    assert (shown["data"].value(), shown["share"].value()) == ("yes", "30")


def test_required_answer_is_missing_and_then_it_is_not(stage, ada) -> None:
    prefix, paper = ask(stage, stage.track, DATA), start(stage)
    file = SimpleUploadedFile("codes.pdf", pdfs.good(), "application/pdf")
    ada.post(page_of(paper), typed(paper, file=file))
    check(paper)
    page = ada.get(page_of(paper))
    assert (paper.status, list(page.context["page"].lacks)) == ("draft", ["“Is the data public?” is not answered yet."])
    assert page.context["page"].to_do[0].url == "#questions"
    ada.post(page_of(paper), typed(paper, **{f"{prefix}-data": "no"}))
    paper.refresh_from_db()
    assert paper.status == "submitted"


def test_wrong_answer_is_said_at_its_question(stage, ada) -> None:
    prefix, paper = ask(stage, stage.track, SHARE), start(stage)
    answer = ada.post(page_of(paper), typed(paper, **{f"{prefix}-share": "130"}))
    assert said(answer) == ["How much is new?: Write a number of at most 100."]


def test_other_track_asks_its_own_questions(stage, ada) -> None:
    prefix, paper = ask(stage, stage.findings, DATA), start(stage)
    page = ada.post(page_of(paper), typed(paper, action="track", track=stage.findings.pk))
    asked = [(one.prefix, is_asked) for one, _, is_asked in page.context["typed"].question_sets]
    assert ((prefix, True) in asked, len(asked)) == (True, 2)
    assert "changes when you save" in text(page)


def test_file_that_is_uploaded_keeps_the_answers(stage, ada) -> None:
    prefix, paper = ask(stage, stage.track, DATA), start(stage)
    ada.post(page_of(paper), typed(paper, **{f"{prefix}-data": "yes"}))
    paper.refresh_from_db()
    file = SimpleUploadedFile("codes.pdf", pdfs.good(), "application/pdf")
    ada.post(page_of(paper), typed(paper, file=file, **{f"{prefix}-data": "yes"}))
    paper.refresh_from_db()
    assert (paper.current.number, paper.current.snapshot["answers"]) == (2, {"data": True})


# --- conflicts that authors declare -----------------------------------------------------------------------------------


def test_person_named_by_a_confirmed_address_is_barred(stage, ada) -> None:
    rui, paper = member(stage, "Rui"), start(stage)
    ada.post(page_of(paper), typed(paper, declared_conflicts="Rui Example, <Rui@rui.test>: my advisor\nNobody Known"))
    conflict = Conflict.objects.get(reason="by_author")
    assert (conflict.user, conflict.state, conflict.submission) == (rui, "confirmed", paper)


def test_answer_does_not_tell_who_reviews(stage, ada) -> None:
    member(stage, "Rui")
    pages = []
    for named in ("rui@rui.test", "qui@qui.test"):
        paper = start(stage)
        ada.post(page_of(paper), typed(paper, declared_conflicts=named))
        page = text(ada.get(page_of(paper))).replace(named, "…")
        pages.append(
            re.sub(rf'\b[A-Za-z0-9]{{64}}\b|data-now="\d+"|[#/]{paper.number}\b|\d\d:\d\d:\d\d|\.\d+Z', "", page)
        )
    assert pages[0] == pages[1]


def test_person_who_becomes_a_reviewer_later_is_barred_then(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, declared_conflicts="rui@rui.test")
    rui = member(stage, "Rui")
    assert list(Conflict.objects.values_list("user", "reason")) == [(rui.pk, "by_author")]


def test_name_that_is_taken_back_bars_nobody(stage) -> None:
    member(stage, "Rui")
    paper = start(stage)
    save(paper, stage.ada, declared_conflicts="rui@rui.test")
    save(paper, stage.ada, declared_conflicts="")
    assert Conflict.objects.count() == 0


def test_unconfirmed_address_bars_nobody(stage) -> None:
    from allauth.account.models import EmailAddress

    rui = member(stage, "Rui")
    EmailAddress.objects.create(user=rui, email="other@rui.test", verified=False)
    save(start(stage), stage.ada, declared_conflicts="other@rui.test", authors=[author(stage.ada, corresponding=True)])
    assert Conflict.objects.count() == 0


@pytest.mark.parametrize("version", ["@", "²", "9" * 5000, "-1", ""])
def test_form_without_a_version_that_can_be_read_keeps_what_was_typed(stage, ada, version: str) -> None:
    paper = start(stage)

    page = ada.post(page_of(paper), typed(paper, action="preview", title="Of codes", version=version))

    assert (page.status_code, "Of codes</textarea>" in text(page)) == (200, True)
