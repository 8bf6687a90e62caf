"""My desk: the first page after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.viewer import viewer_of
from desk.reading.my_desk import read_my_desk


@login_required
def my_desk(request: HttpRequest) -> HttpResponse:
    """All roles of the person in one list of what is due."""
    return render(request, "desk/my_desk.html", {"desk": read_my_desk(viewer_of(request), timezone.now())})
