"""Roles, kinds of deadline, phases and the states of a form."""

from django.db import models


class Role(models.TextChoices):
    ORGANIZER = "organizer", "Organizer"
    PROCEEDINGS_CHAIR = "proceedings_chair", "Proceedings chair"
    AREA_CHAIR = "area_chair", "Area chair"
    REVIEWER = "reviewer", "Reviewer"
    JUROR = "juror", "Juror"
    GUEST_CHAIR = "guest_chair", "Guest chair"


class DeadlineKind(models.TextChoices):
    """In the order of the season: none may come before its predecessor."""

    SUBMISSION = "submission", "Submission"
    BIDDING = "bidding", "Bidding"
    REVIEW = "review", "Reviews"
    RESPONSE = "response", "Author response"
    DISCUSSION = "discussion", "Discussion"
    NOTIFICATION = "notification", "Notification"
    CAMERA_READY = "camera_ready", "Camera-ready"


class Blinding(models.TextChoices):
    DOUBLE = "double", "Double-blind"
    SINGLE = "single", "Single-blind"
    OPEN = "open", "Open"


class FormStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


FORM_MOVES: dict[str, frozenset[str]] = {
    FormStatus.DRAFT: frozenset({FormStatus.OPEN}),
    FormStatus.OPEN: frozenset({FormStatus.CLOSED}),
    FormStatus.CLOSED: frozenset(),
}
