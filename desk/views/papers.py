"""The list of papers, and the same list as a file."""

import csv
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.csv_cells import safe
from desk.reading.papers import DECISION_STATES, LOOKS, SORTS, PaperList, PaperQuery, list_papers, status_counts
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from submissions.states import SubmissionStatus
from workshops.models import Track, Workshop

COLUMNS: tuple[str, ...] = (
    "number",
    "title",
    "track",
    "status",
    "authors",
    "scores",
    "mean",
    "reviews in",
    "reviews wanted",
)
COLUMNS += ("handler", "decision", "decision state", "note")
SEALED = "You have a conflict with this paper."


@require_safe
@desk_page
def papers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PaperQuery.of(request.GET.dict())
    if request.GET.get("format") == "csv":
        return _csv(request, workshop, viewer, query)
    found = list_papers(workshop, viewer, query)
    context = {"query": query, "found": found, "filters": _filters(workshop, viewer, query), "heads": _heads(query)}
    context |= _pages(query, found) | {"kept": query.kept()}
    return desk_render(request, "desk/papers.html", workshop, viewer, "papers", context)


def _filters(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[dict[str, Any]]:
    """Rows of chips. Their numbers count the lines that are open to the viewer."""
    counts = status_counts(workshop, viewer)
    tracks = list(Track.objects.filter(workshop=workshop).values_list("pk", "slug", "name"))
    by_track = [(slug, name, sum(n for (t, _), n in counts.items() if t == pk)) for pk, slug, name in tracks]
    by_status = [(s, s.label, sum(n for (_, t), n in counts.items() if t == s)) for s in SubmissionStatus]
    states = [(key, words, None) for key, words in DECISION_STATES.items()]
    return [
        {"label": "Track", "chips": _chips(query, "track", by_track)},
        {"label": "State", "chips": _chips(query, "status", [one for one in by_status if one[2]])},
        {"label": "Decision", "chips": _chips(query, "decision", states)},
        {
            "label": "Needs",
            "chips": _chips(query, "reviews", [("missing", "Reviews missing", None)])
            + _chips(query, "handler", [("me", "I handle", None), ("none", "No handler", None)])
            + _chips(query, "look", [(key, words, None) for key, words in LOOKS.items()]),
        },
    ]


def _chips(query: PaperQuery, name: str, choices: Sequence[tuple[str, str, int | None]]) -> list[dict[str, Any]]:
    """A chip that is on takes its filter away."""
    chosen = getattr(query, name)
    return [
        {
            "words": words,
            "count": count,
            "on": chosen == value,
            "url": query.url(**{name: "" if chosen == value else str(value)}),
        }
        for value, words, count in choices
    ]


def _heads(query: PaperQuery) -> dict[str, dict[str, str]]:
    """The heads that sort; a second click turns the order around."""
    heads = {}
    for key, (_, words) in SORTS.items():
        order = {key: "ascending", f"-{key}": "descending"}.get(query.sort, "")
        heads[key] = {"words": words, "order": order, "url": query.url(sort=f"-{key}" if query.sort == key else key)}
    return heads


def _pages(query: PaperQuery, found: PaperList) -> dict[str, str]:
    page = min(query.page, found.pages)
    return {
        "newer_url": query.url(page=page - 1) if page > 1 else "",
        "older_url": query.url(page=page + 1) if page < found.pages else "",
        "page_words": f"Page {page} of {found.pages}" if found.pages > 1 else "",
        "csv_url": _with_format(query.url(page=query.page)),
    }


def _with_format(url: str) -> str:
    return f"{url}&format=csv" if url != "?" else "?format=csv"


def _csv(request: HttpRequest, workshop: Workshop, viewer: Viewer, query: PaperQuery) -> HttpResponse:
    """Exactly what the list shows under these filters, all its pages. Names leave the house, so it is logged."""
    found = list_papers(workshop, viewer, query, everything=True)
    reveal(by=actor(viewer), workshop=workshop, page="papers.csv", papers=[r.pk for r in found.rows if r.authors])
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{workshop.slug}-papers.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in found.rows:
        cells = [row.number, row.title, row.track, row.status_label, "; ".join(row.authors)]
        cells += [" ".join(map(str, row.scores)), f"{row.mean:.2f}" if row.mean is not None else ""]
        cells += [row.reviews_in, row.wanted] if row.assessed else ["", ""]
        cells += [row.handler, row.decision, row.decision_status, ""]
        writer.writerow([safe(cell) for cell in cells])
    for sealed in found.sealed:
        cells = [sealed.number, sealed.title, sealed.track, *[""] * 6, sealed.handler, "", "", SEALED]
        writer.writerow([safe(cell) for cell in cells])
    return response
