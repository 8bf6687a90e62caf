"""The states of invitations, runs, assignments and reviews, and their moves."""

from django.db import models


class InvitationStatus(models.TextChoices):
    SENT = "sent", "No answer yet"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"


INVITATION_MOVES: dict[str, frozenset[str]] = {
    InvitationStatus.SENT: frozenset({InvitationStatus.ACCEPTED, InvitationStatus.DECLINED, InvitationStatus.EXPIRED}),
    InvitationStatus.ACCEPTED: frozenset({InvitationStatus.DECLINED}),  # a changed mind, until papers are assigned
    InvitationStatus.DECLINED: frozenset({InvitationStatus.ACCEPTED, InvitationStatus.SENT}),
    InvitationStatus.EXPIRED: frozenset({InvitationStatus.SENT}),
}


class OfferStatus(models.TextChoices):
    """Of somebody who would review. An answer takes effect when its mail leaves."""

    OPEN = "open", "Not answered yet"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    TAKEN_BACK = "taken_back", "Taken back"


OFFER_MOVES: dict[str, frozenset[str]] = {
    OfferStatus.OPEN: frozenset({OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.TAKEN_BACK}),
    OfferStatus.ACCEPTED: frozenset(),
    OfferStatus.DECLINED: frozenset({OfferStatus.OPEN}),
    OfferStatus.TAKEN_BACK: frozenset({OfferStatus.OPEN}),
}


class NominationStatus(models.TextChoices):
    """Of somebody from outside whom a reviewer proposes for one paper."""

    OPEN = "open", "Not answered yet"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Not possible"
    TAKEN_BACK = "taken_back", "Taken back"


NOMINATION_MOVES: dict[str, frozenset[str]] = {
    NominationStatus.OPEN: frozenset(
        {NominationStatus.APPROVED, NominationStatus.REFUSED, NominationStatus.TAKEN_BACK}
    ),
    NominationStatus.APPROVED: frozenset(),
    NominationStatus.REFUSED: frozenset({NominationStatus.APPROVED}),
    NominationStatus.TAKEN_BACK: frozenset({NominationStatus.OPEN}),
}


class EmergencyStatus(models.TextChoices):
    """Of an emergency review that somebody was asked for, perhaps with others: the first yes takes the place."""

    OPEN = "open", "No answer yet"
    ACCEPTED = "accepted", "Took the place"
    DECLINED = "declined", "Declined"
    TAKEN = "taken", "The place was filled"
    TAKEN_BACK = "taken_back", "Taken back"


EMERGENCY_MOVES: dict[str, frozenset[str]] = {
    EmergencyStatus.OPEN: frozenset(
        {EmergencyStatus.ACCEPTED, EmergencyStatus.DECLINED, EmergencyStatus.TAKEN, EmergencyStatus.TAKEN_BACK}
    ),
    EmergencyStatus.ACCEPTED: frozenset(),
    EmergencyStatus.DECLINED: frozenset(),
    EmergencyStatus.TAKEN: frozenset(),
    EmergencyStatus.TAKEN_BACK: frozenset(),
}


class RunStatus(models.TextChoices):
    OPEN = "open", "Proposal"
    PUBLISHED = "published", "Published"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"


RUN_MOVES: dict[str, frozenset[str]] = {
    RunStatus.OPEN: frozenset({RunStatus.PUBLISHED, RunStatus.DISCARDED}),
    RunStatus.PUBLISHED: frozenset({RunStatus.UNDONE}),
    RunStatus.UNDONE: frozenset(),
    RunStatus.DISCARDED: frozenset(),
}


class RunOutcome(models.TextChoices):
    PENDING = "pending", "Being solved"
    COMPLETE = "complete", "Complete"
    INFEASIBLE = "infeasible", "Not possible as it stands"
    FAILED = "failed", "Failed"


class RunPurpose(models.TextChoices):
    REVIEWERS = "reviewers", "Reviewers"
    CHAIRS = "chairs", "Area chairs"
    REPAIR = "repair", "Repair"


class Origin(models.TextChoices):
    ENGINE = "engine", "Proposed"
    ADDED = "added", "Added by hand"
    LOCK = "lock", "Locked"
    FORBID = "forbid", "Forbidden"


class AssignmentKind(models.TextChoices):
    REVIEWER = "reviewer", "Reviewer"
    AREA_CHAIR = "area_chair", "Area chair"
    EXTERNAL = "external", "External reviewer"
    EMERGENCY = "emergency", "Emergency reviewer"


REVIEWING = (AssignmentKind.REVIEWER, AssignmentKind.EXTERNAL, AssignmentKind.EMERGENCY)
"""Kinds of assignment that write a review."""


class AssignmentStatus(models.TextChoices):
    """“Completed” is read from the review, not stored."""

    ACTIVE = "active", "Assigned"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REMOVED = "removed", "Removed"
    NOT_NEEDED = "not_needed", "No longer needed"


REPLACED, REPLACED_AT_SHORT_NOTICE = "replaced in a repair", "replaced at short notice"
GIVEN_AWAY = (REPLACED, REPLACED_AT_SHORT_NOTICE)
"""Why an assignment was taken back: somebody else has it instead."""
UNDONE = "undone"
"""The reason of an assignment that was taken back together with the whole proposal it came from."""
CURRENT = (AssignmentStatus.ACTIVE, AssignmentStatus.ACCEPTED)
"""States in which the reviewer has the paper."""

ASSIGNMENT_MOVES: dict[str, frozenset[str]] = {
    AssignmentStatus.ACTIVE: frozenset(
        {AssignmentStatus.ACCEPTED, AssignmentStatus.DECLINED, AssignmentStatus.REMOVED, AssignmentStatus.NOT_NEEDED}
    ),
    AssignmentStatus.ACCEPTED: frozenset(
        {AssignmentStatus.DECLINED, AssignmentStatus.REMOVED, AssignmentStatus.NOT_NEEDED}
    ),
    AssignmentStatus.DECLINED: frozenset(),
    AssignmentStatus.REMOVED: frozenset(),
    AssignmentStatus.NOT_NEEDED: frozenset({AssignmentStatus.ACTIVE}),
}


class ReviewStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    SET_ASIDE = "set_aside", "Set aside"


REVIEW_MOVES: dict[str, frozenset[str]] = {
    ReviewStatus.DRAFT: frozenset({ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE}),
    ReviewStatus.SUBMITTED: frozenset({ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE}),
    ReviewStatus.SET_ASIDE: frozenset({ReviewStatus.SUBMITTED}),
}


class SavedAs(models.TextChoices):
    """How a version of a review came to be. Only what was submitted is read by others."""

    SUBMITTED = "submitted", "Submitted"
    SAVED = "saved", "Saved as a draft"
    AUTOSAVED = "autosaved", "Saved while typing"
    KEPT = "kept", "Came too late, and was kept"


class RequestStatus(models.TextChoices):
    """Of a request for more days."""

    OPEN = "open", "Not answered yet"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Not granted"
    TAKEN_BACK = "taken_back", "Taken back"


REQUEST_MOVES: dict[str, frozenset[str]] = {
    RequestStatus.OPEN: frozenset({RequestStatus.GRANTED, RequestStatus.REFUSED, RequestStatus.TAKEN_BACK}),
    RequestStatus.GRANTED: frozenset(),
    RequestStatus.REFUSED: frozenset(),
    RequestStatus.TAKEN_BACK: frozenset(),
}


class Knowing(models.TextChoices):
    """How sure a reviewer is of who wrote the paper."""

    GUESS = "guess", "It is a guess"
    SURE = "sure", "I am sure"


class BidValue(models.TextChoices):
    """What a reviewer says of a paper on their bidding page, the most eager first."""

    VERY_HIGH = "very_high", "Very high"
    HIGH = "high", "High"
    NEUTRAL = "neutral", "Neutral"
    LOW = "low", "Low"
    VERY_LOW = "very_low", "Very low"
    CONFLICT = "conflict", "Conflict"


BID_WORTH: dict[str, float] = {
    BidValue.VERY_HIGH: 1.0,
    BidValue.HIGH: 0.5,
    BidValue.NEUTRAL: 0.0,
    BidValue.LOW: -0.5,
    BidValue.VERY_LOW: -1.0,
}
"""What a bid adds to a pair's score, times its weight. A conflict has no worth: it bars the pair."""


class AffinityMethod(models.TextChoices):
    TFIDF = "tfidf", "Words in common (TF-IDF)"
    SEMANTIC = "semantic", "Sentence model (all-MiniLM-L6-v2)"
    IMPORTED = "imported", "From a file"


COMPUTED = (AffinityMethod.TFIDF, AffinityMethod.SEMANTIC)
"""Methods that the site computes itself; one of them is in force in a workshop."""


class Imported(models.TextChoices):
    """What scores from a file do to the computed ones."""

    NONE = "", "Computed scores alone"
    JOIN = "join", "The mean of both, where the file has the pair"
    REPLACE = "replace", "The file alone; a pair that it does not have is unknown"
