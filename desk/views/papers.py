"""The list of papers, and the same list as a file."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.reading.paper_choices import Choice, Choices, read_choices
from desk.reading.paper_query import DECISION_FILTERS, FLAGS, LACKS, REVIEW_FILTERS, SORTS, PaperQuery, pairs_of
from desk.reading.papers import PaperList, list_papers, status_counts
from desk.reading.papers_table import as_csv, as_xlsx
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from desk.views.bulk import WORDS, undoable
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
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, tuple[str, Callable[[PaperList], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
}
FORGOTTEN = "forgotten_view"
"""Where the session keeps the view that was deleted last, until the list is drawn."""


@require_safe
@desk_page
def papers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PaperQuery.of(pairs_of(request.GET))
    if request.GET.get("format") in FORMATS:
        return _file(request.GET["format"], workshop, viewer, query)
    choices = read_choices(workshop, viewer)
    found = list_papers(workshop, viewer, query, tracks=[track.key for track in choices.tracks])
    context = {
        "query": query,
        "found": found,
        "views": _views(query, choices),
        "forgotten": request.session.pop(FORGOTTEN, None) if FORGOTTEN in request.session else None,
        "filters": _filters(workshop, viewer, query, choices),
        "more": _more(query, choices),
        "heads": _heads(query),
        "kept": query.kept(),
        "undo": undoable(request, workshop),
        "acts": list(WORDS.items()),
        "selectable": any(row.acts for row in found.rows),
    }
    return desk_render(request, "desk/papers.html", workshop, viewer, "papers", context | _pages(query, found))


def _views(query: PaperQuery, choices: Choices) -> dict[str, Any]:
    """Ready-made ones first; ``current`` is the own one whose filters are shown."""
    here = query.as_text()
    ready = [{"words": words, "count": None, "on": here == text, "url": f"?{text}"} for words, text in READY_MADE]
    own = [(view, PaperQuery.from_text(view.said)) for view in choices.views]
    mine = [{"words": view.words, "count": None, "on": here == kept.as_text(), "url": kept.url()} for view, kept in own]
    return {
        "chips": ready + mine,
        "own": [(view.key, view.words) for view, _ in own],
        "text": here,
        "open": bool(here) and not any(chip["on"] for chip in ready + mine),
    }


Options = Sequence[tuple[str, str, int | None]]


def _filters(workshop: Workshop, viewer: Viewer, query: PaperQuery, choices: Choices) -> list[dict[str, Any]]:
    """Rows of chips. Their numbers count the lines that are open to the viewer."""
    counts = status_counts(workshop, viewer)
    by_track = [(t.said, t.words, sum(n for (pk, _), n in counts.items() if pk == t.key)) for t in choices.tracks]
    by_status = [(s.value, s.label, sum(n for (_, t), n in counts.items() if t == s)) for s in SubmissionStatus]
    return [
        {"label": "Track", "chips": _chips(query, "track", by_track)},
        {"label": "State", "chips": _chips(query, "status", [one for one in by_status if one[2]])},
        {"label": "Decision", "chips": _chips(query, "decision", _plain(DECISION_FILTERS))},
        {"label": "Reviews", "chips": _chips(query, "reviews", _plain(REVIEW_FILTERS))},
    ]


def _more(query: PaperQuery, choices: Choices) -> dict[str, Any]:
    """The filters that are folded until one of them is used."""
    handlers: list[tuple[str, str, int | None]] = [
        ("me", "I", None),
        ("none", "Nobody", None),
        *_keys(choices.handlers),
    ]
    rows: list[dict[str, Any]] = [
        {"label": "Handler", "chips": _chips(query, "handler", handlers)},
        {"label": "Draft lacks", "chips": _chips(query, "lacks", _plain(LACKS))},
        {"label": "Look at", "chips": _flag_chips(query)},
        {"label": "Topic", "chips": _chips(query, "topic", _keys(choices.topics))},
    ]
    return {"rows": [row for row in rows if row["chips"]], "open": any(c["on"] for row in rows for c in row["chips"])}


def _plain(words: dict[str, str]) -> Options:
    return [(key, text, None) for key, text in words.items()]


def _keys(choices: Sequence[Choice]) -> Options:
    return [(str(choice.key), choice.words, None) for choice in choices]


def _chips(query: PaperQuery, name: str, options: Options) -> list[dict[str, Any]]:
    """A chip that is on takes its filter away."""
    chosen = getattr(query, name)
    return [
        {
            "words": words,
            "count": count,
            "on": chosen == value,
            "url": query.url(**{name: "" if chosen == value else value}),
        }
        for value, words, count in options
    ]


def _flag_chips(query: PaperQuery) -> list[dict[str, Any]]:
    """Several of these may be on; a paper has all of them then."""
    return [
        {"words": words, "count": None, "on": flag in query.flag_set, "url": query.url(look=query.toggled(flag))}
        for flag, words in FLAGS.items()
    ]


def _heads(query: PaperQuery) -> dict[str, dict[str, str]]:
    """The heads that sort; a second click turns the order around."""
    heads = {}
    for key, words in SORTS.items():
        order = {key: "ascending", f"-{key}": "descending"}.get(query.sort, "")
        heads[key] = {"words": words, "order": order, "url": query.url(sort=f"-{key}" if query.sort == key else key)}
    return heads


def _pages(query: PaperQuery, found: PaperList) -> dict[str, str]:
    page = min(query.page, found.pages)
    return {
        "newer_url": query.url(page=page - 1) if page > 1 else "",
        "older_url": query.url(page=page + 1) if page < found.pages else "",
        "page_words": f"Page {page} of {found.pages}" if found.pages > 1 else "",
        "csv_url": _with_format(query.url(), "csv"),
        "xlsx_url": _with_format(query.url(), "xlsx"),
        "place": query.place(),
    }


def _with_format(url: str, name: str) -> str:
    return f"{url}&format={name}" if url != "?" else f"?format={name}"


def _file(name: str, workshop: Workshop, viewer: Viewer, query: PaperQuery) -> HttpResponse:
    """Exactly what the list shows under these filters, all its pages. Names leave the house, so it is logged."""
    found = list_papers(workshop, viewer, query, everything=True)
    named = [row.pk for row in found.rows if row.authors]
    reveal(by=actor(viewer), workshop=workshop, page=f"papers.{name}", papers=named)
    kind, write = FORMATS[name]
    response = HttpResponse(write(found), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{workshop.slug}-papers.{name}"'
    return response
