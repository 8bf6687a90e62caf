"""One handler a paper: whom to ask, and who decides.

An area chair who handles a paper is whom people ask, and whom answers reach. What changes something stays with the
organizers who are free on it, so a paper that fewer than two of them are free on is never an area chair's.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions import links
from submissions.models import Authorship, Conflict, ConflictRequest, Handler, Submission
from submissions.states import (
    ASKED_MOVES,
    AskedKind,
    AskedStatus,
    AuthorshipStatus,
    ConflictReason,
    HandlerKind,
    SubmissionStatus,
)
from workshops.models import Membership, Track, Workshop
from workshops.querysets import open_organizers
from workshops.services.roles import end_role
from workshops.states import Role

ASKED_AS = {HandlerKind.GUEST: AskedKind.GUEST, HandlerKind.WAIVER: AskedKind.WAIVER}
Free = dict[int, list[int]]  # paper → organizers who are free on it


@transaction.atomic
def appoint_handlers(*, workshop: Workshop, by: User | None, track: Track | None = None) -> int:
    """Give every submitted paper (of one track) without a handler its area chair, or a free organizer, spread evenly.
    Returns how many.

    Whoever may no longer handle a paper gives it up first. Papers with the fewest free organizers come first, and each
    goes to whoever handles the fewest, so the same facts always give the same handlers. Papers that nobody is free on
    stay without one: ``Submission.objects.without_handler()`` lists them.
    """
    if by is not None:
        require(acting(by), "staff", workshop)
    papers = Submission.objects.of(workshop.pk).submitted().order_by("number")
    if track is not None:
        papers = papers.filter(track=track)
    return len(_spread(workshop, list(papers.values_list("pk", flat=True)), by=by))


@transaction.atomic
def follow_levels(*, workshop: Workshop, papers: Collection[int] | None = None, by: User | None) -> None:
    """Who is free on these papers (or on any that is handled) has changed: whoever may no longer handle one gives it up
    at once, a free organizer takes it over, and the only free organizer of a paper is known as such.
    """
    handled = [post.submission_id for post in _posts(workshop) if papers is None or post.submission_id in papers]
    if handled:
        _spread(workshop, handled, by=by, only_given_up=True)


def follow_restored(submission: Submission, by: User | None) -> None:
    """The paper is under review again: what was found of its handler meanwhile counts now."""
    follow_levels(workshop=submission.workshop, papers=[submission.pk], by=by)


def _spread(workshop: Workshop, papers: list[int], *, by: User | None, only_given_up: bool = False) -> list[int]:
    """The papers that got a handler."""
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    free = free_organizers(workshop, papers)
    posts = _posts(workshop)
    given_up = {post.submission_id: post for post in _given_up(posts, free)}
    for post in given_up.values():
        _end(post, by=by)
    kept = [post for post in posts if post.submission_id not in given_up]
    handled = {post.submission_id: post for post in kept if post.submission_id in free}
    _mark_sole(handled.values(), free)
    vacant = given_up if only_given_up else [pk for pk in papers if pk not in handled]
    loads = Counter(post.user_id for post in kept)
    order = sorted((pk for pk in papers if pk in vacant and free[pk]), key=lambda pk: len(free[pk]))
    chaired = _free_chairs([paper for paper in order if len(free[paper]) > 1])
    for paper in order:
        if paper in chaired:
            _appoint(paper, chaired[paper], by=by, sole=False, kind=HandlerKind.AREA_CHAIR)
            continue
        chosen = min(free[paper], key=lambda person: (loads[person], person))
        loads[chosen] += 1
        _appoint(paper, chosen, by=by, sole=len(free[paper]) == 1)
    return order


@transaction.atomic
def appoint_handler(*, submission: Submission, user: User, by: User | None, reason: str = "") -> Handler:
    """Make this organizer, or the paper's area chair, its handler in place of the one before.

    Whoever it is must be free on it. Only whoever may act for the paper appoints.
    """
    require(acting(by), "act", submission)
    free = free_organizers(submission.workshop, [submission.pk])[submission.pk]
    chairs = user.pk not in free and len(free) > 1 and links.area_chairs([submission.pk]).get(submission.pk) == user.pk
    kind = HandlerKind.AREA_CHAIR if chairs else HandlerKind.ORGANIZER
    return put_in_charge(submission=submission, user=user, by=by, reason=reason, kind=kind)


@transaction.atomic
def put_in_charge(*, submission: Submission, user: User, by: User | None, reason: str, kind: str) -> Handler:
    """The same for a caller that has asked for the right to appoint in another way: a waiver, a guest chair."""
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


@transaction.atomic
def end_post(*, submission: Submission, user: User, by: User | None, kind: str) -> None:
    """This person no longer handles the paper as such; a free organizer takes it over, where there is one."""
    post = Handler.objects.select_for_update().filter(submission=submission, user=user, until=None, kind=kind).first()
    if post is not None:
        _end(post, by=by)
        _spread(submission.workshop, [submission.pk], by=by)


@transaction.atomic
def area_chair_takes_over(*, submission: Submission, user: User, by: User | None) -> None:
    """Who has become area chair of a paper handles it from now on, where an organizer did and another is free too."""
    post = Handler.objects.select_for_update().filter(submission=submission, until=None).first()
    if post is None or post.kind not in (HandlerKind.ORGANIZER, HandlerKind.AREA_CHAIR):
        return
    free = free_organizers(submission.workshop, [submission.pk])[submission.pk]
    if len(free) > 1 and may_handle(submission, user, HandlerKind.AREA_CHAIR):
        put_in_charge(submission=submission, user=user, by=by, reason="", kind=HandlerKind.AREA_CHAIR)


def may_handle(submission: Submission, user: User, kind: str = HandlerKind.ORGANIZER) -> bool:
    if kind == HandlerKind.ORGANIZER:
        return user.pk in free_organizers(submission.workshop, [submission.pk])[submission.pk]
    return not _bars(kind, _reasons([submission.pk], [user.pk])[submission.pk, user.pk])


def _free_chairs(papers: list[int]) -> dict[int, int]:
    """The area chairs of these papers, as far as they have no conflict with them. Three statements."""
    chairs = links.area_chairs(papers) if papers else {}
    if not chairs:
        return {}
    close = _reasons(chairs.keys(), chairs.values())
    return {paper: person for paper, person in chairs.items() if (paper, person) not in close}


def free_organizers(workshop: Workshop, papers: list[int]) -> Free:
    """The organizers who are free on each of these papers, by id. Three statements, whatever the numbers."""
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER, user__is_active=True)
    organizers = sorted(set(roles.values_list("user", flat=True)))
    close = _reasons(papers, organizers)
    return {paper: [person for person in organizers if (paper, person) not in close] for paper in papers}


def free_people(workshop_id: int, submission_id: int) -> "QuerySet[User]":
    """The organizers who are free on one paper."""
    organizers = open_organizers(workshop_id).values("user")
    barred = Conflict.objects.effective().filter(submission=submission_id).values("user")
    people = User.objects.filter(pk__in=organizers, is_active=True).exclude(pk__in=barred)
    return people.exclude(pk__in=author_ids(submission_id))


def author_ids(submission_id: int) -> "QuerySet[Authorship, Any]":
    """The people who are known as authors of one paper."""
    listed = Authorship.objects.filter(submission=submission_id, user__isnull=False)
    return listed.exclude(status=AuthorshipStatus.DISOWNED).values("user")


def _posts(workshop: Workshop) -> "list[Handler]":
    open_posts = Handler.objects.filter(submission__workshop=workshop, until=None)
    submitted = open_posts.filter(submission__status=SubmissionStatus.SUBMITTED)
    return list(submitted.select_related("submission__workshop", "user").order_by("submission_id"))


def _given_up(posts: list[Handler], free: Free) -> list[Handler]:
    """The posts on these papers that their holders may not keep. Two statements, none where all are organizers."""
    asked = [post for post in posts if post.submission_id in free]
    others = [post for post in asked if post.kind != HandlerKind.ORGANIZER]
    close = _reasons([post.submission_id for post in others], [post.user_id for post in others]) if others else {}
    return [post for post in asked if _must_give_up(post, free, close.get((post.submission_id, post.user_id), set()))]


def _must_give_up(post: Handler, free: Free, reasons: set[str]) -> bool:
    if post.kind == HandlerKind.ORGANIZER:
        return post.user_id not in free[post.submission_id]
    if post.kind == HandlerKind.AREA_CHAIR and len(free[post.submission_id]) < 2:
        return True
    return _bars(post.kind, reasons)


def _bars(kind: str, reasons: set[str]) -> bool:
    """A waiver is for those of an author's institution."""
    return bool(reasons - {ConflictReason.INSTITUTION} if kind == HandlerKind.WAIVER else reasons)


def _reasons(papers: Collection[int], people: Collection[int]) -> dict[tuple[int, int], set[str]]:
    """Why which of these people may not handle which of these papers: effective conflicts, and authorship. Two
    statements.
    """
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    conflicts = Conflict.objects.effective().filter(submission__in=papers, user__in=people)
    for paper, person, reason in conflicts.values_list("submission", "user", "reason"):
        found[paper, person].add(reason)
    own = Authorship.objects.filter(submission__in=papers, user__in=people).exclude(status=AuthorshipStatus.DISOWNED)
    for pair in own.values_list("submission", "user"):
        found[pair].add(ConflictReason.AUTHORSHIP)
    return found


def _mark_sole(posts: Iterable[Handler], free: Free) -> None:
    for post in posts:
        sole = post.kind == HandlerKind.ORGANIZER and len(free[post.submission_id]) == 1
        if post.sole != sole:
            Handler.objects.filter(pk=post.pk).update(sole=sole)


def _end(post: Handler, *, by: User | None) -> None:
    """What was asked for to make them handler has ended with it."""
    Handler.objects.filter(pk=post.pk, until=None).update(until=timezone.now())
    _record("handler.ended", post, by)
    if kind := ASKED_AS.get(HandlerKind(post.kind)):
        granted = ConflictRequest.objects.filter(submission=post.submission_id, user=post.user_id, kind=kind)
        for request in granted.filter(status=AskedStatus.GRANTED):
            move(request, AskedStatus.ENDED, ASKED_MOVES)
    if post.kind == HandlerKind.GUEST:
        _end_role_without_papers(post)


def _end_role_without_papers(post: Handler) -> None:
    """A guest chair without a paper is none."""
    workshop = post.submission.workshop
    posts = Handler.objects.filter(submission__workshop=workshop, user=post.user_id, until=None)
    role = Membership.objects.open().filter(workshop=workshop, user=post.user_id, role=Role.GUEST_CHAIR).first()
    if role is not None and not posts.filter(kind=HandlerKind.GUEST).exists():
        end_role(membership=role, by=None)


def _appoint(
    paper: int, user: int, *, by: User | None, sole: bool, kind: str = HandlerKind.ORGANIZER, reason: str = ""
) -> Handler:
    post = Handler.objects.create(
        submission_id=paper, user_id=user, kind=kind, sole=sole, appointed_by=by, reason=reason
    )
    _record("handler.appointed_sole" if sole else "handler.appointed", post, by)
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
