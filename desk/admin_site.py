"""The site under /admin/: settings by Unfold, and the organizers' desk on pages of our own."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from unfold.sites import UnfoldAdminSite

from access.admin import ConflictAwareAdmin
from accounts.second_factor import must_set_one_up

View = Callable[..., HttpResponse]

# Unfold's pages need Alpine, which compiles expressions; every other page keeps the strict policy.
UNFOLD_POLICY = {
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


def _first_a_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page that says why; a request from within a page takes the whole page there."""
    within = bool(getattr(request, "htmx", False))
    wanted = request.get_full_path() if request.method == "GET" and not within else ""
    address = resolve_url("accounts:second_factor") + (f"?{urlencode({'next': wanted})}" if wanted else "")
    return HttpResponseClientRedirect(address) if within else HttpResponseRedirect(address)


class SettingsSite(UnfoldAdminSite):
    """One door for everything under /admin/."""

    site_title = site_header = index_title = "Settings"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only settings on our own base are registered: a library's ModelAdmin asks nobody for rights."""
        if admin_class is not None and issubclass(admin_class, ConflictAwareAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Strangers sign in; whoever is signed in and may not gets the 404 of a page that is not there; whoever may and
        has no second factor where one is required sets one up first.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            if must_set_one_up(request.user):
                return _first_a_second_factor(request)
            try:
                response = guarded(request, *args, **kwargs)
            except PermissionDenied:
                raise Http404 from None
            if not getattr(view, "is_desk_page", False):
                response._csp_update = UNFOLD_POLICY
            return response

        return inner

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to sign in."""
        return redirect_to_login(request.GET.get("next") or resolve_url("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to sign out."""
        return HttpResponseRedirect(resolve_url("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to change a password."""
        return HttpResponseRedirect(resolve_url("account_change_password"))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Unfold's command search caches results by term across people: not here."""
        raise Http404
