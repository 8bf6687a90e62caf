"""Signing in with ORCID or OpenID Connect: only where configured, joined only by an address both sides confirmed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.orcid.views import OrcidOAuth2Adapter
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import include, path, reverse

from accounts.models import User
from accounts.services.profile import update_profile
from accounts.services.prove import prove_address
from accounts.urls_signing_in import elsewhere
from audit.errors import Refused
from audit.models import Entry
from neurreps.elsewhere import sign_in_elsewhere
from neurreps.urls import urlpatterns as ours
from tests.accounts.test_second_factor import SECRET, sign_in
from tests.accounts.test_signing_in import ENTER_ADDRESS_CODE, SIGN_IN, code_in_mail, is_signed_in, newest_mail

ORCID_ID = "0000-0002-1825-0097"
BOTH: dict[str, Any] = {"orcid": {}, "openid_connect": {}}
urlpatterns = [path("accounts/", include(elsewhere(BOTH))), *ours]


class Provider:
    """A site elsewhere on this machine. ``person`` is who signs in there."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "77", "email": "ada@ada.test", "email_verified": True, "name": "Ada Else"}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(provider.page(self.path))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer({"access_token": "token", "token_type": "bearer", "orcid": ORCID_ID})

            def _answer(self, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, address: str) -> dict[str, Any]:
        if "openid-configuration" in address:
            places = {"authorization": "authorize", "token": "token", "userinfo": "me"}
            return {"issuer": self.url} | {f"{name}_endpoint": f"{self.url}/{to}" for name, to in places.items()}
        if "record" in address:
            name = {"given-names": {"value": "Ada"}, "family-name": {"value": "Orcid"}}
            return {"orcid-identifier": {"path": ORCID_ID}, "person": {"name": name}}
        return self.person


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    cache.clear()
    made = Provider()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    values = {
        "ORCID_CLIENT_ID": "us",
        "ORCID_CLIENT_SECRET": "hush",
        "OIDC_URL": made.url,
        "OIDC_CLIENT_ID": "us",
        "OIDC_CLIENT_SECRET": "hush",
        "OIDC_NAME": "Example University",
    }
    settings.SOCIALACCOUNT_PROVIDERS = configured(values)
    settings.ROOT_URLCONF = __name__
    for name, place in (("authorize_url", "authorize"), ("access_token_url", "token"), ("profile_url", "%s/record")):
        monkeypatch.setattr(OrcidOAuth2Adapter, name, f"{made.url}/{place}")
    yield made
    made.server.shutdown()
    made.server.server_close()


def configured(values: dict[str, str]) -> dict[str, Any]:
    env = environ.Env()
    env.ENVIRON = values
    return sign_in_elsewhere(env)


def go(browser: Client, name: str = "oidc", *, process: str = "login") -> Any:
    """There and back again: the answer to who comes back."""
    login = reverse("orcid_login") if name == "orcid" else reverse("openid_connect_login", args=[name])
    page = browser.post(f"{login}?process={process}")
    state = parse_qs(urlsplit(page.context["address"]).query)["state"][0]
    return browser.get(f"{login}callback/?code=x&state={state}")


class TestConfiguration:
    def test_nothing_configured_is_nothing(self) -> None:
        assert configured({}) == {}
        assert elsewhere({}) == []

    @pytest.mark.parametrize("name", ["ORCID_CLIENT_ID", "OIDC_URL", "OIDC_CLIENT_SECRET"])
    def test_half_of_it_is_said(self, name: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="must be set too"):
            configured({name: "https://x.test"})

    def test_address_that_is_none_is_said(self) -> None:
        values = {"OIDC_URL": "id.uni.test", "OIDC_CLIENT_ID": "us", "OIDC_CLIENT_SECRET": "hush"}
        with pytest.raises(ImproperlyConfigured, match=r"it must be an address such as https://id\.uni\.edu"):
            configured(values)

    def test_where_none_is_configured_there_is_no_button_and_no_address(self, db: None) -> None:
        cache.clear()
        browser = Client()
        assert "Continue with" not in browser.get(SIGN_IN).content.decode()
        places = ("3rdparty/", "3rdparty/signup/", "orcid/login/", "oidc/oidc/login/", "social/signup/")
        assert {browser.get(f"/accounts/{place}").status_code for place in places} == {404}

    def test_where_they_are_there_is_a_button_each(self, db: None, provider: Provider) -> None:
        page = Client().get(SIGN_IN).content.decode()
        assert [page.count(f"Continue with {name}") for name in ("ORCID", "Example University")] == [1, 1]

    def test_way_there_leads_over_a_page_of_ours(self, db: None, provider: Provider) -> None:
        browser = Client()
        assert browser.get(reverse("orcid_login")).status_code == 200
        page = browser.post(reverse("orcid_login"))
        assert (page.status_code, page.context["place"]) == (200, "127.0.0.1")
        assert page.context["address"].startswith(f"{provider.url}/authorize?")


def by_a_link(address: str) -> None:
    prove_address(address=address)


def by_a_code(address: str) -> None:
    browser = Client()
    browser.post(reverse("account_request_login_code"), {"email": address})
    browser.post(reverse("account_confirm_login_code"), {"code": code_in_mail()})
    assert is_signed_in(browser)


class TestJoining:
    def test_address_that_both_confirmed_joins_and_signs_in(self, ada: User, provider: Provider) -> None:
        browser = Client()
        go(browser)
        assert (is_signed_in(browser), SocialAccount.objects.get().user) == (True, ada)

    @pytest.mark.parametrize("confirmed_there", [True, False])
    @pytest.mark.parametrize("confirmed_here", [True, False])
    def test_one_side_is_not_enough(
        self, ada: User, provider: Provider, confirmed_there: bool, confirmed_here: bool
    ) -> None:
        provider.person["email_verified"] = confirmed_there
        EmailAddress.objects.filter(user=ada).update(verified=confirmed_here)
        browser = Client()
        go(browser)
        joined = confirmed_there and confirmed_here
        assert (is_signed_in(browser), SocialAccount.objects.exists()) == (joined, joined)

    def test_closed_account_is_not_joined(self, ada: User, provider: Provider) -> None:
        User.objects.filter(pk=ada.pk).update(is_active=False)
        browser = Client()
        go(browser)
        assert (is_signed_in(browser), SocialAccount.objects.exists()) == (False, False)

    def test_whoever_shows_that_an_address_is_theirs_shares_it_with_nobody_who_typed_it(
        self, db: None, provider: Provider
    ) -> None:
        """Somebody signs up with ORCID under the address of another, who comes by a link or by a code."""
        for number, come in enumerate((by_a_link, by_a_code)):
            address = f"nia{number}@nia.test"
            thief = Client()
            go(thief, "orcid")
            thief.post("/accounts/3rdparty/signup/", {"email": address, "given": "Nia", "family": "New"})
            assert (is_signed_in(thief), SocialAccount.objects.get().user.email) == (False, address)

            come(address)
            again = Client()
            go(again, "orcid")

            assert is_signed_in(again) is False
            nia = User.objects.get(email=address)
            assert (nia.orcid, EmailAddress.objects.get(user=nia).verified) == (None, True)
            assert not SocialAccount.objects.exists()

    def test_whoever_signs_up_elsewhere_and_confirms_the_address_comes_in_that_way_again(
        self, db: None, provider: Provider
    ) -> None:
        browser = Client()
        go(browser, "orcid")
        browser.post("/accounts/3rdparty/signup/", {"email": "nia@nia.test", "given": "Nia", "family": "New"})
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert is_signed_in(browser)

        again = Client()
        go(again, "orcid")

        assert is_signed_in(again)

    def test_second_factor_is_still_asked_for(self, ada: User, provider: Provider) -> None:
        TOTP.activate(ada, SECRET)
        browser = Client()
        assert go(browser)["Location"] == reverse("mfa_authenticate")
        assert is_signed_in(browser) is False


class TestNewPeople:
    def test_new_person_looks_at_name_and_address_first(self, db: None, provider: Provider) -> None:
        provider.person["email"] = "new@uni.test"
        browser = Client()
        sign_up = go(browser)["Location"]
        assert sign_up == reverse("socialaccount_signup")
        form = browser.get(sign_up).context["form"]
        assert [form[name].value() for name in ("email", "given", "family")] == ["new@uni.test", "Ada", "Else"]

        browser.post(sign_up, {"email": "new@uni.test", "given": "Ada", "family": "Else"})

        person = User.objects.get()
        assert (person.name, person.has_usable_password(), is_signed_in(browser)) == ("Ada Else", False, True)
        assert EmailAddress.objects.get(user=person).verified is True
        actions = Entry.objects.about("person", person.pk).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["person.registered", "person.confirmed_address"]

    def test_another_address_than_the_one_from_there_is_confirmed_by_a_code(self, db: None, provider: Provider) -> None:
        browser = Client()
        sign_up = go(browser)["Location"]
        browser.post(sign_up, {"email": "mine@home.test", "given": "Ada"})
        assert is_signed_in(browser) is False
        browser.post(ENTER_ADDRESS_CODE, {"code": code_in_mail()})
        assert is_signed_in(browser) is True

    def test_nobody_is_made_without_a_name(self, db: None, provider: Provider) -> None:
        browser = Client()
        answer = browser.post(go(browser)["Location"], {"email": "mine@home.test"})
        assert answer.context["form"].errors == {"family": ["Give at least one name: given or family."]}
        assert User.objects.count() == 0


class TestOrcid:
    def test_connecting_orcid_writes_the_id_on_the_profile_and_takes_it_from_who_only_typed_it(
        self, ada: User, ben: User, provider: Provider
    ) -> None:
        User.objects.filter(pk=ben.pk).update(orcid=ORCID_ID)
        browser = sign_in(ada)

        answer = go(browser, "orcid", process="connect")

        assert answer["Location"] == reverse("socialaccount_connections")
        assert list(User.objects.order_by("pk").values_list("orcid", flat=True)) == [ORCID_ID, None]
        actions = Entry.objects.filter(action__endswith="orcid").order_by("id").values_list("action", "root_id")
        assert list(actions) == [("person.lost_orcid", ben.pk), ("person.tied_orcid", ada.pk)]
        assert newest_mail().subject == "An account elsewhere was connected"
        assert "Your account at ORCID was connected" in newest_mail().text

    def test_id_that_orcid_told_is_not_typed_over(self, ada: User, provider: Provider) -> None:
        browser = sign_in(ada)
        go(browser, "orcid", process="connect")
        ada.refresh_from_db()
        names = {"given": "Ada", "particle": "", "family": "Example", "affiliations": []}
        with pytest.raises(Refused) as refused:
            update_profile(user=ada, by=ada, orcid="0000-0001-5109-3700", **names)
        assert refused.value.field == "orcid"
        update_profile(user=ada, by=ada, orcid=ORCID_ID, **names)
        SocialAccount.objects.all().delete()
        assert update_profile(user=ada, by=ada, orcid=None, **names).orcid is None

    def test_other_sites_say_nothing_about_it(self, ada: User, provider: Provider) -> None:
        provider.person["sub"] = ORCID_ID
        go(sign_in(ada), process="connect")
        ada.refresh_from_db()
        assert (SocialAccount.objects.get().uid, ada.orcid) == (ORCID_ID, None)

    def test_new_person_from_orcid_has_the_id_and_gives_an_address(self, db: None, provider: Provider) -> None:
        browser = Client()
        sign_up = go(browser, "orcid")["Location"]
        browser.post(sign_up, {"email": "ada@ada.test", "given": "Ada", "family": "Orcid"})
        assert (User.objects.get().orcid, is_signed_in(browser)) == (ORCID_ID, False)

    def test_connected_account_is_disconnected_though_there_is_no_password(self, ada: User, provider: Provider) -> None:
        browser = sign_in(ada)
        go(browser, process="connect")
        connections = reverse("socialaccount_connections")
        assert browser.get(connections).status_code == 200
        browser.post(connections, {"account": SocialAccount.objects.get().pk})
        assert SocialAccount.objects.count() == 0
        assert newest_mail().subject == "An account elsewhere was disconnected"
