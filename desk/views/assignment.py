"""Who reviews what: ask for a proposal, compare some, publish one, undo that. Its workbench is in ``bench``."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404, visible_to
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_assignment import ProposeForm
from desk.reading.assignment import overview
from desk.reading.bench import Bench, read_bench
from desk.reading.compare import MOST, compare
from desk.reading.list_query import number_in, pairs_of
from desk.reading.run_query import PAPER_LOOKS, PERSON_LOOKS, SIDES, RunQuery
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from desk.views.lists import chips, heads, pages, row_of
from jobs.models import Job
from jobs.services.cancel import cancel_job
from notifications.models import Message
from notifications.services.batches import TYPED_FROM
from reviews.models import AssignmentRun, Review, RunEdit
from reviews.options import Options
from reviews.services import run as proposals
from reviews.states import RunOutcome, RunStatus
from workshops.models import Track, Workshop

SECTION = "assignment"


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def assignment(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """The state of things, the proposals, and the form that asks for one; ``?from=`` begins it as another was."""
    tracks = list(workshop.tracks.all())
    found = overview(workshop, viewer)
    form = _form(request, workshop, viewer, tracks, found.last)
    if request.method == "POST" and form.is_valid():
        kept = form.cleaned_data["keep"]
        try:
            made = proposals.start_run(
                workshop=workshop,
                by=actor(viewer),
                track=form.chosen,
                options=form.options(),
                purpose=form.purpose,
                chair_most=form.cleaned_data["chair_most"] or proposals.CHAIR_MOST,
                keep=find_run(workshop, viewer, kept) if kept else None,
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("desk:run", workshop.slug, made.number)
    context = {"found": found, "form": form, "tracks": tracks, "asks": bool(form.is_bound or request.GET.get("from"))}
    status = 422 if form.errors else 200
    return desk_render(request, "desk/assignment.html", workshop, viewer, SECTION, context, status)


def _form(request: HttpRequest, workshop: Workshop, viewer: Viewer, tracks: list[Track], last: Options) -> ProposeForm:
    usual = ProposeForm(tracks=tracks, options=last, initial={"chair_most": proposals.CHAIR_MOST})
    if request.method == "POST":
        return ProposeForm(_filled(request.POST, usual), tracks=tracks, options=last)
    earlier = number_in(request.GET.get("from", ""))
    if not earlier:
        return usual
    row = find_run(workshop, viewer, int(earlier))
    start: dict[str, Any] = {"what": row.purpose, "track": row.track_id or "", "keep": row.number}
    start["chair_most"] = row.params.get("chair_most", proposals.CHAIR_MOST)
    if request.GET.get("mode") == "fair":
        start |= {"mode": "fair", "epsilon": request.GET.get("epsilon", "")[:8]}
    return ProposeForm(tracks=tracks, options=Options.of(row.params), initial=start)


def _filled(given: QueryDict, usual: ProposeForm) -> QueryDict:
    """What was typed; a button without the form asks as the last time."""
    if "mode" in given:
        return given
    data = given.copy()
    for name, field in usual.fields.items():
        value = usual.get_initial_for_field(field, name)
        if name not in data and value is not None and value is not False:
            data[name] = str(value)
    return data


def find_run(workshop: Workshop, viewer: Viewer, number: int) -> AssignmentRun:
    """The workshop's proposal of this number. With ``is_begun``: has somebody begun a review that it brought?"""
    rows = AssignmentRun.objects.select_related("workshop", "track", "job", "created_by").filter(workshop=workshop)
    begun = Exists(Review.objects.filter(assignment__run=OuterRef("pk")))
    return get_or_404(viewer, "row", rows.annotate(is_begun=begun), number=number)


@require_safe
@desk_page
def run(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """One proposal. ``?part=progress`` is the part that is asked for again while it is being made."""
    row = find_run(workshop, viewer, run)
    if request.GET.get("part") == "progress":
        return _progress(request, workshop, row)
    query = RunQuery.of(pairs_of(request.GET))
    page = read_bench(row, viewer, query)
    if page.shown:
        reveal(by=actor(viewer), workshop=workshop, page=SECTION, papers=page.shown)
    context: dict[str, Any] = {
        "page": page,
        "query": query,
        "job": row.job,
        "run": row.number,
        "is_begun": row.is_begun,  # type: ignore[attr-defined]  # find_run annotates it
        "batch": row.batch_id if page.whole else None,
        "filters": _filters(query, page),
        "sides": chips(query, "side", [(key, words, None) for key, words in SIDES.items()]),
        "heads": heads(query),
        "kept": query.kept(),
        "undo": undoable(request, row),
    }
    return desk_render(
        request, "desk/assignment_run.html", workshop, viewer, SECTION, context | pages(query, page.pages)
    )


def _filters(query: RunQuery, page: Bench) -> list[dict[str, Any]]:
    looks = PERSON_LOOKS if query.side == "people" else PAPER_LOOKS
    on = query.chosen("look")
    marks = [
        {
            "words": words,
            "count": page.counts.get(look, 0),
            "on": look in on,
            "url": query.url(look=query.toggled("look", look)),
        }
        for look, words in looks.items()
        if page.counts.get(look) or look in on
    ]
    rows = [row_of("Look at", marks)] if marks else []
    tracks = [(slug, name, count) for slug, (name, count) in sorted(page.tracks.items())]
    if len(tracks) > 1 and query.side == "papers":
        rows.insert(0, row_of("Track", chips(query, "track", tracks)))
    return rows


LAST_EDIT = "last_edit_of_a_run"
"""In the session: the keys of the proposal that was edited last, and of the edit."""


def undoable(request: HttpRequest, row: AssignmentRun) -> int | None:
    """The edit that was made a moment ago in this session: its key, for the button that takes it back."""
    made: dict[str, int] = request.session.get(LAST_EDIT, {})
    return made.get("edit") if made.get("run") == row.pk and row.status == RunStatus.OPEN else None


def remember_edit(request: HttpRequest, row: AssignmentRun, viewer: Viewer) -> None:
    edit = RunEdit.objects.filter(run=row, by=viewer.id, undone=False).order_by("-pk").values_list("pk", flat=True)
    if found := edit.first():
        request.session[LAST_EDIT] = {"run": row.pk, "edit": found}


def _progress(request: HttpRequest, workshop: Workshop, row: AssignmentRun) -> HttpResponse:
    job = row.job
    response = render(request, "desk/assignment_progress.html", {"workshop": workshop, "run": row.number, "job": job})
    if job is None or job.finished_at or job.status == "cancelled":
        response["HX-Refresh"] = "true"
    return response


# --- compare ----------------------------------------------------------------------------------------------------------


@require_safe
@desk_page
def compare_runs(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``?run=1&run=2``: two or three proposals side by side; what is missing is chosen on the page."""
    asked = list(dict.fromkeys(int(one) for text in request.GET.getlist("run") if (one := number_in(text))))[:MOST]
    rows = visible_to(viewer, "row", AssignmentRun.objects.filter(workshop=workshop, outcome=RunOutcome.COMPLETE))
    every = list(rows.select_related("track", "created_by").order_by("-number")[:50])
    chosen = sorted((row for row in every if row.number in asked), key=lambda row: asked.index(row.number))
    page = number_in(request.GET.get("page", "")) or "1"
    found = compare(chosen, workshop, viewer, max(1, int(page))) if len(chosen) > 1 else None
    if found and found.differences:
        reveal(by=actor(viewer), workshop=workshop, page="assignment.compare", papers=found.shown)
    number = min(max(1, int(page)), found.pages) if found else 1
    address = "?" + "&".join(f"run={row.number}" for row in chosen)
    context = {
        "found": found,
        "choices": [(row in chosen, row) for row in every],
        "newer_url": f"{address}&page={number - 1}" if number > 1 else "",
        "older_url": f"{address}&page={number + 1}" if found and number < found.pages else "",
        "page_words": f"Page {number} of {found.pages}" if found and found.pages > 1 else "",
    }
    return desk_render(request, "desk/assignment_compare.html", workshop, viewer, SECTION, context)


# --- publish ----------------------------------------------------------------------------------------------------------


@require_safe
@desk_page
def run_publish(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """Exactly what publishing would do: who gets which papers, in which mail, and what stands in the way."""
    row = find_run(workshop, viewer, run)
    return _publish_page(request, workshop, viewer, row)


def _publish_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    row: AssignmentRun,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    whole = proposals.sees_whole(row, viewer)
    ready = row.status == RunStatus.OPEN and row.outcome == RunOutcome.COMPLETE and whole
    plan = proposals.preview(run=row, by=actor(viewer)) if ready else None
    if plan is not None:
        papers = sorted({pair.submission_id for _, pairs in plan.letters for pair in pairs})
        reveal(by=actor(viewer), workshop=workshop, page="assignment.publish", papers=papers)
    context = {
        "run": row,
        "title_words": f"Publish proposal {row.number}",
        "plan": plan,
        "letter": _letter(request, row, viewer) if plan is not None else None,
        "whole": whole,
        "typed": plan is not None and plan.mails >= TYPED_FROM,
        "refusal": refusal,
    }
    return desk_render(request, "desk/assignment_publish.html", workshop, viewer, SECTION, context, status)


def _letter(request: HttpRequest, row: AssignmentRun, viewer: Viewer) -> Message | None:
    """``?mail=``: the mail to this person, as it would leave."""
    key = number_in(request.GET.get("mail", ""))
    person = User.objects.filter(pk=int(key)).first() if key else None
    return proposals.read_letter(run=row, user=person, by=actor(viewer)) if person else None


# --- acts -------------------------------------------------------------------------------------------------------------


@require_POST
@desk_page
def run_action(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """``do``: stop, publish, undo, discard, again."""
    row = find_run(workshop, viewer, run)
    verb = request.POST.get("do", "")
    action = _ACTIONS.get(verb)
    if action is None:
        raise Http404
    try:
        goes_to = action(request, viewer, row)
    except Refused as refusal:
        if verb == "publish":
            row = find_run(workshop, viewer, run)
            return _publish_page(request, workshop, viewer, row, refusal=refusal.sentence, status=422)
        messages.error(request, refusal.sentence)
        goes_to = row.number
    return redirect("desk:run", workshop.slug, goes_to)


def _stop(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    job = Job.objects.filter(pk=row.job_id or 0).first()
    if job is not None:
        cancel_job(job, by=actor(viewer))
        messages.success(request, "It stops at its next step.")
    return row.number


def _publish(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    text = request.POST.get("typed", "").strip()
    count = proposals.preview(run=row, by=actor(viewer)).mails
    typed = whole_number(text, digits=8)
    if count >= TYPED_FROM and typed != count:
        raise Refused(f"Publishing writes {count} mails. Type {count} to confirm it.", field="typed")
    batch = proposals.publish_run(run=row, by=actor(viewer), typed=typed)
    hold = row.workshop.hold_minutes
    wait = f"leave in {hold} minutes; until then you can cancel them or undo it all" if hold else "are on their way"
    messages.success(request, f"Published. {batch.messages.count()} mails {wait}.")
    return row.number


def _undo(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    proposals.undo_run(run=row, by=actor(viewer))
    messages.success(request, "Undone: the assignments are gone, and mails that had not left are cancelled.")
    return row.number


def _discard(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    proposals.discard_run(run=row, by=actor(viewer))
    messages.success(request, "The proposal is thrown away. Nobody was told anything of it.")
    return row.number


def _again(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> int:
    """A new proposal, asked for as this one, that keeps what was locked, added and taken out in it."""
    return proposals.start_run(
        workshop=row.workshop,
        by=actor(viewer),
        track=row.track,
        keep=row,
        options=Options.of(row.params),
        purpose=row.purpose,
        chair_most=row.params.get("chair_most", proposals.CHAIR_MOST),
    ).number


# Each returns the number of the proposal to go to.
_ACTIONS: dict[str, Callable[[HttpRequest, Viewer, AssignmentRun], int]] = {
    "stop": _stop,
    "publish": _publish,
    "undo": _undo,
    "discard": _discard,
    "again": _again,
}
