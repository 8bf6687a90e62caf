"""What somebody sent when their session had ended: kept on the server for a day, and theirs once they sign in.

It waits in the new session, which the browser knows by a random key: nobody else comes by it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from accounts.limits import within_limit
from accounts.models import User
from audit.errors import Refused
from audit.text import whole_number
from submissions import form_state
from submissions.models import Submission
from submissions.services.save import save_submission
from submissions.services.working_copy import LONGEST, NOT_KEPT, keep_working_copy
from workshops.middleware import received_at

TYPED = "typed_while_signed_out"
KEPT_FOR = timedelta(days=1)

log = logging.getLogger(__name__)


def keep(request: HttpRequest, slug: str, number: int) -> bool:
    """Keep what came with this POST. False for what is too long, and for too much from one address of the network."""
    data = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT or name == "version"}
    size = sum(len(name) + sum(map(len, values)) for name, values in data.items())
    if not data or size > LONGEST or not within_limit(request, "keep_typed"):
        return False
    request.session[TYPED] = {"slug": slug, "number": number, "data": data, "at": received_at(request).isoformat()}
    return True


def deliver(request: HttpRequest, user: User) -> None:
    """Save what waits, or, where that cannot be, put it into the form of the paper. Called when a person signs in.

    It counts from the instant at which it came.
    """
    waiting = request.session.pop(TYPED, None)
    if not waiting or datetime.fromisoformat(waiting["at"]) < timezone.now() - KEPT_FOR:
        return
    papers = visible_to(Viewer(user), "own", Submission)
    paper = papers.filter(workshop__slug=waiting["slug"], number=waiting["number"]).first()
    if paper is not None:
        _deliver(paper, user, waiting)


def _deliver(paper: Submission, user: User, waiting: dict[str, Any]) -> None:
    at, data = datetime.fromisoformat(waiting["at"]), form_state.query_dict(waiting["data"])
    typed = form_state.posted(data, form_state.choices_of(paper.workshop_id))
    if typed.is_valid():
        try:
            with transaction.atomic():
                save_submission(submission=paper, by=user, received_at=at, **typed.values())
            return
        except (Refused, PermissionDenied):
            log.info("What was typed while signed out is put into the form, not saved.")
    number = whole_number(data.get("version"), digits=8)
    if number is None:
        number = paper.version
    try:
        keep_working_copy(
            submission=paper,
            by=user,
            typed=waiting["data"],
            version=number,
            received_at=at,
        )
    except Refused:
        log.info("What was typed while signed out came after the deadline.")
