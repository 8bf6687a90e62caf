"""Authenticator apps, the second factor that organizers need, and taking it away from who has lost it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.checks import organizers_need_a_second_factor
from accounts.models import SecondFactorReset, User
from accounts.reading import signing_in
from accounts.services.second_factor import reset_second_factor
from audit.errors import Refused
from audit.models import Entry
from tests.accounts.test_signing_in import (
    ASK_FOR_CODE,
    ENTER_SIGN_IN_CODE,
    MY_DESK,
    code_in_mail,
    is_signed_in,
    newest_mail,
)

SECURITY = reverse("accounts:security")
LEADING = reverse("accounts:second_factor")
HOME = reverse("desk:home")
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


@pytest.fixture
def olga(ada: User) -> User:
    ada.is_staff = True
    ada.save()
    return ada


def digits(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(person: User) -> Client:
    """By a code in a mail, as a person does, so that nothing is asked for again at once."""
    browser = Client()
    browser.post(ASK_FOR_CODE, {"email": person.email})
    browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
    return browser


class TestAuthenticatorApp:
    def test_app_is_set_up_with_its_digits_and_recovery_codes_follow(self, ada: User):
        browser = sign_in(ada)
        secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret

        answer = browser.post(reverse("mfa_activate_totp"), {"code": digits(secret)})

        assert answer["Location"] == reverse("mfa_view_recovery_codes")
        assert len(browser.get(answer["Location"]).context["unused_codes"]) == 10
        ways = signing_in(ada)
        assert (ways.has_app, ways.codes_left, ways.next_step) == (True, 10, "")

    def test_set_up_is_told_by_mail_in_our_words(self, ada: User, django_capture_on_commit_callbacks):
        browser = sign_in(ada)
        secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret

        with django_capture_on_commit_callbacks(execute=True):
            browser.post(reverse("mfa_activate_totp"), {"code": digits(secret)})

        assert newest_mail().subject == "An authenticator app was set up"
        assert "as the second factor of your account" in newest_mail().text

    def test_wrong_digits_are_refused_and_set_nothing_up(self, ada: User):
        browser = sign_in(ada)
        browser.get(reverse("mfa_activate_totp"))

        answer = browser.post(reverse("mfa_activate_totp"), {"code": "000000"})

        said = "This code is not right. Type the digits that the app shows now, or a recovery code."
        assert answer.context["form"].errors == {"code": [said]}
        assert Authenticator.objects.count() == 0

    def test_code_by_mail_alone_does_not_sign_in_who_has_an_app(self, ada: User):
        TOTP.activate(ada, SECRET)
        browser = sign_in(ada)
        assert is_signed_in(browser) is False
        assert browser.get(reverse("mfa_authenticate")).status_code == 200

        answer = browser.post(reverse("mfa_authenticate"), {"code": digits()})

        assert (answer["Location"], is_signed_in(browser)) == (MY_DESK, True)

    def test_recovery_code_lets_in_once(self, ada: User):
        TOTP.activate(ada, SECRET)
        code = RecoveryCodes.activate(ada).get_unused_codes()[0]
        for works in (True, False):
            cache.clear()
            browser = sign_in(ada)
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(browser) is works

    def test_whoever_signed_in_long_ago_says_again_that_it_is_them(self, ada: User):
        browser = Client()
        browser.force_login(ada)

        answer = browser.get(reverse("mfa_activate_totp"))

        assert answer["Location"].startswith(reverse("account_request_reauthentication_code"))
        assert browser.get(answer["Location"]).status_code == 200


class TestPage:
    def test_each_person_is_told_one_next_step(self, ada: User, settings):
        assert signing_in(ada).next_step == "passkey"
        ada.is_staff = True
        assert signing_in(ada).next_step == "second_factor"
        TOTP.activate(ada, SECRET)
        codes = RecoveryCodes.activate(ada)
        assert signing_in(ada).next_step == ""
        for code in codes.get_unused_codes()[:7]:
            codes.validate_code(code)
        assert signing_in(ada).next_step == "codes"

    def test_signing_out_elsewhere_ends_the_other_sessions_and_keeps_this_one(self, ada: User):
        here, there = sign_in(ada), sign_in(ada)

        here.post(reverse("accounts:sign_out_elsewhere"))

        assert here.get(SECURITY).status_code == 200
        assert there.get(SECURITY).status_code == 302
        assert Entry.objects.filter(action="person.signed_out_everywhere").count() == 1


class TestOrganizersNeedOne:
    def test_organizer_without_one_is_led_to_it_from_every_page_of_the_desk(self, olga: User, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        browser = sign_in(olga)
        for page in (HOME, reverse("admin:index"), "/admin/no/such/page/"):
            assert browser.get(page)["Location"] == f"{LEADING}?next={page.replace('/', '%2F')}"
        assert browser.post(reverse("desk:new_workshop"), {"slug": "x"})["Location"] == LEADING
        page = browser.get(f"{LEADING}?next={HOME}")
        assert "A second factor first" in page.content.decode()

    def test_everything_else_of_theirs_works(self, olga: User, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        browser = sign_in(olga)
        assert [browser.get(page).status_code for page in (MY_DESK, SECURITY, "/")] == [200, 200, 200]

    @pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    def test_app_or_passkey_opens_the_desk(self, olga: User, settings, kind: str):
        browser = sign_in(olga)
        Authenticator.objects.create(user=olga, type=kind, data={})
        settings.SECOND_FACTOR_REQUIRED = True
        assert browser.get(reverse("desk:new_workshop")).status_code == 200
        assert browser.get(f"{LEADING}?next={HOME}")["Location"] == HOME

    def test_recovery_codes_alone_are_none(self, olga: User, settings):
        browser = sign_in(olga)
        RecoveryCodes.activate(olga)
        settings.SECOND_FACTOR_REQUIRED = True
        assert browser.get(HOME)["Location"].startswith(LEADING)

    def test_page_of_another_site_is_not_followed(self, olga: User):
        browser = sign_in(olga)
        assert browser.get(f"{LEADING}?next=https://evil.test/")["Location"] == SECURITY

    def test_who_organizes_nothing_sees_no_difference(self, ada: User, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        browser = sign_in(ada)
        assert browser.get(HOME).status_code == 404

    def test_pages_outside_the_desk_cost_no_query_for_it(self, olga: User, settings, django_assert_num_queries):
        browser = sign_in(olga)
        browser.get(SECURITY)
        for required in (False, True):
            settings.SECOND_FACTOR_REQUIRED = required
            with django_assert_num_queries(6):
                browser.get(SECURITY)

    def test_check_of_a_deployment_warns_when_none_is_required(self, settings):
        settings.SECOND_FACTOR_REQUIRED = False
        assert [warning.id for warning in organizers_need_a_second_factor()] == ["accounts.W001"]
        settings.SECOND_FACTOR_REQUIRED = True
        assert organizers_need_a_second_factor() == []


class TestReset:
    def test_command_removes_all_of_it_ends_sessions_and_tells_the_person(self, ada: User):
        TOTP.activate(ada, SECRET)
        RecoveryCodes.activate(ada)
        browser = Client()
        browser.force_login(ada)

        call_command("reset_second_factor", "ADA@ada.test", reason="Telephoned, known for years")

        assert Authenticator.objects.count() == 0
        assert browser.get(SECURITY).status_code == 302
        assert SecondFactorReset.objects.get().reason == "Telephoned, known for years"
        entry = Entry.objects.get(action="person.second_factor_reset")
        assert (entry.actor, entry.data) == (None, {"kinds": ["recovery_codes", "totp"]})
        assert (newest_mail().kind, newest_mail().address) == ("second_factor_reset", "ada@ada.test")

    @pytest.mark.parametrize(
        ("address", "reason", "said"),
        [
            ("zed@zed.test", "known", "There is no account with this confirmed address."),
            ("ada@ada.test", " ", "Say why, and how you know that it is them: it is kept with it."),
            ("ada@ada.test", "known", "This person has no second factor."),
        ],
    )
    def test_command_says_what_is_wrong(self, ada: User, address: str, reason: str, said: str):
        with pytest.raises(CommandError) as refused:
            call_command("reset_second_factor", address, reason=reason)
        assert str(refused.value) == said

    def test_nobody_but_who_runs_the_site_may(self, ada: User, ben: User):
        TOTP.activate(ada, SECRET)
        ben.is_staff = True
        for person in (ada, ben):
            with pytest.raises(PermissionDenied):
                reset_second_factor(user=ada, by=person, reason="please")
        assert Authenticator.objects.count() == 1
        ben.is_superuser = True
        assert reset_second_factor(user=ada, by=ben, reason="known") == 1
        with pytest.raises(Refused):
            reset_second_factor(user=ada, by=ben, reason="known")
