"""Tell the authors: preview, a held batch, and what happens when its hold ends or is cancelled.

A release covers the papers that its starter may act on; for an organizer with a hidden paper every number and every
gate is as if that paper did not exist (docs/security.md), and another organizer releases it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from access.prepared import prepared
from access.rights import require, visible_to
from access.viewer import Viewer
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from decisions.emails import DECISION, RELEASED_ALONE, kind_for
from decisions.letters import (
    TENTATIVE,
    UNDECIDED,
    Letter,
    address_of,
    authors_told,
    camera_ready_dates,
    letters_to,
    papers_to_tell,
    ready,
)
from decisions.models import Decision, Release
from decisions.rules import pinned_date_near
from decisions.states import MOVES, RELEASE_MOVES, DecisionStatus, OutcomeKind, ReleaseStatus
from notifications.models import Batch
from notifications.services.batches import confirm_batch, draft_batch
from notifications.services.enqueue import enqueue
from notifications.states import MessageStatus
from submissions.models import Authorship, Submission
from submissions.services.desk_reject import desk_reject
from submissions.states import SubmissionStatus
from workshops.instants import aoe
from workshops.models import Deadline, Membership, Track, Workshop
from workshops.states import Role


@dataclass(frozen=True)
class ReleasePreview:
    """What a release would do now, for one organizer."""

    ready: list[Submission]
    undecided: list[Submission]
    unconfirmed: list[Submission]
    no_address: list[Authorship]
    letters: list[Letter]
    seconded_by_nobody: list[Submission] = field(default_factory=list)

    @property
    def blocked(self) -> list[Submission]:
        """Papers that must be decided, confirmed, or named as exceptions."""
        return [*self.undecided, *self.unconfirmed]


def preview(
    *,
    workshop: Workshop,
    viewer: Viewer,
    track: Track | None = None,
    desk_rejections: bool = False,
    alone: bool = False,
) -> ReleasePreview:
    """What would be told to whom, every mail with its values. Three queries for any number of papers.

    ``desk_rejections``: of these alone, which are told while the other papers are still reviewed. ``alone``: what is
    not confirmed is told too, by one person (see rules.pinned_date_near).
    """
    how = {"desk_rejections": desk_rejections, "alone": alone}
    rows: dict[str, list[Any]] = _rows(viewer, workshop.pk, track.pk if track else None, **how)
    found, authors_of = {name: _by_number(rows[name]) for name in PAPERS}, _by_paper(rows["authors"])
    authors = [author for paper in found["ready"] for author in authors_of[paper.pk]]
    return ReleasePreview(
        ready=found["ready"],
        undecided=found["undecided"],
        unconfirmed=[] if alone else found["tentative"],
        seconded_by_nobody=found["tentative"] if alone else [],
        no_address=[author for author in authors if not address_of(author)],
        letters=letters_to(workshop, found["ready"], authors_of, rows["dates"]),
    )


PAPERS = ("ready", "undecided", "tentative")


@prepared
def _rows(
    viewer: Viewer, workshop_id: int, track_id: int | None, *, desk_rejections: bool, alone: bool
) -> dict[str, QuerySet]:
    papers = papers_to_tell(viewer, workshop_id, track_id, desk_rejections=desk_rejections)
    going = papers.filter(ready(alone=alone))
    return {
        "ready": going.select_related("track", "decision__outcome__offers_track"),
        "undecided": papers.filter(UNDECIDED),
        "tentative": papers.filter(TENTATIVE).select_related("decision"),
        "authors": authors_told(going).select_related("user"),
        "dates": camera_ready_dates(workshop_id),
    }


def _by_number(papers: Iterable[Submission]) -> list[Submission]:
    return sorted(papers, key=lambda paper: paper.number)


def _by_paper(rows: Iterable[Authorship]) -> dict[int, list[Authorship]]:
    """The authors of each paper who are told, in their order."""
    found: dict[int, list[Authorship]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.position, row.pk)):
        found[row.submission_id].append(row)
    return found


@transaction.atomic
def start_release(
    *,
    workshop: Workshop,
    by: models.Model,
    typed: int | None,
    track: Track | None = None,
    exceptions: Mapping[int, str] | None = None,
    others: str = "",
    desk_rejections: bool = False,
    alone: str = "",
) -> Release:
    """Put the decision mails of all confirmed papers into a held batch. Nothing is told before its hold ends.

    ``typed``: the number of mails, typed by the organizer. ``exceptions``: {paper number: reason} for papers that are
    told later; ``others``: why every other paper that is not ready is told later. ``desk_rejections``: these alone.
    ``alone``: why what no second person has confirmed is told all the same, near a date that somebody else has set;
    organizers who may see those papers get a mail. Raises Refused when a paper is neither ready nor an exception, when
    nothing is ready, or when the number does not match; then nothing is written.
    """
    viewer = Viewer(by)
    require(viewer, "staff", workshop)
    alone = alone.strip()
    near = _checked_near(workshop, track) if alone else None
    plan = preview(
        workshop=workshop, viewer=viewer, track=track, desk_rejections=desk_rejections, alone=near is not None
    )
    left = {number: reason.strip() for number, reason in (exceptions or {}).items()}
    if others.strip():
        left = {paper.number: others.strip() for paper in plan.blocked} | left
    _check_plan(plan, left)
    if typed != len(plan.letters):
        raise Refused(
            f"This goes out as {len(plan.letters)} mails. Type {len(plan.letters)} to confirm.", field="typed"
        )
    batch = draft_batch(
        workshop_id=workshop.pk,
        kind=DECISION,
        by=by,
        filter={"track": track.slug if track else "", "desk_rejections": desk_rejections},
        left_out=[{"who": author.name, "why": "no e-mail address"} for author in plan.no_address],
    )
    release = Release.objects.create(
        workshop=workshop,
        track=track,
        batch=batch,
        started_by_id=by.pk,
        exceptions=[{"paper": number, "reason": reason} for number, reason in left.items()],
        alone=alone if plan.seconded_by_nobody else "",
        unseconded=[paper.pk for paper in plan.seconded_by_nobody],
        takes_effect_at=timezone.now() + timedelta(minutes=workshop.hold_minutes),
    )
    for paper in plan.seconded_by_nobody:
        move(paper.decision, DecisionStatus.CONFIRMED, MOVES, confirmed_by=None)
        _log_alone(paper.decision, by, alone)
    ready = Decision.objects.filter(pk__in=[paper.decision.pk for paper in plan.ready], release=None)
    if ready.filter(status=DecisionStatus.CONFIRMED).update(release=release) != len(plan.ready):
        raise StaleState
    for letter in plan.letters:
        _enqueue(letter, workshop, batch, release)
    confirm_batch(batch=batch, by=by, typed=typed, hold_minutes=workshop.hold_minutes)
    _log("release.started", release, by, {"papers": len(plan.ready), "mails": len(plan.letters)})
    if near is not None:
        _tell_organizers(release, plan.seconded_by_nobody, near, by, alone)
    return release


def _checked_near(workshop: Workshop, track: Track | None) -> Deadline:
    near = pinned_date_near(workshop, track, timezone.now())
    if near is None:
        raise Refused("Only near a date that somebody else has set may one person tell what nobody has confirmed.")
    return near


def _log_alone(decision: Decision, by: models.Model, why: str) -> None:
    record(
        "decision.seconded_by_nobody",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=decision.submission_id,
        aspect="tentative",
        about=decision,
        data={"outcome": decision.outcome_id, "why": why},
    )


def _tell_organizers(release: Release, papers: list[Submission], near: Deadline, by: models.Model, reason: str) -> None:
    """Every organizer, of those papers whose tentative decision they may see; of none, whoever may see none."""
    workshop = release.workshop
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER, user__is_active=True)
    for role in roles.select_related("user").order_by("user"):
        shown = visible_to(Viewer(role.user), "tentative", Submission).filter(pk__in=[paper.pk for paper in papers])
        numbers = [str(number) for number in shown.order_by("number").values_list("number", flat=True)]
        if not numbers:
            continue
        enqueue(
            kind=RELEASED_ALONE,
            key=str(release.pk),
            root_type=Root.PERSON,  # what another organizer reads of other papers is not theirs to see
            root_id=role.user.pk,
            aspect="self",
            rehearsal=workshop.is_rehearsal,
            values={
                "workshop": str(workshop),
                "name": role.user.name,
                "by": getattr(by, "name", ""),
                "numbers": numbers,
                "reason": reason,
                "pinned_by": near.pinned_by,
                "date": aoe(near.at),
                "minutes": str(workshop.hold_minutes),
                "url": f"{settings.SITE_URL}{reverse('desk:batch', args=[workshop.slug, release.batch_id])}",
            },
            recipient=role.user,
            scope=f"w:{workshop.pk}",
        )


def _check_plan(plan: ReleasePreview, exceptions: dict[int, str]) -> None:
    if unknown := sorted(set(exceptions) - {paper.number for paper in plan.blocked}):
        raise Refused(f"Only papers that are not ready can be exceptions; remove {_numbers(unknown)}.")
    if wordless := sorted(number for number, reason in exceptions.items() if not reason):
        raise Refused(f"Write why {_numbers(wordless)} will be told later.")
    open_ = sorted(paper.number for paper in plan.blocked if paper.number not in exceptions)
    if open_:
        verb = "is" if len(open_) == 1 else "are"
        raise Refused(f"{_numbers(open_).capitalize()} {verb} not ready. Decide and confirm, or write why later.")
    if not plan.ready:
        raise Refused("There is no confirmed decision that the authors do not know yet.")


def _numbers(numbers: list[int]) -> str:
    words = ", ".join(str(number) for number in numbers[:12]) + (" …" if len(numbers) > 12 else "")
    return f"paper {words}" if len(numbers) == 1 else f"papers {words}"


def _enqueue(letter: Letter, workshop: Workshop, batch: Batch, release: Release) -> None:
    """The key is the release, since one that was cancelled has left its mails behind; a decision is in one at most."""
    enqueue(
        kind=kind_for(letter.decision.outcome.kind),
        key=str(release.pk),
        root_type=Root.SUBMISSION,
        root_id=letter.submission.pk,
        aspect="mail",
        values=letter.values,
        recipient=letter.author.user,
        address=address_of(letter.author),
        scope=f"w:{workshop.pk}",
        batch=batch,
        reply_to=workshop.contact,
    )


@transaction.atomic
def take_effect(batch: Batch) -> None:
    """The hold of a release has ended: from now on the authors see what was decided."""
    release = Release.objects.select_for_update().get(batch=batch)
    move(release, ReleaseStatus.RELEASED, RELEASE_MOVES)
    _leave_out_withdrawn(release, batch)
    _leave_out_former_authors(batch)
    now = timezone.now()
    for decision in release.decisions.select_related("outcome", "submission"):
        move(decision, DecisionStatus.RELEASED, MOVES, released_at=now)
        record(
            "decision.released",
            by=None,
            root_type=Root.SUBMISSION,
            root_id=decision.submission_id,
            aspect="released",
            about=decision,
            data={"outcome": decision.outcome_id, "release": release.pk},
        )
        if decision.outcome.kind == OutcomeKind.DESK_REJECT:
            desk_reject(submission=decision.submission, by=None)
    _log("release.took_effect", release, None, {})


def _leave_out_withdrawn(release: Release, batch: Batch) -> None:
    """A paper that was withdrawn during the hold gets no decision: its mails do not leave, and it is as before."""
    gone = release.decisions.exclude(submission__status=SubmissionStatus.SUBMITTED)
    papers = list(gone.values_list("submission", flat=True))
    if not papers:
        return
    mails = batch.messages.filter(root_type=Root.SUBMISSION, root_id__in=papers, status=MessageStatus.HELD)
    mails.update(status=MessageStatus.CANCELLED)
    _let_go(release, papers)


def _leave_out_former_authors(batch: Batch) -> None:
    """Whoever said “this is not me” during the hold, or was taken off the list, gets no mail of the paper any more."""
    held = batch.messages.filter(root_type=Root.SUBMISSION, status=MessageStatus.HELD)
    papers = Submission.objects.filter(pk__in=held.values("root_id"))
    told: set[tuple[int, Any]] = set()
    for author in authors_told(papers).select_related("user"):
        told |= {(author.submission_id, one) for one in (author.user_id, author.email, address_of(author)) if one}
    mails = held.values_list("pk", "root_id", "recipient", "address")
    gone = [pk for pk, paper, user, address in mails if not {(paper, user), (paper, address)} & told]
    held.filter(pk__in=gone).update(status=MessageStatus.CANCELLED)


def _let_go(release: Release, papers: Iterable[int]) -> None:
    """These decisions are no longer told by this release; what nobody has confirmed is tentative again."""
    mine = release.decisions.filter(submission__in=list(papers))
    for decision in mine.filter(submission__in=release.unseconded):
        move(decision, DecisionStatus.TENTATIVE, MOVES)
    mine.update(release=None)


@transaction.atomic
def fall_back(batch: Batch) -> None:
    """A release was cancelled during its hold: the decisions are as before, and nothing but the log remains."""
    release = Release.objects.select_for_update().get(batch=batch)
    move(release, ReleaseStatus.CANCELLED, RELEASE_MOVES)
    _let_go(release, list(release.decisions.values_list("submission", flat=True)))
    _log("release.cancelled", release, None, {})


def _log(action: str, release: Release, by: models.Model | None, data: dict[str, object]) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=release.workshop_id,
        aspect="staff",
        about=release,
        data=data,
    )
