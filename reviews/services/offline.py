"""Copies of reviews that were filled in away from the site become drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from access.rights import visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from reviews.models import Assignment
from reviews.services.review import open_review, save_draft


@dataclass(frozen=True)
class FilledCopy:
    """What was read from a copy. ``version`` is the review's when both were shown beside each other."""

    assignment: UUID
    version: int
    answers: Mapping[str, Any]


def save_copies(*, by: User, copies: Sequence[FilledCopy]) -> dict[UUID, str]:
    """Save each as a draft; returns the sentences of those that were refused, by their assignment."""
    rows = visible_to(acting(by), "own", Assignment).select_related("submission__workshop", "submission__track")
    mine = {row.pk: row for row in rows.filter(pk__in=[copy.assignment for copy in copies])}
    refused: dict[UUID, str] = {}
    for copy in copies:
        if copy.assignment not in mine:
            refused[copy.assignment] = "This paper is not one of yours any more."
            continue
        try:
            review = open_review(assignment=mine[copy.assignment], by=by)
            save_draft(review=review, by=by, version=copy.version, answers=copy.answers)
        except Refused as refusal:
            refused[copy.assignment] = refusal.sentence
    return refused
