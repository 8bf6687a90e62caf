"""Addresses of signing in, under /accounts/: the library's, with what only some sites have left out where it is not.

Where no account elsewhere is configured its addresses do not exist.
"""

from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.providers.orcid import views as orcid
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.views.addresses import addresses
from accounts.views.elsewhere import leaving

Patterns = list[URLPattern | URLResolver]


def elsewhere(configured: dict[str, object]) -> Patterns:
    """The addresses of signing in with the accounts elsewhere that are ``configured``."""
    if not configured:
        return []
    patterns: Patterns = [path("3rdparty/", include("allauth.socialaccount.urls"))]
    if "orcid" in configured:
        patterns += [
            path("orcid/login/", leaving(orcid.oauth2_login), name="orcid_login"),
            path("orcid/login/callback/", orcid.oauth2_callback, name="orcid_callback"),
        ]
    if "openid_connect" in configured:
        patterns += [
            path("oidc/<slug:provider_id>/login/", leaving(openid_connect.login), name="openid_connect_login"),
            path("oidc/<slug:provider_id>/login/callback/", openid_connect.callback, name="openid_connect_callback"),
        ]
    return patterns


urlpatterns: Patterns = [
    # These two of the library's pages give way to ours.
    path("email/", addresses, name="account_email"),
    path("2fa/", RedirectView.as_view(pattern_name="accounts:security"), name="mfa_index"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    *elsewhere(settings.SOCIALACCOUNT_PROVIDERS),
]
