"""The one screen after accepting: policies, topics, papers, conflicts, load. It can be left and continued."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404
from access.viewer import viewer_of
from audit.errors import Refused, add_refusal
from reviews.first_visit import FirstVisitPage, first_visit_page
from reviews.forms_first_visit import ROWS, FirstVisitForm, TieFormSet
from reviews.models import Reviewer
from reviews.services.first_visit import tell_first_visit
from workshops.middleware import received_at
from workshops.models import Workshop

SHOWN_PROBLEMS = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_visit(request: HttpRequest, slug: str) -> HttpResponse:
    """What is told is kept by each press of the one button, however much is missing."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    page = first_visit_page(viewer_of(request), workshop, received_at(request))
    if request.GET.get("part") == "matches":
        return render(request, "reviews/_matches.html", {"page": page, "matches": page.matches})
    if request.method != "POST":
        return _page(request, page, FirstVisitForm(page=page), TieFormSet(prefix=ROWS))
    form, rows = FirstVisitForm(request.POST, page=page), TieFormSet(request.POST, prefix=ROWS)
    if not (form.is_valid() and rows.is_valid()):
        return _page(request, page, form, rows, status=422)
    try:
        problems = _tell(request, workshop, form, rows)
    except Refused as refusal:
        _add(form, rows, refusal)
        return _page(request, page, form, rows, status=422)
    return _told(request, workshop, form, problems)


def _tell(request: HttpRequest, workshop: Workshop, form: FirstVisitForm, rows: Any) -> list[str]:
    mine = Reviewer.objects.select_related("workshop", "user")
    reviewer = get_or_404(viewer_of(request), "self", mine, workshop=workshop)
    given = form.cleaned_data
    return tell_first_visit(
        reviewer=reviewer,
        by=reviewer.user,
        agrees=given["agrees"],
        load_max=given["load_max"],
        statement=given["statement"],
        emergency=given["emergency"],
        levels=form.levels(),
        publications=given["publications"],
        ties=[tie for _, tie in _ties(rows)],
        institutions=given["institutions"],
        named_all=given["named_all"],
    )


def _ties(rows: Any) -> list[tuple[Any, Any]]:
    """The rows that name somebody, each with its tie."""
    return [(row, tie) for row in rows.forms if (tie := row.tie()) is not None]


def _add(form: FirstVisitForm, rows: Any, refusal: Refused) -> None:
    """Put a refusal beside its field, which may be one of a row's."""
    if refusal.field.startswith("ties."):
        row = _ties(rows)[int(refusal.field.split(".")[1])][0]
        row.add_error("who", refusal.sentence)
    else:
        add_refusal(form, refusal)


def _told(request: HttpRequest, workshop: Workshop, form: FirstVisitForm, problems: list[str]) -> HttpResponse:
    page = first_visit_page(viewer_of(request), workshop, received_at(request))
    if problems:
        again = FirstVisitForm(page=page, initial={"publications": form.cleaned_data["publications"]})
        shown = problems[:SHOWN_PROBLEMS]
        return _page(request, page, again, TieFormSet(prefix=ROWS), problems=shown, status=422)
    if page.missing:
        messages.success(request, f"Saved. Still missing: {', '.join(page.missing)}.")
        return redirect("reviews:first_visit", workshop.slug)
    if page.matches.shown:
        messages.success(request, "Thank you, that is all. Your papers are compared with those to bid on.")
        return redirect("reviews:first_visit", workshop.slug)
    messages.success(request, "Thank you, that is all. You will hear by mail when papers are assigned.")
    return redirect("reviews:profile", workshop.slug)


def _page(
    request: HttpRequest,
    page: FirstVisitPage,
    form: FirstVisitForm,
    rows: Any,
    *,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"page": page, "form": form, "rows": rows, "problems": problems or []}
    return render(request, "reviews/first_visit.html", context, status=status)
