"""Mail on the desk: each organizer sees what they may, nothing leaves by itself, old pages do nothing."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Batch, Message, Template
from notifications.rendering import scope_of
from notifications.services.batches import confirm_batch, draft_batch, send_now
from notifications.services.deliver import deliver_lot
from notifications.services.enqueue import enqueue
from notifications.states import BatchStatus, MessageStatus
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(cast: Cast, rest: str = "") -> str:
    return f"/admin/w/{cast.workshop.slug}/mail/{rest}"


def subjects(response: Any) -> list[str]:
    return [line.subject for line in response.context["page"].lines]


VALUES = {
    "workshop": "NeurReps 2027",
    "name": "Rui",
    "papers": [],
    "count": "1 paper",
    "why": "It was withdrawn.",
    "link": "https://papers.test/",
    "contact": "",
}


def write(cast: Cast, key: str = "1", **given: Any) -> Message:
    common = {"root_type": "workshop", "root_id": cast.workshop.pk, "aspect": "staff", "address": "rui@rui.test"}
    message = enqueue(**({"kind": "assignment_not_needed", "key": key, "values": VALUES} | common | given))
    assert message is not None
    return message


@pytest.fixture
def batch(cast: Cast) -> Batch:
    batch = draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga)
    for number in range(3):
        write(cast, key="b", address=f"p{number}@people.test", batch=batch)
    return batch


def test_organizer_sees_the_workshops_mail_and_that_of_papers_they_are_free_on(cast: Cast) -> None:
    Message.objects.all().delete()
    own = write(cast)
    adas = write(cast, root_type="submission", root_id=cast.paper.pk, aspect="mail")
    ottos = write(cast, root_type="submission", root_id=cast.ottos_paper.pk, aspect="mail")
    elsewhere = write(cast, root_id=cast.elsewhere.pk)

    def seen(user: Any) -> list[int]:
        return [line.pk for line in signed_in(user).get(address(cast)).context["page"].lines]

    assert seen(cast.olga) == [ottos.pk, adas.pk, own.pk]
    assert seen(cast.otto) == [adas.pk, own.pk]
    for pk, status in ((adas.pk, 200), (ottos.pk, 404), (elsewhere.pk, 404)):
        assert signed_in(cast.otto).get(address(cast, f"messages/{pk}/")).status_code == status
        action = signed_in(cast.otto).post(address(cast, f"messages/{pk}/cancel/")).status_code
        assert action == (302 if status == 200 else 404)
    assert Message.objects.get(pk=ottos.pk).status == MessageStatus.DUE


@pytest.mark.parametrize("who", ["ada", "rui", "mara", "zed"])
@pytest.mark.parametrize("page", ["", "batches/{}/", "templates/", "templates/receipt/"])
def test_page_is_not_there_for_others(cast: Cast, batch: Batch, who: str, page: str) -> None:
    assert signed_in(getattr(cast, who)).get(address(cast, page.format(batch.pk))).status_code == 404


def test_list_is_filtered_searched_and_paged_by_key(cast: Cast) -> None:
    Message.objects.all().delete()
    for number in range(55):
        write(cast, key=str(number), address=f"p{number}@people.test")
    olga = signed_in(cast.olga)
    first = olga.get(address(cast))
    assert len(first.context["page"].lines) == 50
    second = olga.get(address(cast) + first.context["older_url"])
    assert [line.address for line in second.context["page"].lines] == [f"p{n}@people.test" for n in (4, 3, 2, 1, 0)]
    (found,) = olga.get(address(cast), {"q": "P54@"}).context["page"].lines
    assert found.address == "p54@people.test"
    assert olga.get(address(cast), {"status": "sent"}).context["page"].lines == []
    assert olga.get(address(cast), {"kind": "receipt"}).context["page"].lines == []
    assert olga.get(address(cast), {"before": "x", "status": "x"}).status_code == 200


def test_secret_text_is_shown_to_nobody(cast: Cast) -> None:
    message = Message.objects.get(kind="invitation")
    Message.objects.filter(pk=message.pk).update(text="the secret words", wiped_at=None)
    page = signed_in(cast.olga).get(address(cast, f"messages/{message.pk}/"))
    assert page.status_code == 200
    assert "the secret words" not in page.content.decode()
    assert "shown to nobody but its recipient" in page.content.decode()


def test_draft_is_confirmed_held_and_cancelled(cast: Cast, batch: Batch) -> None:
    olga = signed_in(cast.olga)
    page = olga.get(address(cast, f"batches/{batch.pk}/"))
    assert "Confirm 3 messages" in page.content.decode()
    assert page.context["confirm"].initial["hold_minutes"] == cast.workshop.hold_minutes
    wrong = olga.post(address(cast, f"batches/{batch.pk}/confirm/"), {"hold_minutes": "61"})
    assert wrong.status_code == 422
    assert Batch.objects.get().status == BatchStatus.DRAFT
    for _ in range(2):
        olga.post(address(cast, f"batches/{batch.pk}/confirm/"), {"hold_minutes": "5"})
    assert Batch.objects.get().status == BatchStatus.HELD
    assert deliver_lot().sent == Message.objects.filter(status="sent").count()
    assert set(batch.messages.values_list("status", flat=True)) == {MessageStatus.HELD}
    olga.post(address(cast, f"batches/{batch.pk}/cancel/"))
    again = olga.post(address(cast, f"batches/{batch.pk}/cancel/"), follow=True)
    assert "was cancelled; nobody got it" in again.content.decode()


def test_progress_is_polled_only_while_it_moves(cast: Cast, batch: Batch) -> None:
    olga = signed_in(cast.olga)
    part = address(cast, f"batches/{batch.pk}/?part=progress")
    assert "hx-trigger" not in olga.get(part).content.decode()
    send_now(batch=confirm_batch(batch=batch, by=None, typed=None, hold_minutes=10), by=None)
    assert 'hx-trigger="every 2s"' in olga.get(part).content.decode()
    assert "<html" not in olga.get(part).content.decode()
    while deliver_lot().claimed:
        pass
    assert "3 of 3 done" in olga.get(part).content.decode()
    assert "hx-trigger" not in olga.get(part).content.decode()


def test_words_of_a_draft_are_changed_for_this_time_only(cast: Cast, batch: Batch) -> None:
    olga = signed_in(cast.olga)
    words = {"words-subject": "News, {{ name }}", "words-text": "Only this: {{ why }}"}
    olga.post(address(cast, f"batches/{batch.pk}/words/"), words)
    assert set(batch.messages.values_list("subject", "text")) == {("News, Rui", "Only this: It was withdrawn.\n")}
    bad = olga.post(address(cast, f"batches/{batch.pk}/words/"), words | {"words-text": "{{ ghost }}"})
    assert bad.status_code == 422
    assert "no value called “ghost”" in bad.content.decode()
    assert "{{ ghost }}" in bad.content.decode()


def test_mail_in_doubt_is_settled_on_its_page(cast: Cast) -> None:
    message = write(cast)
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.IN_DOUBT, last_code="the line broke")
    olga = signed_in(cast.olga)
    page = olga.get(address(cast, f"messages/{message.pk}/")).content.decode()
    assert "It arrived" in page
    assert "Send again" in page
    assert "the line broke" in page
    olga.post(address(cast, f"messages/{message.pk}/arrived/"))
    assert Message.objects.get(pk=message.pk).status == MessageStatus.SENT
    again = olga.post(address(cast, f"messages/{message.pk}/did-not-arrive/"), follow=True)
    assert "has been sent" in again.content.decode()
    assert olga.post(address(cast, f"messages/{message.pk}/dance/")).status_code == 404


def test_template_is_previewed_saved_and_reset(cast: Cast) -> None:
    olga, page = signed_in(cast.olga), address(cast, "templates/assignment_not_needed/")
    start = olga.get(page)
    assert start.context["preview"].subject
    words = {"subject": "Free again, {{ name }}", "text": "{{ why }}", "version": "0"}
    shown = olga.post(page, words | {"do": "preview"})
    assert shown.context["preview"].subject == "Free again, Rui Example"
    part = olga.post(page, words | {"do": "preview"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="preview"')
    assert not Template.objects.exists()
    bad = olga.post(page, words | {"do": "save", "text": "{{ ghost }}"})
    assert (bad.status_code, bad.context["form"].errors["text"][0].startswith("There is no value")) == (422, True)
    olga.post(page, words | {"do": "save"})
    template = Template.objects.get()
    assert (template.scope, template.version, template.updated_by) == (scope_of(cast.workshop.pk), 1, cast.olga)
    stale = olga.post(page, words | {"do": "save", "subject": "Mine"})
    assert "changed these words in the meantime" in stale.content.decode()
    assert "Mine" in stale.content.decode()
    olga.post(page, {"do": "reset"})
    assert not Template.objects.exists()


def test_words_of_the_site_are_not_edited_by_a_workshop(cast: Cast) -> None:
    olga = signed_in(cast.olga)
    assert olga.get(address(cast, "templates/account/")).status_code == 404
    assert olga.get(address(cast, "templates/nothing/")).status_code == 404
    assert "Account mail" not in olga.get(address(cast, "templates/")).content.decode()


@pytest.mark.parametrize("page", ["", "batches/{}/", "templates/"])
def test_page_asks_as_much_for_one_row_as_for_many(
    cast: Cast, batch: Batch, page: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    olga = signed_in(cast.olga)
    url = address(cast, page.format(batch.pk))
    with CaptureQueriesContext(connection) as few:
        olga.get(url)
    for number in range(10):
        write(cast, key=f"m{number}", batch=batch, due_at=timezone.now())
        write(cast, key=f"s{number}", root_type="submission", root_id=cast.paper.pk, aspect="mail")
    with django_assert_num_queries(len(few)):
        olga.get(url)


# --- several at once ---


def act_on(cast: Cast, user: Any, page: str, act: str, keys: list[int], *, seen: int | None = None) -> Any:
    client = signed_in(user)
    given = {"act": act, "line": keys}
    if seen is None:
        return client.get(address(cast, page), given)
    return client.post(address(cast, page), {**given, "seen": seen}, follow=True)


def test_several_mails_that_wait_are_cancelled_after_a_look(cast: Cast) -> None:
    waits = [write(cast, key=str(number)) for number in range(2)]
    sent = write(cast, key="sent")
    Message.objects.filter(pk=sent.pk).update(status=MessageStatus.SENT)
    keys = [row.pk for row in [*waits, sent]]

    plan = act_on(cast, cast.olga, "acts/", "cancel", keys).context["plan"]
    page = act_on(cast, cast.olga, "acts/", "cancel", keys, seen=2).content.decode()

    assert ([one.key for one in plan.takes], [one.why for one in plan.left_out]) == (
        [waits[1].pk, waits[0].pk],
        ["It waits no more: it is sent."],
    )
    assert "2 mails are cancelled." in page
    assert set(Message.objects.filter(pk__in=keys).values_list("status", flat=True)) == {"cancelled", "sent"}


def test_several_mails_that_failed_are_sent_again(cast: Cast) -> None:
    failed = [write(cast, key=str(number)) for number in range(2)]
    keys = [row.pk for row in failed]
    Message.objects.filter(pk__in=keys).update(status=MessageStatus.FAILED)

    act_on(cast, cast.olga, "acts/", "send_again", keys, seen=2)

    assert set(Message.objects.filter(pk__in=keys).values_list("status", flat=True)) == {"due"}


def test_mail_of_a_bulk_mail_that_was_stopped_is_not_promised_to_be_sent_again(cast: Cast, batch: Batch) -> None:
    failed = write(cast, key="failed", batch=batch)
    Message.objects.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.STOPPED)

    plan = act_on(cast, cast.olga, "acts/", "send_again", [failed.pk]).context["plan"]

    assert (plan.takes, [one.why for one in plan.left_out]) == ([], ["The bulk mail that it belongs to was stopped."])


def test_many_mails_that_are_left_out_stand_under_their_reason(cast: Cast) -> None:
    keys = [write(cast, key=str(number)).pk for number in range(6)]

    page = act_on(cast, cast.olga, "acts/", "send_again", keys).content.decode()

    assert "There is nothing to do for those that you selected." in page
    assert page.count("It has not failed: it is due.") == 1


def test_mail_about_a_paper_is_cancelled_only_by_who_acts_for_it_and_a_sealed_one_is_not_mentioned(cast: Cast) -> None:
    ottos = write(cast, root_type="submission", root_id=cast.ottos_paper.pk, aspect="mail")
    seen_by_ines = write(cast, key="2", root_type="submission", root_id=cast.paper.pk, aspect="title")
    keys = [ottos.pk, seen_by_ines.pk]

    plans = {
        user.given: act_on(cast, user, "acts/", "cancel", keys).context["plan"]
        for user in (cast.otto, cast.ines, cast.olga)
    }

    found = {who: ([one.key for one in plan.takes], [one.why for one in plan.left_out]) for who, plan in plans.items()}
    assert found == {
        "Otto": ([seen_by_ines.pk], []),
        "Ines": ([ottos.pk], ["You do not act for its paper."]),
        "Olga": ([seen_by_ines.pk, ottos.pk], []),
    }


def test_several_bulk_mails_are_cancelled_before_they_leave(cast: Cast, batch: Batch) -> None:
    held = draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga)
    write(cast, key="h", batch=held)
    confirm_batch(batch=held, by=cast.olga, typed=None, hold_minutes=10)
    done = draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga)
    Batch.objects.filter(pk=done.pk).update(status=BatchStatus.DONE)
    keys = [batch.pk, held.pk, done.pk]

    plan = act_on(cast, cast.olga, "batches/acts/", "cancel", keys).context["plan"]
    page = act_on(cast, cast.olga, "batches/acts/", "cancel", keys, seen=2).content.decode()

    assert [one.notes for one in plan.takes] == [("held, 1 mail",), ("draft, 3 mails",)]
    assert "2 bulk mails are cancelled." in page
    assert list(Batch.objects.filter(pk__in=keys).order_by("pk").values_list("status", flat=True)) == [
        "cancelled",
        "cancelled",
        "done",
    ]
    assert set(Message.objects.filter(batch__in=[batch, held]).values_list("status", flat=True)) == {"cancelled"}


def test_only_what_something_can_be_done_with_has_a_box(cast: Cast, batch: Batch) -> None:
    Message.objects.exclude(batch=batch).delete()
    waits, failed, sent = list(batch.messages.order_by("pk"))
    Message.objects.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
    Message.objects.filter(pk=sent.pk).update(status=MessageStatus.SENT)
    rows = [draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga) for _ in range(5)]
    for row, status in zip(rows, ("held", "sending", "paused", "done", "cancelled"), strict=True):
        Batch.objects.filter(pk=row.pk).update(status=status)

    page = signed_in(cast.olga).get(address(cast)).content.decode()
    bulk, _, mails = page.partition('id="log"')

    assert boxes(bulk) == [rows[0].pk, batch.pk]
    assert boxes(mails) == [failed.pk, waits.pk]


def test_lists_without_anything_to_do_offer_no_act(cast: Cast, batch: Batch) -> None:
    Message.objects.exclude(batch=batch).delete()
    batch.messages.update(status=MessageStatus.SENT)
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.DONE)

    page = signed_in(cast.olga).get(address(cast)).content.decode()

    assert (boxes(page), "data-select-all" in page, "Look first" in page) == ([], False, False)


def boxes(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="line" value="(\d+)"', page)]


def test_a_kind_that_is_none_finds_nothing_though_it_looks_like_a_day(cast: Cast) -> None:
    answer = signed_in(cast.olga).get(address(cast, "?kind=2027-01-31"))

    assert (answer.status_code, subjects(answer)) == (200, [])


# --- bulk mail, as if what one may not see did not exist ---


def about_ottos(cast: Cast, batch: Batch, number: int) -> Message:
    """A mail of this bulk mail that tells who reviews Otto's paper."""
    hidden = {"root_type": "submission", "root_id": cast.ottos_paper.pk, "aspect": "identities"}
    return write(cast, key=f"o{number}", address=f"o{number}@people.test", batch=batch, **hidden)


def said_to(cast: Cast, user: Any, page: str = "mail/") -> str:
    return str(signed_in(user).get(f"/admin/w/{cast.workshop.slug}/{page}").content.decode())


def test_bulk_mail_about_sealed_papers_alone_is_not_there(cast: Cast) -> None:
    before = {page: said_to(cast, cast.otto, page) for page in ("mail/", "log/", "")}
    batch = draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga)
    for number in range(2):
        about_ottos(cast, batch, number)
    otto, acts = signed_in(cast.otto), ("confirm", "words", "cancel", "send-now")

    after = {page: said_to(cast, cast.otto, page) for page in ("mail/", "log/", "")}
    answers = {otto.get(address(cast, f"batches/{batch.pk}/{part}")).status_code for part in ("", "?part=progress")}
    answers |= {otto.post(address(cast, f"batches/{batch.pk}/{act}/"), {"hold_minutes": 0}).status_code for act in acts}
    plan = act_on(cast, cast.otto, "batches/acts/", "cancel", [batch.pk]).context["plan"]

    assert {page for page in after if "ulk mail" in after[page]} == {
        page for page in before if "ulk mail" in before[page]
    }
    assert answers == {404}
    assert (plan.takes, plan.left_out) == ([], [])
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.DRAFT
    assert "drafted a bulk mail" in said_to(cast, cast.olga, "log/").lower()
    assert "Confirm 2 messages" in said_to(cast, cast.olga, f"mail/batches/{batch.pk}/")


def test_numbers_of_a_bulk_mail_are_those_of_the_mails_that_one_may_see(cast: Cast, batch: Batch) -> None:
    for number in range(20):
        about_ottos(cast, batch, number)
    otto, page = signed_in(cast.otto), f"batches/{batch.pk}/"

    shown = otto.get(address(cast, page)).content.decode()
    otto.post(address(cast, f"{page}confirm/"), {"hold_minutes": "0"})

    assert "Confirm 3 messages" in shown
    assert "sealed" not in shown
    assert [text for text in (">23<", "23 messages", "20 messages") if text in shown] == []
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.HELD
    assert batch.messages.filter(status=MessageStatus.HELD).count() == 23


def test_number_that_is_typed_wrong_is_answered_with_that_of_the_mails_that_one_may_see(
    cast: Cast, batch: Batch
) -> None:
    for number in range(20):
        write(cast, key=f"more{number}", address=f"more{number}@people.test", batch=batch)
    about_ottos(cast, batch, 0)
    confirm = address(cast, f"batches/{batch.pk}/confirm/")

    wrong = signed_in(cast.otto).post(confirm, {"hold_minutes": "5", "typed": "24"})
    olgas = signed_in(cast.olga).post(confirm, {"hold_minutes": "5", "typed": "23"})
    right = signed_in(cast.otto).post(confirm, {"hold_minutes": "5", "typed": "23"})

    assert (wrong.status_code, olgas.status_code, right.status_code) == (422, 422, 302)
    assert "This goes out as 23 messages." in wrong.content.decode()
    assert "This goes out as 24 messages." in olgas.content.decode()


def test_words_that_cannot_be_filled_in_name_no_recipient_whom_one_may_not_see(cast: Cast) -> None:
    papers = {"papers": [{"number": "2", "title": "T", "due": ""}]}
    batch = draft_batch(workshop_id=cast.workshop.pk, kind="assignment_not_needed", by=cast.olga)
    values = {**VALUES, **papers}
    hidden = {"root_type": "submission", "root_id": cast.ottos_paper.pk, "aspect": "identities"}
    write(cast, key="1", address="hidden@people.test", batch=batch, values=values, **hidden)
    write(cast, key="2", address="seen@people.test", batch=batch)
    given = {"words-subject": "S", "words-text": "{% for paper in papers %}{{ paper.shoe }}{% endfor %}"}

    answers = {
        user.given: signed_in(user).post(address(cast, f"batches/{batch.pk}/words/"), given)
        for user in (cast.otto, cast.olga)
    }

    assert [answer.status_code for answer in answers.values()] == [422, 422]
    assert "hidden@people.test" not in answers["Otto"].content.decode()
    assert "hidden@people.test cannot be written" in answers["Olga"].content.decode()


def test_draft_of_which_a_mail_was_taken_out_is_confirmed_by_the_number_of_the_others(cast: Cast, batch: Batch) -> None:
    for number in range(20):
        write(cast, key=f"more{number}", address=f"more{number}@people.test", batch=batch)
    olga, page = signed_in(cast.olga), f"batches/{batch.pk}/"
    olga.post(address(cast, f"messages/{batch.messages.first().pk}/cancel/"))

    shown = olga.get(address(cast, page)).content.decode()
    olga.post(address(cast, f"{page}confirm/"), {"hold_minutes": "5", "typed": "22"})

    assert "Type 22 to confirm it." in shown
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.HELD
