"""A passkey in a real browser, with a device that the browser makes up: added, used alone, used as second factor."""

import re
from collections.abc import Callable

from tests.e2e.conftest import Visitor

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def signs_out(visitor: Visitor) -> None:
    visitor.goes_to("/accounts/logout/")
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_load_state("load")


def test_passkey_is_added_and_signs_in_alone_and_beside_a_code(visit: Callable[[], Visitor]) -> None:
    pia = visit()
    device = pia.context.new_cdp_session(pia.page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    pia.goes_to("/accounts/signup/")
    pia.signs_up("pia@pia.test", "Pia", "Example")
    pia.goes_to("/profile/security/")
    pia.looks("security")

    pia.goes_to("/accounts/2fa/webauthn/add/")
    pia.looks("passkey-add")
    pia.page.get_by_role("button", name="Add the passkey").click()
    pia.page.wait_for_url(re.compile(r"/recovery-codes/$"))
    pia.looks("recovery-codes")
    kept = device.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert len(kept["credentials"]) == 1

    signs_out(pia)
    pia.goes_to("/accounts/login/?next=/profile/security/")
    pia.page.get_by_role("button", name="Sign in with a passkey").click()
    pia.page.wait_for_url(re.compile(r"^[^?]*/profile/security/$"))
    pia.reads("Your account is well protected")

    signs_out(pia)
    pia.signs_in("pia@pia.test")
    pia.looks("second-factor")
    pia.page.get_by_role("button", name="Use a passkey").click()
    pia.page.wait_for_url(re.compile(r"/desk/$"))

    device.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False})
    pia.goes_to("/accounts/2fa/webauthn/add/")
    pia.page.get_by_role("button", name="Add the passkey").click()
    pia.reads("Nothing was done: the device was not unlocked")
    assert pia.problems == []
