"""Inviting people: whom, a preview with all that is known of them, the mails; and asking again who has not answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_invite import ExpectedForm, InviteForm, RemindForm
from desk.reading.levels import papers_on_desk
from desk.reading.people import INVITED
from desk.reading.unanswered import PAGE, read_unanswered
from desk.views.base import actor, desk_page, desk_render
from notifications.rendering import render as render_mail
from notifications.rendering import scope_of
from reviews.emails import INVITATION
from reviews.forecast import Forecast
from reviews.forecasting import forecast_of
from reviews.guest_remarks import guest_rows
from reviews.guests import Problem, lines_of_csv
from reviews.models import Invitation
from reviews.services.invite import LASTS, invite_many, mail_values, plan_invitations
from reviews.services.remind import remind_invited
from reviews.states import InvitationStatus
from workshops.middleware import received_at
from workshops.models import Workshop
from workshops.states import Role


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def invite(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Paste names and addresses or choose a file, look at the mail and at who gets it, then send."""
    tracks = list(workshop.tracks.all())
    if request.method != "POST":
        return _invite_page(request, workshop, viewer, InviteForm(tracks=tracks))
    form = InviteForm(request.POST, request.FILES, tracks=tracks)
    sends = request.POST.get("do") == "send"
    if form.is_valid() and form.cleaned_data["file"]:
        form, sends = _with_its_people(request, form, tracks), False
    if not form.is_valid():
        return _invite_page(request, workshop, viewer, form, status=422)
    if sends:
        return _send(request, workshop, viewer, form)
    return _invite_page(request, workshop, viewer, form, preview=_preview(workshop, viewer, form))


def _with_its_people(request: HttpRequest, form: InviteForm, tracks: list[Any]) -> InviteForm:
    """The form with the people of its file behind the lines that were typed, to be looked at; or with what is wrong."""
    try:
        found = lines_of_csv(form.cleaned_data["file"].read())
    except Refused as refusal:
        add_refusal(form, refusal)
        return form
    data = request.POST.copy()
    data["lines"] = "\n".join(filter(None, (form.cleaned_data["lines"].strip(), found)))
    return InviteForm(data, tracks=tracks)


def _send(request: HttpRequest, workshop: Workshop, viewer: Viewer, form: InviteForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        invited, batch, problems = invite_many(
            workshop=workshop,
            by=actor(viewer),
            lines=given["lines"],
            load=given["load"],
            note=given["note"],
            role=given["role"],
            track=form.track,
            emergency=given["emergency"],
            again=given["again"],
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return _invite_page(request, workshop, viewer, form, status=422)
    if invited:
        messages.success(request, _said(len(invited), held=batch is not None))
    if problems:
        left = _left(request, workshop, problems)
        return _invite_page(request, workshop, viewer, left, batch=batch.pk if batch else None, status=422)
    if batch is not None:
        return redirect("desk:batch", workshop.slug, batch.pk)
    return redirect(f"{reverse('desk:people', args=[workshop.slug])}?role={INVITED}")


def _said(count: int, *, held: bool) -> str:
    if held:
        return f"Mails to {count} people are written and wait: look at them, then confirm them on the page Mail."
    return "1 person invited. The mail leaves in 30 seconds; until then you can take it back."


def _left(request: HttpRequest, workshop: Workshop, problems: list[Problem]) -> InviteForm:
    """The form with the lines that were left over, and what is wrong with each."""
    data = request.POST.copy()
    data["lines"] = "\n".join(problem.line for problem in problems)
    form = InviteForm(data, tracks=list(workshop.tracks.all()))
    for problem in problems:
        form.add_error("lines", f"“{problem.line}”: {problem.sentence}")
    return form


def _preview(workshop: Workshop, viewer: Viewer, form: InviteForm) -> dict[str, Any]:
    given = form.cleaned_data
    plan = plan_invitations(workshop=workshop, lines=given["lines"], role=given["role"], again=given["again"])
    first = plan.guests[0] if plan.guests else None
    sample = Invitation(
        workshop=workshop,
        role=given["role"],
        track=form.track,
        address=first.address if first else "name@uni.example",
        name=first.name if first else "",
        load=(first.load if first else None) or given["load"],
        note=given["note"],
        invited_by=actor(viewer),
        expires_at=timezone.now() + LASTS,
    )
    mail = render_mail(INVITATION, scope_of(workshop.pk), mail_values(sample, "the-link-of-each-person"))
    rows = guest_rows(viewer, workshop, plan.guests)
    return {
        "rows": rows,
        "again": {guest.address for guest, _ in plan.again},
        "barred": sum(row.is_barred for row in rows),
        "problems": plan.problems,
        "mail": mail,
        "held": plan.is_bulk,
        "reviews": given["role"] == Role.REVIEWER,
    }


def _invite_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    form: InviteForm,
    *,
    preview: dict[str, Any] | None = None,
    batch: int | None = None,
    status: int = 200,
) -> HttpResponse:
    expected = ExpectedForm(request.GET if "papers" in request.GET else None)
    papers = expected.cleaned_data["papers"] if expected.is_bound and expected.is_valid() else None
    context = {
        "form": form,
        "preview": preview,
        "batch_pk": batch,
        "expected": expected,
        "papers": papers,
        "forecast": None if preview else _forecast(workshop, viewer, received_at(request), papers),
    }
    return desk_render(request, "desk/people_invite.html", workshop, viewer, "people", context, status)


def _forecast(workshop: Workshop, viewer: Viewer, at: datetime, papers: int | None) -> Forecast:
    return forecast_of(viewer, workshop, at, lines=papers_on_desk(workshop.pk, viewer), papers=papers)


# --- who has not answered ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def unanswered(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Whose answer is missing, since when, how often they were asked; POST writes to the chosen ones once more.

    ``do=all``: to everybody who was not asked within three days, on whatever page.
    """
    if request.method != "POST":
        return _unanswered_page(request, workshop, viewer, RemindForm())
    form = RemindForm(request.POST)
    form.is_valid()
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop, status=InvitationStatus.SENT)
    rows = rows.select_related("workshop", "track", "user", "invited_by").order_by("asked_at", "pk")
    everybody = request.POST.get("do") == "all"
    chosen = rows if everybody else rows.filter(pk__in=_keys(request))
    impatient = not everybody and form.cleaned_data["impatient"]
    try:
        batch = remind_invited(workshop=workshop, by=actor(viewer), invitations=list(chosen), impatient=impatient)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _unanswered_page(request, workshop, viewer, form, status=422)
    messages.info(request, "Nothing has been sent yet. Look at the mails, then confirm them at the top.")
    return redirect("desk:batch", workshop.slug, batch.pk)


def _keys(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist("chosen")]
    except ValueError:
        raise Http404 from None


def _unanswered_page(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, form: RemindForm, status: int = 200
) -> HttpResponse:
    text = request.GET.get("after", "")
    start = whole_number(text, digits=6) or 0
    found = read_unanswered(workshop, viewer, start, received_at(request))
    context = {
        "found": found,
        "form": form,
        "chosen": request.POST.getlist("chosen"),
        "older_url": f"?after={start + PAGE}" if found.more else "",
        "newer_url": f"?after={max(0, start - PAGE)}" if start else "",
    }
    return desk_render(request, "desk/people_unanswered.html", workshop, viewer, "people", context, status)
