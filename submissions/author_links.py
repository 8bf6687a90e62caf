"""Signed links from the mail that says “you are listed as an author”: what a token opens. Reading changes nothing."""

import secrets

from access.viewer import key_of
from submissions.models import AuthorLink, Authorship

LONGEST_TOKEN = 200


def make_link(authorship: Authorship) -> str:
    """A new token for this author. Only its hash is stored; earlier links stay alive."""
    token = secrets.token_urlsafe(32)
    AuthorLink.objects.create(token_hash=key_of(token), authorship=authorship)
    return token


def resolve(token: str) -> Authorship | None:
    """The place in a list of authors that this token is for; None for a token that opens nothing. One query."""
    if not token:
        return None
    links = AuthorLink.objects.select_related(
        "authorship__submission__workshop", "authorship__submission__track", "authorship__user"
    )
    link = links.filter(token_hash=key_of(token)).first()
    return link.authorship if link else None
