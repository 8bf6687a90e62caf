"""Acts on several people of a workshop."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from access.viewer import Viewer
from desk.forms_acts import PEOPLE_FORMS
from desk.reading.people import list_people
from desk.reading.people_query import PeopleQuery
from desk.services.people_acts import ACTS
from desk.views.acts import Bulk, Words, act_page, row_key, undo_page
from desk.views.base import desk_page
from workshops.models import Workshop

LOOK = "You see the mails, and confirm them, before any of them leaves."
WORDS = {
    "write": Words("Write to them", "Write to {}", f"One letter to each of them. {LOOK}"),
    "remind": Words(
        "Remind of what is overdue",
        "Write reminders for {}",
        f"One mail a person, with all of their overdue reviews of papers that you act on. {LOOK}",
        pause="the last day",
    ),
    "remind_bids": Words(
        "Remind to bid",
        "Write reminders for {}",
        f"One mail to each who has not bid yet. Whoever bids before it leaves does not get it. {LOOK}",
        pause="three days",
    ),
    "load": Words(
        "Set how many papers at most",
        "Set it for {}",
        "It counts for new assignments; nobody loses a paper by it, and nobody is told.",
        "{} changed.",
    ),
    "emergency": Words(
        "Put into the emergency pool",
        "Put {} into the pool",
        "Who is in the pool may be asked at short notice. Nobody is told.",
        "{} in the emergency pool now.",
    ),
    "not_emergency": Words(
        "Take out of the emergency pool",
        "Take {} out of the pool",
        "They are no longer asked at short notice. Nobody is told.",
        "{} no longer in the emergency pool.",
    ),
    "end_reviewer": Words(
        "End the role of reviewer",
        "End the role of {}",
        "They get no new papers. What they have reviewed stays and counts.",
        "{} no longer reviewing.",
    ),
    "end_chair": Words(
        "End the role of area chair",
        "End the role of {}",
        "They get no new papers to look after.",
        "{} no longer area chair.",
    ),
}


def _found(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[int]:
    return [row.pk for row in list_people(workshop, viewer, query, everything=True).people]


PEOPLE = Bulk(
    query=PeopleQuery,
    title="People",
    one="person",
    many="people",
    route="desk:people_acts",
    undo_route="desk:undo_people",
    words=WORDS,
    acts=ACTS,
    forms=PEOPLE_FORMS,
    key=row_key,
    found=_found,
)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def people_acts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return act_page(request, workshop, viewer, PEOPLE)


@require_POST
@desk_page
def undo_people(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return undo_page(request, workshop, viewer, PEOPLE)
