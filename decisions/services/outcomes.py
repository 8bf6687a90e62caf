"""What can be decided in each track."""

from django.db import models, transaction

from audit.models import Root
from audit.services.record import record
from decisions.models import Outcome
from decisions.states import OutcomeKind
from workshops.links import Clone
from workshops.models import Track, Workshop


@transaction.atomic
def add_default_outcomes(*, workshop: Workshop, by: models.Model | None) -> list[Outcome]:
    """Give every track that has none: accept, reject, desk-reject, and for an archival track the offer of the first
    non-archival one. Running it again changes nothing."""
    tracks = list(workshop.tracks.order_by("position", "id"))
    with_outcomes = set(Outcome.objects.filter(track__in=tracks).values_list("track_id", flat=True))
    rows = [row for track in tracks if track.pk not in with_outcomes for row in _defaults(track, tracks)]
    added = Outcome.objects.bulk_create(rows)
    if added:
        record(
            "settings.added",
            by=by,
            root_type=Root.WORKSHOP,
            root_id=workshop.pk,
            aspect="settings",
            data={"outcomes": len(added)},
        )
    return added


def copy_outcomes(clone: Clone) -> None:
    """What can be decided in an edition's tracks can be decided in those of the one that is begun from it."""
    rows = Outcome.objects.filter(track__in=clone.tracks)
    Outcome.objects.bulk_create(
        Outcome(
            track=clone.tracks[row.track_id],
            key=row.key,
            label=row.label,
            kind=row.kind,
            offers_track=clone.tracks[row.offers_track_id] if row.offers_track_id else None,
            position=row.position,
        )
        for row in rows
    )


def _defaults(track: Track, tracks: list[Track]) -> list[Outcome]:
    rows: list[tuple[str, str, OutcomeKind, Track | None]] = [("accept", "Accept", OutcomeKind.ACCEPT, None)]
    offered = next((other for other in tracks if track.archival and not other.archival and other.page_limit), None)
    if offered is not None:
        rows.append(("offer", f"Offer {offered.name}", OutcomeKind.OFFER, offered))
    rows += [
        ("reject", "Reject", OutcomeKind.REJECT, None),
        ("desk_reject", "Desk-reject", OutcomeKind.DESK_REJECT, None),
    ]
    return [
        Outcome(track=track, key=key, label=label, kind=kind, offers_track=offers, position=place)
        for place, (key, label, kind, offers) in enumerate(rows)
    ]
