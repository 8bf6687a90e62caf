"""Open a call to everybody, and take it back while nothing hangs on it."""

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from workshops import links
from workshops.calls import start_state, windows_of
from workshops.models import Workshop

NO_TRACKS = "There is no track yet, so nothing could be submitted. Add one in the settings of the workshop."
NO_DATE = "There is no submission deadline yet, so nobody would know until when to submit. Set one first."


@transaction.atomic
def announce(*, workshop: Workshop, by: User | None) -> Workshop:
    """Let everybody see the workshop and its call, from now on. Nobody gets a mail. Again: nothing is changed.

    Raises Refused without a track or a submission deadline. One that has passed will do: an edition may begin here with
    papers that were taken in elsewhere.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    held = Workshop.objects.select_for_update().get(pk=workshop.pk)
    if held.published_at is None:
        if problem := why_not(workshop):
            raise Refused(problem)
        held.published_at = timezone.now()
        _write(held, "workshop.announced", by)
    workshop.published_at = held.published_at
    return workshop


@transaction.atomic
def unannounce(*, workshop: Workshop, by: User | None) -> Workshop:
    """Hide the workshop again. Again: nothing is changed. Raises Refused once something hangs on it (see links)."""
    if by is not None:
        require(Viewer(by), "settings", workshop)
    held = Workshop.objects.select_for_update().get(pk=workshop.pk)
    if held.published_at is not None:
        links.unannouncing(held)
        held.published_at = None
        _write(held, "workshop.unannounced", by)
    workshop.published_at = None
    return workshop


def why_not(workshop: Workshop) -> str:
    """Why the call cannot be opened, in a sentence that says what to do; empty when it can. Two queries."""
    tracks = list(workshop.tracks.all())
    if not tracks:
        return NO_TRACKS
    start = start_state(windows_of(tracks, workshop.deadlines.all(), timezone.now()).values())
    return NO_DATE if start.state == "none" else ""


def _write(workshop: Workshop, action: str, by: User | None) -> None:
    workshop.save(update_fields=["published_at"])
    record(action, by=by, root_type=Root.WORKSHOP, root_id=workshop.pk, aspect="settings", about=workshop)
