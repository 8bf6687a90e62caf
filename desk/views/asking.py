"""Ask several people at once for one review of a paper: the first yes takes the place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from desk.forms_asking import AskForm
from desk.reading.paper import Candidate, askable
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from reviews.models import Assignment, EmergencyOffer
from reviews.services.assign import review_due
from reviews.services.emergency import offer_place, take_back_place
from reviews.states import REVIEWING, EmergencyStatus
from submissions.models import Submission
from workshops.models import Workshop


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def ask_several(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Who is asked and what they said; a form that asks more; ``take_back``: a place that needs nobody any more."""
    papers = Submission.objects.of(workshop.pk).select_related("track", "workshop")
    paper = get_or_404(viewer, "act", papers, number=number)
    if place := request.POST.get("take_back", ""):
        return _take_back(request, viewer, paper, place)
    people, pool = askable(viewer, workshop, paper)
    current = list(
        Assignment.objects.current()
        .filter(submission=paper, kind__in=REVIEWING, review__submitted_at=None)
        .select_related("user")
        .order_by("user__family", "user__given")
    )
    form = AskForm(
        request.POST if request.method == "POST" else None,
        people=[(one.user_id, _words(one, pool)) for one in people if not one.suspected],
        current=[(row.pk, row.user.name) for row in current],
        due_at=review_due(paper),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = {row.pk: row for row in User.objects.filter(pk__in=given["users"])}
        try:
            made = offer_place(
                submission=paper,
                users=[chosen[pk] for pk in given["users"] if pk in chosen],
                by=actor(viewer),
                replaces=next((row for row in current if str(row.pk) == given["replaces"]), None),
                note=given["note"],
                due_at=given["due_at"],
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            count = len(made)
            messages.success(
                request,
                "1 person is asked." if count == 1 else f"{count} people are asked. The first yes takes the place.",
            )
            return redirect("desk:ask_several", workshop.slug, number)
    reveal(by=actor(viewer), workshop=workshop, page="ask_several", submission=paper)
    context = {"paper": paper, "number": number, "form": form, "places": _places(paper)}
    return desk_render(
        request, "desk/ask_several.html", workshop, viewer, "papers", context, 422 if form.errors else 200
    )


def _words(one: Candidate, pool: set[int]) -> str:
    return f"{one.words}, emergency pool" if one.user_id in pool else one.words


def _places(paper: Submission) -> list[dict[str, Any]]:
    """The places that were offered, the newest first, with everybody who was asked. One query."""
    found: dict[UUID, dict[str, Any]] = {}
    rows = EmergencyOffer.objects.filter(submission=paper).select_related("user", "replaces__user")
    for row in rows.order_by("-made_at", "user__family"):
        place = found.setdefault(
            row.place,
            {"key": row.place, "at": row.made_at, "of": row.replaces.user.name if row.replaces else "", "rows": []},
        )
        place["rows"].append((row.user.name, row.status, row.get_status_display(), row.answered_at))
        place["open"] = place.get("open", False) or row.status == EmergencyStatus.OPEN
    return list(found.values())


def _take_back(request: HttpRequest, viewer: Viewer, paper: Submission, text: str) -> HttpResponse:
    try:
        place = UUID(text)
    except ValueError:
        raise Http404 from None
    count = take_back_place(submission=paper, place=place, by=actor(viewer))
    messages.success(request, f"Taken back: {count} {'person is' if count == 1 else 'people are'} thanked.")
    return redirect("desk:ask_several", paper.workshop.slug, paper.number)
