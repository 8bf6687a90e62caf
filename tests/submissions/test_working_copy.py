"""What is typed and not saved: kept, offered again, discarded and taken back, and used at the deadline."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from submissions.models import Submission, WorkingCopy
from submissions.services.follow import follow_deadlines
from submissions.services.working_copy import keep_working_copy
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload
from tests.submissions.typed import messages, page_of, said, text, typed
from workshops.deadlines import window

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def ada(stage, client):
    client.force_login(stage.ada)
    return client


def closing(stage):
    return window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now()).counts_until


def keep(paper, by, *, at=None, version=None, **changes):
    data = {name: [str(value)] for name, value in typed(paper, **changes).items()}
    return keep_working_copy(
        submission=paper,
        by=by,
        typed=data,
        version=paper.version if version is None else version,
        received_at=at or timezone.now(),
    )


def test_typing_is_kept_whatever_it_is_and_is_no_save(stage, ada) -> None:
    paper = start(stage)
    answer = ada.post(page_of(paper, "keep"), typed(paper, title="T" * 999, code_url="::", track=0))
    assert (answer.status_code, answer.json()["version"]) == (200, paper.version)
    paper.refresh_from_db()
    assert (paper.title, paper.revisions.count(), WorkingCopy.objects.get().data["title"]) == ("", 0, ["T" * 999])


def test_token_of_the_form_is_not_kept(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, csrfmiddlewaretoken="secret"))
    assert {"csrfmiddlewaretoken", "action", "version"} & set(WorkingCopy.objects.get().data) == set()


def test_page_shows_what_was_typed_with_a_notice(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, title="Not saved yet"))
    page = text(ada.get(page_of(paper)))
    assert ("Unsaved changes of" in page, "Not saved yet</textarea>" in page, "in this browser" in page) == (True,) * 3


def test_other_browser_of_the_same_person_says_so(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, title="Not saved yet"))
    other = Client()
    other.force_login(stage.ada)
    assert "in another browser" in text(other.get(page_of(paper)))


def test_saving_ends_it(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, title="Typed"))
    assert ada.post(page_of(paper), typed(paper, title="Typed and more")).status_code == 302
    assert (WorkingCopy.objects.count(), "Unsaved changes" in text(ada.get(page_of(paper)))) == (0, False)


def test_what_another_tab_holds_stays_when_this_one_saves(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, title="In the other tab", tab="two"))
    ada.post(page_of(paper), typed(paper, title="In this tab", tab="one"))
    page = ada.get(page_of(paper))
    assert [(one.name, one.mine, one.theirs) for one in page.context["merge"]] == [
        ("title", "In the other tab", "In this tab")
    ]


def test_discarding_is_undone(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper, "keep"), typed(paper, title="Not saved yet"))
    answer = ada.post(page_of(paper, "working_copy"), {"action": "discard"}, follow=True)
    assert "Not saved yet</textarea>" not in text(answer)
    assert messages(answer) == ["Discarded. The form shows what is saved; below you can take that back."]
    answer = ada.post(page_of(paper, "working_copy"), {"action": "restore"}, follow=True)
    assert "Not saved yet</textarea>" in text(answer)


def test_what_is_as_it_is_saved_is_no_unsaved_change(stage, ada) -> None:
    paper = start(stage)
    save(paper, stage.ada, title="As saved", abstract="We look at it.")
    ada.post(page_of(paper, "keep"), typed(paper, title="As  saved "))
    assert "Unsaved changes" not in text(ada.get(page_of(paper)))


def test_earlier_request_that_arrives_later_changes_nothing(stage) -> None:
    paper, now = start(stage), timezone.now()
    keep(paper, stage.ada, at=now, title="Newer")
    keep(paper, stage.ada, at=now - timedelta(seconds=2), title="Older")
    assert WorkingCopy.objects.get().data["title"] == ["Newer"]


def test_far_too_long_a_text_is_said_to_be(stage, ada) -> None:
    paper = start(stage)
    answer = ada.post(page_of(paper, "keep"), typed(paper, abstract="x" * 600_000))
    assert (answer.status_code, answer.json()["message"][:16]) == (422, "This is too long")


def test_each_author_has_their_own(stage, ada, django_user_model) -> None:
    paper = start(stage)
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    ada.post(page_of(paper, "keep"), typed(paper, title="By Ada"))
    ben = Client()
    ben.force_login(stage.ben)
    assert "By Ada" not in text(ben.get(page_of(paper)))


def test_autosave_of_somebody_signed_out_is_told(stage) -> None:
    paper = start(stage)
    answer = Client().post(page_of(paper, "keep"), typed(paper), HTTP_X_AUTOSAVE="1")
    assert (answer.status_code, WorkingCopy.objects.count()) == (401, 0)


# --- the session ended ------------------------------------------------------------------------------------------------


def sign_in_by_code(client, user):
    """Through the pages, as a person does; the session before it goes on."""
    from django.urls import reverse

    from notifications.models import Message

    client.post(reverse("account_request_login_code"), {"email": user.email})
    mail = Message.objects.filter(kind="account", address=user.email).latest("pk")
    code = next(
        line.strip() for line in mail.text.splitlines() if len(line.strip()) in (6, 7, 9) and " " not in line.strip()
    )
    return client.post(reverse("account_confirm_login_code"), {"code": code})


def test_what_was_sent_after_the_session_ended_is_saved_on_signing_in(stage, client) -> None:
    paper = start(stage)
    answer = client.post(page_of(paper), typed(paper, title="Sent while signed out"))
    assert answer.url.startswith("/accounts/login/")
    assert sign_in_by_code(client, stage.ada).status_code == 302
    paper.refresh_from_db()
    assert paper.title == "Sent while signed out"


def test_it_counts_from_the_instant_at_which_it_came(stage, client, time_machine) -> None:
    paper = start(stage)
    upload(paper, stage.ada)
    check(paper)
    paper.refresh_from_db()
    came = closing(stage) - timedelta(seconds=1)
    time_machine.move_to(came, tick=False)
    client.post(page_of(paper), typed(paper))
    time_machine.move_to(came + timedelta(minutes=30), tick=False)
    sign_in_by_code(client, stage.ada)
    paper.refresh_from_db()
    assert (paper.status, paper.submitted_at) == ("submitted", came)


def test_what_cannot_be_saved_stands_in_the_form(stage, client) -> None:
    paper = start(stage)
    client.post(page_of(paper), typed(paper, title="Kept", code_url="::"))
    sign_in_by_code(client, stage.ada)
    page = text(client.get(page_of(paper)))
    assert ("Kept</textarea>" in page, "Unsaved changes of" in page) == (True, True)


def test_what_a_stranger_sent_gives_them_nothing(stage, client) -> None:
    paper = start(stage)
    client.post(page_of(paper), typed(paper, title="Stolen"))
    sign_in_by_code(client, stage.ben)
    paper.refresh_from_db()
    assert (paper.title, WorkingCopy.objects.count(), client.get(page_of(paper)).status_code) == ("", 0, 404)


# --- at the deadline --------------------------------------------------------------------------------------------------


def with_file(stage):
    paper = start(stage)
    upload(paper, stage.ada)
    check(paper)
    paper.refresh_from_db()
    return paper


def test_draft_takes_what_was_typed_in_time_and_is_submitted(stage, time_machine) -> None:
    paper, end = with_file(stage), closing(stage)
    time_machine.move_to(end - timedelta(minutes=5))
    keep(paper, stage.ada, title="Typed in time")
    time_machine.move_to(end + timedelta(minutes=2))
    for _ in range(2):
        follow_deadlines()
    paper.refresh_from_db()
    assert (paper.status, paper.title, paper.revisions.count()) == ("submitted", "Typed in time", 2)
    assert paper.submitted_at < end


def test_typing_after_the_deadline_does_not_replace_what_came_in_time(stage, ada, time_machine) -> None:
    paper, end = with_file(stage), closing(stage)
    time_machine.move_to(end - timedelta(minutes=5))
    keep(paper, stage.ada, title="Typed in time")
    time_machine.move_to(end + timedelta(minutes=1))
    ada.force_login(stage.ada)
    answer = ada.post(page_of(paper, "keep"), typed(paper, title="Too late"))
    assert (answer.status_code, WorkingCopy.objects.get().data["title"]) == (422, ["Typed in time"])


def test_what_was_typed_over_an_older_version_is_not_applied(stage, time_machine) -> None:
    paper, end = with_file(stage), closing(stage)
    old = typed(paper, title="From the old page")
    save(paper, stage.ada, title="Saved meanwhile", abstract="")
    keep_working_copy(
        submission=paper,
        by=stage.ada,
        typed={name: [str(value)] for name, value in old.items()},
        version=1,
        received_at=timezone.now(),
    )
    time_machine.move_to(end + timedelta(minutes=2))
    follow_deadlines()
    paper.refresh_from_db()
    assert (paper.status, paper.title, WorkingCopy.objects.count()) == ("draft", "Saved meanwhile", 1)


def test_invalid_text_stays_typed_and_the_draft_a_draft(stage, time_machine) -> None:
    paper, end = with_file(stage), closing(stage)
    keep(paper, stage.ada, title="Typed", code_url="::")
    time_machine.move_to(end + timedelta(minutes=2))
    follow_deadlines()
    paper.refresh_from_db()
    assert (paper.status, paper.title, WorkingCopy.objects.count()) == ("draft", "", 1)


def test_submitted_paper_keeps_what_is_saved(stage, time_machine) -> None:
    paper, end = submitted(stage), closing(stage)
    keep(paper, stage.ada, title="Never saved")
    time_machine.move_to(end + timedelta(minutes=2))
    follow_deadlines()
    assert Submission.objects.get().title == "Symmetry in neural codes"


def test_discarded_text_is_not_used(stage, ada, time_machine) -> None:
    paper, end = with_file(stage), closing(stage)
    keep(paper, stage.ada, title="Thrown away")
    ada.post(page_of(paper, "working_copy"), {"action": "discard"})
    time_machine.move_to(end + timedelta(minutes=2))
    follow_deadlines()
    assert Submission.objects.get().status == "draft"


# --- two at once ------------------------------------------------------------------------------------------------------


def test_both_texts_are_shown_field_by_field_where_they_differ(stage, ada) -> None:
    paper = start(stage)
    save(paper, stage.ada, title="One", abstract="Alpha beta gamma")
    mine = typed(paper, title="One", abstract="Alpha delta gamma")
    save(paper, stage.ada, title="Two", abstract="Alpha beta gamma epsilon")
    answer = ada.post(page_of(paper), mine)
    assert answer.status_code == 409
    assert [(one.name, one.mine, one.theirs, one.pick) for one in answer.context["merge"]] == [
        ("title", "One", "Two", "theirs"),
        ("abstract", "Alpha delta gamma", "Alpha beta gamma epsilon", "mine"),
    ]
    assert "Alpha <ins>delta</ins> gamma" in text(answer)


def test_choice_for_each_field_is_saved(stage, ada) -> None:
    paper = start(stage)
    save(paper, stage.ada, title="One", abstract="One")
    mine = typed(paper, {"given": "Ada", "email": "ada@ada.test"}, {"given": "Cy"}, title="Mine", abstract="Mine")
    save(paper, stage.ada, title="Theirs", abstract="Theirs")
    ada.post(page_of(paper), mine)
    paper.refresh_from_db()
    picks = {"pick-title": "theirs", "pick-abstract": "mine", "pick-authors": "theirs"}
    assert ada.post(page_of(paper), mine | picks | {"version": paper.version}).status_code == 302
    paper.refresh_from_db()
    assert (paper.title, paper.abstract) == ("Theirs", "Mine")
    assert list(paper.authorships.values_list("given", "family")) == [("Ada", "Example")]


def test_closed_tab_loses_nothing(stage, ada) -> None:
    paper = start(stage)
    old = typed(paper, title="Mine")
    save(paper, stage.ada, title="Theirs")
    ada.post(page_of(paper), old)
    page = ada.get(page_of(paper))
    assert [(one.mine, one.theirs) for one in page.context["merge"] if one.name == "title"] == [("Mine", "Theirs")]


def test_stale_page_says_so_first(stage, ada) -> None:
    paper = start(stage)
    old = typed(paper, code_url="::")
    save(paper, stage.ada)
    assert said(ada.post(page_of(paper), old))[0].startswith("Somebody else saved this paper")


def test_typing_what_is_saved_already_leaves_nothing_to_save(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper), typed(paper, title="Symmetry"))
    paper.refresh_from_db()
    ada.post(page_of(paper, "keep"), typed(paper, title="Symmetry!"))
    answer = ada.post(page_of(paper, "keep"), typed(paper, title="Symmetry"))

    assert (answer.json()["words"], WorkingCopy.objects.count()) == ("The same as what is saved,", 0)
    assert "Unsaved changes" not in text(ada.get(page_of(paper)))


def test_pasted_list_that_was_not_taken_over_is_kept(stage, ada) -> None:
    paper = start(stage)
    ada.post(page_of(paper), typed(paper))
    paper.refresh_from_db()
    ada.post(page_of(paper, "keep"), typed(paper, pasted="Ben Example"))

    assert WorkingCopy.objects.get().data["pasted"] == ["Ben Example"]


@pytest.mark.both
def test_character_that_no_database_keeps_costs_nothing_that_was_typed_with_it(stage, ada) -> None:
    paper = start(stage)

    answer = ada.post(page_of(paper), typed(paper, title="Of co\x00des", pasted="Ada\x00", track="0"))

    kept = WorkingCopy.objects.get().data
    assert (answer.status_code, kept["title"], kept["pasted"]) == (422, ["Of codes"], ["Ada"])
