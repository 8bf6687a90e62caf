"""How a person signs in, and what protects their account."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import key_of, viewer_of
from accounts.models import UnconfirmedAddress, User
from accounts.reading import sessions_of, signing_in
from accounts.second_factor import must_set_one_up
from accounts.services.addresses import forget_unconfirmed
from accounts.services.sessions import end_session, sign_out_everywhere

SECURITY = "accounts:security"


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Every way to sign in that the person has, and one next step."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    return render(request, "accounts/security.html", {"ways": signing_in(person)})


@login_required
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why whoever organizes needs a second factor, and the way to one; then on to the page that was asked for."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        wanted = ""
    if not must_set_one_up(person):
        return redirect(wanted or SECURITY)
    return render(request, "accounts/second_factor.html")


@login_required
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in, this device first."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    found = sessions_of(person, current=request.session.session_key or "", now=timezone.now())
    return render(request, "accounts/sessions.html", {"sessions": found})


@login_required
@require_POST
def end(request: HttpRequest, name: str) -> HttpResponse:
    """End one session; the one that asks is signed out as by the button of every page."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    if name == key_of(request.session.session_key or ""):
        return redirect("account_logout")
    end_session(user=person, name=name, by=person)
    messages.success(request, "That device is signed out.")
    return redirect("accounts:sessions")


@login_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other session, on all devices."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    sign_out_everywhere(user=person, by=person)
    update_session_auth_hash(request, person)
    messages.success(request, "You are signed out everywhere else.")
    return redirect(SECURITY)


@login_required
@require_POST
def forget_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an address off that was never confirmed."""
    address = get_or_404(viewer_of(request), "row", UnconfirmedAddress.objects.select_related("user"), pk=pk)
    forget_unconfirmed(address=address, by=address.user)
    messages.success(request, f"{address.email} is off your list.")
    return redirect("account_email")
