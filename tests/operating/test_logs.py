"""The logs hold no secret of a link."""

from neurreps.logs import SECRETS, mask_links


def test_token_of_an_invitation_is_masked_in_every_field() -> None:
    event = mask_links(
        None, "info", {"request": "GET /i/abc-DEF_123/", "referer": "https://x.test/i/abc?a=1", "code": 302}
    )

    assert event == {"request": "GET /i/…/", "referer": "https://x.test/i/…", "code": 302}


def test_keys_of_account_links_are_masked() -> None:
    assert SECRETS.sub(r"\1…", "/accounts/password/reset/key/5-x9/") == "/accounts/password/reset/key/…/"
    assert SECRETS.sub(r"\1…", "/accounts/confirm-email/KEY/") == "/accounts/confirm-email/…/"


def test_other_addresses_stay_as_they_are() -> None:
    assert SECRETS.sub(r"\1…", "/w/demo/papers/17/") == "/w/demo/papers/17/"
