"""After the deadline authors come and go by request; a dispute locks the list; organizers answer, and all are told."""

from dataclasses import asdict
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Affiliation, User
from audit.errors import Refused, StaleState
from notifications.models import Message
from proceedings.querysets import accepted
from submissions.author_rules import check_author_list
from submissions.models import AuthorListRequest, Conflict, Submission
from submissions.services.author_list import Spelled, arrange_authors
from submissions.services.author_requests import (
    ask_to_add,
    ask_to_remove,
    foreseen,
    foreseen_by_each,
    grant_request,
    refuse_request,
    say_missing,
    say_not_me,
    take_back,
    take_back_missing,
)
from submissions.services.save import AuthorData
from tests.factories import Cast, make_user
from tests.submissions.stage import author, make_stage_with_paper, member, save, submitted
from workshops.deadlines import window

pytestmark = pytest.mark.django_db

CY = AuthorData("Cy", "", "Other", "cy@cy.test")


@pytest.fixture
def stage():
    return make_stage_with_paper(together=True)


@pytest.fixture
def paper(stage):
    return stage.paper


@pytest.fixture
def late(stage, paper, time_machine):
    """The paper after its deadline."""
    wait_for_the_deadline(stage, time_machine)
    return paper


def wait_for_the_deadline(stage, time_machine) -> None:
    entry = window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())
    time_machine.move_to(entry.counts_until + timedelta(hours=1))


def names(paper) -> list[str]:
    return [row.name for row in paper.authorships.order_by("position")]


def told(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


def spelled(paper, **changes) -> list[Spelled]:
    return [
        Spelled(row.pk, **({"given": row.given, "family": row.family} | changes.get(row.given, {})))
        for row in paper.authorships.order_by("position")
    ]


# --- what is free -----------------------------------------------------------------------------------------------------


def test_order_and_spelling_are_free_after_the_deadline_and_the_others_are_told(stage, late) -> None:
    new = spelled(late, Ben={"given": "Benjamin"})[::-1]

    arrange_authors(submission=late, by=stage.ada, received_at=timezone.now(), version=late.version, authors=new)

    assert names(late) == ["Benjamin Example", "Ada Example"]
    assert told("author_list_arranged") == ["ben@ben.test"]
    assert [a["given"] for a in late.current.snapshot["authors"]] == ["Benjamin", "Ada"]
    assert "benjamin" in late.search_identity


def test_arranging_nothing_makes_no_version_and_no_mail(stage, late) -> None:
    before = late.version

    arrange_authors(submission=late, by=stage.ada, received_at=timezone.now(), version=before, authors=spelled(late))

    assert (Submission.objects.get(pk=late.pk).version, told("author_list_arranged")) == (before, [])


def test_an_old_page_does_not_arrange_over_what_was_saved_since(stage, late) -> None:
    with pytest.raises(StaleState):
        arrange_authors(submission=late, by=stage.ada, received_at=timezone.now(), version=1, authors=spelled(late))


def test_arranging_cannot_leave_anybody_out(stage, late) -> None:
    with pytest.raises(StaleState):
        arrange_authors(
            submission=late, by=stage.ada, received_at=timezone.now(), version=late.version, authors=spelled(late)[:1]
        )
    assert names(late) == ["Ada Example", "Ben Example"]


def test_who_has_no_address_is_spelled_otherwise_but_not_made_somebody_else(stage, time_machine) -> None:
    nameless = author(stage.ben, given="Jo", family="Miller", email="")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), nameless])

    def spell(given: str, family: str) -> None:
        arrange_authors(
            submission=paper,
            by=stage.ada,
            received_at=timezone.now(),
            version=paper.version,
            authors=spelled(paper, Jo={"given": given, "family": family}, J={"given": given, "family": family}),
        )

    with pytest.raises(Refused, match="looks like somebody else"):
        spell("Zoë", "Quartz")
    spell("Joanna", "Müller")
    assert names(paper) == ["Ada Example", "Joanna Müller"]


def test_stranger_arranges_nothing(late) -> None:
    with pytest.raises(PermissionDenied):
        arrange_authors(
            submission=late,
            by=make_user("Zed"),
            received_at=timezone.now(),
            version=late.version,
            authors=spelled(late)[::-1],
        )


# --- what a save may do -----------------------------------------------------------------------------------------------


def test_save_after_the_deadline_keeps_the_people_and_may_order_and_spell_them(stage, late) -> None:
    ada, ben = asdict(author(stage.ada, corresponding=True)), asdict(author(stage.ben))

    for people in ([ada], [ada, ben, asdict(CY)], [ada, ben | {"email": "other@ben.test"}]):
        with pytest.raises(Refused, match="by request"):
            check_author_list(row=late, authors=people, received_at=timezone.now())
    for people in ([ben, ada], [ada, ben | {"given": "Benjamin"}]):
        check_author_list(row=late, authors=people, received_at=timezone.now())


def test_disputed_list_stays_as_it_is_while_the_words_are_saved(stage, paper) -> None:
    say_not_me(authorship=paper.authorships.get(email="ben@ben.test"))

    with pytest.raises(Refused, match="disputed"):
        save(paper, stage.ada, authors=[author(stage.ada, corresponding=True)])
    save(paper, stage.ada, title="Mended", authors=[author(stage.ada, corresponding=True), author(stage.ben)])

    assert (paper.title, names(paper)) == ("Mended", ["Ada Example", "Ben Example"])


# --- asking -----------------------------------------------------------------------------------------------------------


def test_before_the_deadline_nothing_is_asked(stage, paper) -> None:
    with pytest.raises(Refused, match="Until the deadline you change the list of authors yourself"):
        ask_to_add(submission=paper, by=stage.ada, author=CY, reason="She made the figures.")


def test_asking_changes_nothing_and_tells_the_other_authors(stage, late) -> None:
    ask_to_add(submission=late, by=stage.ada, author=CY, reason="She made the figures.")

    assert names(late) == ["Ada Example", "Ben Example"]
    assert told("author_list_asked") == ["ben@ben.test"]
    assert "She made the figures." in Message.objects.get(kind="author_list_asked").text


@pytest.mark.parametrize(
    ("person", "reason", "sentence"),
    [
        (CY, "  ", "Say why"),
        (AuthorData("Cy", "", "Other", ""), "Why", "Give their e-mail address"),
        (AuthorData("Ben", "", "Again", "ben@ben.test"), "Why", "on the list already"),
    ],
)
def test_asking_for_what_cannot_be_granted_is_refused(stage, late, person, reason: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        ask_to_add(submission=late, by=stage.ada, author=person, reason=reason)


def test_double_click_asks_once(stage, late) -> None:
    ask_to_add(submission=late, by=stage.ada, author=CY, reason="Why")
    with pytest.raises(Refused, match="asked for already"):
        ask_to_add(submission=late, by=stage.ada, author=CY, reason="Why")
    assert AuthorListRequest.objects.count() == 1


def test_asker_takes_it_back_and_nobody_else(stage, late) -> None:
    asked = ask_to_remove(
        submission=late, by=stage.ada, authorship=late.authorships.get(email="ben@ben.test"), reason="He left."
    )
    with pytest.raises(Refused, match="Only whoever asked"):
        take_back(request=asked, by=stage.ben)

    take_back(request=asked, by=stage.ada)

    assert asked.status == "taken_back"
    assert told("author_list_answered") == ["ada@ada.test", "ben@ben.test"]


# --- answering --------------------------------------------------------------------------------------------------------


def test_conflicts_are_known_before_and_made_by_granting(stage, late) -> None:
    rui = member(stage, "Rui")
    Affiliation.objects.create(user=rui, name="Cy's institute", domain="cy.test")
    asked = ask_to_add(submission=late, by=stage.ada, author=CY, reason="She made the figures.")

    assert foreseen(asked) == {rui.pk: {"Same institution as an author"}}
    assert Conflict.objects.filter(user=rui).count() == 0
    with pytest.raises(Refused, match="has changed since this page was drawn"):
        grant_request(request=asked, by=stage.olga)

    grant_request(request=asked, by=stage.olga, seen=[rui.pk], answer="Welcome.")

    assert names(late) == ["Ada Example", "Ben Example", "Cy Other"]
    assert Conflict.objects.get(user=rui).state == "confirmed"
    assert told("author_list_answered") == ["ada@ada.test", "ben@ben.test", "cy@cy.test"]
    assert told("listed_as_author") == ["ben@ben.test", "cy@cy.test"]
    late.refresh_from_db()
    assert late.current.saved_by == stage.olga


def asked_for_each(stage, late, *names: str) -> list[AuthorListRequest]:
    """Ada asks to add each of these; of each one's institution there is a reviewer."""
    found = []
    for name in names:
        domain = f"{name.lower()}.test"
        Affiliation.objects.create(user=member(stage, f"Of{name}"), name="Theirs", domain=domain)
        author = AuthorData(name, "", "Other", f"{name.lower()}@{domain}")
        found.append(ask_to_add(submission=late, by=stage.ada, author=author, reason="Forgotten."))
    return found


def test_each_of_several_requests_is_foreseen_as_if_it_were_alone(stage, late) -> None:
    added = asked_for_each(stage, late, "Cy", "Di")
    removed = ask_to_remove(
        submission=late, by=stage.ada, authorship=late.authorships.get(email="ben@ben.test"), reason="He left."
    )

    together = foreseen_by_each(late, [*added, removed])

    people = {name: User.objects.get(given=name).pk for name in ("OfCy", "OfDi")}
    assert together == {
        added[0].pk: {people["OfCy"]: {"Same institution as an author"}},
        added[1].pk: {people["OfDi"]: {"Same institution as an author"}},
        removed.pk: {},
    }
    assert together == {one.pk: foreseen(one) for one in (*added, removed)}


@pytest.mark.parametrize("by_account", [True, False])
def test_who_wrote_another_paper_with_the_one_to_be_added_is_foreseen(stage, paper, time_machine, by_account) -> None:
    rui, kim = member(stage, "Rui"), member(stage, "Kim")
    cy = make_user("Cy") if by_account else SimpleNamespace(given="Cy", particle="", family="Other", email="cy@cy.test")
    submitted(stage, by=rui, authors=[author(rui, corresponding=True), author(cy)])
    submitted(stage, by=kim, authors=[author(kim, corresponding=True)])
    wait_for_the_deadline(stage, time_machine)
    asked = ask_to_add(submission=paper, by=stage.ada, author=author(cy), reason="Forgotten.")

    assert foreseen(asked) == {rui.pk: {"Co-author of an author in this workshop"}}


@pytest.mark.parametrize("names", [("Cy",), ("Cy", "Di", "Eve")])
def test_requests_are_foreseen_in_the_same_statements_for_any_number(
    stage, late, names, django_assert_num_queries
) -> None:
    requests = asked_for_each(stage, late, *names)
    paper = Submission.objects.select_related("workshop").get(pk=late.pk)

    with django_assert_num_queries(3):
        foreseen_by_each(paper, requests)


def test_granting_a_removal_leaves_the_others_in_order(stage, late) -> None:
    ada = late.authorships.get(email="ada@ada.test")
    asked = ask_to_remove(submission=late, by=stage.ben, authorship=ada, reason="She left.")

    grant_request(request=asked, by=stage.olga)

    assert list(late.authorships.values_list("given", "position", "corresponding")) == [("Ben", 1, True)]


def test_nobody_left_is_not_granted(stage, late) -> None:
    say_not_me(authorship=late.authorships.get(email="ben@ben.test"))
    asked = say_not_me(authorship=late.authorships.get(email="ada@ada.test"))
    with pytest.raises(Refused, match="Nobody would be left"):
        grant_request(request=asked, by=stage.olga)


def test_refusing_needs_words_and_puts_a_disowned_author_back(stage, late) -> None:
    row = late.authorships.get(email="ben@ben.test")
    asked = say_not_me(authorship=row, by=stage.ben)
    with pytest.raises(Refused, match="Say why it is refused"):
        refuse_request(request=asked, by=stage.olga, answer="")

    refuse_request(request=asked, by=stage.olga, answer="It is you, as you told us by mail.")

    row.refresh_from_db()
    assert (row.status, asked.status) == ("listed", "refused")


def test_only_whoever_acts_for_the_paper_answers_and_nobody_themself(stage, late) -> None:
    asked = ask_to_add(submission=late, by=stage.ada, author=CY, reason="Why")
    for person in (stage.ben, make_user("Zed")):
        with pytest.raises(PermissionDenied):
            grant_request(request=asked, by=person)
    say_missing(workshop=stage.workshop, number=late.number, by=stage.olga, reason="It is mine too.")
    own = AuthorListRequest.objects.get(kind="missing")
    with pytest.raises(Refused, match="another organizer answers"):
        grant_request(request=own, by=stage.olga, seen=foreseen(own))


def test_answered_is_answered(stage, late) -> None:
    asked = ask_to_add(submission=late, by=stage.ada, author=CY, reason="Why")
    refuse_request(request=asked, by=stage.olga, answer="No.")
    for answer in (
        lambda: grant_request(request=asked, by=stage.olga),
        lambda: refuse_request(request=asked, by=stage.olga, answer="No."),
    ):
        with pytest.raises(Refused, match="This is refused already"):
            answer()


# --- “I am missing” ---------------------------------------------------------------------------------------------------


def test_i_am_missing_says_and_mails_the_same_whatever_exists(stage, paper, client) -> None:
    zed = make_user("Zed")
    client.force_login(zed)
    page = "/w/neurreps-2027/missing-author/"

    answers = [
        client.post(page, {"number": number, "reason": "I wrote half of it.", "action": "send"}, follow=True)
        for number in (paper.number, 999)
    ]

    texts = [a.content.decode().partition("<main")[2] for a in answers]
    assert texts[0].split("csrfmiddlewaretoken")[0] == texts[1].split("csrfmiddlewaretoken")[0]
    mails = Message.objects.filter(kind="missing_author").order_by("pk")
    assert [(m.root_type, m.subject.replace("999", "1")) for m in mails] == [("workshop", mails[0].subject)] * 2
    assert [(r.kind, r.by) for r in AuthorListRequest.objects.all()] == [("missing", zed)]


def test_missing_author_is_added_once_it_is_granted_and_may_take_it_back_before(stage, late) -> None:
    zed = make_user("Zed")
    say_missing(workshop=stage.workshop, number=late.number, by=zed, reason="I wrote half of it.")
    take_back_missing(workshop=stage.workshop, number=late.number, by=zed)
    say_missing(workshop=stage.workshop, number=late.number, by=zed, reason="I wrote half of it.")
    asked = AuthorListRequest.objects.get(status="open")

    grant_request(request=asked, by=stage.olga, seen=foreseen(asked))

    row = late.authorships.get(email="zed@zed.test")
    assert (row.user, row.status) == (zed, "claimed")


def test_who_is_not_granted_learns_nothing_of_the_paper(stage, late) -> None:
    zed = make_user("Zed")
    say_missing(workshop=stage.workshop, number=late.number, by=zed, reason="I wrote half of it.")

    refuse_request(request=AuthorListRequest.objects.get(), by=stage.olga, answer="The authors say otherwise.")

    for mail in Message.objects.filter(recipient=zed):
        assert [word for word in ("Symmetry", "Ada", "Ben") if word in mail.text] == []


def test_who_is_listed_and_a_draft_open_no_dispute(stage, paper) -> None:
    from tests.submissions.stage import start

    draft = start(stage, title="A draft")
    say_missing(workshop=stage.workshop, number=paper.number, by=stage.ben, reason="Me!")
    say_missing(workshop=stage.workshop, number=draft.number, by=make_user("Zed"), reason="Me!")
    assert AuthorListRequest.objects.count() == 0


# --- what a dispute holds up, and what it does to those who review ----------------------------------------------------


def test_disputed_paper_is_not_listed_in_public_until_it_is_settled(make_cast) -> None:
    cast: Cast = make_cast("released")
    assert list(accepted(cast.workshop.pk)) == [cast.paper]

    asked = say_not_me(authorship=cast.paper.authorships.get(user=cast.ben), by=cast.ben)
    assert list(accepted(cast.workshop.pk)) == []
    refuse_request(request=asked, by=cast.olga, answer="He is.")

    assert list(accepted(cast.workshop.pk)) == [cast.paper]


def test_reviewer_who_comes_to_have_a_conflict_no_longer_has_the_paper(make_cast) -> None:
    cast: Cast = make_cast("review")
    asked = AuthorListRequest.objects.get(submission=cast.paper)
    domain = asked.data["email"].rpartition("@")[2]
    for person in (cast.rui, cast.rae):
        Affiliation.objects.create(user=person, name="Cy's", domain=domain)

    grant_request(request=asked, by=cast.olga, seen=foreseen(asked))

    cast.assignment.refresh_from_db()
    cast.raes_assignment.refresh_from_db()
    cast.review.refresh_from_db()
    assert (cast.assignment.status, cast.raes_assignment.status) == ("removed", "removed")
    assert cast.review.status == "set_aside"
    mails = Message.objects.filter(kind="assignment_not_needed")
    assert sorted(m.recipient.given for m in mails) == ["Rae", "Rui"]
    assert [m for m in mails if "conflict" in m.text.lower() or "author" in m.text.lower()] == []
