"""Several addresses of one person: what each does, and what none does before it is confirmed."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import UnconfirmedAddress, User
from accounts.services.addresses import MOST, forget_unconfirmed, note_unconfirmed
from audit.errors import Refused
from audit.models import Entry
from notifications.models import Message
from submissions.models import Authorship, Conflict, Submission
from tests.accounts.test_second_factor import sign_in
from tests.accounts.test_signing_in import (
    ASK_FOR_CODE,
    ENTER_ADDRESS_CODE,
    ENTER_SIGN_IN_CODE,
    code_in_mail,
    is_signed_in,
)
from tests.submissions.stage import author, make_stage, member, submitted

EMAILS = reverse("account_email")


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


def add(browser: Client, email: str) -> Any:
    return browser.post(EMAILS, {"action_add": "", "email": email})


class TestUnconfirmed:
    def test_added_address_is_noted_until_its_code_is_entered(self, ada: User):
        browser = sign_in(ada)
        add(browser, "Ada@Second.test")
        assert [row.email for row in browser.get(EMAILS).context["noted"]] == ["ada@second.test"]

        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})

        assert EmailAddress.objects.filter(user=ada, verified=True).count() == 2
        assert UnconfirmedAddress.objects.count() == 0

    def test_nobody_signs_in_with_it_and_its_owner_is_not_kept_from_it(self, ada: User):
        note_unconfirmed(user=ada, email="ben@new.test", by=ada)
        browser = Client()
        browser.post(ASK_FOR_CODE, {"email": "ben@new.test"})
        browser.post(ENTER_SIGN_IN_CODE, {"code": ""})
        assert is_signed_in(browser) is False

        browser.post(reverse("account_signup"), {"email": "ben@new.test", "given": "Ben"})
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})

        assert EmailAddress.objects.get(email="ben@new.test").user.given == "Ben"

    def test_address_of_somebody_else_is_noted_like_any_other(self, ada: User, ben: User):
        browser = sign_in(ada)
        pages = []
        for email in ("ben@ben.test", "free@free.test"):
            answer = add(browser, email)
            pages.append((answer.status_code, answer["Location"]))
        assert len(set(pages)) == 1
        assert list(UnconfirmedAddress.objects.order_by("email").values_list("email", flat=True)) == [
            "ben@ben.test",
            "free@free.test",
        ]

    def test_it_is_taken_off_by_its_person_alone(self, ada: User, ben: User):
        row = note_unconfirmed(user=ada, email="ada@second.test", by=ada)
        forget = reverse("accounts:forget_address", args=[row.pk])
        assert sign_in(ben).post(forget).status_code == 404
        with pytest.raises(PermissionDenied):
            forget_unconfirmed(address=row, by=ben)
        assert sign_in(ada).post(forget)["Location"] == EMAILS
        assert UnconfirmedAddress.objects.count() == 0
        actions = Entry.objects.filter(action__endswith="_address", root_id=ada.pk).order_by("id")
        assert list(actions.values_list("action", flat=True)) == [
            "person.confirmed_address",
            "person.added_address",
            "person.forgot_address",
        ]

    def test_nobody_notes_them_without_end(self, ada: User):
        for number in range(MOST):
            note_unconfirmed(user=ada, email=f"a{number}@a.test", by=ada)
        with pytest.raises(Refused):
            note_unconfirmed(user=ada, email="one@more.test", by=ada)
        note_unconfirmed(user=ada, email="a1@a.test", by=ada)
        answer = add(sign_in(ada), "one@more.test")
        said = "Confirm or take off some of the addresses that wait below first."
        assert answer.context["form"].errors == {"email": [said]}

    def test_nobody_notes_one_for_another(self, ada: User, ben: User):
        with pytest.raises(PermissionDenied):
            note_unconfirmed(user=ada, email="ada@second.test", by=ben)


class TestConflicts:
    @pytest.fixture
    def stage(self, db) -> Any:
        return make_stage()

    def conflicts(self, person: User) -> list[tuple[Any, ...]]:
        rows = Conflict.objects.filter(user=person).order_by("submission", "reason")
        return list(rows.values_list("submission", "reason", "state"))

    def test_paper_that_names_it_is_suspected_and_not_theirs(self, stage: Any):
        rui = member(stage, "Rui")
        paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui, email="rui@old.test")])
        assert self.conflicts(rui) == []

        row = note_unconfirmed(user=rui, email="rui@old.test", by=rui)

        assert self.conflicts(rui) == [(paper.pk, "authorship", "suspected")]
        assert visible_to(Viewer(rui), "own", Submission).count() == 0
        forget_unconfirmed(address=row, by=rui)
        assert self.conflicts(rui) == []

    def test_other_papers_of_its_coauthors_are_suspected(self, stage: Any):
        rui = member(stage, "Rui")
        first = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui, email="rui@old.test")])
        other = submitted(stage, content=None)

        note_unconfirmed(user=rui, email="rui@old.test", by=rui)

        assert self.conflicts(rui) == [
            (first.pk, "authorship", "suspected"),
            (other.pk, "shared_paper", "suspected"),
        ]

    def test_confirmed_address_makes_them_certain_and_the_paper_theirs(self, stage: Any):
        rui = member(stage, "Rui")
        paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui, email="rui@old.test")])
        browser = sign_in(rui)
        add(browser, "rui@old.test")
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})

        assert self.conflicts(rui) == [(paper.pk, "authorship", "confirmed")]
        assert visible_to(Viewer(rui), "own", Submission).get() == paper

    def test_paper_stays_tied_when_the_address_is_removed(self, stage: Any):
        rui = member(stage, "Rui")
        EmailAddress.objects.create(user=rui, email="rui@old.test", verified=True)
        paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui, email="rui@old.test")])
        Authorship.objects.filter(email="rui@old.test").update(user=rui)
        browser = sign_in(rui)

        browser.post(EMAILS, {"action_remove": "", "email": "rui@old.test"})

        assert EmailAddress.objects.filter(user=rui).count() == 1
        assert visible_to(Viewer(rui), "own", Submission).get() == paper
        assert (paper.pk, "authorship", "confirmed") in self.conflicts(rui)
        assert Message.objects.filter(subject="An e-mail address was removed").count() == 1
        assert Entry.objects.filter(action="person.removed_address").count() == 1
