"""The people of a workshop: roles, loads, invitations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused
from desk.forms_people import InviteForm, LoadForm
from desk.reading.people import INVITED, ROLES, PeopleQuery, counts, invitation_counts, list_people
from desk.reading.volunteers import waiting_count
from desk.views.base import desk_page, desk_render
from notifications.rendering import render as render_mail
from notifications.rendering import scope_of
from reviews.emails import INVITATION
from reviews.models import Invitation, Reviewer
from reviews.services.invite import (
    BULK_FROM,
    LASTS,
    Problem,
    invite_many,
    mail_values,
    plan_invitations,
    send_again,
    take_back,
)
from reviews.services.reviewers import change_reviewer
from reviews.states import InvitationStatus
from workshops.models import Membership, Workshop
from workshops.services.roles import end_role


def _by(viewer: Viewer) -> Any:
    """The organizer who acts."""
    return viewer.person


@require_safe
@desk_page
def people(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PeopleQuery.of(request.GET.dict())
    found = list_people(workshop, viewer, query)
    context = {
        "query": query,
        "found": found,
        "chips": _chips(workshop, viewer, query),
        "states": _states(workshop, viewer, query) if query.role == INVITED else [],
        "older_url": query.url(after=found.older_after) if found.older_after else "",
        "newer_url": query.url() if query.after else "",
        "kept": [(name, value) for name, value in (("role", query.role), ("state", query.state)) if value],
        "is_filtered": bool(query.q or query.state),
    }
    return desk_render(request, "desk/people.html", workshop, viewer, "people", context)


def _chips(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[dict[str, Any]]:
    found = counts(workshop, viewer)
    roles = [
        {
            "words": words,
            "count": found.get(role, 0),
            "on": query.role == role,
            "url": query.url(role=str(role), state=""),
        }
        for role, words in ROLES.items()
    ]
    waiting = {"words": "Volunteers", "count": waiting_count(workshop, viewer), "on": False}
    return [*roles, waiting | {"url": reverse("desk:volunteers", args=[workshop.slug])}]


def _states(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[dict[str, Any]]:
    found = invitation_counts(workshop, viewer)
    return [
        {
            "words": state.label,
            "count": found[state],
            "on": query.state == state,
            "url": query.url(state="" if query.state == state else str(state)),
        }
        for state in InvitationStatus
        if state in found
    ]


# --- invite -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def invite(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Paste names and addresses, look at the mail and at who gets it, then send."""
    if request.method != "POST":
        return _invite_page(request, workshop, viewer, InviteForm(tracks=_tracks(workshop)))
    form = InviteForm(request.POST, tracks=_tracks(workshop))
    if not form.is_valid():
        return _invite_page(request, workshop, viewer, form, status=422)
    if request.POST.get("do") == "send":
        return _send(request, workshop, viewer, form)
    return _invite_page(request, workshop, viewer, form, preview=_preview(workshop, viewer, form))


def _tracks(workshop: Workshop) -> list[Any]:
    return list(workshop.tracks.all())


def _send(request: HttpRequest, workshop: Workshop, viewer: Viewer, form: InviteForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        invited, batch, problems = invite_many(
            workshop=workshop,
            by=_by(viewer),
            lines=given["lines"],
            load=given["load"],
            note=given["note"],
            role=given["role"],
            track=form.track,
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _invite_page(request, workshop, viewer, form, status=422)
    if invited:
        messages.success(request, _said(len(invited), held=batch is not None))
    if problems:
        return _invite_page(request, workshop, viewer, _left(request, workshop, problems), status=422)
    if batch is not None:
        return redirect("desk:batch", workshop.slug, batch.pk)
    return redirect(f"{_people_url(workshop)}?role={INVITED}")


def _people_url(workshop: Workshop) -> str:
    return reverse("desk:people", args=[workshop.slug])


def _said(count: int, *, held: bool) -> str:
    people = "1 person" if count == 1 else f"{count} people"
    if held:
        return f"{people} invited. Their mails wait on the page Mail until you type their number there."
    return f"{people} invited. The mail leaves in 30 seconds; until then you can take it back."


def _left(request: HttpRequest, workshop: Workshop, problems: list[Problem]) -> InviteForm:
    """The form with the lines that were left over, and what is wrong with each."""
    data = request.POST.copy()
    data["lines"] = "\n".join(problem.line for problem in problems)
    form = InviteForm(data, tracks=_tracks(workshop))
    for problem in problems:
        form.add_error("lines", f"“{problem.line}”: {problem.sentence}")
    return form


def _preview(workshop: Workshop, viewer: Viewer, form: InviteForm) -> dict[str, Any]:
    given = form.cleaned_data
    guests, problems = plan_invitations(workshop=workshop, lines=given["lines"], role=given["role"])
    sample = Invitation(
        workshop=workshop,
        role=given["role"],
        track=form.track,
        address=guests[0].address if guests else "name@uni.example",
        name=guests[0].name if guests else "",
        load=given["load"],
        note=given["note"],
        invited_by=_by(viewer),
        expires_at=timezone.now() + LASTS,
    )
    mail = render_mail(INVITATION, scope_of(workshop.pk), mail_values(sample, "the-link-of-each-person"))
    return {"guests": guests, "problems": problems, "mail": mail, "held": len(guests) >= BULK_FROM}


def _invite_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    form: InviteForm,
    *,
    preview: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "preview": preview}
    return desk_render(request, "desk/people_invite.html", workshop, viewer, "people", context, status)


# --- what is done with one line ---------------------------------------------------------------------------------------


@require_POST
@desk_page
def people_action(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do``: send_again, take_back (with ``invitation``), end_role (``membership``), load (``reviewer``)."""
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise Http404
    try:
        messages.success(request, action(request, workshop, viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    back = request.POST.get("back", "")
    return redirect(_people_url(workshop) + (back if back.startswith("?") else ""))


def _invitation(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> Invitation:
    rows = Invitation.objects.select_related("workshop", "track", "user", "invited_by").filter(workshop=workshop)
    try:
        return get_or_404(viewer, "row", rows, pk=UUID(request.POST.get("invitation", "")))
    except ValueError:
        raise Http404 from None


def _send_again(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    row = send_again(invitation=_invitation(request, workshop, viewer), by=_by(viewer))
    return f"{row.address} is asked again; the mail leaves in 30 seconds."


def _take_back(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    row = take_back(invitation=_invitation(request, workshop, viewer), by=_by(viewer))
    return f"The invitation to {row.address} is taken back; nothing was sent."


def _end_role(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    rows = Membership.objects.open().select_related("user", "workshop").filter(workshop=workshop)
    row = get_or_404(viewer, "row", rows, pk=_number(request, "membership"))
    end_role(membership=row, by=_by(viewer))
    return f"{row.user.name} is no longer {row.get_role_display().lower()}."


def _load(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    rows = Reviewer.objects.select_related("user", "workshop").filter(workshop=workshop)
    row = get_or_404(viewer, "row", rows, pk=_number(request, "reviewer"))
    form = LoadForm(request.POST)
    if not form.is_valid():
        raise Refused("The number of papers is between 1 and 50.")
    change_reviewer(
        reviewer=row, by=_by(viewer), load_max=form.cleaned_data["load_max"], senior=form.cleaned_data["senior"]
    )
    return f"{row.user.name}: at most {row.load_max} papers."


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


_ACTIONS: dict[str, Callable[[HttpRequest, Workshop, Viewer], str]] = {
    "send_again": _send_again,
    "take_back": _take_back,
    "end_role": _end_role,
    "load": _load,
}
