"""The states of decisions and releases, and their moves."""

from django.db import models


class OutcomeKind(models.TextChoices):
    ACCEPT = "accept", "Accept"
    REJECT = "reject", "Reject"
    OFFER = "offer", "Offer of another track"
    DESK_REJECT = "desk_reject", "Desk-reject"


class DecisionStatus(models.TextChoices):
    TENTATIVE = "tentative", "Tentative"
    CONFIRMED = "confirmed", "Confirmed"
    RELEASED = "released", "Released"
    CORRECTED = "corrected", "Corrected"


MOVES: dict[str, frozenset[str]] = {
    DecisionStatus.TENTATIVE: frozenset({DecisionStatus.TENTATIVE, DecisionStatus.CONFIRMED}),
    DecisionStatus.CONFIRMED: frozenset({DecisionStatus.TENTATIVE, DecisionStatus.RELEASED}),
    DecisionStatus.RELEASED: frozenset({DecisionStatus.CORRECTED}),
    DecisionStatus.CORRECTED: frozenset({DecisionStatus.CORRECTED}),
}

TOLD = (DecisionStatus.RELEASED, DecisionStatus.CORRECTED)
"""States in which the authors know."""


class ReleaseStatus(models.TextChoices):
    HELD = "held", "Held"
    RELEASED = "released", "Released"
    CANCELLED = "cancelled", "Cancelled"


RELEASE_MOVES: dict[str, frozenset[str]] = {
    ReleaseStatus.HELD: frozenset({ReleaseStatus.RELEASED, ReleaseStatus.CANCELLED}),
    ReleaseStatus.RELEASED: frozenset(),
    ReleaseStatus.CANCELLED: frozenset(),
}
