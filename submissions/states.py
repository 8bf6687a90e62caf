"""The states of a paper, its authors, files and conflicts, and their moves."""

from django.db import models


class SubmissionStatus(models.TextChoices):
    """There is no “decided” here: that is the decision's, and would leak."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DESK_REJECTED = "desk_rejected", "Desk-rejected"


MOVES: dict[str, frozenset[str]] = {
    SubmissionStatus.DRAFT: frozenset({SubmissionStatus.SUBMITTED, SubmissionStatus.WITHDRAWN}),
    SubmissionStatus.SUBMITTED: frozenset({SubmissionStatus.WITHDRAWN, SubmissionStatus.DESK_REJECTED}),
    SubmissionStatus.WITHDRAWN: frozenset({SubmissionStatus.SUBMITTED, SubmissionStatus.DRAFT}),
    SubmissionStatus.DESK_REJECTED: frozenset({SubmissionStatus.SUBMITTED}),
}


class AuthorshipStatus(models.TextChoices):
    LISTED = "listed", "Listed"
    CLAIMED = "claimed", "Confirmed by the person"
    DISOWNED = "disowned", "“This is not me”"


class RequestKind(models.TextChoices):
    """What is asked about the list of authors of a paper that is submitted."""

    ADD = "add", "Add an author"
    REMOVE = "remove", "Remove an author"
    NOT_ME = "not_me", "“This is not me”"
    MISSING = "missing", "“I am missing”"


DISPUTES = (RequestKind.NOT_ME, RequestKind.MISSING)
"""While one of these is open, the list is locked, public listing and camera-ready approval wait, review goes on."""


class RequestStatus(models.TextChoices):
    OPEN = "open", "Open"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"
    TAKEN_BACK = "taken_back", "Taken back"


REQUEST_MOVES: dict[str, frozenset[str]] = {
    RequestStatus.OPEN: frozenset({RequestStatus.GRANTED, RequestStatus.REFUSED, RequestStatus.TAKEN_BACK}),
    RequestStatus.GRANTED: frozenset(),
    RequestStatus.REFUSED: frozenset(),
    RequestStatus.TAKEN_BACK: frozenset(),
}


class RevisionStatus(models.TextChoices):
    """Whether a save counts. One that came after the grace time is kept, and is not the paper until it is accepted."""

    IN_TIME = "in_time", "In time"
    LATE = "late", "Kept for the organizers"
    ACCEPTED = "accepted", "Accepted though late"
    REFUSED = "refused", "Too late"


REVISION_MOVES: dict[str, frozenset[str]] = {
    RevisionStatus.IN_TIME: frozenset(),
    RevisionStatus.LATE: frozenset({RevisionStatus.ACCEPTED, RevisionStatus.REFUSED}),
    RevisionStatus.ACCEPTED: frozenset(),
    RevisionStatus.REFUSED: frozenset({RevisionStatus.ACCEPTED}),
}

COUNTING = (RevisionStatus.IN_TIME, RevisionStatus.ACCEPTED)
"""States of a save that was, at its time, the paper."""


class FilePurpose(models.TextChoices):
    PAPER = "paper", "Paper"
    SUPPLEMENT = "supplement", "Supplement"
    BLINDED = "blinded", "Copy for reviewers"
    BLINDED_SUPPLEMENT = "blinded_supp", "Copy of the supplement for reviewers"
    CAMERA_READY = "camera_ready", "Camera-ready"
    SOURCE = "source", "Sources"


class FileStatus(models.TextChoices):
    STORED = "stored", "Being checked"
    CHECKED = "checked", "Checked"
    REFUSED = "refused", "Cannot be read"


FILE_MOVES: dict[str, frozenset[str]] = {
    FileStatus.STORED: frozenset({FileStatus.CHECKED, FileStatus.REFUSED}),
    FileStatus.CHECKED: frozenset(),
    FileStatus.REFUSED: frozenset(),
}


class ConflictReason(models.TextChoices):
    AUTHORSHIP = "authorship", "Author of it"
    SHARED_PAPER = "shared_paper", "Co-author of an author in this workshop"
    INSTITUTION = "institution", "Same institution as an author"
    RELATION = "relation", "Declared relation"
    BY_AUTHOR = "by_author", "Declared by an author"
    BY_REVIEWER = "by_reviewer", "Declared by the reviewer"
    PUBLICATION = "publication", "Published with an author"
    BID = "bid", "Bid “conflict”"
    ORGANIZER = "organizer", "An organizer's word"


class ConflictState(models.TextChoices):
    SUSPECTED = "suspected", "Suspected"
    CONFIRMED = "confirmed", "Confirmed"
    WAIVED = "waived", "Waived"
    PINNED = "pinned", "Pinned"


EFFECTIVE = (ConflictState.CONFIRMED, ConflictState.PINNED)
"""States of a conflict that hide the paper; a suspected one bars the pair from the engine and hides nothing."""

CONFLICT_MOVES: dict[str, frozenset[str]] = {
    ConflictState.SUSPECTED: frozenset({ConflictState.CONFIRMED, ConflictState.WAIVED, ConflictState.PINNED}),
    ConflictState.CONFIRMED: frozenset({ConflictState.WAIVED, ConflictState.PINNED}),
    ConflictState.WAIVED: frozenset({ConflictState.CONFIRMED, ConflictState.PINNED}),
    ConflictState.PINNED: frozenset({ConflictState.WAIVED}),
}


class AskedKind(models.TextChoices):
    """What may be asked for because people have conflicts with a paper."""

    WAIVER = "waiver", "That somebody of an author's institution handles it"
    GUEST = "guest", "That somebody from outside handles it"
    READING = "reading", "To read the sealed paper for a while"
    DECLARED = "declared", "That its authors take back whom they named"


class AskedStatus(models.TextChoices):
    OPEN = "open", "Open"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"
    TAKEN_BACK = "taken_back", "Taken back"
    ENDED = "ended", "Ended"


ASKED_MOVES: dict[str, frozenset[str]] = {
    AskedStatus.OPEN: frozenset({AskedStatus.GRANTED, AskedStatus.REFUSED, AskedStatus.TAKEN_BACK}),
    AskedStatus.GRANTED: frozenset({AskedStatus.ENDED}),
    AskedStatus.REFUSED: frozenset(),
    AskedStatus.TAKEN_BACK: frozenset(),
    AskedStatus.ENDED: frozenset(),
}


class HandlerKind(models.TextChoices):
    ORGANIZER = "organizer", "Organizer"
    AREA_CHAIR = "area_chair", "Area chair"
    GUEST = "guest", "Guest chair"
    WAIVER = "waiver", "By waiver"


class Level(models.TextChoices):
    """How close an organizer is to a paper."""

    FREE = "free", "Free"
    INSTITUTIONAL = "institutional", "Same institution"
    PERSONAL = "personal", "Personal conflict"
    AUTHOR = "author", "Author"
