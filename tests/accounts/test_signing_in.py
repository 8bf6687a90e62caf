"""Sign up, sign in by code or by password, and what a stranger can learn from the answers: nothing."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import links
from accounts.models import User
from accounts.services.register import create_person
from audit.models import Entry
from notifications.models import Message
from tests import servers

SIGN_UP = reverse("account_signup")
SIGN_IN = reverse("account_login")
ASK_FOR_CODE = reverse("account_request_login_code")
ENTER_SIGN_IN_CODE = reverse("account_confirm_login_code")
ENTER_ADDRESS_CODE = reverse("account_email_verification_sent")
MY_DESK = reverse("desk:my_desk")
ELSEWHERE = reverse("accounts:profile")
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)
PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


@pytest.fixture
def browser(db) -> Client:
    return Client()


def newest_mail() -> Message:
    return Message.objects.latest("id")


def code_in_mail() -> str:
    found = CODE.search(newest_mail().text)
    assert found is not None
    return found[0]


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def sign_up(browser: Client, **changes):
    return browser.post(SIGN_UP, {"email": "ada@ada.test", "given": "Ada", "family": "Example", **changes})


def visible(response) -> str:
    """The page without what differs each time: tokens and the address itself."""
    text = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]*', "", response.content.decode())
    return re.sub(r'data-now="\d+"|\b(ada|zed|unknown)@\w+\.test', "", text)


class TestSignUp:
    def test_new_person_confirms_by_code_and_is_signed_in(self, browser: Client):
        answer = sign_up(browser)
        assert (answer.status_code, answer["Location"]) == (302, ENTER_ADDRESS_CODE)
        assert (newest_mail().address, is_signed_in(browser)) == ("ada@ada.test", False)
        answer = browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert (answer.status_code, answer["Location"]) == (302, MY_DESK)
        assert is_signed_in(browser)
        person = User.objects.get()
        assert (person.name, person.has_usable_password()) == ("Ada Example", False)
        assert person.search_identity == "ada example ada@ada.test"
        assert EmailAddress.objects.get().verified is True
        actions = Entry.objects.about("person", person.pk).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["person.registered", "person.confirmed_address"]

    def test_form_asks_for_address_and_names_and_no_password(self, browser: Client):
        form = browser.get(SIGN_UP).context["form"]
        assert list(form.fields) == ["email", "given", "family"]

    def test_confirmation_is_told_to_the_higher_floors_once(self, browser: Client, monkeypatch):
        heard: list[str] = []
        monkeypatch.setattr(links, "_ON_CONFIRMED", [lambda user, address: heard.append(address)])
        sign_up(browser)
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert heard == ["ada@ada.test"]

    def test_whoever_wanted_a_page_gets_there_afterwards(self, browser: Client):
        sign_up(browser, next=ELSEWHERE)
        answer = browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert answer["Location"] == ELSEWHERE

    @pytest.mark.parametrize("named", [{"given": ""}, {"family": ""}])
    def test_one_name_is_enough(self, browser: Client, named: dict):
        assert sign_up(browser, **named)["Location"] == ENTER_ADDRESS_CODE
        assert User.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"email": ""}, "email", "This field is required."),
            ({"email": "ada"}, "email", "Enter a valid email address."),
            ({"given": "", "family": " "}, "family", "Give at least one name: given or family."),
            ({"given": "http://prize.test"}, "given", "Write a name here, without an address or a link."),
            ({"family": "ada@ada.test"}, "family", "Write a name here, without an address or a link."),
        ],
    )
    def test_wrong_field_is_named_and_what_was_typed_is_kept(
        self, browser: Client, changes: dict, field: str, said: str
    ):
        answer = sign_up(browser, **changes)
        assert answer.context["form"].errors == {field: [said]}
        assert answer.context["form"]["email"].value() == changes.get("email", "ada@ada.test")
        assert (User.objects.count(), Message.objects.count()) == (0, 0)

    def test_wrong_code_can_be_tried_again_and_the_third_ends_it(self, browser: Client):
        sign_up(browser)
        right = code_in_mail()
        for _ in range(2):
            answer = browser.post(ENTER_ADDRESS_CODE, {"code": "AAAA-AAAA"})
            assert answer.context["form"].errors == {
                "code": ["This is not the code. Copy it whole from the newest mail."]
            }
        browser.post(ENTER_ADDRESS_CODE, {"code": "AAAA-AAAA"})
        browser.post(ENTER_ADDRESS_CODE, {"code": right})
        assert is_signed_in(browser) is False
        assert EmailAddress.objects.get().verified is False

    def test_code_is_not_told_to_another_browser(self, browser: Client):
        sign_up(browser)
        answer = Client().post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert answer["Location"] == SIGN_IN
        assert EmailAddress.objects.get().verified is False

    def test_known_address_gets_the_same_answer_and_a_mail_and_no_second_account(self, browser: Client, ada: User):
        unknown = Client()
        answers = [sign_up(browser), sign_up(unknown, email="zed@zed.test")]
        assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
        pages = [visible(each.get(ENTER_ADDRESS_CODE)) for each in (browser, unknown)]
        assert pages[0] == pages[1]
        assert User.objects.filter(email="ada@ada.test").count() == 1
        mail = Message.objects.get(address="ada@ada.test")
        assert CODE.search(mail.text) is None

    def test_second_code_within_seconds_is_refused_on_a_page_of_ours(self, browser: Client):
        sign_up(browser)
        answer = sign_up(Client())
        assert answer.status_code == 429
        assert "That was a little quick" in answer.content.decode()
        assert Message.objects.count() == 1

    def test_address_is_one_however_it_is_written(self, browser: Client):
        sign_up(browser, email="Ada@MÜNCHEN.test")
        assert User.objects.get().email == "ada@xn--mnchen-3ya.test"
        sign_up(Client(), email="ada@münchen.test")
        assert User.objects.count() == 1


class TestSignInByCode:
    def test_code_signs_in_who_never_had_a_password(self, browser: Client, ada: User):
        answer = browser.post(ASK_FOR_CODE, {"email": "ADA@ada.test"})
        assert answer["Location"] == ENTER_SIGN_IN_CODE
        answer = browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
        assert answer["Location"] == MY_DESK
        assert is_signed_in(browser)
        assert browser.session.get_expire_at_browser_close() is False

    def test_whoever_wanted_a_page_gets_there(self, browser: Client, ada: User):
        answer = browser.get(ELSEWHERE)
        assert answer["Location"] == f"{SIGN_IN}?next={ELSEWHERE}"
        answer = browser.post(ASK_FOR_CODE, {"email": "ada@ada.test", "next": ELSEWHERE})
        answer = browser.post(answer["Location"], {"code": code_in_mail(), "next": ELSEWHERE})
        assert answer["Location"] == ELSEWHERE

    def test_page_of_another_site_is_not_followed(self, browser: Client, ada: User):
        browser.post(ASK_FOR_CODE, {"email": "ada@ada.test", "next": "https://evil.test/"})
        answer = browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail(), "next": "https://evil.test/"})
        assert answer["Location"] == MY_DESK

    def test_unknown_address_gets_the_same_answer_and_a_mail_that_says_so(self, browser: Client, ada: User):
        unknown = Client()
        answers = [
            browser.post(ASK_FOR_CODE, {"email": "ada@ada.test"}),
            unknown.post(ASK_FOR_CODE, {"email": "unknown@zed.test"}),
        ]
        assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
        pages = [visible(each.get(ENTER_SIGN_IN_CODE)) for each in (browser, unknown)]
        assert pages[0] == pages[1]
        assert CODE.search(Message.objects.get(address="unknown@zed.test").text) is None
        wrong = [visible(each.post(ENTER_SIGN_IN_CODE, {"code": "AAAA-AAAA"})) for each in (browser, unknown)]
        assert wrong[0] == wrong[1]
        assert "This is not the code. Copy it whole from the newest mail." in wrong[0]

    def test_no_code_opens_an_account_that_does_not_exist(self, browser: Client):
        browser.post(ASK_FOR_CODE, {"email": "unknown@zed.test"})
        browser.post(ENTER_SIGN_IN_CODE, {"code": ""})
        assert is_signed_in(browser) is False

    def test_third_wrong_code_ends_it(self, browser: Client, ada: User):
        browser.post(ASK_FOR_CODE, {"email": "ada@ada.test"})
        right = code_in_mail()
        for _ in range(3):
            answer = browser.post(ENTER_SIGN_IN_CODE, {"code": "AAAA-AAAA"})
        assert answer["Location"] == ASK_FOR_CODE
        browser.post(ENTER_SIGN_IN_CODE, {"code": right})
        assert is_signed_in(browser) is False

    def test_code_works_for_a_quarter_of_an_hour(self, browser: Client, ada: User, time_machine_at):
        for minutes, works in ((14, True), (16, False)):
            someone = Client()
            with time_machine_at(0):
                someone.post(ASK_FOR_CODE, {"email": "ada@ada.test"})
            with time_machine_at(minutes):
                someone.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
                assert is_signed_in(someone) is works

    def test_new_code_replaces_the_former(self, browser: Client, ada: User):
        browser.post(ASK_FOR_CODE, {"email": "ada@ada.test"})
        first = code_in_mail()
        browser.post(ENTER_SIGN_IN_CODE, {"action": "resend"})
        second = code_in_mail()
        assert first != second
        browser.post(ENTER_SIGN_IN_CODE, {"code": first})
        assert is_signed_in(browser) is False
        browser.post(ENTER_SIGN_IN_CODE, {"code": second})
        assert is_signed_in(browser) is True

    def test_fourth_code_within_a_minute_is_refused_for_known_and_unknown_alike(self, browser: Client, ada: User):
        for address in ("ada@ada.test", "unknown@zed.test"):
            for _ in range(3):
                assert Client().post(ASK_FOR_CODE, {"email": address}).status_code == 302
            answer = browser.post(ASK_FOR_CODE, {"email": address})
            assert answer.context["form"].errors == {"email": ["Too many failed login attempts. Try again later."]}
        assert Message.objects.count() == 6

    def test_code_confirms_an_address_that_was_left_unconfirmed(self, browser: Client, monkeypatch):
        heard: list[str] = []
        monkeypatch.setattr(links, "_ON_CONFIRMED", [lambda user, address: heard.append(address)])
        create_person(email="ada@ada.test", given="Ada", by=None)
        browser.post(ASK_FOR_CODE, {"email": "ada@ada.test"})
        browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
        assert is_signed_in(browser)
        assert EmailAddress.objects.get().verified is True
        assert heard == ["ada@ada.test"]
        assert Entry.objects.filter(action="person.confirmed_address").count() == 1

    def test_closed_account_gets_no_code(self, browser: Client, ada: User):
        User.objects.update(is_active=False)
        assert browser.post(ASK_FOR_CODE, {"email": "ada@ada.test"})["Location"] == ENTER_SIGN_IN_CODE
        assert CODE.search(newest_mail().text) is None

    def test_address_of_another_alphabet_is_found(self, browser: Client):
        create_person(email="ada@münchen.test", given="Ada", by=None, confirmed=True)
        browser.post(ASK_FOR_CODE, {"email": "ada@münchen.test"})
        browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
        assert is_signed_in(browser)


class TestSignInByPassword:
    @pytest.fixture
    def ada_with_password(self, ada: User) -> User:
        ada.set_password(PASSWORD)
        ada.save()
        return ada

    def test_page_offers_both_ways(self, browser: Client):
        answer = browser.get(SIGN_IN)
        assert list(answer.context["form"].fields) == ["login", "password"]
        assert f'href="{ASK_FOR_CODE}"' in answer.content.decode()

    def test_password_signs_in(self, browser: Client, ada_with_password: User):
        answer = browser.post(SIGN_IN, {"login": "ADA@ada.test", "password": PASSWORD, "next": ELSEWHERE})
        assert answer["Location"] == ELSEWHERE
        assert is_signed_in(browser)
        assert browser.session.get_expire_at_browser_close() is False

    def test_wrong_password_unknown_address_and_no_password_get_the_same_answer(
        self, browser: Client, ada_with_password: User, ben: User
    ):
        said = {"__all__": ["The email address and/or password you specified are not correct."]}
        for login in ("ada@ada.test", "unknown@zed.test", "ben@ben.test"):
            answer = browser.post(SIGN_IN, {"login": login, "password": "wrong"})
            assert answer.context["form"].errors == said
            assert answer.context["form"]["login"].value() == login

    @pytest.mark.parametrize("missing", ["login", "password"])
    def test_empty_field_is_named(self, browser: Client, ada_with_password: User, missing: str):
        data = {"login": "ada@ada.test", "password": PASSWORD, missing: ""}
        assert browser.post(SIGN_IN, data).context["form"].errors == {missing: ["This field is required."]}

    def test_sixth_wrong_password_is_refused_even_if_it_is_right(self, browser: Client, ada_with_password: User):
        for _ in range(5):
            browser.post(SIGN_IN, {"login": "ada@ada.test", "password": "wrong"})
        answer = browser.post(SIGN_IN, {"login": "ada@ada.test", "password": PASSWORD})
        assert answer.context["form"].errors == {"__all__": ["Too many failed login attempts. Try again later."]}
        assert is_signed_in(browser) is False


class TestAddresses:
    EMAILS = reverse("account_email")

    def test_second_address_is_kept_once_its_code_is_entered_and_can_become_the_main_one(
        self, browser: Client, ada: User
    ):
        browser.force_login(ada)
        browser.post(self.EMAILS, {"action_add": "", "email": "Ada@Other.test"})
        assert EmailAddress.objects.count() == 1
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert EmailAddress.objects.get(email="ada@other.test").verified is True
        browser.post(self.EMAILS, {"action_primary": "", "email": "ada@other.test"})
        ada.refresh_from_db()
        assert (ada.email, ada.search_identity) == ("ada@other.test", "ada example ada@other.test")
        assert Entry.objects.filter(action="person.confirmed_address", root_id=ada.pk).count() == 2

    def test_address_of_somebody_else_gets_the_same_answer_and_is_not_added(
        self, browser: Client, ada: User, ben: User
    ):
        browser.force_login(ada)
        answer = browser.post(self.EMAILS, {"action_add": "", "email": "ben@ben.test"})
        free = browser.post(self.EMAILS, {"action_add": "", "email": "ada@other.test"})
        assert (answer.status_code, answer["Location"]) == (free.status_code, free["Location"])
        assert set(EmailAddress.objects.filter(user=ada).values_list("email", flat=True)) == {"ada@ada.test"}


@pytest.mark.servers
def test_rates_are_counted_in_redis_too(ada: User, settings):
    with servers.redis() as url:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
        for _ in range(3):
            assert Client().post(ASK_FOR_CODE, {"email": "ada@ada.test"}).status_code == 302
        answer = Client().post(ASK_FOR_CODE, {"email": "ada@ada.test"})
        assert answer.context["form"].errors == {"email": ["Too many failed login attempts. Try again later."]}
        browser = Client()
        assert browser.post(ASK_FOR_CODE, {"email": "unknown@zed.test"})["Location"] == ENTER_SIGN_IN_CODE
