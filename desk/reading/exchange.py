"""People, assignments and reviews of a workshop as rows of a file, as far as the viewer may see them.

What is hidden from the viewer is not there, not as an empty line and not in any number.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Affiliation, User
from desk.csv_cells import safe
from desk.reading.levels import assessed, flag
from reviews.models import Assignment, Review, Reviewer, TopicInterest
from reviews.reading import READ_BY_REVIEWERS
from reviews.states import AssignmentKind
from submissions.models import Authorship, Submission
from workshops.models import Membership, Question, Workshop

LOADS = ("name", "email", "affiliation", "roles", "load", "topics")
PAIRS = ("paper", "action", "email", "round", "name", "title")
OF_A_REVIEW = ("paper", "title", "review", "email", "name", "submitted")
ACTIONS = {
    AssignmentKind.REVIEWER: "review",
    AssignmentKind.EXTERNAL: "external",
    AssignmentKind.EMERGENCY: "emergency",
    AssignmentKind.AREA_CHAIR: "areachair",
}


@dataclass(frozen=True)
class Sheet:
    """``papers``: the ids of those whose reviewers' names are in it, for the log."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    papers: tuple[int, ...] = ()


def people_sheet(workshop: Workshop, viewer: Viewer) -> Sheet:
    """Everybody who has a role, one row each. Five queries."""
    roles = visible_to(viewer, "row", Membership.objects.open()).filter(workshop=workshop).select_related("track")
    by_person: dict[int, list[str]] = defaultdict(list)
    for row in roles.order_by("role", "pk"):
        by_person[row.user_id].append(row.get_role_display() + (f" ({row.track.name})" if row.track else ""))
    people = visible_to(viewer, "directory", User).filter(pk__in=list(by_person)).order_by("family", "given", "pk")
    offers = visible_to(viewer, "row", Reviewer).filter(workshop=workshop)
    loads = dict(offers.values_list("user", "load_max"))
    topics: dict[int, list[str]] = defaultdict(list)
    chosen = TopicInterest.objects.filter(reviewer__in=offers).order_by("topic__position", "topic")
    for user, name in chosen.values_list("reviewer__user", "topic__name"):
        topics[user].append(name)
    places: dict[int, list[str]] = defaultdict(list)
    present = visible_to(viewer, "directory", Affiliation).filter(user__in=list(by_person), end=None).order_by("pk")
    for user, name in present.values_list("user", "name"):
        places[user].append(name)
    rows = [
        {
            "name": person.name,
            "email": person.email,
            "affiliation": "; ".join(places[person.pk]),
            "roles": "; ".join(by_person[person.pk]),
            "load": loads.get(person.pk, ""),
            "topics": "; ".join(topics[person.pk]),
        }
        for person in people
    ]
    return Sheet(LOADS, rows)


def assignment_sheet(workshop: Workshop, viewer: Viewer) -> Sheet:
    """Who has which paper now. One query."""
    rows = Assignment.objects.current().filter(submission__in=_known(workshop, viewer))
    found = list(rows.select_related("user", "submission").order_by("submission__number", "handle"))
    return Sheet(
        PAIRS,
        [
            {
                "paper": row.submission.number,
                "action": ACTIONS[AssignmentKind(row.kind)],
                "email": row.user.email,
                "round": "",
                "name": row.user.name,
                "title": row.submission.title,
            }
            for row in found
        ],
        tuple({row.submission_id for row in found}),
    )


def _known(workshop: Workshop, viewer: Viewer) -> "QuerySet[Any]":
    """The keys of the papers whose reviewers the viewer may know."""
    return visible_to(viewer, "identities", Submission).filter(workshop=workshop).values("pk")


# --- reviews ----------------------------------------------------------------------------------------------------------


def _reviews(workshop: Workshop, viewer: Viewer) -> list[Any]:
    """Submitted reviews of the papers whose reviews the viewer may read, each with whether their writers are known."""
    papers = Submission.objects.of(workshop.pk).filter(assessed(viewer))
    named = Submission.objects.filter(right(Submission, "identities", viewer)).values("pk")
    rows: Any = Review.objects.counted().filter(assignment__submission__in=papers.values("pk"), current__isnull=False)
    rows = rows.annotate(named=flag(Q(assignment__submission__in=named)))
    found = rows.select_related("assignment__user", "assignment__submission", "current")
    return list(found.order_by("assignment__submission__number", "assignment__handle"))


def _questions(reviews: Iterable[Any]) -> dict[int, list[Question]]:
    versions = {review.current.form_version_id for review in reviews}
    found: dict[int, list[Question]] = defaultdict(list)
    for question in Question.objects.filter(version__in=versions).order_by("version", "position", "pk"):
        found[question.version_id].append(question)
    return found


def _shown(review: Any, asked: Mapping[int, list[Question]]) -> dict[str, Any]:
    """The answers that the viewer may read: whoever may not know who wrote it reads what its reviewers read."""
    questions = asked[review.current.form_version_id]
    open_ones = [one for one in questions if review.named or one.readers in READ_BY_REVIEWERS]
    answers = review.current.answers
    return {one.key: answers[one.key] for one in open_ones if answers.get(one.key) not in (None, "", [])}


def review_sheet(workshop: Workshop, viewer: Viewer) -> Sheet:
    """Every submitted review, a column a question. Two queries."""
    reviews = _reviews(workshop, viewer)
    asked = _questions(reviews)
    keys = dict.fromkeys(one.key for questions in asked.values() for one in questions)
    shown = [(review, _shown(review, asked)) for review in reviews]
    used = [key for key in keys if any(key in answers for _, answers in shown)]
    rows = [{key: _cell(answers.get(key)) for key in used} | _head(review) for review, answers in shown]
    named = tuple({review.assignment.submission_id for review in reviews if review.named})
    return Sheet((*OF_A_REVIEW, *(key for key in used if key not in OF_A_REVIEW)), rows, named)


def _head(review: Any) -> dict[str, Any]:
    assignment = review.assignment
    return {
        "paper": assignment.submission.number,
        "title": assignment.submission.title,
        "review": f"Reviewer_{assignment.handle}",
        "email": assignment.user.email if review.named else "",
        "name": assignment.user.name if review.named else "",
        "submitted": review.submitted_at.isoformat() if review.submitted_at else "",
    }


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else value


def review_notes(workshop: Workshop, viewer: Viewer) -> bytes:
    """The papers and their reviews as OpenReview's API v2 gives them, reviewers under their signatures."""
    reviews = _reviews(workshop, viewer)
    asked = _questions(reviews)
    papers: dict[int, Any] = {}
    replies: dict[int, list[Any]] = defaultdict(list)
    for review in reviews:
        paper = papers.setdefault(review.assignment.submission_id, review.assignment.submission)
        replies[paper.pk].append(_reply(workshop, paper, review, asked))
    authors: dict[int, list[str]] = defaultdict(list)
    known = visible_to(viewer, "row", Authorship).filter(submission__in=list(papers)).order_by("position")
    for row in known:
        authors[row.submission_id].append(" ".join(part for part in (row.given, row.particle, row.family) if part))
    notes = [
        {
            "id": f"{workshop.slug}-{paper.number}",
            "forum": f"{workshop.slug}-{paper.number}",
            "number": paper.number,
            "invitations": [f"{workshop.slug}/-/Submission"],
            "content": {
                "title": {"value": paper.title},
                "abstract": {"value": paper.abstract},
                "authors": {"value": authors[pk]},
            },
            "details": {"replies": replies[pk]},
        }
        for pk, paper in papers.items()
    ]
    return json.dumps({"notes": notes}, ensure_ascii=False, indent=1).encode()


def _reply(workshop: Workshop, paper: Any, review: Any, asked: Mapping[int, list[Question]]) -> dict[str, Any]:
    place = f"{workshop.slug}/Submission{paper.number}"
    labels = {one.key: one.labels for one in asked[review.current.form_version_id] if one.kind == Question.Kind.SCALE}
    content = {}
    for key, value in _shown(review, asked).items():
        label = labels.get(key, {}).get(str(value), "")
        content["rating" if key == "overall" else key] = {"value": f"{value}: {label}" if label else value}
    return {
        "id": f"{workshop.slug}-{paper.number}-{review.assignment.handle}",
        "forum": f"{workshop.slug}-{paper.number}",
        "replyto": f"{workshop.slug}-{paper.number}",
        "invitations": [f"{place}/-/Official_Review"],
        "signatures": [f"{place}/Reviewer_{review.assignment.handle}"],
        "cdate": int(review.submitted_at.timestamp() * 1000) if review.submitted_at else None,
        "content": content,
    }


# --- files ------------------------------------------------------------------------------------------------------------

SHEETS: dict[str, Callable[[Workshop, Viewer], Sheet]] = {
    "people": people_sheet,
    "assignments": assignment_sheet,
    "reviews": review_sheet,
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}


def as_file(sheet: Sheet, kind: str) -> bytes:
    """The sheet as csv, xlsx or json."""
    if kind == "json":
        return json.dumps({"rows": sheet.rows}, ensure_ascii=False, indent=1).encode()
    lines = [[safe(row[column]) for column in sheet.columns] for row in sheet.rows]
    if kind == "xlsx":
        import tablib  # heavy, and only for this

        exported: bytes = tablib.Dataset(*lines, headers=sheet.columns, title="Sheet").export("xlsx")
        return exported
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.columns)
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")
