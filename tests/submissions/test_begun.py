"""A paper that is begun without an account, from the first page to the address that makes it count."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from neurreps.logs import mask_links
from notifications.models import Message
from submissions.models import Authorship, Submission
from submissions.services.claim_paper import accept_draft
from tests.factories import deliver
from tests.submissions import pdfs
from tests.submissions.stage import check, make_stage
from tests.submissions.typed import ADA, messages, page_of, said, text, typed
from workshops.deadlines import window

pytestmark = pytest.mark.django_db
NIA = {"given": "Nia", "family": "New", "email": "nia@nia.test"}


@pytest.fixture
def stage():
    return make_stage()


def begin(client, stage, title="My codes"):
    answer = client.post(
        reverse("submissions:start", args=[stage.workshop.slug]), {"title": title, "track": stage.track.pk}
    )
    paper = Submission.objects.order_by("pk").last()
    assert answer.url == page_of(paper)
    return paper


def pdf():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("codes.pdf", pdfs.good(), "application/pdf")


def complete(client, paper, *rows):
    """Everything that a paper needs but somebody's word for their address."""
    answer = client.post(page_of(paper), typed(paper, *(rows or [NIA]), file=pdf()))
    assert answer.status_code == 302
    check(paper)
    return paper


def link_in(paper, client):
    page = text(client.get(page_of(paper)))
    return re.search(r'id="private-link">([^<]+)<', page)[1].removeprefix(site.SITE_URL)


def confirm_link(address="nia@nia.test", kind="confirm_address"):
    mail = Message.objects.filter(kind=kind, address=address).order_by("pk").first()
    return re.search(r"/p/confirm/[^)\s]+", mail.text)[0]


def confirm(client, address="nia@nia.test"):
    client.get(confirm_link(address))
    return client.post(reverse("submissions:confirm"))


def code_for(address):
    mail = Message.objects.filter(kind="account", address=address).latest("pk")
    return next(line.strip() for line in mail.text.splitlines() if re.fullmatch(r"[A-Z0-9-]{6,9}", line.strip()))


def closing(stage):
    return window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now()).counts_until


# --- the private link -------------------------------------------------------------------------------------------------


def test_whole_form_works_without_an_account(stage, client) -> None:
    paper = begin(client, stage)
    assert client.post(page_of(paper), typed(paper, NIA, title="Written by nobody yet")).status_code == 302
    paper.refresh_from_db()
    assert (paper.title, paper.created_by, paper.current.saved_by) == ("Written by nobody yet", None, None)
    assert client.post(page_of(paper, "keep"), typed(paper)).status_code == 200
    assert client.post(page_of(paper, "preview"), {"abstract": "$x$"}).status_code == 200
    assert client.get(page_of(paper, "status")).status_code == 200


def test_file_of_it_is_read_by_whoever_holds_the_link(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    address = reverse("submissions:file", args=[paper.current.pdf_id])
    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 302


def test_number_alone_opens_nothing(stage, client) -> None:
    paper = begin(client, stage)
    for name in ("paper", "status"):
        answer = Client().get(page_of(paper, name))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")
    stranger = Client()
    stranger.force_login(stage.ben)
    assert stranger.get(page_of(paper)).status_code == 404
    other = Client()
    begin(other, stage, "Another")
    assert other.get(page_of(paper)).status_code == 302


def test_private_link_opens_it_elsewhere_and_changes_nothing(stage, client) -> None:
    paper = begin(client, stage)
    link, before = link_in(paper, client), Entry.objects.count()
    elsewhere = Client()
    answer = elsewhere.get(link)
    assert (answer.url, Entry.objects.count()) == (page_of(paper), before)
    assert elsewhere.get(page_of(paper)).status_code == 200


def test_forged_link_says_that_it_opens_nothing(client) -> None:
    answer = client.get(reverse("submissions:link", args=["forged"]))
    assert (answer.status_code, "This link opens nothing any more" in text(answer)) == (404, True)


def test_secret_is_stored_as_its_hash_and_stands_in_no_log(stage, client) -> None:
    paper = begin(client, stage)
    token = link_in(paper, client).split("/")[2]
    stored = Submission.objects.values_list("claim_token_hash", flat=True).get()
    told = [str(entry.data) for entry in Entry.objects.all()]
    assert (token == stored, [one for one in told if token in one]) == (False, [])
    for path in (f"GET /p/{token}/", f"GET /p/confirm/{token}/"):
        assert token not in str(mask_links(None, "", {"request": path}))
    assert Client().get(f"/p/{token}/")["Referrer-Policy"] == "same-origin"


def test_double_click_begins_one_paper(stage, client) -> None:
    address = reverse("submissions:start", args=[stage.workshop.slug])
    once = re.search(r'name="once" value="([^"]+)"', text(client.get(address)))[1]
    for _ in range(2):
        client.post(address, {"title": "My codes", "track": stage.track.pk, "once": once})
    assert Submission.objects.count() == 1


def test_many_beginnings_from_one_network_are_slowed_down(stage, client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"begin_paper": "2/h/ip"}
    for number in range(2):
        begin(client, stage, f"Paper {number}")
    address = reverse("submissions:start", args=[stage.workshop.slug])
    answer = client.post(address, {"title": "Third", "track": stage.track.pk})
    assert (answer.status_code, "Third</textarea>" in text(answer), Submission.objects.count()) == (422, True, 2)
    assert "Many papers were begun from your network" in text(answer)


def test_without_redis_nobody_is_turned_away(stage, client, settings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock"}
    }
    assert begin(client, stage).title == "My codes"


# --- the address ------------------------------------------------------------------------------------------------------


def test_complete_paper_waits_for_the_address_and_says_until_when(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    page = text(client.get(page_of(paper)))
    assert (paper.status, paper.claim_until >= closing(stage)) == ("draft", True)
    assert "Nobody has confirmed an e-mail address yet" in page
    assert Message.objects.filter(kind="receipt").count() == 0


def test_code_ties_and_submits_the_paper_in_one_go(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    came = paper.current.received_at
    answer = client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "Nia@Nia.test"})
    assert answer.url.startswith("/accounts/login/code/confirm/?next=")
    done = client.post(answer.url, {"code": code_for("nia@nia.test"), "next": page_of(paper)})
    paper.refresh_from_db()
    assert (done.url, paper.status) == (page_of(paper), "submitted")
    assert (paper.claim_token_hash, paper.created_by.email) == (None, "nia@nia.test")
    assert paper.submitted_at <= came
    assert paper.authorships.get().status == "claimed"
    assert Message.objects.filter(kind="receipt", address="nia@nia.test").count() == 1


def test_one_message_says_what_the_code_did(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    asked = client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "nia@nia.test"})
    answer = client.post(asked.url, {"code": code_for("nia@nia.test")}, follow=True)

    assert messages(answer) == ["Your address is confirmed, and the paper is submitted."]


def test_whoever_asks_for_the_code_at_once_gets_one_mail_with_the_link(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "nia@nia.test"})

    sent = Message.objects.filter(kind="confirm_address", due_at__lte=timezone.now())
    assert [mail.address for mail in sent] == ["nia@nia.test"]


def test_person_who_is_not_listed_becomes_an_author(stage, client) -> None:
    paper = begin(client, stage)
    client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "nia@nia.test"})
    listed = paper.authorships.values_list("given", "family", "email", "corresponding")
    assert list(listed) == [("Nia", "New", "nia@nia.test", True)]


def test_row_without_an_address_gets_it_by_the_name(stage, client) -> None:
    paper = begin(client, stage)
    client.post(page_of(paper), typed(paper, {"given": "Nia", "family": "New"}, {"given": "Cy"}))
    client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "nia@nia.test"})
    assert list(paper.authorships.values_list("given", "email")) == [("Nia", "nia@nia.test"), ("Cy", "")]


def test_answer_is_the_same_whether_there_is_an_account(stage, client) -> None:
    paper = begin(client, stage)
    answers = []
    for email in ("ada@ada.test", "nobody@nowhere.test"):
        given = {"me-given": "Nia", "me-family": "New", "me-email": email}
        answers.append(client.post(page_of(paper, "address"), given).url)
    assert answers[0] == answers[1]


def test_wrong_address_is_said_at_its_field(stage, client) -> None:
    paper = begin(client, stage)
    answer = client.post(page_of(paper, "address"), {"me-given": "Nia", "me-email": "nia"})
    assert (answer.status_code, "This is no e-mail address" in text(answer)) == (422, True)
    assert [sentence.partition(":")[0] for sentence in said(answer)] == ["E-mail address"]


def test_link_of_the_mail_asks_and_its_button_confirms(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    elsewhere = Client()
    elsewhere.get(confirm_link())
    assert "Is nia@nia.test your address?" in text(elsewhere.get(reverse("submissions:confirm")))
    assert Submission.objects.get(pk=paper.pk).status == "draft"
    assert elsewhere.post(reverse("submissions:confirm")).url == page_of(paper)
    assert Submission.objects.get(pk=paper.pk).status == "submitted"
    assert elsewhere.get(page_of(paper)).status_code == 200


def test_account_that_there_is_is_not_signed_in_by_a_link(stage, client) -> None:
    paper = complete(client, begin(client, stage), ADA)
    elsewhere = Client()
    assert confirm(elsewhere, "ada@ada.test").status_code == 302
    assert Submission.objects.get(pk=paper.pk).status == "submitted"
    assert elsewhere.get(page_of(paper)).url.startswith("/accounts/login/")


def test_private_link_ends_with_the_confirmation(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    link = link_in(paper, client)
    confirm(Client())
    assert Client().get(link).status_code == 404
    assert client.get(page_of(paper)).status_code == 302


def test_signed_in_holder_makes_it_theirs_with_one_press(stage, client) -> None:
    paper = begin(client, stage)
    link = link_in(paper, client)
    ben = Client()
    ben.force_login(stage.ben)
    ben.get(link)
    assert "This paper is mine" in text(ben.get(page_of(paper)))
    ben.post(page_of(paper, "claim"))
    assert list(paper.authorships.values_list("email", "user")) == [("ben@ben.test", stage.ben.pk)]
    assert Submission.objects.get(pk=paper.pk).created_by == stage.ben


def test_being_listed_and_signing_in_confirms_nothing(stage, client) -> None:
    paper = complete(client, begin(client, stage), ADA)
    ada = Client()
    ada.force_login(stage.ada)
    ada.get(page_of(paper))
    assert Submission.objects.get(pk=paper.pk).claim_token_hash is not None


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (timedelta(hours=47, minutes=59), "submitted"),
        (timedelta(hours=48), "submitted"),
        (timedelta(hours=48, minutes=1), "draft"),
    ],
)
def test_address_is_confirmed_within_48_hours_of_the_save(stage, client, time_machine, after, status) -> None:
    came = closing(stage) - timedelta(minutes=1)
    time_machine.move_to(came, tick=False)
    paper = complete(client, begin(client, stage))
    time_machine.move_to(came + after, tick=False)
    confirm(Client())
    paper.refresh_from_db()
    counts = came if status == "submitted" else None
    assert (paper.status, paper.submitted_at, paper.claim_token_hash) == (status, counts, None)


def test_before_the_deadline_it_is_never_too_late(stage, client, time_machine) -> None:
    paper = complete(client, begin(client, stage))
    time_machine.move_to(timezone.now() + timedelta(days=5))
    confirm(Client())
    assert Submission.objects.get(pk=paper.pk).status == "submitted"


def test_reminder_comes_after_a_day_and_kind_words_at_the_end(stage, client, time_machine) -> None:
    time_machine.move_to(closing(stage) - timedelta(minutes=1))
    complete(client, begin(client, stage))
    deliver()
    sent = list(Message.objects.filter(address="nia@nia.test").order_by("due_at").values_list("kind", "status"))
    assert sent == [("confirm_address", "sent"), ("confirm_address", "due"), ("address_lapsed", "due")]
    deliver(later=timedelta(hours=25))
    deliver(later=timedelta(hours=49))
    assert set(Message.objects.filter(address="nia@nia.test").values_list("status", flat=True)) == {"sent"}


def test_confirming_ends_the_reminders(stage, client) -> None:
    complete(client, begin(client, stage))
    confirm(Client())
    waiting = Message.objects.filter(kind__in=("confirm_address", "address_lapsed"), due_at__gt=timezone.now())
    assert set(waiting.values_list("status", flat=True)) == {"cancelled"}


def test_lapsed_paper_is_kept_and_organizers_can_accept_it(stage, client, time_machine) -> None:
    came = closing(stage) - timedelta(minutes=1)
    time_machine.move_to(came, tick=False)
    paper = complete(client, begin(client, stage))
    time_machine.move_to(came + timedelta(hours=50), tick=False)
    accept_draft(submission=paper, by=stage.olga)
    assert (paper.status, paper.submitted_at) == ("submitted", came)


def test_unconfirmed_account_of_somebody_else_gives_no_access(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    client.post(page_of(paper, "address"), {"me-given": "Nia", "me-family": "New", "me-email": "nia@nia.test"})
    made = User.objects.get(email="nia@nia.test")
    assert EmailAddress.objects.get(user=made).verified is False
    assert list(Authorship.objects.filter(user=made)) == []


def test_after_the_deadline_the_page_still_asks_for_the_address(stage, client, time_machine) -> None:
    came = closing(stage) - timedelta(minutes=1)
    time_machine.move_to(came, tick=False)
    paper = complete(client, begin(client, stage))
    time_machine.move_to(came + timedelta(hours=1), tick=False)
    page = text(client.get(page_of(paper)))
    assert ("Send me the code" in page, '<details class="fold section" id="save-late">' in page) == (True, True)


# --- the organizers' side ---------------------------------------------------------------------------------------------


def test_organizer_sees_what_waits_and_accepts_it(stage, client, time_machine) -> None:
    came = closing(stage) - timedelta(minutes=1)
    time_machine.move_to(came, tick=False)
    paper = begin(client, stage)
    client.post(page_of(paper), typed(paper, NIA, file=pdf(), declared_conflicts="Rui of the other laboratory"))
    check(paper)
    time_machine.move_to(came + timedelta(hours=50), tick=False)
    desk = Client()
    desk.force_login(stage.olga)
    page = text(desk.get(reverse("desk:paper", args=[stage.workshop.slug, paper.number])))
    assert ("Complete, and waiting for an address" in page, "Rui of the other laboratory" in page) == (True, True)
    desk.post(reverse("desk:accept_draft", args=[stage.workshop.slug, paper.number]))
    paper.refresh_from_db()
    assert (paper.status, paper.submitted_at) == ("submitted", came)


def test_draft_that_is_not_complete_cannot_be_accepted(stage, client) -> None:
    paper = begin(client, stage)
    desk = Client()
    desk.force_login(stage.olga)
    answer = desk.post(reverse("desk:accept_draft", args=[stage.workshop.slug, paper.number]), follow=True)
    assert "This draft is not complete" in text(answer)
    assert Submission.objects.get().claim_token_hash is not None


def test_page_leads_whoever_came_by_the_link_nowhere_that_is_closed_to_them(stage, client) -> None:
    paper = complete(client, begin(client, stage))
    page = client.get(page_of(paper)).content.decode()
    links = {link for link in re.findall(r'href="(/w/[^"#]+)"', page) if f"/papers/{paper.number}/" in link}
    assert [link for link in links if client.get(link).status_code != 200] == []
    assert "whoever has the private link" in page
