"""What happens to a person's reviewing when two accounts become one (accounts.merging)."""

from collections.abc import Iterator

from django.db.models import Q

from accounts.merging import Link, links, refuses, stays
from accounts.models import User
from reviews.models import (
    Affinity,
    Assignment,
    AssignmentRun,
    Bid,
    EmergencyOffer,
    ExtensionRequest,
    Invitation,
    Nomination,
    Offer,
    OfferedTopic,
    ProposedPair,
    Reviewer,
    ReviewVersion,
    RunEdit,
    RunPerson,
    StackOrder,
    TopicInterest,
)
from reviews.states import CURRENT
from submissions.merging import written


def _offers(theirs: Reviewer, row: Reviewer) -> None:
    """Of two offers to one workshop the kept account's goes on; what only the other one knew is added."""
    known = TopicInterest.objects.filter(reviewer=theirs).values("topic")
    TopicInterest.objects.filter(reviewer=row, topic__in=list(known.values_list("topic", flat=True))).delete()
    TopicInterest.objects.filter(reviewer=row).update(reviewer=theirs)
    if row.statement and row.statement not in theirs.statement:
        texts = [text for text in (theirs.statement, row.statement) if text]
        Reviewer.objects.filter(pk=theirs.pk).update(statement="\n\n".join(texts))


def _volunteered(theirs: Offer, row: Offer) -> None:
    """The kept account's word to a workshop stands."""
    OfferedTopic.objects.filter(offer=row).delete()


def _bid_twice(theirs: Bid, row: Bid) -> None:
    """The kept account's word stands; where it said nothing, the other one's does."""
    if not theirs.value:
        Bid.objects.filter(pk=theirs.pk).update(value=row.value, at=row.at)


def reviewed_twice(kept: User, gone: User) -> Iterator[str]:
    current = Assignment.objects.filter(status__in=CURRENT)
    both = current.filter(user=gone, submission__in=current.filter(user=kept).values("submission"))
    for assignment in both.select_related("submission__workshop").order_by("pk"):
        paper = assignment.submission
        yield (
            f"Both accounts review #{paper.number} of {paper.workshop}. "
            "Decline one of the two reviews first, or ask the organizers to take one back."
        )


def reviews_own_paper(kept: User, gone: User) -> Iterator[str]:
    for author, reviewer in ((kept, gone), (gone, kept)):
        rows = Assignment.objects.filter(status__in=CURRENT, user=reviewer, submission__in=written(author))
        for assignment in rows.select_related("submission__workshop").order_by("pk"):
            paper = assignment.submission
            yield (
                f"One of the accounts reviews #{paper.number} of {paper.workshop}, and the other wrote it. "
                "Decline the review first: it is a conflict of interest."
            )


def register() -> None:
    links(
        Link(
            Reviewer,
            "user",
            words=("offer to review", "offers to review"),
            twin=lambda row, kept: Q(workshop=row.workshop_id),
            join=_offers,
        ),
        Link(Offer, "user", twin=lambda row, kept: Q(workshop=row.workshop_id), join=_volunteered),
        Link(Invitation, "user", words=("invitation", "invitations")),
        Link(
            Nomination,
            "nominated_by",
            words=("proposed reviewer", "proposed reviewers"),
            twin=lambda row, kept: Q(submission=row.submission_id, address=row.address),
        ),
        Link(Assignment, "user", words=("assigned paper with its review", "assigned papers with their reviews")),
        Link(ProposedPair, "user", twin=lambda row, kept: Q(run=row.run_id, submission=row.submission_id)),
        Link(EmergencyOffer, "user", twin=lambda row, kept: Q(place=row.place)),
        Link(RunPerson, "user", twin=lambda row, kept: Q(run=row.run_id)),
        Link(
            Bid,
            "user",
            words=("paper to bid on", "papers to bid on"),
            twin=lambda row, kept: Q(submission=row.submission_id),
            join=_bid_twice,
        ),
        Link(Affinity, "user", twin=lambda row, kept: Q(submission=row.submission_id, method=row.method)),
        Link(StackOrder, "user", twin=lambda row, kept: Q(submission=row.submission_id)),
        # Whose proposal it is, it is solved with that person's rights.
        Link(AssignmentRun, "created_by"),
    )
    stays(
        "It tells who did it then.",
        (Invitation, "invited_by"),
        (Nomination, "answered_by"),
        (AssignmentRun, "published_by"),
        (RunEdit, "by"),
        (EmergencyOffer, "made_by"),
        (Assignment, "created_by"),
        (ReviewVersion, "saved_by"),
        (ExtensionRequest, "answered_by"),
    )
    refuses(reviewed_twice)
    refuses(reviews_own_paper)
