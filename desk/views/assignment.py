"""Who reviews what: ask for a proposal, look at it, change it, publish it, undo that."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from desk.forms_people import AddPairForm, ProposeForm
from desk.reading.assignment import RunPage, overview, run_page
from desk.services.reveal import reveal
from desk.views.base import desk_page, desk_render
from jobs.models import Job
from jobs.services.cancel import cancel_job
from notifications.models import Batch
from notifications.services.batches import TYPED_FROM
from notifications.states import BatchStatus
from reviews.models import AssignmentRun
from reviews.rules import open_reviewers
from reviews.services import run as proposals
from reviews.states import RunStatus
from submissions.models import Submission
from workshops.models import Workshop

SECTION = "assignment"


def _by(viewer: Viewer) -> Any:
    """The organizer who acts."""
    return viewer.person


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def assignment(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """The state of things, the proposals, and the button that asks for one."""
    tracks = list(workshop.tracks.all())
    form = ProposeForm(request.POST if request.method == "POST" else None, tracks=tracks)
    if request.method == "POST" and form.is_valid():
        try:
            made = proposals.start_run(workshop=workshop, by=_by(viewer), track=form.chosen)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("desk:run", workshop.slug, made.pk)
    context = {"found": overview(workshop, viewer), "form": form, "tracks": tracks}
    status = 422 if form.errors else 200
    return desk_render(request, "desk/assignment.html", workshop, viewer, SECTION, context, status)


def _run(workshop: Workshop, viewer: Viewer, key: int) -> AssignmentRun:
    rows = AssignmentRun.objects.select_related("workshop", "track", "job", "created_by").filter(workshop=workshop)
    return get_or_404(viewer, "row", rows, pk=key)


@require_safe
@desk_page
def run(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """One proposal. ``?part=progress`` is the part that is asked for again while it is being made."""
    row = _run(workshop, viewer, run)
    if request.GET.get("part") == "progress":
        return _progress(request, workshop, row)
    return _run_page(request, workshop, viewer, row)


def _progress(request: HttpRequest, workshop: Workshop, row: AssignmentRun) -> HttpResponse:
    job = row.job
    response = render(request, "desk/assignment_progress.html", {"workshop": workshop, "run": row.pk, "job": job})
    if job is None or job.finished_at or job.status == "cancelled":
        response["HX-Refresh"] = "true"
    return response


def _run_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    row: AssignmentRun,
    *,
    form: AddPairForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = run_page(row, viewer)
    publishes = row.status == RunStatus.OPEN and page.is_complete and page.whole
    plan = proposals.preview(run=row, by=_by(viewer)) if publishes else None
    context: dict[str, Any] = {
        "page": page,
        "job": row.job,
        "run": row.pk,
        "form": form or _add_form(page),
        "plan": plan,
        "typed": plan is not None and plan.mails >= TYPED_FROM,
        "batch": _batch(row, page),
    }
    if page.pairs:
        shown = [paper.pk for paper in page.papers]
        reveal(by=_by(viewer), workshop=workshop, page=SECTION, papers=shown)
    return desk_render(request, "desk/assignment_run.html", workshop, viewer, SECTION, context, status)


def _add_form(page: RunPage, data: Any = None) -> AddPairForm:
    papers = [(paper.pk, f"#{paper.number} {paper.title[:80]}") for paper in page.papers]
    return AddPairForm(data, papers=papers, people=page.people)


def _batch(row: AssignmentRun, page: RunPage) -> dict[str, Any] | None:
    """The held mails of what was published, for whoever sees the whole of it."""
    if not (row.batch_id and page.whole):
        return None
    batch = Batch.objects.filter(pk=row.batch_id).first()
    if batch is None:
        return None
    return {
        "pk": batch.pk,
        "words": batch.get_status_display(),
        "is_held": batch.status == BatchStatus.HELD,
        "release_at": batch.release_at,
    }


@require_POST
@desk_page
def run_action(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """``do``: stop, add, drop, lock, unlock, publish, undo, discard, again."""
    row = _run(workshop, viewer, run)
    verb = request.POST.get("do", "")
    if verb == "add":
        return _add(request, workshop, viewer, row)
    action = _ACTIONS.get(verb)
    if action is None:
        raise Http404
    try:
        goes_to = action(request, viewer, row)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        goes_to = row.pk
    return redirect("desk:run", workshop.slug, goes_to)


def _add(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: AssignmentRun) -> HttpResponse:
    form = _add_form(run_page(row, viewer), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        paper = _paper(viewer, row, given["paper"])
        try:
            pair = proposals.add_pair(
                run=row, submission=paper, user=_reviewer(row, given["user"]), by=_by(viewer), why=given["override"]
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"{pair.user.name} is added to #{paper.number}.")
            return redirect("desk:run", workshop.slug, row.pk)
    return _run_page(request, workshop, viewer, row, form=form, status=422)


def _paper(viewer: Viewer, row: AssignmentRun, key: int) -> Submission:
    papers = Submission.objects.of(row.workshop_id).select_related("workshop", "track")
    return get_or_404(viewer, "act", papers, pk=key)


def _reviewer(row: AssignmentRun, key: int) -> User:
    found = open_reviewers(row.workshop_id).filter(user=key).select_related("user").first()
    if found is None:
        raise Http404
    return found.user


def _pair(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> dict[str, Any]:
    keys = [request.POST.get(name, "") for name in ("paper", "user")]
    if not all(key.isdecimal() and len(key) < 19 for key in keys):
        raise Http404
    paper = _paper(viewer, row, int(keys[0]))
    user = User.objects.filter(pk=int(keys[1]), reviewing__workshop=row.workshop_id).first()
    if user is None:
        raise Http404
    return {"run": row, "submission": paper, "user": user, "by": viewer.person}


def _drop(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    pair = _pair(request, viewer, row)
    proposals.drop_pair(**pair)
    messages.success(request, f"{pair['user'].name} is taken out of #{pair['submission'].number}.")
    return row.pk


def _lock(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    proposals.lock_pair(**_pair(request, viewer, row), locked=request.POST["do"] == "lock")
    return row.pk


def _stop(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    job = Job.objects.filter(pk=row.job_id or 0).first()
    if job is not None:
        cancel_job(job, by=_by(viewer))
        messages.success(request, "It stops at its next step.")
    return row.pk


def _publish(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    text = request.POST.get("typed", "").strip()
    count = proposals.preview(run=row, by=_by(viewer)).mails
    typed = int(text) if text.isdecimal() and len(text) < 9 else None
    if count >= TYPED_FROM and typed != count:
        raise Refused(f"Publishing writes {count} mails. Type {count} to confirm it.", field="typed")
    batch = proposals.publish_run(run=row, by=_by(viewer), typed=typed)
    hold = row.workshop.hold_minutes
    wait = f"leave in {hold} minutes; until then you can cancel them or undo it all" if hold else "are on their way"
    messages.success(request, f"Published. {batch.messages.count()} mails {wait}.")
    return row.pk


def _undo(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    proposals.undo_run(run=row, by=_by(viewer))
    messages.success(request, "Undone: the assignments are gone, and mails that had not left are cancelled.")
    return row.pk


def _discard(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    proposals.discard_run(run=row, by=_by(viewer))
    messages.success(request, "The proposal is thrown away. Nobody was told anything of it.")
    return row.pk


def _again(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    """A new proposal that keeps what was locked, added and taken out in this one."""
    return proposals.start_run(workshop=row.workshop, by=_by(viewer), track=row.track, keep=row).pk


_ACTIONS: dict[str, Callable[[HttpRequest, Viewer, AssignmentRun], int]] = {
    "drop": _drop,
    "lock": _lock,
    "unlock": _lock,
    "stop": _stop,
    "publish": _publish,
    "undo": _undo,
    "discard": _discard,
    "again": _again,
}
