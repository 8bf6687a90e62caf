"""Who may see what of a paper because of reviewing it, and of reviews themselves."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.facts import fact
from access.registry import gate, grant, seen_by_others, through
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import User
from notifications.models import Batch
from notifications.states import BatchStatus
from reviews.models import (
    Affinity,
    AffinityBook,
    Assignment,
    AssignmentRun,
    AuthorsKnown,
    Bid,
    EmergencyOffer,
    ExtensionRequest,
    Invitation,
    Nomination,
    Offer,
    OfferedTopic,
    ProposedPair,
    Review,
    Reviewer,
    ReviewVersion,
    RunEdit,
    RunPaper,
    RunPerson,
    StackOrder,
    TopicInterest,
)
from reviews.states import CURRENT, REVIEWING, AssignmentKind, AssignmentStatus, ReviewStatus, SavedAs
from submissions.access import authoring, conflicted
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.access import organizing
from workshops.models import Deadline, Workshop
from workshops.states import Blinding, DeadlineKind


def _held(user_id: int, *kinds: str) -> QuerySet[Assignment]:
    return Assignment.objects.filter(user=user_id, status__in=CURRENT, kind__in=kinds)


fact("reviews", lambda user_id: _held(user_id, *REVIEWING), key="submission")
fact("chairs", lambda user_id: _held(user_id, AssignmentKind.AREA_CHAIR), key="submission")


def _assigned(viewer: Viewer, name: str) -> Q:
    held = Q(pk__in=viewer.fact(name), status=SubmissionStatus.SUBMITTED)
    return held & ~conflicted(viewer) & ~authoring(viewer)


def reviewing(viewer: Viewer) -> Q:
    """Papers that the viewer reviews: assigned, submitted, no conflict found since."""
    return _assigned(viewer, "reviews")


def chairing(viewer: Viewer) -> Q:
    """Papers that the viewer is area chair of: submitted, no conflict found since."""
    return _assigned(viewer, "chairs")


def discussion_open(at: datetime) -> Q:
    """Papers whose discussion has opened by this instant, in their track or in the whole workshop."""
    opened = Deadline.objects.filter(
        Q(track=None) | Q(track=OuterRef("track")),
        workshop=OuterRef("workshop"),
        kind=DeadlineKind.DISCUSSION,
        opens_at__lte=at,
    )
    return Q(Exists(opened))


@grant(Submission, "row", "title", "file")
def reviewers_of_it(viewer: Viewer) -> Q:
    return reviewing(viewer)


@grant(Submission, "bid")
def those_on_whose_bidding_page_it_stands(viewer: Viewer) -> Q:
    """Title, abstract, keywords, topics and track, while bidding is open (reviews.bidding asks the window).

    A conflict that came later hides nothing of it: what disappears would tell who wrote it. Being an author does.
    """
    shown = Bid.objects.filter(user=viewer.id).values("submission")
    return Q(pk__in=shown, status=SubmissionStatus.SUBMITTED) & ~authoring(viewer)


@grant(Bid, "own")
def who_bids(viewer: Viewer) -> Q:
    return Q(user_id=viewer.id)


@grant(RunEdit, "row")
def free_organizers_of_all_its_papers(viewer: Viewer) -> Q:
    free = visible_to(viewer, "act", Submission).values("pk")
    return Q(submission__in=free) & (Q(other=None) | Q(other__in=free))


@grant(Affinity, "own")
def whose_affinity_it_is(viewer: Viewer) -> Q:
    """Of the papers that stand on one's bidding page, and of no other: it tells what a paper is about."""
    return Q(user_id=viewer.id, submission__in=Bid.objects.filter(user=viewer.id).values("submission"))


@grant(Submission, "authors")
def reviewers_where_authors_are_no_secret(viewer: Viewer) -> Q:
    return (reviewing(viewer) | chairing(viewer)) & ~Q(track__blinding=Blinding.DOUBLE)


@grant(Submission, "reviews")
def reviewers_in_discussion(viewer: Viewer) -> Q:
    return reviewing(viewer) & discussion_open(viewer.now)


@grant(Submission, "row", "title", "file", "reviews", "identities")
def area_chairs_of_it(viewer: Viewer) -> Q:
    return chairing(viewer)


@grant(Review, "row", "own")
def writers(viewer: Viewer) -> Q:
    """One's own review, also when the paper was withdrawn: the work is kept."""
    kept = (*CURRENT, AssignmentStatus.NOT_NEEDED)
    mine = viewer.fact("wrote") | viewer.fact("conflicts with")
    return Q(assignment__user_id=viewer.id, assignment__status__in=kept) & ~Q(assignment__submission__in=mine)


@grant(Review, "row")
def readers_of_submitted_reviews(viewer: Viewer) -> Q:
    """A draft is read by nobody but its writer; one that is set aside only by those who may act."""
    shown = Q(assignment__submission__in=visible_to(viewer, "reviews", Submission).values("pk"))
    acting = Q(assignment__submission__in=visible_to(viewer, "act", Submission).values("pk"))
    handed_over = Q(status=ReviewStatus.DRAFT, handed_over_at__isnull=False)
    return Q(status=ReviewStatus.SUBMITTED) & shown | (Q(status=ReviewStatus.SET_ASIDE) | handed_over) & acting


@grant(ReviewVersion, "row")
def readers_of_submitted_versions(viewer: Viewer) -> Q:
    """What was saved before or between submissions is read by nobody but its writer."""
    readable = Review.objects.filter(readers_of_submitted_reviews(viewer)).values("pk")
    mine = Review.objects.filter(writers(viewer)).values("pk")
    return Q(saved_as=SavedAs.SUBMITTED, review__in=readable) | Q(review__in=mine)


@grant(Assignment, "kept")
def writers_of_what_is_kept(viewer: Viewer) -> Q:
    """A paper that one no longer has, for one's own words on it. The paper itself is not shown with them.

    Also where one has a conflict by now: that one's words were gone would tell that one has.
    """
    gone = (AssignmentStatus.REMOVED, AssignmentStatus.DECLINED)
    return Q(user_id=viewer.id, status__in=gone, kind__in=REVIEWING)


@grant(Assignment, "row", "own")
def assignees(viewer: Viewer) -> Q:
    kept = (*CURRENT, AssignmentStatus.NOT_NEEDED)
    mine = viewer.fact("wrote") | viewer.fact("conflicts with")
    return Q(user_id=viewer.id, status__in=kept) & ~Q(submission__in=mine)


@grant(Reviewer, "self", "row")
def the_reviewer(viewer: Viewer) -> Q:
    return Q(user_id=viewer.id)


@grant(Offer, "self", "row")
def the_volunteer(viewer: Viewer) -> Q:
    return Q(user_id=viewer.id)


@grant(EmergencyOffer, "own")
def who_is_asked(viewer: Viewer) -> Q:
    """Title and abstract of the paper with it; gone where a conflict is known by now, and not there before the bulk
    mail that asks them leaves, or where it was cancelled.
    """
    mine = viewer.fact("wrote") | viewer.fact("conflicts with")
    silent = Batch.objects.filter(status__in=(BatchStatus.DRAFT, BatchStatus.HELD, BatchStatus.CANCELLED))
    heard = Q(batch_id=None) | ~Q(batch_id__in=silent.values("pk"))
    return Q(user_id=viewer.id) & ~Q(submission__in=mine) & heard


@grant(Nomination, "own")
def who_nominated(viewer: Viewer) -> Q:
    """While they have the paper."""
    return Q(nominated_by=viewer.id, submission__in=Submission.objects.filter(reviewing(viewer)).values("pk"))


@grant(User, "directory", "row")
def volunteers_of_my_workshops(viewer: Viewer) -> Q:
    mine = Workshop.objects.filter(organizing(viewer, "pk")).values("pk")
    return Q(pk__in=Offer.objects.filter(workshop__in=mine).values("user"))


@grant(User, "directory", "row")
def reviewers_of_my_workshops(viewer: Viewer) -> Q:
    mine = Workshop.objects.filter(organizing(viewer, "pk")).values("pk")
    return Q(pk__in=Reviewer.objects.filter(workshop__in=mine).values("user"))


through(Assignment, "submission", Submission, "identities")
through(Assignment, "submission", Submission, "reviews", gives="progress")
through(ProposedPair, "submission", Submission, "act")
through(Affinity, "submission", Submission, "act")
through(AffinityBook, "workshop", Workshop, "staff")
through(Bid, "submission", Submission, "act")
through(AssignmentRun, "workshop", Workshop, "staff")
through(RunPaper, "submission", Submission, "act")
through(RunPerson, "run", AssignmentRun, "row")
through(EmergencyOffer, "submission", Submission, "act")
through(Invitation, "workshop", Workshop, "staff")
through(Nomination, "submission", Submission, "act")
through(Offer, "workshop", Workshop, "staff")
through(OfferedTopic, "offer", Offer, "row")
through(Reviewer, "workshop", Workshop, "staff")
through(TopicInterest, "reviewer", Reviewer, "row")
through(ReviewVersion, "review", Review, "own", gives="own")
through(ExtensionRequest, "assignment", Assignment, "own", gives="own")
through(ExtensionRequest, "assignment__submission", Submission, "act", gives="answer")
through(AuthorsKnown, "assignment", Assignment, "own", gives="own")
through(AuthorsKnown, "assignment__submission", Submission, "act")
through(StackOrder, "submission", Submission, "act")

for model, path in (
    (Affinity, "submission"),
    (Assignment, "submission"),
    (Bid, "submission"),
    (EmergencyOffer, "submission"),
    (Nomination, "submission"),
    (ProposedPair, "submission"),
    (RunEdit, "submission"),
    (RunPaper, "submission"),
    (Review, "assignment__submission"),
    (ReviewVersion, "review__assignment__submission"),
    (ExtensionRequest, "assignment__submission"),
    (AuthorsKnown, "assignment__submission"),
    (StackOrder, "submission"),
):
    gate(model, path, Submission, "identities")
seen_by_others(Submission, "bid", with_aspect="act")
seen_by_others(Affinity, "own", with_aspect="row")
seen_by_others(Bid, "own", with_aspect="row")
seen_by_others(Assignment, "own", with_aspect="row")
seen_by_others(EmergencyOffer, "own", with_aspect="row")
seen_by_others(Nomination, "own", with_aspect="row")
seen_by_others(Reviewer, "self", with_aspect="row")
seen_by_others(Offer, "self", with_aspect="row")
