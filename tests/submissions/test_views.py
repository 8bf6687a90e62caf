"""The author's pages, with all that people type wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from notifications.models import Message
from submissions import links
from submissions.models import Submission
from tests.factories import make_user
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload
from workshops.deadlines import window
from workshops.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def ada(stage, client):
    client.force_login(stage.ada)
    return client


def page_of(paper, name: str = "paper") -> str:
    return reverse(f"submissions:{name}", args=[paper.workshop.slug, paper.number])


def start_of(stage) -> str:
    return reverse("submissions:start", args=[stage.workshop.slug])


def typed(paper, *rows: dict, corresponding: int = 0, **changes) -> dict:
    """What a browser sends."""
    values = {
        "version": paper.version,
        "track": paper.track_id,
        "title": "Symmetry in neural codes",
        "abstract": "We look at it.",
        "tldr": "",
        "keywords": "",
        "code_url": "",
        "corresponding": corresponding,
        "authors-TOTAL_FORMS": len(rows) or 1,
        "action": "save",
    }
    for place, row in enumerate(rows or [{"given": "Ada", "family": "Example", "email": "ada@ada.test"}]):
        blank = {"given": "", "particle": "", "family": "", "email": "", "affiliation": "", "ORDER": place + 1}
        values |= {f"authors-{place}-{name}": value for name, value in (blank | row).items()}
    return values | changes


def pdf(content: bytes | None = None, name: str = "codes.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdfs.good() if content is None else content, "application/pdf")


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def said(answer) -> list[str]:
    return [words for _, words in answer.context["problems"]]


def messages(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- begin ------------------------------------------------------------------------------------------------------------


def test_anybody_sees_the_tracks_with_their_limits(stage, client) -> None:
    page = text(client.get(start_of(stage)))
    for words in ("Extended Abstract", "4 pages without references", "no page limit", "No account is needed"):
        assert words in page


def test_start_makes_a_draft_and_goes_on(stage, ada) -> None:
    answer = ada.post(start_of(stage), {"title": "My codes", "track": stage.track.pk})
    paper = Submission.objects.get()
    assert (answer.url, paper.title, paper.status) == (page_of(paper), "My codes", "draft")


def test_double_click_starts_one_paper(stage, ada) -> None:
    for _ in range(2):
        ada.post(start_of(stage), {"title": "My codes", "track": stage.track.pk})
    assert Submission.objects.count() == 1


def test_start_with_nothing_typed_says_both(stage, ada) -> None:
    answer = ada.post(start_of(stage), {})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "title": ["Give the paper a title; you can change it later."],
        "track": ["Choose a track."],
    }


def test_start_after_a_hard_deadline_offers_no_button_and_refuses(stage, ada, time_machine) -> None:
    Deadline.objects.filter(workshop=stage.workshop, kind="submission").update(hard=True)
    from datetime import timedelta

    from django.utils import timezone

    entry = window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())
    time_machine.move_to(entry.counts_until + timedelta(minutes=1))
    ada.force_login(stage.ada)
    assert "No track takes papers at present" in text(ada.get(start_of(stage)))
    answer = ada.post(start_of(stage), {"title": "Late", "track": stage.track.pk})
    assert (answer.status_code, Submission.objects.count()) == (422, 0)


# --- who may ----------------------------------------------------------------------------------------------------------


def test_page_is_for_its_authors(stage, client) -> None:
    paper = submitted(stage)
    assert client.get(page_of(paper)).status_code == 302
    for person, code in ((stage.ada, 200), (stage.ben, 404), (stage.olga, 404), (make_user("Zed"), 404)):
        client.force_login(person)
        assert client.get(page_of(paper)).status_code == code


def test_stranger_changes_nothing(stage, client) -> None:
    paper = submitted(stage)
    client.force_login(stage.ben)
    for name in ("paper", "withdraw", "undo_withdraw"):
        assert client.post(page_of(paper, name), typed(paper, title="Stolen")).status_code == 404
    paper.refresh_from_db()
    assert (paper.title, paper.status) == ("Symmetry in neural codes", "submitted")


def test_get_changes_nothing(stage, ada) -> None:
    paper = submitted(stage)
    for name, code in (("withdraw", 200), ("undo_withdraw", 405)):
        assert ada.get(page_of(paper, name)).status_code == code
    assert Submission.objects.get(pk=paper.pk).status == "submitted"


# --- write ------------------------------------------------------------------------------------------------------------


def test_one_post_saves_words_authors_and_file(stage, ada) -> None:
    paper = start(stage)
    rows = [{"given": "Ada", "family": "Example", "email": "ada@ada.test"}, {"given": "Ben", "email": "ben@ben.test"}]
    answer = ada.post(page_of(paper), typed(paper, *rows, file=pdf()))
    assert answer.status_code == 302
    check(paper)
    assert (paper.status, paper.current.pdf.name) == ("submitted", "codes.pdf")
    assert list(paper.authorships.values_list("given", flat=True)) == ["Ada", "Ben"]


def test_page_of_a_draft_says_what_is_missing(stage, ada) -> None:
    page = ada.get(page_of(start(stage)))
    assert list(page.context["page"].lacks) == [
        "The title is missing.",
        "The abstract is missing.",
        "The paper itself is missing: upload it as a PDF.",
    ]
    assert [(step.words, step.state) for step in page.context["page"].steps] == [
        ("Authors", "done"),
        ("Paper", "now"),
        ("File", "todo"),
        ("Checks", "todo"),
    ]


def test_page_of_a_submitted_paper_shows_its_receipt(stage, ada) -> None:
    paper = submitted(stage)
    page = text(ada.get(page_of(paper)))
    for words in ("This paper is submitted.", "Receipt", paper.current.pdf.blob.sha256, "AoE", "UTC"):
        assert words in page


def test_refused_file_loses_no_text(stage, ada) -> None:
    paper = start(stage)
    answer = ada.post(page_of(paper), typed(paper, title="Kept", file=pdf(b"")))
    paper.refresh_from_db()
    assert (answer.status_code, paper.title) == (422, "Kept")
    assert messages(answer) == ["Your text is saved. The file was not taken: see below."]
    assert answer.context["typed"].form["version"].value() == str(paper.version)


def test_too_large_file_loses_no_text(stage, ada, settings) -> None:
    settings.MAX_PDF_BYTES = 100_000
    paper = start(stage)
    answer = ada.post(page_of(paper), typed(paper, title="Kept", file=pdf(b"%PDF-" + b"x" * 3_000_000)))
    paper.refresh_from_db()
    assert (answer.status_code, paper.title, paper.files.count()) == (422, "Kept", 0)
    assert said(answer)[0].startswith(
        "The paper as a PDF: The file is larger than 0.1 MB; at most 0.1 MB can be taken."
    )


def test_refused_text_loses_no_file(stage, ada) -> None:
    paper = start(stage)
    answer = ada.post(page_of(paper), typed(paper, code_url="not an address", title="Typed", file=pdf()))
    paper.refresh_from_db()
    assert (answer.status_code, paper.title, paper.current.pdf.name) == (422, "", "codes.pdf")
    assert said(answer) == ["Link to the code: This is no web address; it should begin with https://."]
    assert "Typed</textarea>" in text(answer)
    assert ada.post(page_of(paper), typed(paper, title="Typed")).status_code == 302


def test_every_field_wrong_is_listed_and_everything_typed_is_there(stage, ada) -> None:
    paper = start(stage)
    rows = [
        {"given": "Ada", "family": "Example", "email": "ada@ada.test"},
        {"email": "nobody", "affiliation": "Somewhere"},
    ]
    wrong = typed(
        paper, *rows, title="T" * 301, abstract="A" * 20_001, tldr="S" * 301, code_url="::", track=0, topics=["0"]
    )
    answer = ada.post(page_of(paper), wrong)
    assert said(answer) == [
        "Track: Select a valid choice. 0 is not one of the available choices.",
        "Title: This has 301 characters; at most 300 can be saved.",
        "Abstract: This has 20001 characters; at most 20000 can be saved.",
        "In one sentence: This has 301 characters; at most 300 can be saved.",
        "Topics: Select a valid choice. 0 is not one of the available choices.",
        "Link to the code: This is no web address; it should begin with https://.",
        "Author 2, family name: Type at least one name, or remove the row.",
        "Author 2, e-mail: This is no e-mail address; it should look like name@example.org.",
    ]
    page = text(answer)
    assert all(words in page for words in ("T" * 301, "A" * 20_001, "S" * 301, "nobody", "Somewhere"))
    paper.refresh_from_db()
    assert (answer.status_code, paper.title, paper.revisions.count()) == (422, "", 0)


def test_stale_page_keeps_what_was_typed_and_shows_what_is_saved(stage, ada) -> None:
    paper = start(stage)
    old = typed(paper, title="From the old page", file=pdf())
    save(paper, stage.ada, title="Saved by Ben")
    answer = ada.post(page_of(paper), old)
    paper.refresh_from_db()
    assert (answer.status_code, paper.title, paper.files.count()) == (409, "Saved by Ben", 0)
    page = text(answer)
    assert all(
        words in page for words in ("Somebody else saved meanwhile", "From the old page</textarea>", "Saved by Ben")
    )
    assert answer.context["typed"].form["version"].value() == str(paper.version)


def test_stale_page_with_mistakes_still_says_that_it_is_stale(stage, ada) -> None:
    paper = start(stage)
    old = typed(paper, code_url="::")
    save(paper, stage.ada)
    answer = ada.post(page_of(paper), old)
    assert (answer.status_code, said(answer)[0][:32]) == (409, "Somebody else saved this paper w")


def test_double_click_saves_once(stage, ada) -> None:
    paper = start(stage)
    sent = typed(paper)
    codes = [ada.post(page_of(paper), sent).status_code for _ in range(2)]
    assert (codes, paper.revisions.count()) == ([302, 302], 1)


def test_double_click_on_the_upload_is_one_file_and_one_receipt(stage, ada) -> None:
    paper = start(stage)
    for _ in range(2):
        assert ada.post(page_of(paper), typed(paper, file=pdf())).status_code == 302
    check(paper)
    assert (paper.files.filter(purpose="paper").count(), Message.objects.filter(kind="receipt").count()) == (1, 1)


def test_rows_are_added_moved_and_removed_without_javascript(stage, ada) -> None:
    paper = start(stage)
    rows = [{"given": "Ada", "email": "ada@ada.test"}, {"given": "Ben"}, {"given": "Cy"}]

    def names(action: str) -> tuple:
        answer = ada.post(page_of(paper), typed(paper, *rows, corresponding=1, action=action, title="Typed"))
        listed = answer.context["typed"].rows
        assert (answer.status_code, "Typed</textarea>" in text(answer)) == (200, True)
        return [row["given"] for row in listed.rows], listed.corresponding

    assert names("add") == (["Ada", "Ben", "Cy", ""], 1)
    assert names("up-1") == (["Ben", "Ada", "Cy"], 0)
    assert names("down-0") == (["Ben", "Ada", "Cy"], 0)
    assert names("down-2") == (["Ada", "Ben", "Cy"], 1)
    assert names("remove-0") == (["Ben", "Cy"], 0)
    assert names("remove-1") == (["Ada", "Cy"], None)
    assert names("nonsense-99") == (["Ada", "Ben", "Cy"], 1)
    paper.refresh_from_db()
    assert (paper.title, paper.revisions.count()) == ("", 0)


def test_rows_that_javascript_moved_and_took_out_are_saved_so(stage, ada) -> None:
    paper = start(stage)
    rows = [
        {"given": "Ada", "email": "ada@ada.test", "ORDER": 2},
        {"given": "Ben", "ORDER": 3, "DELETE": "on"},
        {"given": "Cy", "ORDER": 1},
    ]
    ada.post(page_of(paper), typed(paper, *rows))
    assert list(paper.authorships.values_list("given", "corresponding")) == [("Cy", False), ("Ada", True)]


def test_file_that_was_chosen_when_a_row_is_added_is_stored(stage, ada) -> None:
    paper = start(stage)
    answer = ada.post(page_of(paper), typed(paper, action="add", file=pdf()))
    paper.refresh_from_db()
    assert messages(answer) == ["“codes.pdf” is stored. Your text is not saved yet."]
    assert paper.current.pdf.name == "codes.pdf"


def test_upload_needs_its_token(stage) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(stage.ada)
    paper = start(stage)
    assert strict.post(page_of(paper), typed(paper, title="Forged")).status_code == 403
    assert Submission.objects.get(pk=paper.pk).title == ""


def test_after_a_hard_deadline_the_page_reads_and_a_late_save_keeps_what_was_typed(stage, ada, time_machine) -> None:
    Deadline.objects.filter(workshop=stage.workshop, kind="submission").update(hard=True)
    from datetime import timedelta

    from django.utils import timezone

    paper = start(stage)
    entry = window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())
    time_machine.move_to(entry.counts_until + timedelta(minutes=1))
    ada.force_login(stage.ada)
    assert "was not complete at the deadline" in text(ada.get(page_of(paper)))
    answer = ada.post(page_of(paper), typed(paper, title="Too late"))
    assert (answer.status_code, said(answer)[0][:45]) == (422, "The deadline of the track Extended Abstract w")
    assert "Too late</textarea>" in text(answer)


# --- follow, withdraw -------------------------------------------------------------------------------------------------


def test_status_asks_again_only_while_the_file_is_checked(stage, ada) -> None:
    paper = start(stage)
    save(paper, stage.ada)
    upload(paper, stage.ada)
    assert "every 2s" in text(ada.get(page_of(paper, "status")))
    check(paper)
    page = text(ada.get(page_of(paper, "status")))
    assert ("every 2s" in page, "This paper is submitted." in page) == (False, True)


def test_findings_are_said_in_plain_words_with_how_to_mend(stage, ada) -> None:
    paper = submitted(stage, content=pdfs.good(6))
    page = text(ada.get(page_of(paper)))
    assert "The PDF has 6 pages and the track&#x27;s limit is 4." in page
    assert "if the rest fits, there is nothing to do." in page


def test_page_keeps_the_old_file_and_says_why_the_new_one_is_not_used(stage, ada) -> None:
    paper = submitted(stage)
    upload(paper, stage.ada, pdfs.encrypted(), name="new.pdf")
    check(paper)
    page = text(ada.get(page_of(paper)))
    for words in ("“new.pdf” cannot be used", "protected by a password", "“paper.pdf”, stays your paper"):
        assert words in page


def test_withdrawing_needs_the_number(stage, ada) -> None:
    paper = submitted(stage)
    answer = ada.post(page_of(paper, "withdraw"), {"number": "7", "reason": "It appears elsewhere."})
    assert (answer.status_code, "It appears elsewhere." in text(answer)) == (422, True)
    assert answer.context["form"].errors == {"number": ["Type 1 to withdraw this paper; nothing has happened yet."]}
    assert Submission.objects.get(pk=paper.pk).status == "submitted"


def test_withdrawing_and_taking_it_back(stage, ada) -> None:
    paper = submitted(stage)
    answer = ada.post(page_of(paper, "withdraw"), {"number": "#1"}, follow=True)
    assert messages(answer) == ["Paper #1 is withdrawn."]
    assert "Take the withdrawal back" in text(answer)
    answer = ada.post(page_of(paper, "undo_withdraw"), follow=True)
    assert messages(answer) == ["Paper #1 is back, as it was."]


def test_double_click_on_withdraw_mails_once(stage, ada) -> None:
    paper = submitted(stage)
    for _ in range(2):
        ada.post(page_of(paper, "withdraw"), {"number": "1"})
    assert Message.objects.filter(kind="withdrawn").count() == 1


def test_co_author_sees_no_withdrawal_form(stage, client) -> None:
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    client.force_login(stage.ben)
    assert "Ask Ada Example" in text(client.get(page_of(paper, "withdraw")))
    answer = client.post(page_of(paper, "withdraw"), {"number": "1"})
    assert (answer.status_code, paper.status) == (422, "submitted")


def test_higher_floors_add_their_sections(stage, ada, monkeypatch) -> None:
    section = links.Section("components/empty.html", {"title": "Decision"})
    monkeypatch.setattr(links, "_SECTIONS", [lambda viewer, paper: section, lambda viewer, paper: None])
    assert ada.get(page_of(submitted(stage))).context["sections"] == [section]


# --- budgets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_with_more_rows(stage, ada, rows, monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(links, "_SECTIONS", [])
    others = [author(stage.ben, given=f"Ben{n}", email=f"ben{n}@ben.test") for n in range(rows - 1)]
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), *others], content=pdfs.telling())
    for number in range(rows - 1):
        save(paper, stage.ada, title=f"Title {number}", authors=[author(stage.ada, corresponding=True), *others])
    address = page_of(paper)
    with django_assert_num_queries(8):
        ada.get(address)


@pytest.mark.parametrize("rows", [1, 3])
def test_start_costs_the_same_with_more_papers(stage, ada, rows, django_assert_num_queries) -> None:
    for _ in range(rows):
        start(stage)
    with django_assert_num_queries(6):
        ada.get(start_of(stage))


def test_file_and_status_have_their_budgets(stage, ada, django_assert_num_queries) -> None:
    paper = submitted(stage)
    file, status = reverse("submissions:file", args=[paper.current.pdf_id]), page_of(paper, "status")
    with django_assert_num_queries(5):
        ada.get(file)
    with django_assert_num_queries(5):
        ada.get(status)
