"""Signing in with an account elsewhere: ORCID, and any service that speaks OpenID Connect. Only what is configured."""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def sign_in_elsewhere(env: environ.Env) -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS from the environment; empty when nothing is configured."""
    return _orcid(env) | _openid_connect(env)


def _orcid(env: environ.Env) -> dict[str, Any]:
    given = _all_or_none(env, "ORCID_CLIENT_ID", "ORCID_CLIENT_SECRET")
    if not given:
        return {}
    app = {"name": "ORCID", "client_id": given["ORCID_CLIENT_ID"], "secret": given["ORCID_CLIENT_SECRET"]}
    return {"orcid": {"BASE_DOMAIN": env.str("ORCID_DOMAIN", default="orcid.org"), "APPS": [app]}}


def _openid_connect(env: environ.Env) -> dict[str, Any]:
    given = _all_or_none(env, "OIDC_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    if not given:
        return {}
    site = urlsplit(given["OIDC_URL"])
    if site.scheme not in {"http", "https"} or not site.hostname:
        raise ImproperlyConfigured(
            f"OIDC_URL is {given['OIDC_URL']!r}; it must be an address such as https://id.uni.edu"
        )
    app = {
        "provider_id": "oidc",
        "name": env.str("OIDC_NAME", default=site.hostname),
        "client_id": given["OIDC_CLIENT_ID"],
        "secret": given["OIDC_CLIENT_SECRET"],
        "settings": {"server_url": given["OIDC_URL"].rstrip("/")},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def _all_or_none(env: environ.Env, *names: str) -> dict[str, str]:
    values = {name: env.str(name, default="") for name in names}
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(names):
        raise ImproperlyConfigured(f"{', '.join(missing)} must be set too, or none of {', '.join(names)}.")
    return {} if missing else values
