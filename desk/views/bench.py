"""The workbench of a proposal: one paper with everybody who might have it, one person with their papers; edits."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from desk.reading.candidates import find_run_paper, read_candidates
from desk.reading.list_query import pairs_of
from desk.reading.run_lines import read_rows, run_line
from desk.reading.run_query import CandidateQuery
from desk.services.reveal import reveal
from desk.views.assignment import LAST_EDIT, SECTION, find_run, remember_edit
from desk.views.base import actor, desk_page, desk_render
from desk.views.lists import flag_chips, heads, pages, row_of
from reviews.models import AssignmentRun, RunEdit
from reviews.services import run as proposals
from reviews.states import RunOutcome, RunStatus
from submissions.models import Submission
from workshops.models import Workshop


@require_safe
@desk_page
def bench_paper(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int, number: int) -> HttpResponse:
    """Everybody who might have this paper, with the price of each."""
    return _paper_page(request, workshop, viewer, run, number)


def _paper_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    run: int,
    number: int,
    *,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = find_run_paper(viewer, workshop.pk, run, number)
    if row is None:
        raise Http404
    query = CandidateQuery.of(pairs_of(request.GET))
    page = read_candidates(row, viewer, query)
    reveal(by=actor(viewer), workshop=workshop, page="assignment.paper", submission=page.paper)
    made = request.session.get(LAST_EDIT, {})
    context = {
        "page": page,
        "query": query,
        "run": run,
        "number": number,
        "filters": [row_of("Only", flag_chips(query, "look"))],
        "heads": heads(query),
        "kept": query.kept(),
        "refused": refused or {},
        "undo": made.get("edit") if made.get("run") == run and page.is_open else None,
        "without_out": query.url(out=""),
        "outs": [(pair, query.url(out=str(pair.user))) for pair in page.pairs],
    }
    context |= pages(query, page.pages)
    return desk_render(request, "desk/bench_paper.html", workshop, viewer, SECTION, context, status)


@require_safe
@desk_page
def bench_person(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int, pk: int) -> HttpResponse:
    """One person with the papers that the proposal gives them."""
    row = find_run(workshop, viewer, run)
    rows = read_rows(row, viewer)
    seat = rows.seats.get(pk)
    if seat is None:
        raise Http404
    papers = [(paper, pair) for paper in rows.papers for pair in paper.pairs if pair.user == pk]
    reveal(by=actor(viewer), workshop=workshop, page="assignment.person", papers=[paper.pk for paper, _ in papers])
    context = {
        "line": run_line(row, len(rows.papers), viewer),
        "run": run,
        "seat": seat,
        "papers": papers,
        "is_open": row.status == RunStatus.OPEN and row.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE),
    }
    return desk_render(request, "desk/bench_person.html", workshop, viewer, SECTION, context)


# --- edits ------------------------------------------------------------------------------------------------------------


@require_POST
@desk_page
def edit_run(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """``do``: add, swap, drop, forbid, allow, lock, unlock, undo. It goes back to the paper, or to ``back``: a list."""
    row = find_run(workshop, viewer, run)
    verb = request.POST.get("do", "")
    if verb == "undo":
        return _undo(request, workshop, viewer, row)
    if verb not in EDITS:
        raise Http404
    pair = _pair(request, viewer, row)
    number = pair["submission"].number
    try:
        said = EDITS[verb](request, pair)
    except Refused as refusal:
        if request.POST.get("back") != "run" and verb in ("add", "swap"):
            refused = {"user": pair["user"].pk, "sentence": refusal.sentence, "why": request.POST.get("why", "")}
            return _paper_page(request, workshop, viewer, row.pk, number, refused=refused, status=422)
        messages.error(request, refusal.sentence)
    else:
        remember_edit(request, row, viewer)
        messages.success(request, said)
    return _back(request, workshop, row, number)


def _back(request: HttpRequest, workshop: Workshop, row: AssignmentRun, number: int) -> HttpResponse:
    where = request.POST.get("list", "")[:500]
    if request.POST.get("back") == "run":
        response = redirect("desk:run", workshop.slug, row.pk)
        response["Location"] += f"{where if where.startswith('?') else ''}#paper-{number}"
        return response
    return redirect("desk:bench_paper", workshop.slug, row.pk, number)


def _pair(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> dict[str, Any]:
    papers = Submission.objects.of(row.workshop_id).select_related("workshop", "track")
    paper = get_or_404(viewer, "act", papers, pk=_key(request, "paper"))
    return {"run": row, "submission": paper, "user": _person(row, _key(request, "user")), "by": actor(viewer)}


def _key(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


def _person(row: AssignmentRun, key: int) -> User:
    """Somebody whom the proposal knows, or who reviews by now."""
    found = User.objects.filter(pk=key)
    known = found.filter(reviewing__workshop=row.workshop_id) | found.filter(memberships__workshop=row.workshop_id)
    person = known.distinct().first()
    if person is None:
        raise Http404
    return person


def _add(request: HttpRequest, pair: dict[str, Any]) -> str:
    proposals.add_pair(**pair, why=request.POST.get("why", "")[:2000])
    return f"{pair['user'].name} is added to #{pair['submission'].number}."


def _swap(request: HttpRequest, pair: dict[str, Any]) -> str:
    left = _person(pair["run"], _key(request, "out"))
    proposals.add_pair(**pair, why=request.POST.get("why", "")[:2000], instead_of=left)
    return f"{pair['user'].name} takes the place of {left.name} on #{pair['submission'].number}."


def _drop(request: HttpRequest, pair: dict[str, Any]) -> str:
    proposals.drop_pair(**pair)
    return f"{pair['user'].name} is taken out of #{pair['submission'].number}."


def _forbid(request: HttpRequest, pair: dict[str, Any]) -> str:
    proposals.forbid_pair(**pair)
    return f"{pair['user'].name} will not be proposed for #{pair['submission'].number}."


def _allow(request: HttpRequest, pair: dict[str, Any]) -> str:
    proposals.allow_pair(**pair)
    return f"{pair['user'].name} may be proposed for #{pair['submission'].number} again."


def _lock(request: HttpRequest, pair: dict[str, Any]) -> str:
    locked = request.POST["do"] == "lock"
    proposals.lock_pair(**pair, locked=locked)
    return f"{pair['user'].name} is {'locked to' if locked else 'free to leave'} #{pair['submission'].number}."


EDITS: dict[str, Callable[[HttpRequest, dict[str, Any]], str]] = {
    "add": _add,
    "swap": _swap,
    "drop": _drop,
    "forbid": _forbid,
    "allow": _allow,
    "lock": _lock,
    "unlock": _lock,
}


def _undo(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: AssignmentRun) -> HttpResponse:
    edits = RunEdit.objects.filter(run=row).select_related("run", "submission__workshop", "submission__track")
    edit = get_or_404(viewer, "row", edits, pk=_key(request, "edit"))
    try:
        proposals.undo_edit(edit=edit, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Undone: #{edit.submission.number} is as it was.")
    request.session.pop(LAST_EDIT, None)
    return _back(request, workshop, row, edit.submission.number)
