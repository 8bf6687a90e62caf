"""The list of papers, and the same list as a file."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.reading.list_query import pairs_of
from desk.reading.paper_choices import Choice, Choices, choices_of
from desk.reading.paper_query import DECISION_FILTERS, LACKS, REVIEW_FILTERS, PaperQuery
from desk.reading.papers import list_papers, read_around
from desk.reading.papers_table import table_of
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from desk.views.bulk import WORDS, undoable
from desk.views.lists import (
    Options,
    chips,
    file_of,
    flag_chips,
    folded,
    heads,
    pages,
    plain,
    row_of,
    views_of,
    wanted_file,
)
from submissions.states import SubmissionStatus
from workshops.models import Workshop

READY_MADE = (
    ("Everything", ""),
    ("Incomplete", "lacks=anything"),
    ("I handle", "handler=me"),
    ("No handler", "handler=none"),
    ("Reviews missing", "reviews=missing"),
    ("To decide", "decision=none"),
    ("Came late", "look=late"),
    ("PDF over the limit", "look=over"),
)


@require_safe
@desk_page
def papers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PaperQuery.of(pairs_of(request.GET))
    if name := wanted_file(request):
        return _file(name, workshop, viewer, query)
    around = read_around(workshop, viewer)
    choices = choices_of(around)
    found = list_papers(workshop, viewer, query, around=around)
    context = {
        "query": query,
        "found": found,
        "views": views_of(request, query, READY_MADE, [(view.key, view.words, view.said) for view in choices.views]),
        "filters": _filters(query, choices, around["counts"]),
        "more": _more(query, choices),
        "heads": heads(query),
        "kept": query.kept(),
        "undo": undoable(request, workshop),
        "acts": list(WORDS.items()),
        "selectable": any(row.acts for row in found.rows),
    }
    return desk_render(request, "desk/papers.html", workshop, viewer, "papers", context | pages(query, found.pages))


def _filters(query: PaperQuery, choices: Choices, counts: list[tuple[int, str, int]]) -> list[dict[str, Any]]:
    """Rows of chips. Their numbers count the lines that are open to the viewer, by track and status."""
    by_track = [(t.said, t.words, sum(n for pk, _, n in counts if pk == t.key)) for t in choices.tracks]
    by_status = [(s.value, s.label, sum(n for _, status, n in counts if status == s)) for s in SubmissionStatus]
    return [
        row_of("Track", chips(query, "track", by_track)),
        row_of("State", chips(query, "status", [one for one in by_status if one[2]])),
        row_of("Decision", chips(query, "decision", plain(DECISION_FILTERS))),
        row_of("Reviews", chips(query, "reviews", plain(REVIEW_FILTERS))),
    ]


def _more(query: PaperQuery, choices: Choices) -> dict[str, Any]:
    """The filters that are folded until one of them is used."""
    handlers = [("me", "I", None), ("none", "Nobody", None), *_keys(choices.handlers)]
    return folded(
        [
            row_of("Handler", chips(query, "handler", handlers)),
            row_of("Draft lacks", chips(query, "lacks", plain(LACKS))),
            row_of("Look at", flag_chips(query, "look")),
            row_of("Topic", chips(query, "topic", _keys(choices.topics))),
        ]
    )


def _keys(choices: Sequence[Choice]) -> Options:
    return [(str(choice.key), choice.words, None) for choice in choices]


def _file(name: str, workshop: Workshop, viewer: Viewer, query: PaperQuery) -> HttpResponse:
    """Exactly what the list shows under these filters, all its pages. Names leave the house, so it is logged."""
    found = list_papers(workshop, viewer, query, everything=True)
    named = [row.pk for row in found.rows if row.authors]
    reveal(by=actor(viewer), workshop=workshop, page=f"papers.{name}", papers=named)
    return file_of(name, workshop, query.name, table_of(found))
