"""What every page of an author begins with."""

from typing import cast

from django.http import HttpRequest

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.models import User
from submissions.models import Submission
from submissions.reading import papers_for_authors


def person(request: HttpRequest) -> User:
    """Whoever is signed in; the views that ask are closed to others."""
    return cast(User, request.user)


def own_paper(request: HttpRequest, slug: str, number: int) -> Submission:
    rows = papers_for_authors(Submission.objects.all())
    return get_or_404(viewer_of(request), "own", rows, workshop__slug=slug, number=number)
