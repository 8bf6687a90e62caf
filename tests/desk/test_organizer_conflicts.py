"""Organizers with a conflict, rule by rule: levels, handlers, waivers, guest chairs, second persons."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.rights import may
from access.viewer import Viewer
from accounts.models import Affiliation, User
from audit.errors import Refused
from audit.models import Entry
from decisions.models import Decision
from decisions.rules import needs_second_person
from decisions.services.decide import confirm, decide
from decisions.services.late_conflicts import uphold
from decisions.services.release import start_release
from desk.reading.mail import visible_messages
from notifications.models import Message
from notifications.services.batches import cancel_batch
from reviews.loads import loads
from reviews.models import Assignment, Reviewer
from reviews.services.assign import assign, remove_assignment
from submissions.levels import level_of, standings
from submissions.models import Conflict, ConflictRequest, Handler
from submissions.services.break_glass import allow_reading, ask_to_read, end_reading
from submissions.services.conflicts import find_conflicts, set_conflict
from submissions.services.declared import answer_declared, ask_authors
from submissions.services.follow import follow_deadlines
from submissions.services.guest_chairs import accept_call, call_guest_chair, decline_call, end_guest_chair
from submissions.services.handlers import appoint_handler, appoint_handlers
from submissions.services.waivers import approve_waiver, ask_for_waiver
from submissions.services.withdraw import undo_withdrawal, withdraw
from submissions.states import Level
from tests.factories import Cast, decide_on, make_user
from workshops.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(make_cast) -> Cast:
    return make_cast("bidding")


def institutional(cast: Cast, user: User) -> None:
    """Make this organizer one of Ada's institution."""
    Affiliation.objects.create(user=user, name="The same", domain=cast.ada.affiliations.get().domain)
    find_conflicts(workshop=cast.workshop, by=None)


def personal(cast: Cast, user: User, by: User | None = None) -> None:
    set_conflict(submission=cast.paper, user=user, reason="organizer", state="confirmed", by=by, why="A friend.")


def nobody_free(cast: Cast) -> None:
    """Olga and Ines are of Ada's institution, Otto is a friend."""
    personal(cast, cast.otto)
    institutional(cast, cast.olga)


def only_olga(cast: Cast) -> None:
    personal(cast, cast.otto)


def handler(cast: Cast) -> Handler | None:
    return Handler.objects.filter(submission=cast.paper, until=None).first()


# --- R1: four levels --------------------------------------------------------------------------------------------------


def test_r1_levels_and_their_reasons(cast) -> None:
    personal(cast, cast.otto)

    assert [(one.name, one.level, one.reasons) for one in standings(cast.paper)] == [
        (cast.olga.name, Level.FREE, ()),
        (cast.ines.name, Level.INSTITUTIONAL, ("Same institution as an author",)),
        (cast.otto.name, Level.PERSONAL, ("An organizer's word",)),
    ]
    assert level_of(cast.ottos_paper, cast.otto) == Level.AUTHOR


@pytest.mark.parametrize(("days", "level"), [(300, Level.INSTITUTIONAL), (400, Level.FREE)])
def test_r1_an_institution_counts_for_a_year_after_an_organizer_has_left(cast, days, level) -> None:
    left = timezone.now().date() - timedelta(days=days)
    Affiliation.objects.create(user=cast.olga, name="Was", domain=cast.ada.affiliations.get().domain, end=left)
    find_conflicts(workshop=cast.workshop, by=None)

    assert level_of(cast.paper, cast.olga) == level


def test_r1_for_reviewers_it_counts_for_the_years_of_the_workshop(cast) -> None:
    left = timezone.now().date() - timedelta(days=400)
    Affiliation.objects.create(user=cast.rui, name="Was", domain=cast.ada.affiliations.get().domain, end=left)
    find_conflicts(workshop=cast.workshop, by=None)

    assert list(Conflict.objects.filter(user=cast.rui).values_list("reason", "state")) == [("institution", "confirmed")]


@pytest.mark.parametrize("reason", ["shared_paper", "relation", "publication", "by_author", "organizer"])
def test_r1_every_other_reason_is_personal(cast, reason) -> None:
    Conflict.objects.create(submission=cast.paper, user=cast.olga, reason=reason, state="confirmed")

    assert level_of(cast.paper, cast.olga) == Level.PERSONAL


# --- R3: one handler --------------------------------------------------------------------------------------------------


def test_r3_handlers_are_appointed_when_submissions_close(make_cast) -> None:
    cast = make_cast("submission")
    assert not Handler.objects.exists()

    Deadline.objects.filter(workshop=cast.workshop, kind="submission").update(
        at=timezone.now() - timedelta(hours=1), awaited=True
    )
    follow_deadlines()

    found = dict(Handler.objects.filter(until=None).values_list("submission", "user"))
    assert found.keys() == {cast.paper.pk, cast.ottos_paper.pk}
    assert found[cast.paper.pk] in {cast.olga.pk, cast.otto.pk}
    assert found[cast.ottos_paper.pk] in {cast.olga.pk, cast.ines.pk}


def chaired(cast: Cast) -> Assignment:
    return assign(submission=cast.paper, user=cast.mara, by=cast.olga, kind="area_chair")


def test_r3_the_area_chair_of_a_paper_handles_it_until_they_have_it_no_more(cast, look) -> None:
    row = chaired(cast)

    post = handler(cast)
    assert post is not None
    assert (post.user, post.kind, post.sole) == (cast.mara, "area_chair", False)
    assert f"Handled by {cast.mara.name}" in look(cast.ines, f"papers/{cast.paper.number}/").content.decode()

    remove_assignment(assignment=row, by=cast.olga, reason="She is away.")

    assert handler(cast).user in {cast.olga, cast.otto}


def test_r3_an_area_chair_who_handles_a_paper_does_no_more_on_it_than_other_area_chairs(cast, do) -> None:
    row = chaired(cast)

    rights = ("reviews", "identities", "authors", "act", "tentative", "settle", "mail")
    assert [name for name in rights if may(Viewer(cast.mara), name, cast.paper)] == ["reviews", "identities"]
    do(cast.otto, f"papers/{cast.paper.number}/handler/", {"user": cast.otto.pk, "reason": ""})
    assert handler(cast).user == cast.otto
    do(cast.otto, f"papers/{cast.paper.number}/handler/", {"user": cast.mara.pk, "reason": ""})
    assert (handler(cast).user, handler(cast).kind) == (cast.mara, "area_chair")
    told = Message.objects.get(kind="assignments", recipient=cast.mara)
    assert told.reply_to in {cast.olga.email, cast.otto.email}, row


def test_r3_handlers_at_the_closing_are_area_chairs_where_there_are_some(cast) -> None:
    Handler.objects.all().delete()
    chaired(cast)
    assert handler(cast) is None

    appoint_handlers(workshop=cast.workshop, by=None)

    assert handler(cast).user == cast.mara
    assert Handler.objects.get(submission=cast.ottos_paper, until=None).user in {cast.olga, cast.ines}


def test_r3_the_only_free_organizer_comes_before_an_area_chair(cast) -> None:
    chaired(cast)

    only_olga(cast)

    assert (handler(cast).user, handler(cast).sole) == (cast.olga, True)


def test_r3_an_area_chair_with_a_conflict_that_is_found_late_handles_nothing(cast) -> None:
    chaired(cast)

    personal(cast, cast.mara, by=cast.olga)

    assert handler(cast).user in {cast.olga, cast.otto}


def test_r3_a_paper_that_comes_back_has_a_handler_who_is_free_by_then(cast) -> None:
    appoint_handler(submission=cast.paper, user=cast.otto, by=cast.olga)
    withdraw(submission=cast.paper, by=cast.ada)
    personal(cast, cast.otto)

    undo_withdrawal(submission=cast.paper, by=cast.ada)

    assert handler(cast).user == cast.olga


# --- R4: one free organizer, or none ----------------------------------------------------------------------------------


def test_r4_the_only_free_organizer_handles_at_once_and_the_log_says_sole(cast) -> None:
    appoint_handler(submission=cast.paper, user=cast.otto, by=cast.olga)

    only_olga(cast)

    post = handler(cast)
    assert post is not None
    assert (post.user, post.sole) == (cast.olga, True)
    assert Entry.objects.filter(action="handler.appointed_sole", root_id=cast.paper.pk).count() == 1


def test_r4_the_sole_handler_writes_why_whatever_the_decision_and_needs_no_second_person(make_cast) -> None:
    cast = make_cast("review")
    only_olga(cast)
    for key in ("accept", "reject", "desk_reject"):
        outcome = cast.track.outcomes.get(key=key)
        with pytest.raises(Refused, match="write down why"):
            decide(submission=cast.paper, outcome=outcome, by=cast.olga, to_authors="Sorry.")

    made = decide_on(cast.paper, cast.olga, "reject")

    assert made.status == "confirmed"
    assert Entry.objects.filter(action="decision.made_as_sole", root_id=cast.paper.pk).exists()


def test_r4_nobody_free_leaves_the_paper_without_a_handler_and_says_so_first(cast, look) -> None:
    nobody_free(cast)

    assert handler(cast) is None
    for person in (cast.olga, cast.ines, cast.otto):
        needs = look(person).context["board"].needs
        assert needs[0].key == "handlers"
        assert f"#{cast.paper.number}" in needs[0].detail
        page = look(person, "conflicts/").content.decode()
        assert "Papers that nobody handles" in page
        assert f"{len(look(person, 'decisions/release/').context['without'])}" == "1"


def test_r4_a_waiver_is_approved_by_another_who_is_no_author(cast) -> None:
    nobody_free(cast)
    asked = ask_for_waiver(submission=cast.paper, user=cast.ines, reason="We never met.", by=cast.ines)
    assert ask_for_waiver(submission=cast.paper, user=cast.ines, reason="We never met.", by=cast.ines) == asked
    with pytest.raises(Refused, match="of their own"):
        approve_waiver(request=asked, by=cast.ines)

    approve_waiver(request=asked, by=cast.otto)

    post = handler(cast)
    assert post is not None
    assert (post.user, post.kind, post.reason) == (cast.ines, "waiver", "We never met.")
    assert may(Viewer(cast.ines), "act", cast.paper)
    assert not may(Viewer(cast.olga), "act", cast.paper)


def test_r4_personal_and_author_never_handle_by_waiver(cast) -> None:
    nobody_free(cast)

    with pytest.raises(Refused, match="more than an institution"):
        ask_for_waiver(submission=cast.paper, user=cast.otto, reason="I am fair.", by=cast.otto)
    with pytest.raises(PermissionDenied):
        ask_for_waiver(submission=cast.ottos_paper, user=cast.ines, reason="Please.", by=cast.otto)
    with pytest.raises(Refused, match="is free"):
        ask_for_waiver(submission=cast.ottos_paper, user=cast.ines, reason="Please.", by=cast.olga)


def test_r4_the_page_of_a_waiver_shows_number_title_reasons_and_nothing_else(make_cast, look) -> None:
    cast = make_cast("review")
    nobody_free(cast)

    page = look(cast.otto, f"papers/{cast.paper.number}/handling/").content.decode()

    assert cast.paper.title in page
    hidden = [cast.paper.abstract.split()[-1].strip(".,"), cast.ada.family, cast.rui.family, cast.rae.family]
    assert [word for word in hidden if word in page] == []
    assert look(cast.otto, f"papers/{cast.ottos_paper.number}/handling/").status_code == 404


def test_r4_a_waiver_by_the_pages(cast, do, look) -> None:
    nobody_free(cast)
    path = f"papers/{cast.paper.number}/handling/"
    assert do(cast.ines, path, {"ask": "waiver", "user": cast.ines.pk, "reason": ""}).status_code == 422
    do(cast.ines, path, {"ask": "waiver", "user": cast.ines.pk, "reason": "We never met."})
    asked = ConflictRequest.objects.get()
    assert [need.key for need in look(cast.otto).context["board"].needs][:2] == ["handlers", "asked"]

    assert do(cast.ines, f"conflicts/{asked.pk}/approve/").status_code == 404
    do(cast.otto, f"conflicts/{asked.pk}/approve/")
    do(cast.otto, f"conflicts/{asked.pk}/approve/")

    asked.refresh_from_db()
    assert (asked.status, handler(cast).user) == ("granted", cast.ines)


def called(cast: Cast, address: str = "gail@gail.test") -> ConflictRequest:
    nobody_free(cast)
    return call_guest_chair(submission=cast.paper, address=address, name="Gail", reason="Far away.", by=cast.otto)


def link_of(request: ConflictRequest) -> str:
    text = Message.objects.get(kind="guest_chair", address=request.address).text
    found = re.search(r"/g/[^/]+/", text)
    assert found
    return found[0]


@pytest.mark.parametrize("who", ["ada", "otto", "cleo"])
def test_r4_nobody_with_a_conflict_is_called_as_guest_chair(cast, who) -> None:
    nobody_free(cast)
    person = getattr(cast, who)

    with pytest.raises(Refused):
        call_guest_chair(submission=cast.paper, address=person.email, name="X", reason="Far away.", by=cast.otto)

    assert not ConflictRequest.objects.exists()


def test_r4_the_only_free_organizer_may_call_a_guest_chair_and_the_others_may_not(cast) -> None:
    only_olga(cast)
    call = {"submission": cast.paper, "address": "gail@gail.test", "name": "Gail", "reason": "Far away."}
    with pytest.raises(Refused, match="that one may call"):
        call_guest_chair(by=cast.ines, **call)

    assert call_guest_chair(by=cast.olga, **call).status == "open"


def test_r4_following_the_link_of_a_call_changes_nothing_and_its_button_answers(cast, client) -> None:
    request = called(cast)
    for _ in range(2):
        page = client.get(link_of(request), follow=True)
        client.head(link_of(request))
    assert page.status_code == 200
    request.refresh_from_db()
    assert (request.status, User.objects.filter(email="gail@gail.test").count()) == ("open", 0)
    text = page.content.decode()
    assert cast.paper.title in text
    assert cast.ada.family not in text

    assert client.post("/guest-chair/", {"verb": "accept"}).status_code == 422
    client.post("/guest-chair/", {"verb": "accept", "given": "Gail", "family": "Guest"}, follow=True)
    client.post("/guest-chair/", {"verb": "accept", "given": "Gail", "family": "Guest"}, follow=True)

    gail = User.objects.get(email="gail@gail.test")
    post = handler(cast)
    assert post is not None
    assert (post.user, post.kind, gail.is_staff) == (gail, "guest", False)


def test_r4_a_guest_chair_sees_and_decides_that_paper_and_nothing_else(make_cast, client) -> None:
    cast = make_cast("review")
    request = accept_call(request=called(cast), given="Gail", family="Guest")
    gail = request.user
    client.force_login(gail)
    base = f"/w/{cast.workshop.slug}/guest-chair/"
    page = client.get(f"{base}{cast.paper.number}/")
    assert page.status_code == 200
    assert cast.rui.family in page.content.decode()
    assert f"{base}{cast.paper.number}/" in client.get("/desk/").content.decode()
    for closed in (f"{base}{cast.ottos_paper.number}/", "/admin/", "/admin/w/neurreps/", "/admin/w/neurreps/papers/1/"):
        assert client.get(closed).status_code == 404, closed

    accept = cast.track.outcomes.get(key="accept")
    said = {"outcome": accept.pk, "reason": "", "to_authors": "", "version": 0}
    assert client.post(f"{base}{cast.paper.number}/decide/", said).status_code == 422
    client.post(f"{base}{cast.paper.number}/decide/", said | {"reason": "Sound and new."})
    client.post(f"{base}{cast.paper.number}/assign/", {"user": cast.noor.pk})

    decision = Decision.objects.get(submission=cast.paper)
    assert (decision.decided_by, decision.status) == (gail, "confirmed")
    assert Assignment.objects.current().filter(submission=cast.paper, user=cast.noor).exists()
    assert client.post(f"{base}{cast.ottos_paper.number}/decide/", said).status_code == 404


def test_r4_a_guest_with_a_conflict_that_shows_on_accepting_gets_nothing(cast) -> None:
    request = called(cast)
    gail = make_user("Gail")
    Affiliation.objects.create(user=gail, name="The same", domain=cast.ada.affiliations.get().domain)

    with pytest.raises(Refused, match="conflict of interest"):
        accept_call(request=request)

    request.refresh_from_db()
    assert (request.status, handler(cast)) == ("open", None)


def test_r4_a_guest_chair_declines_or_ends_and_that_stays_to_be_read(cast, look) -> None:
    request = called(cast)
    decline_call(request=request, answer="No time.")
    assert ConflictRequest.objects.get(pk=request.pk).status == "refused"
    again = call_guest_chair(
        submission=cast.paper, address="gus@gus.test", name="Gus", reason="Far away.", by=cast.ines
    )
    again = accept_call(request=again, given="Gus", family="Guest")

    end_guest_chair(request=again, by=cast.ines)

    assert handler(cast) is None
    assert not may(Viewer(again.user), "act", cast.paper)
    page = look(cast.otto, f"papers/{cast.paper.number}/handling/").context["page"]
    assert [(one.words, one.status, one.answer) for one in page.before] == [
        ("Gail is called as guest chair", "Refused", "No time."),
        (f"{again.user.name} is called as guest chair", "Ended", ""),
    ]


def test_r4_the_command_is_for_papers_that_nobody_may_settle(cast) -> None:
    nobody_free(cast)
    place = ["--workshop", "neurreps", "--reason", "Nobody else."]
    number = str(cast.paper.number)
    with pytest.raises(CommandError, match="may approve this"):
        call_command("settle_paper", "waiver", number, cast.ines.email, *place)
    for person in (cast.olga, cast.otto):
        Conflict.objects.create(submission=cast.paper, user=person, reason="authorship", state="confirmed")

    call_command("settle_paper", "waiver", number, cast.ines.email, *place)

    assert handler(cast).user == cast.ines


def test_r4_a_guest_chair_with_a_conflict_that_is_found_late_handles_nothing_any_more(cast, look) -> None:
    guest = accept_call(request=called(cast), given="Gail", family="Guest").user

    Affiliation.objects.create(user=guest, name="The same", domain=cast.ada.affiliations.get().domain)
    find_conflicts(workshop=cast.workshop, by=None)

    assert handler(cast) is None
    assert not may(Viewer(guest), "row", cast.paper)
    assert not cast.workshop.memberships.filter(user=guest, until=None).exists()
    page = look(cast.otto, "conflicts/").context["page"]
    assert ([one.number for one in page.without], page.granted) == ([cast.paper.number], [])


# --- R5: a second person, and the broken glass ------------------------------------------------------------------------


def test_r5_a_second_person_is_asked_for_from_three_organizers_on(cast) -> None:
    assert needs_second_person(cast.workshop)
    cast.workshop.memberships.filter(user=cast.ines).update(until=timezone.now())
    assert not needs_second_person(cast.workshop)
    cast.workshop.two_person = True

    assert not needs_second_person(cast.workshop)


def test_r5_near_a_pinned_date_one_person_tells_what_nobody_confirmed_and_the_others_hear(make_cast, do, look) -> None:
    cast = make_cast("review")
    decide_on(cast.paper, cast.olga, "accept")
    confirm(decision=decide_on(cast.ottos_paper, cast.olga, "reject"), by=cast.ines)
    with pytest.raises(Refused, match="Only near a date"):
        start_release(workshop=cast.workshop, by=cast.olga, typed=3, alone="Nobody answers.")
    near = Deadline.objects.filter(workshop=cast.workshop, kind="notification")
    near.update(at=timezone.now() + timedelta(hours=1), pinned_by="NeurIPS")
    assert "Tell also what no second person" in look(cast.olga, "decisions/release/").content.decode()
    assert do(cast.olga, "decisions/release/?alone=1", {"typed": 3}).status_code == 422

    do(cast.olga, "decisions/release/?alone=1", {"typed": 3, "alone": "Nobody answers."})

    mails = Message.objects.filter(kind="released_alone").order_by("recipient")
    assert {mail.recipient for mail in mails} == {cast.olga, cast.ines, cast.otto}
    assert all(f"#{cast.paper.number}" in mail.text and "Nobody answers." in mail.text for mail in mails)
    assert not visible_messages(cast.workshop, Viewer(cast.otto)).filter(kind="released_alone").exists()
    cancel_batch(batch=Decision.objects.get(submission=cast.paper).release.batch, by=cast.olga)
    assert Decision.objects.get(submission=cast.paper).status == "tentative"
    assert Decision.objects.get(submission=cast.ottos_paper).status == "confirmed"


def test_r5_a_sealed_paper_is_read_for_a_while_by_leave_under_handles_and_all_hear_the_number(make_cast, look) -> None:
    cast = make_cast("discussion")
    only_olga(cast)
    path = f"papers/{cast.paper.number}/"
    asked = ask_to_read(submission=cast.paper, reason="A question of ethics.", by=cast.otto)
    for person in (cast.ines, cast.otto):
        with pytest.raises((PermissionDenied, Refused)):
            allow_reading(request=asked, hours=2, by=person)
    assert cast.paper.abstract not in look(cast.otto, path).content.decode()

    allow_reading(request=asked, hours=2, by=cast.olga)

    page = look(cast.otto, path).content.decode()
    review = cast.review.current.answers["summary"]
    assert (review in page, cast.rui.family in page, "Save the decision" in page) == (True, False, False)
    assert Entry.objects.filter(action="identity.revealed", actor=cast.otto, root_id=cast.paper.pk).count() == 1
    mails = Message.objects.filter(kind="sealed_paper_read")
    assert {mail.recipient for mail in mails} == {cast.olga, cast.ines, cast.otto}
    assert not any(cast.paper.title in mail.text for mail in mails)
    ConflictRequest.objects.update(until=timezone.now())
    assert review not in look(cast.otto, path).content.decode()


def test_r5_reading_ends_when_it_is_ended_and_never_opens_ones_own_paper(cast) -> None:
    only_olga(cast)
    with pytest.raises(PermissionDenied):
        ask_to_read(submission=cast.ottos_paper, reason="I am curious.", by=cast.otto)
    with pytest.raises(Refused, match="not sealed"):
        ask_to_read(submission=cast.paper, reason="I am curious.", by=cast.ines)
    asked = ask_to_read(submission=cast.paper, reason="Ethics.", by=cast.otto)
    allow_reading(request=asked, hours=2, by=cast.olga)

    end_reading(request=asked, by=cast.otto)

    assert not may(Viewer(cast.otto), "reviews", cast.paper)


# --- R6: shared loads -------------------------------------------------------------------------------------------------


def test_r6_full_is_counted_over_the_papers_one_is_free_on(make_cast) -> None:
    cast = make_cast("review")
    Reviewer.objects.filter(user=cast.noor).update(load_max=1)

    with pytest.raises(Refused, match="full"):
        assign(submission=cast.paper, user=cast.noor, by=cast.olga)
    assign(submission=cast.paper, user=cast.noor, by=cast.otto)

    noor = {name: loads(Viewer(getattr(cast, name)), cast.workshop.pk).get(cast.noor.pk) for name in ("olga", "otto")}
    assert noor == {"olga": 2, "otto": 1}


def test_r6_more_than_a_reviewer_takes_is_told_to_whoever_is_free_on_all_of_it_and_not_to_who_did_it(
    make_cast, look
) -> None:
    cast = make_cast("review")
    Reviewer.objects.filter(user=cast.noor).update(load_max=1)
    assign(submission=cast.paper, user=cast.noor, by=cast.otto)

    said = {
        name: [need.detail for need in look(getattr(cast, name)).context["board"].needs if need.key == "over"]
        for name in ("olga", "otto", "ines")
    }

    olgas = ["Among them 2 of 1. Ask them, or give a paper to somebody else."]
    assert said == {"olga": olgas, "otto": [], "ines": []}


# --- R7: mail ---------------------------------------------------------------------------------------------------------


def test_r7_answers_to_mail_about_a_paper_reach_its_handler_and_no_common_inbox(make_cast) -> None:
    cast = make_cast("review")

    found = dict(Message.objects.filter(kind="assignments").values_list("recipient", "reply_to"))
    at_first = {post.submission_id: post.user.email for post in Handler.objects.filter(kind="organizer")}
    assert found[cast.rui.pk] == at_first[cast.paper.pk]
    assert found[cast.noor.pk] == at_first[cast.ottos_paper.pk]
    assert handler(cast).user == cast.mara
    received = Message.objects.get(kind="review_received", recipient=cast.rui)
    assert received.reply_to == cast.mara.email
    authors = Message.objects.filter(recipient=cast.ada).values_list("reply_to", flat=True).distinct()
    assert list(authors) == [cast.workshop.contact]


def test_r7_mail_that_went_wrong_is_seen_by_those_who_are_free(make_cast, look) -> None:
    cast = make_cast("review")
    Message.objects.filter(kind="assignments", recipient=cast.noor).update(status="in_doubt")

    seen = {
        name: any(need.key == "mail" for need in look(getattr(cast, name)).context["board"].needs)
        for name in ("olga", "ines", "otto")
    }

    assert seen == {"olga": True, "ines": True, "otto": False}


# --- R8: found late ---------------------------------------------------------------------------------------------------


def test_r8_a_tentative_decision_of_whoever_has_a_conflict_falls_back(make_cast, look) -> None:
    cast = make_cast("review")
    decide_on(cast.paper, cast.otto, "accept")

    personal(cast, cast.otto, by=cast.olga)

    assert not Decision.objects.filter(submission=cast.paper).exists()
    page = look(cast.olga, "conflicts/").context["page"]
    assert [(one.number, one.who, [did for _, did in one.did]) for one in page.late] == [
        (cast.paper.number, cast.otto.name, ["Decided tentatively"])
    ]
    assert look(cast.ines, "conflicts/").context["page"].late == []


def test_r8_a_confirmation_falls_back_alone(make_cast) -> None:
    cast = make_cast("discussion")

    personal(cast, cast.otto, by=cast.olga)

    decision = Decision.objects.get(submission=cast.paper)
    assert (decision.status, decision.decided_by, decision.confirmed_by) == ("tentative", cast.olga, None)


def test_r8_a_told_decision_is_listed_until_whoever_is_free_says_that_it_stands(make_cast, do, look) -> None:
    cast = make_cast("released")
    personal(cast, cast.otto, by=cast.olga)

    listed = look(cast.olga, "conflicts/").context["page"].to_uphold
    assert [(one.number, one.told) for one in listed] == [(cast.paper.number, True)]
    assert look(cast.otto, "conflicts/").context["page"].to_uphold == []
    with pytest.raises(Refused):
        uphold(decision=Decision.objects.get(submission=cast.paper), by=cast.olga, why=" ")
    do(cast.olga, f"papers/{cast.paper.number}/decision-stands/", {"why": "Three reviews say so."})

    assert Decision.objects.get(submission=cast.paper).upheld_by == cast.olga
    assert look(cast.olga, "conflicts/").context["page"].to_uphold == []


# --- R9: waiving ------------------------------------------------------------------------------------------------------


def test_r9_whoever_is_free_waives_with_a_reason_and_the_level_follows_at_once(cast) -> None:
    waive = {"submission": cast.paper, "user": cast.ines, "reason": "institution", "state": "waived"}
    with pytest.raises(PermissionDenied):
        set_conflict(by=cast.ines, why="Never met.", **waive)
    with pytest.raises(Refused, match="Say why"):
        set_conflict(by=cast.olga, why="", **waive)

    set_conflict(by=cast.olga, why="Never met.", **waive)

    assert level_of(cast.paper, cast.ines) == Level.FREE
    with pytest.raises(Refused, match="cannot be waived"):
        set_conflict(
            submission=cast.ottos_paper, user=cast.otto, reason="authorship", state="waived", by=cast.olga, why="No."
        )


def test_r9_what_authors_declared_is_waived_only_once_they_agree(cast, do, client) -> None:
    conflict = Conflict.objects.create(submission=cast.paper, user=cast.noor, reason="by_author", state="confirmed")
    with pytest.raises(Refused, match="Ask them"):
        set_conflict(
            submission=cast.paper, user=cast.noor, reason="by_author", state="waived", by=cast.olga, why="Needed."
        )
    path = f"papers/{cast.paper.number}/ask-authors/"
    do(cast.olga, path, {"user": cast.noor.pk, "why": "Nobody else knows it."})
    do(cast.olga, path, {"user": cast.noor.pk, "why": "Nobody else knows it."})
    asked = ConflictRequest.objects.get()
    mail = Message.objects.get(kind="declared_asked")
    assert (mail.recipient, cast.olga.name in mail.text) == (cast.ada, False)
    client.force_login(cast.ada)
    own = f"/w/neurreps/papers/{cast.paper.number}/"
    page = client.get(own).content.decode()
    said = ("A question about whom you named", cast.noor.name, "Nobody else knows it.", f"{own}declared/{asked.pk}/")
    assert [words for words in said if words not in page] == []
    client.force_login(cast.ben)
    bens = client.get(own).content.decode()
    assert ("The corresponding author answers." in bens, f"declared/{asked.pk}/" in bens) == (True, False)
    client.force_login(cast.ada)
    with pytest.raises(Refused, match="corresponding"):
        answer_declared(request=asked, agree=True, by=cast.ben)

    client.post(f"{own}declared/{asked.pk}/", {"answer": "yes"})

    conflict.refresh_from_db()
    assert (conflict.state, conflict.evidence["why"]) == ("waived", "Nobody else knows it. The authors agreed.")
    assert "A question about whom you named" not in client.get(own).content.decode()


def test_r9_authors_who_say_no_leave_it_as_it_was(cast) -> None:
    conflict = Conflict.objects.create(submission=cast.paper, user=cast.noor, reason="by_author", state="confirmed")
    asked = ask_authors(conflict=conflict, why="Nobody else knows it.", by=cast.olga)

    answer_declared(request=asked, agree=False, by=cast.ada)

    conflict.refresh_from_db()
    assert (conflict.state, asked.status) == ("confirmed", "refused")
