"""Showing that another account is one's own: a code in a mail to it, and its second factor if it has one.

What is shown is kept in the session. Every answer is the same whether there is such an account or not.
"""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.second_factor import has_second_factor
from accounts.services.merge import PROVED_FOR, Proof
from audit.errors import Refused

SESSION = "merge_accounts"
MOST_TRIES = 3
TOO_OFTEN = "Too many codes were asked for. Wait a few minutes and try again."
WRONG = "This is not the code. Look at the newest mail."
NO_SECOND = "Enter a code of the other account’s authenticator app, or one of its recovery codes."
OVER = "The code is too old, or was wrong too often. Ask for a new one."


def ask(request: HttpRequest, person: User, typed: str) -> None:
    """Mail a code to the address. Raises Refused when it is one of the person's own, and when asked too often."""
    email = normalise_email(typed)
    if EmailAddress.objects.filter(user=person, email=email).exists():
        raise Refused("This address is on the account that you are signed in to. Give one of the other.", field="email")
    if not ratelimit.consume(request, action="request_login_code", key=f"merge:{email}"):
        raise Refused(TOO_OFTEN, field="email")
    adapter = get_adapter()
    code = adapter.generate_login_code()
    rows = EmailAddress.objects.filter(email=email, verified=True, user__is_active=True).exclude(user=person)
    other = rows.values_list("user", flat=True).first()
    words = "account/email/merge_code" if other else "account/email/merge_unknown"
    adapter.send_mail(words, email, {"code": code, "name": person.name})
    state = {"kept": person.pk, "other": other, "email": email, "code": code, "tries": 0, "asked": time.time()}
    request.session[SESSION] = state


def asked(request: HttpRequest) -> str:
    """The address that a code was mailed to and that is not shown yet to be theirs; "" for none."""
    state = _state(request)
    return state["email"] if state and "proved" not in state else ""


def enter(request: HttpRequest, typed: str) -> None:
    """Take the code from the mail. Raises Refused for a wrong one; the third ends it."""
    state = _state(request)
    if state is None or "proved" in state:
        raise Refused(OVER, field="code")
    if not state["other"] or not constant_time_compare(typed.strip().upper().replace(" ", ""), state["code"]):
        state["tries"] += 1
        if state["tries"] >= MOST_TRIES:
            forget(request)
            raise Refused(OVER, field="code")
        request.session[SESSION] = state
        raise Refused(WRONG, field="code")
    request.session[SESSION] = state | {"proved": time.time(), "tries": 0}


def other_account(request: HttpRequest) -> User | None:
    """The account whose mail the person has shown to read."""
    state = _state(request)
    return User.objects.filter(pk=state["other"]).first() if state and "proved" in state else None


def proof(request: HttpRequest, kept: User, gone: User, second: str) -> Proof:
    """The proof for the service. Raises Refused when the other account's second factor is not shown."""
    if has_second_factor(gone) and not _is_second(request, gone, second):
        raise Refused(NO_SECOND, field="second")
    return Proof(kept=kept.pk, gone=gone.pk, at=_state(request)["proved"])  # type: ignore[index]  # the view has seen it


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION, None)


def _is_second(request: HttpRequest, gone: User, typed: str) -> bool:
    if not ratelimit.consume(request, action="login_failed", key=f"mfa-auth-user-{gone.pk}"):
        raise Refused(TOO_OFTEN, field="second")
    rows = Authenticator.objects.filter(user=gone).exclude(type=Authenticator.Type.WEBAUTHN)
    return bool(typed.strip()) and any(row.wrap().validate_code(typed.strip()) for row in rows)


def _state(request: HttpRequest) -> dict[str, Any] | None:
    """What the session knows, if it is of this person and fresh."""
    state = request.session.get(SESSION)
    if not state or state["kept"] != request.user.pk:
        return None
    since = state.get("proved", state["asked"])
    return state if time.time() - since < PROVED_FOR else None
