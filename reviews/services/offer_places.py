"""Many places are offered at once at short notice, each to several people: one bulk mail that is held, and one press.

Whom to ask is proposed here: the emergency pool first, then who has room, then the nearest; nobody gets more than two
of these letters before they answer. Cancelling the bulk mail while it is held takes the offers back.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.rights import require, visible_to
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused, StaleState
from notifications.models import Batch
from notifications.services.batches import confirm_batch, draft_batch
from notifications.states import MessageStatus
from reviews import emails
from reviews.models import Assignment, EmergencyOffer
from reviews.no_show import signs_of
from reviews.problem import listed_authors, pairs_of_authors, papers_of_run
from reviews.rules import open_reviewers
from reviews.scoring import NEUTRAL, affinity_grid
from reviews.services.emergency import end_quietly, make_offers
from reviews.services.letters import letter_of_offer
from reviews.states import CURRENT, GIVEN_AWAY, REVIEWING, UNDONE, EmergencyStatus, ReviewStatus
from reviews.work import due_rows, work_rows, works
from submissions.models import Conflict, Submission
from submissions.services.conflicts import find_conflicts
from submissions.states import EFFECTIVE
from workshops.models import Workshop

EACH, MOST_EACH = 3, 6
"""How many people are asked for a place, unless somebody says otherwise, and at most."""
AT_ONCE = 2
"""So many of these letters one person has at most that wait for an answer."""
MOST_PLACES = 200


@dataclass
class Place:
    """``hole``: whose place it is, or was. ``users``: who is asked, in order; nobody where ``why_not`` says why."""

    hole: Assignment
    users: list[User] = field(default_factory=list)
    why_not: str = ""

    @property
    def is_held(self) -> bool:
        """Has somebody the place still, who gives it back with the first yes?"""
        return self.hole.status in CURRENT


def plan_places(*, workshop: Workshop, viewer: Viewer, holes: Sequence[UUID], each: int) -> list[Place]:
    """Who would be asked for which of these places, by the number of the paper. Five queries.

    Places of papers that the viewer is not free on are not mentioned, and loads are counted without them.
    """
    papers = papers_of_run(workshop.pk, None, viewer)
    rows = visible_to(viewer, "row", Assignment).filter(pk__in=list(holes)[:MOST_PLACES], kind__in=REVIEWING)
    rows = rows.filter(submission__in=papers.values("pk")).order_by("submission__number", "pk")
    found = [Place(row) for row in rows.select_related("submission__track", "submission__workshop", "user", "review")]
    around = cast(Rows, _around(viewer, workshop.pk))
    _mark(found, around)
    if open_places := [place for place in found if not place.why_not]:
        leaving = {place.hole.user_id for place in open_places}
        crowd = _Crowd.of(workshop, sorted({place.hole.submission_id for place in open_places}), around, leaving)
        _choose(open_places, crowd, each)
    return found


Rows = dict[str, list[Any]]


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """Over the papers that the viewer is free on: who has or had which, is asked for which, and may not have which."""
    papers = papers_of_run(workshop_id, None, viewer)
    here = papers.values("pk")
    offers = EmergencyOffer.objects.filter(Q(status=EmergencyStatus.OPEN) | Q(status=EmergencyStatus.DECLINED))
    reviewers = open_reviewers(workshop_id).filter(user__is_active=True)
    addresses = EmailAddress.objects.filter(user__in=reviewers.values("user"), verified=True)
    return {
        "work": work_rows(papers),
        **due_rows(workshop_id),
        "given": Assignment.objects.filter(submission__in=here).values_list("submission", "user", "reason"),
        "offers": offers.filter(submission__in=here).values_list("submission", "user", "status", "replaces", "place"),
        "reviewers": reviewers.values_list("user", "load_max", "emergency", "user__family", "user__given"),
        "conflicts": Conflict.objects.barring().filter(submission__in=here).values_list("submission", "user", "state"),
        "authors": listed_authors().filter(submission__in=here).values_list("submission", "user", "email"),
        "addresses": addresses.values_list("email", "user"),
    }


def _mark(places: list[Place], around: Rows) -> None:
    """Why nobody is asked for some of them."""
    have = Counter(one.paper for one in works(around) if one.is_current)
    waits: dict[tuple[int, Any], Counter[UUID]] = defaultdict(Counter)
    for paper, _, status, replaces, place in around["offers"]:
        if status == EmergencyStatus.OPEN:
            waits[paper, replaces][place] += 1
    for each in places:
        row = each.hole
        review = getattr(row, "review", None)
        if review is not None and review.status in (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE):
            each.why_not = "The review is in."
            continue
        if not each.is_held and have[row.submission_id] >= row.submission.track.reviews_per_paper:
            each.why_not = "The paper has its reviewers again."
            continue
        if already := waits[row.submission_id, row.pk if each.is_held else None]:
            _, number = already.popitem()
            each.why_not = f"{_people(number)} asked already."
        have[row.submission_id] += not each.is_held


def _people(number: int) -> str:
    return "1 person is" if number == 1 else f"{number} people are"


@dataclass
class _Crowd:
    """Everybody who may be asked, by family name. ``barred``: pairs of paper and person that may not be. ``letters``:
    how many each has that wait for an answer.
    """

    people: list[int]
    pool: set[int]
    room: dict[int, int]
    barred: set[tuple[int, int]]
    near: dict[int, dict[int, float]]
    letters: Counter[int]

    @classmethod
    def of(cls, workshop: Workshop, papers: list[int], around: Rows, leaving: set[int]) -> "_Crowd":
        """Without those whose places these are, and without anybody else who shows or showed no sign of life."""
        work, conflicts = works(around), around["conflicts"]
        late = {(paper, user) for paper, user, state in conflicts if state in EFFECTIVE}
        silent = leaving | signs_of(work, timezone.now()).keys()
        silent |= {user for paper, user, why in around["given"] if why in GIVEN_AWAY and (paper, user) not in late}
        reviewers = [row for row in sorted(around["reviewers"], key=_by_name) if row[0] not in silent]
        users = [row[0] for row in reviewers]
        loads = Counter(one.user for one in work if one.is_current)
        had = [row for row in around["given"] if row[-1] != UNDONE]
        pairs = [*had, *around["offers"], *conflicts]
        wrote = pairs_of_authors(around["authors"], dict(around["addresses"]), set(users))
        return cls(
            people=users,
            pool={user for user, _, emergency, *_ in reviewers if emergency},
            room={user: load_max - loads[user] for user, load_max, *_ in reviewers},
            barred={(paper, user) for paper, user, *_ in pairs} | wrote,
            near=affinity_grid(workshop.pk, papers, users),
            letters=Counter(user for _, user, status, *_ in around["offers"] if status == EmergencyStatus.OPEN),
        )

    def best(self, paper: int, but: set[int]) -> int | None:
        """The next to ask for this paper."""
        able = [
            one
            for one in self.people
            if one not in but and (paper, one) not in self.barred and self.letters[one] < AT_ONCE
        ]
        return min(able, key=lambda one: self._order(paper, one), default=None)

    def _order(self, paper: int, one: int) -> tuple[Any, ...]:
        full = self.room[one] <= self.letters[one]
        return one not in self.pool, full, self.letters[one], -self.near[paper].get(one, NEUTRAL)


def _by_name(row: tuple[Any, ...]) -> tuple[str, str, int]:
    user, _, _, family, given = row
    return family.casefold(), given.casefold(), user


def _choose(places: list[Place], crowd: _Crowd, each: int) -> None:
    """In turns, so that the last place is not left with those whom nobody wanted. A paper's places ask other people."""
    asked: dict[int, set[int]] = {place.hole.submission_id: set() for place in places}
    chosen: list[tuple[Place, int]] = []
    for _ in range(min(each, MOST_EACH)):
        for place in places:
            paper = place.hole.submission_id
            if (one := crowd.best(paper, asked[paper])) is not None:
                crowd.letters[one] += 1
                asked[paper].add(one)
                chosen.append((place, one))
    users = User.objects.in_bulk({one for _, one in chosen})
    for place, one in chosen:
        place.users.append(users[one])
    for place in places:
        if not place.users:
            place.why_not = (
                "Nobody can be asked: everybody has a conflict or the paper, has declined it, shows no sign of life, "
                f"or is asked for {AT_ONCE} others."
            )


@transaction.atomic
def offer_places(
    *,
    workshop: Workshop,
    by: User,
    holes: Sequence[UUID],
    each: int = EACH,
    note: str = "",
    due_at: datetime | None = None,
    seen: int | None = None,
    typed: int | None = None,
) -> Batch:
    """Ask for all these places; the mails leave after the workshop's hold, and until then cancelling them undoes it.

    ``seen``: how many letters the page spoke of; StaleState where it would be another number by now. ``typed``: the
    number as the person typed it, where it is asked for. Raises Refused where there is nobody to ask.
    """
    viewer = acting(by)
    require(viewer, "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    papers = papers_of_run(workshop.pk, None, viewer).filter(assignments__in=list(holes)).values("pk")
    # Nobody else asks for these papers, or gives them, meanwhile.
    list(Submission.objects.select_for_update().filter(pk__in=papers).order_by("pk"))
    find_conflicts(workshop=workshop, by=None)
    places = [place for place in plan_places(workshop=workshop, viewer=viewer, holes=holes, each=each) if place.users]
    letters = sum(len(place.users) for place in places)
    if not places:
        raise Refused("There is nobody to ask for any of these places; see below why.")
    if seen is not None and seen != letters:
        raise StaleState(f"{letters} letters would be written by now, not {seen}. Look at the list below again.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.EMERGENCY_OFFER, by=by)
    for place in places:
        require(viewer, "act", place.hole.submission)
        make_offers(
            submission=place.hole.submission,
            users=place.users,
            by=by,
            replaces=place.hole if place.is_held else None,
            note=note,
            due_at=due_at,
            batch=batch,
        )
    return confirm_batch(
        batch=batch, by=by, typed=letters if typed is None else typed, hold_minutes=workshop.hold_minutes
    )


def take_back_unsent(batch: Batch) -> None:
    """The bulk mail was cancelled, or stopped while it left: whoever was not asked yet is not, and nobody is told."""
    rows = EmergencyOffer.objects.filter(batch_id=batch.pk, status=EmergencyStatus.OPEN)
    for offer in rows.select_related("submission__workshop", "user"):
        letter = letter_of_offer(offer)
        if letter is None or letter.status == MessageStatus.CANCELLED:
            end_quietly(offer)
