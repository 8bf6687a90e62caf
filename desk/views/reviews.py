"""The list of reviews, the same list as a file, and acts on several of them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from access.viewer import Viewer
from desk.forms_acts import REVIEWS_FORMS
from desk.reading.list_query import pairs_of
from desk.reading.reviews import GONE, ReviewList, list_reviews
from desk.reading.reviews_query import STATES, ReviewQuery
from desk.reading.reviews_table import table_of
from desk.reading.saved_views import own_views
from desk.services.reveal import reveal
from desk.services.reviews_acts import ACTS
from desk.views.acts import Bulk, Words, act_page
from desk.views.base import actor, desk_page, desk_render
from desk.views.lists import chips, counted, file_of, flag_chips, heads, pages, row_of, views_of, wanted_file
from workshops.models import Workshop

LOOK = "You see the mails, and confirm them, before any of them leaves."
WORDS = {
    "remind": Words(
        "Remind of them",
        "Write reminders for {}",
        f"One mail a person, with those of these reviews that are still to come. {LOOK}",
        pause="the last day",
    ),
    "extend": Words(
        "Give more days",
        "Give more days for {}",
        "They are due then, whatever the deadline of their track says. Their reviewers are told, with your reason.",
        "{} due later, and the reviewers are told.",
    ),
}
READY_MADE = (
    ("Everything", ""),
    ("To come", "sort=due&state=missing"),
    ("Overdue", "sort=due&look=overdue"),
    ("Came late", "look=late"),
    ("Short", "sort=words&look=short"),
    ("Ethical concern", "look=ethics"),
)


def _found(workshop: Workshop, viewer: Viewer, query: ReviewQuery) -> list[UUID]:
    return [row.pk for row in list_reviews(workshop, viewer, query, everything=True).rows]


REVIEWS = Bulk(
    query=ReviewQuery,
    title="Reviews",
    one="review",
    many="reviews",
    route="desk:reviews_acts",
    undo_route="",
    words=WORDS,
    acts=ACTS,
    forms=REVIEWS_FORMS,
    key=UUID,
    found=_found,
)


@require_safe
@desk_page
def reviews(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = ReviewQuery.of(pairs_of(request.GET))
    if name := wanted_file(request):
        return _file(name, workshop, viewer, query)
    found = list_reviews(workshop, viewer, query)
    context = {
        "query": query,
        "found": found,
        "views": views_of(request, query, READY_MADE, own_views(workshop, viewer, query.name)),
        "filters": _filters(query, found),
        "heads": heads(query),
        "kept": query.kept(),
        "acts": [(key, words.bar) for key, words in WORDS.items()],
        "selectable": any(row.acts for row in found.rows),
        "person": next((row.who for row in found.rows if query.who), ""),
        "without_person": query.url(who=""),
    }
    return desk_render(request, "desk/reviews.html", workshop, viewer, "reviews", context | pages(query, found.pages))


def _filters(query: ReviewQuery, found: ReviewList) -> list[dict[str, Any]]:
    tracks = [(slug, name, count) for slug, (name, count) in sorted(found.tracks.items())]
    states = [
        (key, words, None if key == GONE else count)
        for key, words, count in counted(STATES, found.states)
        if count or key in (GONE, query.state)
    ]
    marks = flag_chips(query, "look")
    for chip, flag in zip(marks, query.several["look"], strict=True):
        chip["count"] = found.flags.get(flag)
    rows = [row_of("State", chips(query, "state", states)), row_of("Look at", marks)]
    return [*([row_of("Track", chips(query, "track", tracks))] if len(tracks) > 1 else []), *rows]


def _file(name: str, workshop: Workshop, viewer: Viewer, query: ReviewQuery) -> HttpResponse:
    """Exactly what the list shows under these filters, all its pages. Names leave the house, so it is logged."""
    found = list_reviews(workshop, viewer, query, everything=True)
    named = sorted({row.work.paper for row in found.rows if row.named})
    reveal(by=actor(viewer), workshop=workshop, page=f"reviews.{name}", papers=named)
    return file_of(name, workshop, query.name, table_of(found))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def reviews_acts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return act_page(request, workshop, viewer, REVIEWS)
