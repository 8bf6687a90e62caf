"""Two accounts of one person become one: the proof, what comes along, what stands in the way."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Merge, Relation, UnconfirmedAddress, User
from accounts.services.merge import PROVED_FOR, Proof, merge_accounts, preview
from accounts.services.publications import add_publications
from accounts.services.register import create_person
from audit.errors import Refused
from audit.models import Entry
from notifications.models import Message
from tests.accounts.test_second_factor import SECRET, sign_in
from tests.accounts.test_signing_in import (
    ASK_FOR_CODE,
    CODE,
    ENTER_SIGN_IN_CODE,
    code_in_mail,
    is_signed_in,
    newest_mail,
)

MERGE, ENTER, LOOK = (reverse(f"accounts:{name}") for name in ("merge", "merge_code", "merge_look"))


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


@pytest.fixture
def old(db) -> User:
    """Ada's account of former years."""
    return create_person(email="ada@old.test", given="Ada", family="Former", by=None, confirmed=True)


def proof(kept: User, gone: User, *, ago: float = 0) -> Proof:
    return Proof(kept=kept.pk, gone=gone.pk, at=time.time() - ago)


def merge(kept: User, gone: User) -> Merge:
    return merge_accounts(kept=kept, gone=gone, by=kept, proof=proof(kept, gone))


class TestPages:
    def test_code_from_the_other_address_shows_what_would_move_and_the_button_does_it(self, ada: User, old: User):
        add_publications(user=old, by=old, text="On old things")
        browser = sign_in(ada)

        assert browser.post(MERGE, {"email": "Ada@OLD.test"})["Location"] == ENTER
        assert newest_mail().address == "ada@old.test"
        assert browser.post(ENTER, {"code": code_in_mail()})["Location"] == LOOK
        page = browser.get(LOOK)
        assert page.context["preview"].moves == ["1 e-mail address", "1 publication"]
        assert Merge.objects.count() == 0
        assert browser.post(LOOK)["Location"] == reverse("account_email")

        row = Merge.objects.get()
        assert (row.kept, row.gone, row.by) == (ada, old, ada)
        assert set(EmailAddress.objects.filter(user=ada).values_list("email", "primary")) == {
            ("ada@ada.test", True),
            ("ada@old.test", False),
        }

    def test_second_press_does_nothing_more(self, ada: User, old: User):
        browser = sign_in(ada)
        browser.post(MERGE, {"email": "ada@old.test"})
        browser.post(ENTER, {"code": code_in_mail()})
        browser.post(LOOK)

        assert browser.post(LOOK)["Location"] == MERGE
        assert Merge.objects.count() == 1

    def test_unknown_address_gets_the_same_answers_and_a_mail_without_a_code(self, ada: User, old: User):
        known, unknown = sign_in(ada), sign_in(ada)
        answers = [known.post(MERGE, {"email": "ada@old.test"}), unknown.post(MERGE, {"email": "zed@zed.test"})]
        assert {answer["Location"] for answer in answers} == {ENTER}
        assert CODE.search(Message.objects.get(address="zed@zed.test").text) is None
        for _ in range(2):
            said = [browser.post(ENTER, {"code": "AAAA-AAAA"}).context["form"].errors for browser in (known, unknown)]
            assert said == [{"code": ["This is not the code. Look at the newest mail."]}] * 2
        ends = [browser.post(ENTER, {"code": "AAAA-AAAA"})["Location"] for browser in (known, unknown)]
        assert ends == [MERGE, MERGE]

    def test_code_is_of_no_use_to_another_account(self, ada: User, ben: User, old: User):
        sign_in(ada).post(MERGE, {"email": "ada@old.test"})
        code = code_in_mail()
        assert sign_in(ben).post(ENTER, {"code": code})["Location"] == MERGE

    def test_code_is_too_old_after_a_quarter_of_an_hour(self, ada: User, old: User, time_machine_at):
        browser = sign_in(ada)
        with time_machine_at(0):
            browser.post(MERGE, {"email": "ada@old.test"})
        with time_machine_at(16):
            assert browser.post(ENTER, {"code": code_in_mail()})["Location"] == MERGE

    def test_own_address_is_refused(self, ada: User):
        answer = sign_in(ada).post(MERGE, {"email": "ada@ada.test"})
        assert answer.context["form"].errors == {
            "email": ["This address is on the account that you are signed in to. Give one of the other."]
        }

    def test_unconfirmed_address_of_another_account_proves_nothing(self, ada: User, ben: User):
        UnconfirmedAddress.objects.create(user=ben, email="ben@new.test")
        EmailAddress.objects.create(user=ben, email="ben@other.test", verified=False)
        browser = sign_in(ada)
        for address in ("ben@new.test", "ben@other.test"):
            browser.post(MERGE, {"email": address})
            assert CODE.search(newest_mail().text) is None

    def test_mail_alone_does_not_get_past_the_other_account_s_second_factor(self, ada: User, old: User):
        TOTP.activate(old, SECRET)
        code = RecoveryCodes.activate(old).get_unused_codes()[0]
        browser = sign_in(ada)
        browser.post(MERGE, {"email": "ada@old.test"})
        browser.post(ENTER, {"code": code_in_mail()})

        for second in ("", "000000"):
            answer = browser.post(LOOK, {"second": second})
            assert list(answer.context["form"].errors) == ["second"]
        assert Merge.objects.count() == 0
        browser.post(LOOK, {"second": code})

        assert Merge.objects.count() == 1
        assert Authenticator.objects.count() == 0


class TestService:
    def test_account_that_goes_is_closed_and_its_sessions_end(self, ada: User, old: User):
        browser = Client()
        browser.force_login(old)

        merge(ada, old)

        assert browser.get(reverse("accounts:security")).status_code == 302
        old.refresh_from_db()
        assert (old.is_active, old.has_usable_password(), old.email) == (
            False,
            False,
            f"merged-{old.pk}@accounts.invalid",
        )

    def test_former_address_signs_in_to_the_account_that_stays(self, ada: User, old: User):
        merge(ada, old)
        browser = Client()
        browser.post(ASK_FOR_CODE, {"email": "ada@old.test"})
        browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
        assert is_signed_in(browser)
        assert browser.session["_auth_user_id"] == str(ada.pk)

    def test_what_both_have_is_there_once(self, ada: User, old: User):
        for person in (ada, old):
            add_publications(user=person, by=person, text="On the same thing")
            Affiliation.objects.create(user=person, name="Uni", domain="uni.test")
            UnconfirmedAddress.objects.create(user=person, email="ada@third.test")
        UnconfirmedAddress.objects.create(user=ada, email="ada@old.test")
        Relation.objects.create(user=old, other=ada, other_email="ada@ada.test")

        merge(ada, old)

        counts = [model.objects.count() for model in (Affiliation, Relation)]
        assert (ada.publications.count(), *counts) == (1, 1, 0)
        assert list(UnconfirmedAddress.objects.values_list("user", "email")) == [(ada.pk, "ada@third.test")]

    def test_orcid_home_page_and_desk_come_along(self, ada: User, old: User):
        User.objects.filter(pk=old.pk).update(orcid="0000-0002-1825-0097", homepage="https://ada.test", is_staff=True)

        merge(ada, old)

        ada.refresh_from_db()
        assert (ada.orcid, ada.homepage, ada.is_staff) == ("0000-0002-1825-0097", "https://ada.test", True)

    def test_both_addresses_and_the_log_are_told(self, ada: User, old: User):
        row = merge(ada, old)

        mails = Message.objects.filter(kind="accounts_merged").order_by("address")
        assert [mail.address for mail in mails] == ["ada@ada.test", "ada@old.test"]
        entries = Entry.objects.filter(action="person.merged").order_by("root_id")
        assert [(entry.root_id, entry.object_id) for entry in entries] == [(ada.pk, str(row.pk)), (old.pk, str(row.pk))]
        assert entries[0].data == {"kept": ada.pk, "gone": old.pk, "moved": {"account.emailaddress.user": 1}}

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"is_active": False}, "One of the two accounts is closed already."),
            ({"is_superuser": True}, "The other account runs this site. Sign in with it, and bring this one to it."),
            (
                {"orcid": "0000-0002-1825-0097"},
                "The accounts have different ORCID iDs. Take the wrong one off its profile first.",
            ),
        ],
    )
    def test_what_stands_between_the_accounts_is_said_and_nothing_is_done(
        self, ada: User, old: User, change: dict, said: str
    ):
        User.objects.filter(pk=ada.pk).update(orcid="0000-0001-5109-3700")
        User.objects.filter(pk=old.pk).update(**change)
        with pytest.raises(Refused) as refused:
            merge(ada, old)
        assert refused.value.sentence == said
        assert Merge.objects.count() == 0

    def test_same_account_is_refused(self, ada: User):
        assert preview(kept=ada, gone=ada).refusals == ["These are the same account."]

    def test_proof_of_another_pair_or_too_old_or_none_is_not_enough(self, ada: User, ben: User, old: User):
        proofs = [None, proof(ada, ben), proof(ben, old), proof(ada, old, ago=PROVED_FOR + 1)]
        for shown in proofs:
            with pytest.raises(PermissionDenied):
                merge_accounts(kept=ada, gone=old, by=ada, proof=shown)
        with pytest.raises(PermissionDenied):
            merge_accounts(kept=ada, gone=old, by=ben, proof=proof(ada, old))
        assert Merge.objects.count() == 0


class TestCommand:
    def test_command_says_what_would_move_and_does_it_only_when_told(self, ada: User, old: User, capsys):
        call_command("merge_accounts", "ada@ada.test", "ada@old.test", reason="Met in person")
        assert capsys.readouterr().out.splitlines() == [
            "To Ada Example: 1 e-mail address.",
            "Nothing was done. Add --yes to do it.",
        ]
        call_command("merge_accounts", "ada@ada.test", "ada@old.test", reason="Met in person", yes=True)
        row = Merge.objects.get()
        assert (row.by, row.reason) == (None, "Met in person")

    def test_command_names_what_is_wrong(self, ada: User):
        with pytest.raises(CommandError) as refused:
            call_command("merge_accounts", "ada@ada.test", "zed@zed.test", reason="x")
        assert str(refused.value) == "There is no account with the confirmed address zed@zed.test."
