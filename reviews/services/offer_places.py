"""Many places are offered at once at short notice, each to several people: one bulk mail that is held, and one press.

Whom to ask is proposed here: the emergency pool first, then who has room, then the nearest; nobody gets more than two
of these letters at once. Cancelling the bulk mail while it is held takes the offers back.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.rights import require, visible_to
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused, StaleState
from notifications.models import Batch
from notifications.services.batches import confirm_batch, draft_batch
from reviews import emails
from reviews.models import Assignment, EmergencyOffer
from reviews.no_show import signs_of
from reviews.problem import author_pairs, barred_pairs, papers_of_run, replaced_in_silence
from reviews.rules import open_reviewers
from reviews.scoring import NEUTRAL, affinity_grid
from reviews.services.emergency import end_quietly, make_offers
from reviews.states import CURRENT, REVIEWING, EmergencyStatus, ReviewStatus
from reviews.work import read_work
from submissions.services.conflicts import find_conflicts
from workshops.models import Workshop

EACH, MOST_EACH = 3, 6
"""How many people are asked for a place, unless somebody says otherwise, and at most."""
AT_ONCE = 2
"""So many of these letters one person gets at most in one go."""
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
    """Who would be asked for which of these places, by the number of the paper. A fixed number of queries.

    Places of papers that the viewer is not free on are not mentioned, and loads are counted without them.
    """
    papers = papers_of_run(workshop.pk, None, viewer)
    rows = visible_to(viewer, "row", Assignment).filter(pk__in=list(holes)[:MOST_PLACES], kind__in=REVIEWING)
    rows = rows.filter(submission__in=papers.values("pk")).order_by("submission__number", "pk")
    found = [Place(row) for row in rows.select_related("submission__track", "submission__workshop", "user", "review")]
    keys = sorted({place.hole.submission_id for place in found})
    _mark(found, list(EmergencyOffer.objects.filter(submission__in=keys, status=EmergencyStatus.OPEN)), keys)
    open_places = [place for place in found if not place.why_not]
    if open_places:
        _choose(open_places, _Crowd.of(workshop, viewer, keys, {place.hole.user_id for place in open_places}), each)
    return found


def _mark(places: list[Place], asked: list[EmergencyOffer], papers: list[int]) -> None:
    """Why nobody is asked for some of them."""
    current = Assignment.objects.current().filter(submission__in=papers, kind__in=REVIEWING).order_by()
    have = Counter(current.values_list("submission", flat=True))
    waits: dict[tuple[int, Any], Counter[UUID]] = defaultdict(Counter)
    for offer in asked:
        waits[offer.submission_id, offer.replaces_id][offer.place] += 1
    for place in places:
        row = place.hole
        review = getattr(row, "review", None)
        if review is not None and review.status in (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE):
            place.why_not = "The review is in."
            continue
        if not place.is_held and have[row.submission_id] >= row.submission.track.reviews_per_paper:
            place.why_not = "The paper has its reviewers again."
            continue
        if already := waits[row.submission_id, row.pk if place.is_held else None]:
            _, number = already.popitem()
            place.why_not = f"{_people(number)} asked already."
        have[row.submission_id] += not place.is_held


def _people(number: int) -> str:
    return "1 person is" if number == 1 else f"{number} people are"


@dataclass
class _Crowd:
    """Everybody who may be asked, and what is known of them. ``barred``: pairs of paper and person that may not be."""

    people: dict[int, User]
    pool: set[int]
    room: dict[int, int]
    barred: set[tuple[int, int]]
    near: dict[int, dict[int, float]]
    letters: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, workshop: Workshop, viewer: Viewer, papers: list[int], leaving: set[int]) -> "_Crowd":
        """Without those whose places these are, and without anybody else who shows or showed no sign of life."""
        work = read_work(workshop, papers_of_run(workshop.pk, None, viewer))
        free = papers_of_run(workshop.pk, None, viewer).values_list("pk", flat=True)
        silent = leaving | signs_of(work, timezone.now()).keys() | replaced_in_silence(free)
        rows = open_reviewers(workshop.pk).filter(user__is_active=True).select_related("user")
        reviewers = [row for row in rows.order_by("user__family", "user__given", "user") if row.user_id not in silent]
        users = [row.user_id for row in reviewers]
        loads = Counter(one.user for one in work if one.is_current)
        never, suspected = barred_pairs(papers, users)
        had = Assignment.objects.filter(submission__in=papers, user__in=users).values_list("submission", "user")
        asked = EmergencyOffer.objects.filter(submission__in=papers, user__in=users)
        asked = asked.filter(Q(status=EmergencyStatus.OPEN) | Q(status=EmergencyStatus.DECLINED))
        return cls(
            people={row.user_id: row.user for row in reviewers},
            pool={row.user_id for row in reviewers if row.emergency},
            room={row.user_id: row.load_max - loads[row.user_id] for row in reviewers},
            barred=never | suspected | author_pairs(papers, users) | {*had, *asked.values_list("submission", "user")},
            near=affinity_grid(workshop.pk, papers, users),
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


def _choose(places: list[Place], crowd: _Crowd, each: int) -> None:
    """In turns, so that the last place is not left with those whom nobody wanted. A paper's places ask other people."""
    asked: dict[int, set[int]] = {place.hole.submission_id: set() for place in places}
    for _ in range(min(each, MOST_EACH)):
        for place in places:
            paper = place.hole.submission_id
            if (one := crowd.best(paper, asked[paper])) is not None:
                crowd.letters[one] += 1
                asked[paper].add(one)
                place.users.append(crowd.people[one])
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
    for paper in papers_of_run(workshop.pk, None, viewer).filter(assignments__in=list(holes)).distinct():
        find_conflicts(workshop=workshop, by=None, submission=paper)
    places = [place for place in plan_places(workshop=workshop, viewer=viewer, holes=holes, each=each) if place.users]
    letters = sum(len(place.users) for place in places)
    if not places:
        raise Refused("There is nobody to ask for any of these places; see below why.")
    if seen is not None and seen != letters:
        raise StaleState(f"{letters} letters would be written by now, not {seen}. Look at the list below again.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.EMERGENCY_OFFER, by=by)
    made = []
    for place in places:
        require(viewer, "act", place.hole.submission)
        replaces = place.hole if place.is_held else None
        made.append(
            make_offers(
                submission=place.hole.submission,
                users=place.users,
                by=by,
                replaces=replaces,
                note=note,
                due_at=due_at,
                batch=batch,
            )[0].place
        )
    Batch.objects.filter(pk=batch.pk).update(filter={"places": [str(key) for key in made]})
    return confirm_batch(
        batch=batch, by=by, typed=letters if typed is None else typed, hold_minutes=workshop.hold_minutes
    )


def take_back_unsent(batch: Batch) -> None:
    """The bulk mail was cancelled while it was held: nobody was asked, so nobody is told."""
    rows = EmergencyOffer.objects.filter(place__in=batch.filter.get("places", []), status=EmergencyStatus.OPEN)
    for offer in rows.select_related("submission__workshop", "user"):
        end_quietly(offer)
