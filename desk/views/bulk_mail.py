"""Acts on several mails, or on several bulk mails, of a workshop."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from access.viewer import Viewer
from desk.forms_acts import BATCH_FORMS, MESSAGE_FORMS
from desk.reading.mail import newest_batches, read_mail
from desk.reading.mail_query import MailQuery
from desk.services.acts import MOST
from desk.services.mail_acts import BATCH_ACTS, MESSAGE_ACTS
from desk.views.acts import Bulk, Words, act_page, row_key
from desk.views.base import desk_page
from workshops.models import Workshop

MESSAGE_WORDS = {
    "cancel": Words(
        "Cancel those that wait",
        "Cancel {}",
        "They are not sent. What they tell of stays as it is: a paper that was given, for example, stays given.",
        "{} cancelled.",
    ),
    "send_again": Words(
        "Send those again that failed",
        "Send {} again",
        "The same mails go out once more. Whoever did get one sees it once in most mail programs.",
        "{} on the way again.",
    ),
}
BATCH_WORDS = {
    "cancel": Words(
        "Cancel those that are held",
        "Cancel {}",
        "Nobody gets any of these mails, and what would have followed does not happen.",
        "{} cancelled.",
    )
}


def _found(workshop: Workshop, viewer: Viewer, query: MailQuery) -> list[int]:
    return [line.pk for line in read_mail(workshop, viewer, query, most=MOST).lines]


def _found_batches(workshop: Workshop, viewer: Viewer, query: MailQuery) -> list[int]:
    return [row.pk for row in newest_batches(viewer, workshop.pk, most=MOST)]


MESSAGES = Bulk(
    query=MailQuery,
    title="Mail",
    one="mail",
    many="mails",
    route="desk:mail_acts",
    undo_route="",
    words=MESSAGE_WORDS,
    acts=MESSAGE_ACTS,
    forms=MESSAGE_FORMS,
    key=row_key,
    found=_found,
)
BATCHES = Bulk(
    query=MailQuery,
    title="Mail",
    one="bulk mail",
    many="bulk mails",
    route="desk:batch_acts",
    undo_route="",
    words=BATCH_WORDS,
    acts=BATCH_ACTS,
    forms=BATCH_FORMS,
    key=row_key,
    found=_found_batches,
)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def mail_acts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return act_page(request, workshop, viewer, MESSAGES)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def batch_acts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return act_page(request, workshop, viewer, BATCHES)
