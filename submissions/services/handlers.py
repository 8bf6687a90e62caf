"""One handler a paper: whom to ask, and who decides."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from access.rights import may, require
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import Authorship, Conflict, Handler, Submission
from submissions.states import AuthorshipStatus, ConflictReason, HandlerKind, SubmissionStatus
from workshops.models import Membership, Workshop
from workshops.states import Role

Free = dict[int, list[int]]  # paper → organizers who are free on it


@transaction.atomic
def appoint_handlers(*, workshop: Workshop, by: User | None) -> int:
    """Give every submitted paper without a handler a free organizer, spread evenly. Returns how many got one.

    A handling organizer who is no longer free on a paper gives it up first. Papers with the fewest free organizers
    come first, and each goes to whoever handles the fewest, so the same facts always give the same handlers. Papers
    that nobody is free on stay without one: ``Submission.objects.without_handler()`` lists them.
    """
    if by is not None:
        require(acting(by), "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    papers = list(Submission.objects.of(workshop.pk).submitted().order_by("number"))
    free = free_organizers(workshop, [paper.pk for paper in papers])
    handled = {post.submission_id: post for post in _posts(workshop)}
    for post in list(handled.values()):
        if _must_give_up(post, free):
            _end(post, by=by)
            del handled[post.submission_id]
    loads = Counter(post.user_id for post in handled.values())
    _mark_sole(handled.values(), free)
    open_papers = [paper.pk for paper in papers if paper.pk not in handled and free[paper.pk]]
    order = sorted(open_papers, key=lambda pk: len(free[pk]))
    for paper in order:
        chosen = min(free[paper], key=lambda person: (loads[person], person))
        loads[chosen] += 1
        _appoint(paper, chosen, by=by, sole=len(free[paper]) == 1)
    return len(order)


@transaction.atomic
def appoint_handler(
    *, submission: Submission, user: User, by: User | None, reason: str = "", kind: str = HandlerKind.ORGANIZER
) -> Handler:
    """Make this person the paper's handler, in place of the one before.

    An organizer must be free on it; a chair, a guest or a waived organizer must be neither author nor personally
    conflicted. Only whoever may act for the paper appoints.
    """
    require(acting(by), "act", submission)
    if not may_handle(submission, user, kind):
        raise Refused(f"{user.name} is not free on paper #{submission.number}. Choose somebody else to handle it.")
    current = Handler.objects.select_for_update().filter(submission=submission, until=None).first()
    if current is not None and current.user_id == user.pk and current.kind == kind:
        return current
    if current is not None:
        _end(current, by=by)
    free = free_organizers(submission.workshop, [submission.pk])[submission.pk]
    sole = kind == HandlerKind.ORGANIZER and free == [user.pk]
    return _appoint(submission.pk, user.pk, by=by, sole=sole, kind=kind, reason=reason.strip())


def may_handle(submission: Submission, user: User, kind: str = HandlerKind.ORGANIZER) -> bool:
    if kind == HandlerKind.ORGANIZER:
        return user.pk in free_organizers(submission.workshop, [submission.pk])[submission.pk]
    personal = Conflict.objects.effective().filter(submission=submission, user=user)
    barred = personal.exclude(reason=ConflictReason.INSTITUTION).exists()
    return not barred and not may(Viewer(user), "own", submission)


def free_organizers(workshop: Workshop, papers: list[int]) -> Free:
    """The organizers who are free on each of these papers, by id. Three statements, whatever the numbers."""
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER, user__is_active=True)
    organizers = sorted(set(roles.values_list("user", flat=True)))
    closed: dict[int, set[int]] = defaultdict(set)
    conflicts = Conflict.objects.effective().filter(submission__in=papers, user__in=organizers)
    for paper, person in conflicts.values_list("submission_id", "user_id"):
        closed[paper].add(person)
    own = Authorship.objects.filter(submission__in=papers, user__in=organizers)
    for paper, person in own.exclude(status=AuthorshipStatus.DISOWNED).values_list("submission_id", "user_id"):
        closed[paper].add(person)
    return {paper: [person for person in organizers if person not in closed[paper]] for paper in papers}


def _posts(workshop: Workshop) -> "list[Handler]":
    open_posts = Handler.objects.filter(submission__workshop=workshop, until=None)
    return list(open_posts.filter(submission__status=SubmissionStatus.SUBMITTED).order_by("submission_id"))


def _must_give_up(post: Handler, free: Free) -> bool:
    return post.kind == HandlerKind.ORGANIZER and post.user_id not in free[post.submission_id]


def _mark_sole(posts: Iterable[Handler], free: Free) -> None:
    for post in posts:
        sole = post.kind == HandlerKind.ORGANIZER and len(free[post.submission_id]) == 1
        if post.sole != sole:
            Handler.objects.filter(pk=post.pk).update(sole=sole)


def _end(post: Handler, *, by: User | None) -> None:
    Handler.objects.filter(pk=post.pk, until=None).update(until=timezone.now())
    _record("handler.ended", post, by)


def _appoint(
    paper: int, user: int, *, by: User | None, sole: bool, kind: str = HandlerKind.ORGANIZER, reason: str = ""
) -> Handler:
    post = Handler.objects.create(
        submission_id=paper, user_id=user, kind=kind, sole=sole, appointed_by=by, reason=reason
    )
    _record("handler.appointed", post, by)
    return post


def _record(action: str, post: Handler, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=post.submission_id,
        aspect="act",
        about=post,
        data={"user": post.user_id, "kind": post.kind, "sole": post.sole},
    )
