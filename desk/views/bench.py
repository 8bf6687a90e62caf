"""The workbench of a proposal: one paper with everybody who might have it, one person with every paper that they have
or might have; edits.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.text import whole_number
from desk.reading.candidates import find_run_paper, read_candidates
from desk.reading.list_query import number_in, pairs_of
from desk.reading.run_query import CandidateQuery, SuitedQuery
from desk.reading.suited import read_person
from desk.services.reveal import reveal
from desk.views.assignment import LAST_EDIT, SECTION, find_run, remember_edit, undoable
from desk.views.base import actor, desk_page, desk_render
from desk.views.lists import flag_chips, heads, pages, row_of
from reviews.models import AssignmentRun, RunEdit
from reviews.services import run as proposals
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
    if page.exchanges:
        reveal(by=actor(viewer), workshop=workshop, page="assignment.exchange", papers=page.shown)
    else:
        reveal(by=actor(viewer), workshop=workshop, page="assignment.paper", submission=page.paper)
    context = {
        "page": page,
        "query": query,
        "run": run,
        "number": number,
        "filters": [row_of("Only", flag_chips(query, "look"))],
        "heads": heads(query),
        "kept": query.kept(),
        "refused": refused or {},
        "undo": undoable(request, row.run),
        "without_out": query.url(out=""),
        "outs": [(pair, query.url(out=str(pair.user))) for pair in page.pairs],
    }
    context |= pages(query, page.pages)
    return desk_render(request, "desk/bench_paper.html", workshop, viewer, SECTION, context, status)


@require_safe
@desk_page
def bench_person(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int, pk: int) -> HttpResponse:
    """One person with the papers that the proposal gives them, and those that they would suit without having them."""
    return _person_page(request, workshop, viewer, run, pk)


def _person_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    run: int,
    pk: int,
    *,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = find_run(workshop, viewer, run)
    query = SuitedQuery.of(pairs_of(request.GET))
    page = read_person(row, viewer, pk, query)
    if page is None:
        raise Http404
    reveal(by=actor(viewer), workshop=workshop, page="assignment.person", papers=page.shown)
    context = {
        "page": page,
        "query": query,
        "run": run,
        "seat": page.seat,
        "filters": [row_of("Only", flag_chips(query, "look"))],
        "heads": heads(query),
        "kept": query.kept(),
        "refused": refused or {},
        "undo": undoable(request, row),
    }
    context |= pages(query, page.pages)
    return desk_render(request, "desk/bench_person.html", workshop, viewer, SECTION, context, status)


# --- edits ------------------------------------------------------------------------------------------------------------


@require_POST
@desk_page
def edit_run(request: HttpRequest, workshop: Workshop, viewer: Viewer, run: int) -> HttpResponse:
    """``do``: add, swap, exchange, drop, forbid, allow, lock, unlock, undo.

    It goes back to the paper, or to ``back``: the list of the run, or the page of the ``user``.
    """
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
        if request.POST.get("back") != "run" and verb in ("add", "swap", "exchange"):
            return _refused(request, workshop, viewer, pair, refusal.sentence)
        messages.error(request, refusal.sentence)
    else:
        remember_edit(request, row, viewer)
        messages.success(request, said)
    return _back(request, workshop, row, number)


def _refused(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, pair: dict[str, Any], sentence: str
) -> HttpResponse:
    """The page that it was asked on, with what was typed and why it is not done."""
    run, paper, user = pair["run"].number, pair["submission"], pair["user"]
    said = {"user": user.pk, "paper": paper.pk, "sentence": sentence, "why": request.POST.get("why", "")}
    if request.POST.get("back") == "person":
        return _person_page(request, workshop, viewer, run, user.pk, refused=said, status=422)
    return _paper_page(request, workshop, viewer, run, paper.number, refused=said, status=422)


def _back(request: HttpRequest, workshop: Workshop, row: AssignmentRun, number: int) -> HttpResponse:
    where, back = request.POST.get("list", "")[:500], request.POST.get("back")
    if back == "run":
        response = redirect("desk:run", workshop.slug, row.number)
        response["Location"] += f"{where if where.startswith('?') else ''}#paper-{number}"
        return response
    if back == "person" and (user := number_in(request.POST.get("user", ""))):
        return redirect("desk:bench_person", workshop.slug, row.number, int(user))
    return redirect("desk:bench_paper", workshop.slug, row.number, number)


def _pair(request: HttpRequest, viewer: Viewer, row: AssignmentRun) -> dict[str, Any]:
    papers = Submission.objects.of(row.workshop_id).select_related("workshop", "track")
    paper = get_or_404(viewer, "act", papers, pk=_key(request, "paper"))
    return {"run": row, "submission": paper, "user": _person(row, _key(request, "user")), "by": actor(viewer)}


def _key(request: HttpRequest, name: str) -> int:
    key = whole_number(request.POST.get(name))
    if key is None:
        raise Http404
    return key


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


def _exchange(request: HttpRequest, pair: dict[str, Any]) -> str:
    papers = Submission.objects.of(pair["run"].workshop_id).select_related("workshop", "track")
    there = get_or_404(acting(pair["by"]), "act", papers, pk=_key(request, "other_paper"))
    other = _person(pair["run"], _key(request, "other"))
    proposals.exchange_pairs(**pair, other_submission=there, other=other)
    here = pair["submission"].number
    return (
        f"{pair['user'].name} goes from #{here} to #{there.number}, and {other.name} from #{there.number} to #{here}."
    )


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
    "exchange": _exchange,
    "drop": _drop,
    "forbid": _forbid,
    "allow": _allow,
    "lock": _lock,
    "unlock": _lock,
}


def _undo(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: AssignmentRun) -> HttpResponse:
    edits = RunEdit.objects.filter(run=row).select_related("run", "submission", "other")
    edit = get_or_404(viewer, "row", edits, pk=_key(request, "edit"))
    try:
        proposals.undo_edit(edit=edit, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        numbers = [f"#{paper.number}" for paper in proposals.papers_of_edit(edit)]
        are = "is as it was" if len(numbers) == 1 else "are as they were"
        messages.success(request, f"Undone: {' and '.join(numbers)} {are}.")
    request.session.pop(LAST_EDIT, None)
    return _back(request, workshop, row, edit.submission.number)
