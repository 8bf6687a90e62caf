"""A season of a workshop, played by made-up people through the very services that people use.

Each phase begins where the one before ended and passes over what is done already, so a season can be stopped after any
phase and played on. Only on a workshop that is marked as a rehearsal: its mail never leaves by the site's mail server.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db.models import Avg, Max
from django.utils import timezone

from access.rights import may
from access.viewer import Viewer
from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.profile import update_profile
from accounts.services.register import create_person
from audit.errors import Refused
from decisions.models import Decision, Outcome
from decisions.rules import needs_second_person
from decisions.services.decide import confirm, decide
from decisions.services.outcomes import add_default_outcomes
from decisions.services.release import preview, start_release
from decisions.states import DecisionStatus, OutcomeKind
from desk.services.import_file import import_file, plan_import
from jobs.models import Job
from jobs.services.run import run_job
from jobs.states import JobStatus
from notifications.models import Batch, Message
from notifications.querysets import MessageQuerySet
from notifications.services.batches import cancel_batch, confirm_batch, send_now
from notifications.services.deliver import deliver_lot
from notifications.states import BatchStatus, MessageStatus
from rehearsal.papers import make_pdf, make_up
from rehearsal.people import Crowd, Persona, address_for
from rehearsal.reviewing import answers_for
from reviews.bidding import BidQuery, bidding_page
from reviews.models import Assignment, AssignmentRun, Bid, Invitation, Review, Reviewer
from reviews.options import Options
from reviews.services.affinity import start_affinity
from reviews.services.answer import answer_invitation
from reviews.services.assign import accept_assignments, assign, decline_assignment
from reviews.services.bid import begin_bidding, place_bid, show_papers
from reviews.services.first_visit import tell_first_visit
from reviews.services.invite import invite_many
from reviews.services.publish import publish_run, undo_run
from reviews.services.review import open_review, save_draft, submit_review
from reviews.services.run import discard_run, start_run
from reviews.states import BidValue, ReviewStatus, RunOutcome
from submissions.models import Conflict, Handler, Submission
from submissions.services.conflicts import find_conflicts, set_conflict
from submissions.services.files import add_file
from submissions.services.handlers import appoint_handlers
from submissions.services.save import AuthorData, save_submission
from submissions.services.start import start_submission
from submissions.services.withdraw import undo_withdrawal, withdraw
from submissions.states import ConflictState
from workshops.instants import AOE, aoe_end_of_day
from workshops.models import Deadline, Track, Workshop
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
from workshops.services.roles import give_role
from workshops.states import DeadlineKind, Role

PHASES = ("submission", "invitation", "bidding", "assignment", "review", "decision", "release")
PATIENCE = 120.0  # seconds for a job that a worker is doing
ORGANIZERS = (("Olga", "olga@olga.test"), ("Otto", "otto@otto.test"), ("Mila", "mila@mila.test"))
BIDS_ON_NEAR = (BidValue.VERY_HIGH, BidValue.HIGH, BidValue.HIGH)
BIDS_ON_FAR = (BidValue.HIGH, BidValue.NEUTRAL, BidValue.LOW, BidValue.VERY_LOW)
ACCEPT_FROM = 3.6  # mean overall score, on the scale of 1 to 6


class RehearsalError(Exception):
    """The season cannot go on; the sentence says why."""


@dataclass
class Plan:
    """What to play. ``papers``: a file for the first track; without one ``made_up`` papers are written."""

    slug: str
    papers: Path | None = None
    made_up: int = 24
    reviewers: int | None = None
    seed: int = 0
    until: str = PHASES[-1]
    name: str = ""


@dataclass
class Season:
    plan: Plan
    tell: Callable[[str], None] = print
    workshop: Workshop = field(init=False)
    track: Track = field(init=False)
    crowd: Crowd = field(init=False)
    chance: random.Random = field(init=False)
    organizers: list[User] = field(init=False, default_factory=list)

    def play(self) -> Workshop:
        """Play up to and including ``plan.until``. Raises RehearsalError, or Refused from a service."""
        self.begin()
        for phase in PHASES[: PHASES.index(self.plan.until) + 1]:
            started = time.monotonic()
            getattr(self, f"play_{phase}")()
            deliver(self.workshop)
            self.tell(f"{phase}: {time.monotonic() - started:.1f} s")
        deliver_undoable(self.workshop)
        return self.workshop

    # --- the stage ---

    def begin(self) -> None:
        self.crowd = Crowd(self.plan.seed)
        self.chance = random.Random(f"season {self.plan.seed}")
        self.organizers = [person_of(email, given, "Organizer") for given, email in ORGANIZERS]
        found = Workshop.objects.filter(slug=self.plan.slug).first()
        if found is not None and not found.is_rehearsal:
            raise RehearsalError(
                f"“{found}” ({found.slug}) is a real workshop. A rehearsal needs one of its own: choose another name."
            )
        self.workshop = found or self._create()
        self.track = self.workshop.tracks.order_by("position", "id")[0]

    def _create(self) -> Workshop:
        now = timezone.now()
        workshop = create_workshop(
            by=self.organizers[0],
            slug=self.plan.slug,
            name=self.plan.name or f"Rehearsal {self.plan.slug}",
            year=now.year,
            is_rehearsal=True,
            announced=True,
            contact="chairs@olga.test",
        )
        for user in self.organizers[1:]:
            give_role(workshop=workshop, user=user, role=Role.ORGANIZER, by=self.organizers[0])
        add_default_outcomes(workshop=workshop, by=self.organizers[0])
        return workshop

    @property
    def chair(self) -> User:
        return self.organizers[0]

    def papers(self) -> list[Submission]:
        rows = Submission.objects.of(self.workshop.pk).submitted().filter(track=self.track)
        return list(rows.select_related("track", "workshop").order_by("number"))

    # --- submission ---

    def play_submission(self) -> None:
        if self.plan.papers is not None:
            self._import()
        elif not self.papers():
            self.write_papers(self.plan.made_up)
        if not self.papers():
            raise RehearsalError(f"{self.workshop} has no submitted paper to play with.")
        self._change_a_mind()
        self.close_submissions()

    def _import(self) -> None:
        plan = plan_import(path=Path(str(self.plan.papers)), workshop=self.workshop, track=self.track)
        if plan.errors:
            raise RehearsalError(
                "\n".join(["The file has broken entries:", *(str(problem) for problem in plan.errors)])
            )
        for name, author in {_full_name(a): a for paper in plan.new for a in paper.authors}.items():
            person_of(author.email or address_for(name), author.given, author.family, author.particle)
        import_file(
            plan=plan,
            workshop=self.workshop,
            track=self.track,
            by=self.chair,
            address_of=lambda author: address_for(_full_name(author)),
        )

    def write_papers(self, count: int) -> list[Submission]:
        """Made-up papers by made-up authors; the organizer Otto is an author of one of them."""
        otto = self.organizers[1]
        return [
            self.write_paper([otto] if number == 1 else [self.person() for _ in range(self.chance.randint(1, 4))])
            for number in range(count)
        ]

    def person(self) -> User:
        return registered(self.crowd.persona())

    def write_paper(self, authors: list[User], *, with_file: bool = True) -> Submission:
        """Start, save, upload: by the first author."""
        text, now = make_up(self.chance), timezone.now()
        first = authors[0]
        paper = start_submission(workshop=self.workshop, track=self.track, by=first, received_at=now, title=text.title)
        topics = list(self.workshop.topics.all())
        save_submission(
            submission=paper,
            by=first,
            received_at=now,
            version=paper.version,
            title=text.title,
            abstract=text.abstract,
            keywords=text.keywords,
            topics=self.chance.sample(topics, min(2, len(topics))),
            authors=[author_data(user, corresponding=user == first) for user in authors],
        )
        if with_file:
            self.upload(paper, text.title, text.abstract, first)
        paper.refresh_from_db()
        return paper

    def upload(self, paper: Submission, title: str, abstract: str, by: User) -> None:
        pages = min(self.track.page_limit or 8, 8)
        pdf = make_pdf(f"{title} (made-up paper {paper.pk})", abstract.split(". "), pages)
        add_file(submission=paper, by=by, upload=BytesIO(pdf), name="paper.pdf", received_at=timezone.now())
        finish_jobs(self.workshop)

    def _change_a_mind(self) -> None:
        """One author withdraws by mistake and takes it back."""
        if Message.objects.filter(kind="withdrawn", root_id__in=[paper.pk for paper in self.papers()]).exists():
            return
        paper = self.papers()[-1]
        author = paper.authorships.filter(corresponding=True, user__isnull=False).first()
        if author is not None:
            withdraw(submission=paper, by=author.user)
            paper.refresh_from_db()
            undo_withdrawal(submission=paper, by=author.user)

    def close_submissions(self) -> None:
        now = timezone.now()
        if self._is_past(DeadlineKind.SUBMISSION):
            return
        set_deadline(
            workshop=self.workshop,
            kind=DeadlineKind.SUBMISSION,
            track=self.track,
            at=now - timedelta(seconds=1),
            by=self.chair,
            reason="The rehearsal goes on.",
        )

    def _is_past(self, kind: str) -> bool:
        return Deadline.objects.filter(track=self.track, kind=kind, at__lte=timezone.now()).exists()

    # --- invitation ---

    def play_invitation(self) -> None:
        wanted = self.plan.reviewers or max(6, math.ceil(len(self.papers()) * 3 / 4))
        missing = wanted - self.workshop.reviewers.count()
        if missing > 0:
            self.invite(missing)

    def invite(self, count: int) -> None:
        """Ask authors and outsiders, a tenth more than needed; most accept, one declines, one does not answer."""
        people = self._guests(count + 2)
        before = set(Invitation.objects.filter(workshop=self.workshop).values_list("pk", flat=True))
        lines = "\n".join(f"{person.name} <{person.email}>" for person in people)
        _, batch, _ = invite_many(workshop=self.workshop, by=self.chair, lines=lines, undo_seconds=0)
        if batch is not None:
            send(batch, self.chair)
        deliver(self.workshop)
        new = Invitation.objects.filter(workshop=self.workshop).exclude(pk__in=before).order_by("created_at", "address")
        for number, invitation in enumerate(new.select_related("workshop", "track")):
            self._answer(invitation, number)

    def _guests(self, count: int) -> list[User]:
        asked = set(Invitation.objects.filter(workshop=self.workshop).values_list("address", flat=True))
        authors = User.objects.filter(authorships__submission__workshop=self.workshop).exclude(email__in=asked)
        free = [user for user in authors.distinct().order_by("pk") if user not in self.organizers]
        chosen = self.chance.sample(free, min(count // 3, len(free)))
        while len(chosen) < count:
            user = self.person()
            if user not in chosen and user.email not in asked:
                chosen.append(user)
        return chosen

    def _answer(self, invitation: Invitation, number: int) -> None:
        if number == 0:
            answer_invitation(invitation=invitation, accept=False, reason="I am travelling in these weeks.")
        elif number == 1:
            return
        else:
            load = 4 if number % 9 == 0 else 6
            answer_invitation(invitation=invitation, accept=True, load=load)
            invitation.refresh_from_db()
            self.tell_what_they_know(invitation.user or User.objects.get(email=invitation.address))

    def tell_what_they_know(self, user: User) -> None:
        """The first visit, all at once."""
        reviewer = Reviewer.objects.select_related("user", "workshop").get(workshop=self.workshop, user=user)
        topics = list(self.workshop.topics.all())
        known = self.chance.sample(topics, min(3, len(topics)))
        titles = [] if user.publications.exists() else [make_up(self.chance).title for _ in range(5)]
        tell_first_visit(
            reviewer=reviewer,
            by=reviewer.user,
            agrees=True,
            load_max=reviewer.load_max,
            levels={topic.pk: level for level, topic in enumerate(known, start=1)},
            publications="\n".join(titles),
            named_all=True,
        )

    # --- bidding ---

    def play_bidding(self) -> None:
        """Open bidding for the track; most reviewers bid, the nearest papers more gladly, and one finds a conflict."""
        find_conflicts(workshop=self.workshop, by=self.chair)
        if Bid.objects.placed().filter(submission__track=self.track).exists():
            return
        now = timezone.now()
        end = aoe_end_of_day(now.astimezone(AOE).date() + timedelta(days=3))
        set_deadline(
            workshop=self.workshop, kind=DeadlineKind.BIDDING, track=self.track, opens_at=now, at=end, by=self.chair
        )
        start_affinity(workshop=self.workshop, by=self.chair)
        finish_jobs(self.workshop)
        reviewers = self.workshop.reviewers.select_related("user").order_by("pk")
        for number, reviewer in enumerate(reviewers):
            if reviewer.bidding_since is not None:
                show_papers(reviewer, now)  # as the night does, where another track began earlier
            if number % 5 != 4:
                self.bid(reviewer.user, says_conflict=number == 1)

    def bid(self, user: User, *, says_conflict: bool = False) -> None:
        """Something about the nearest two thirds of the papers that the reviewer is shown."""
        begin_bidding(workshop=self.workshop, by=user, received_at=timezone.now())
        page = bidding_page(Viewer(user), self.workshop, BidQuery(), timezone.now())
        some = page.papers[: max(3, len(page.papers) * 2 // 3)]
        for place, shown in enumerate(some):
            values = BIDS_ON_NEAR if place < len(some) / 3 else BIDS_ON_FAR
            value = BidValue.CONFLICT if says_conflict and place == 1 else self.chance.choice(values)
            paper = Submission.objects.select_related("workshop").get(pk=shown.pk)
            place_bid(submission=paper, by=user, value=value, received_at=timezone.now())

    def close_bidding(self) -> None:
        is_set = Deadline.objects.filter(track=self.track, kind=DeadlineKind.BIDDING).exists()
        if is_set and not self._is_past(DeadlineKind.BIDDING):
            set_deadline(
                workshop=self.workshop,
                kind=DeadlineKind.BIDDING,
                track=self.track,
                at=timezone.now(),
                grace_minutes=0,
                by=self.chair,
                reason="The rehearsal goes on.",
            )

    # --- assignment ---

    def play_assignment(self) -> None:
        self.close_bidding()
        find_conflicts(workshop=self.workshop, by=self.chair)
        self.settle_suspicions()
        appoint_handlers(workshop=self.workshop, by=self.chair)
        if Assignment.objects.current().filter(submission__in=self.papers()).exists():
            return
        undone = self.propose()
        publish_run(run=undone, by=self.chair)
        undone.refresh_from_db()
        undo_run(run=undone, by=self.chair)
        send(publish_run(run=self.propose(), by=self.chair), self.chair)
        deliver(self.workshop)
        self.acknowledge()

    def settle_suspicions(self) -> None:
        """Whoever is free on a paper confirms what is only suspected: the careful way."""
        open_ = Conflict.objects.filter(submission__workshop=self.workshop, state=ConflictState.SUSPECTED)
        for row in open_.select_related("submission__track", "submission__workshop", "user"):
            set_conflict(
                submission=row.submission,
                user=row.user,
                reason=row.reason,
                state=ConflictState.CONFIRMED,
                by=None,
                why="Settled in the rehearsal.",
            )

    def propose(self) -> AssignmentRun:
        """A complete proposal; while there are too few reviewers, more are invited."""
        for _ in range(4):
            options = Options(seed=self.plan.seed)
            run = start_run(workshop=self.workshop, by=self.chair, track=self.track, options=options)
            finish_jobs(self.workshop)
            run.refresh_from_db()
            if run.outcome == RunOutcome.COMPLETE:
                return run
            if run.outcome != RunOutcome.INFEASIBLE or self.plan.reviewers is not None:
                break
            discard_run(run=run, by=self.chair)
            self.invite(max(4, self.workshop.reviewers.count() // 2))
        raise RehearsalError(f"No assignment could be made: {run.reasons or run.outcome}")

    def acknowledge(self) -> None:
        """Reviewers accept; one declines one paper, and an organizer finds somebody else by hand."""
        assignments = Assignment.objects.current().filter(submission__workshop=self.workshop)
        first = assignments.filter(submission__track=self.track).order_by("submission__number", "handle").first()
        if first is not None:
            paper = first.submission
            decline_assignment(assignment=first, by=first.user, reason="I know this work too well from a talk.")
            self.assign_somebody(paper, declined=first.user)
        for user in User.objects.filter(assignments__in=assignments, assignments__status="active").distinct():
            accept_assignments(workshop=self.workshop, by=user)

    def assign_somebody(self, paper: Submission, declined: User) -> None:
        loads = [(self._load(r.user), r.user.pk, r.user) for r in self.workshop.reviewers.select_related("user")]
        for _, _, user in sorted(loads):
            if user == declined:
                continue
            try:
                assign(submission=paper, user=user, by=self._free(paper))
            except Refused:
                continue
            return
        raise RehearsalError(f"Nobody is left to review paper {paper.number}.")

    def _load(self, user: User) -> int:
        return Assignment.objects.current().filter(user=user, submission__workshop=self.workshop).count()

    def _free(self, paper: Submission, other_than: User | None = None) -> User:
        """The handler, or another organizer who is free on the paper."""
        handler = Handler.objects.filter(submission=paper, until=None).select_related("user").first()
        people = ([handler.user] if handler else []) + self.organizers
        for user in people:
            if user != other_than and may(Viewer(user), "act", paper):
                return user
        raise RehearsalError(f"Nobody is free to act for paper {paper.number}.")

    # --- review ---

    def play_review(self, share: float = 1.0) -> None:
        assignments = Assignment.objects.current().filter(submission__in=self.papers())
        todo = assignments.exclude(review__status=ReviewStatus.SUBMITTED)
        chosen = list(todo.select_related("submission__track", "submission__workshop", "user"))
        for row in chosen[: math.ceil(len(chosen) * share)]:
            self.review(row)

    def review(self, assignment: Assignment) -> Review:
        review = open_review(assignment=assignment, by=assignment.user)
        answers = answers_for(review, self.chance)
        first_words = {key: value for key, value in answers.items() if isinstance(value, str)}
        review = save_draft(review=review, by=assignment.user, version=review.version, answers=first_words)
        submit_review(
            review=review, by=assignment.user, version=review.version, answers=answers, received_at=timezone.now()
        )
        return review

    # --- decision and release ---

    def play_decision(self) -> None:
        for paper in self.papers():
            if not Decision.objects.filter(submission=paper).exists():
                self.decide(paper)
        waiting = Decision.objects.filter(submission__in=self.papers(), status=DecisionStatus.TENTATIVE)
        for row in waiting.select_related("submission__track", "submission__workshop", "decided_by"):
            self.confirm(row)

    def decide_some(self, count: int) -> None:
        """Tentative decisions on the first so many papers."""
        for paper in self.papers()[:count]:
            self.decide(paper)

    def decide(self, paper: Submission) -> Decision:
        mean = self.mean(paper)
        kind = OutcomeKind.ACCEPT if mean >= ACCEPT_FROM else OutcomeKind.REJECT
        return decide(
            submission=paper,
            outcome=Outcome.objects.filter(track=paper.track, kind=kind)[0],
            by=self._free(paper),
            reason=f"The reviews average {mean:.1f} of 6.",
        )

    def mean(self, paper: Submission) -> float:
        counted = Review.objects.counted().filter(assignment__submission=paper, scores__key="overall")
        return counted.aggregate(mean=Avg("scores__value"))["mean"] or 0.0

    def confirm(self, decision: Decision) -> None:
        second = decision.decided_by if needs_second_person(self.workshop) else None
        confirm(decision=decision, by=self._free(decision.submission, other_than=second))

    def play_release(self) -> None:
        letters = self._letters()
        if not letters:
            return
        held = start_release(workshop=self.workshop, track=self.track, by=self.chair, typed=letters)
        cancel_batch(batch=held.batch, by=self.chair)
        again = start_release(workshop=self.workshop, track=self.track, by=self.chair, typed=letters)
        send_now(batch=Batch.objects.get(pk=again.batch_id), by=self.chair)

    def _letters(self) -> int:
        return len(preview(workshop=self.workshop, track=self.track, viewer=Viewer(self.chair)).letters)


def _full_name(author: Any) -> str:
    return " ".join(part for part in (author.given, author.particle, author.family) if part)


def person_of(email: str, given: str, family: str, particle: str = "", password: str | None = None) -> User:
    """The person of this address, made (with a confirmed address) when there is none."""
    found = User.objects.filter(email=normalise_email(email)).first()
    return found or create_person(
        email=email, given=given, family=family, particle=particle, password=password, by=None, confirmed=True
    )


def registered(persona: Persona) -> User:
    """A person with an institution."""
    user = person_of(persona.email, persona.given, persona.family)
    if not user.affiliations.exists():
        place = {
            "name": persona.institution,
            "domain": persona.domain,
            "kind": "employment",
            "start": None,
            "end": None,
        }
        update_profile(
            user=user, by=user, given=user.given, particle=user.particle, family=user.family, affiliations=[place]
        )
    return user


def author_data(user: User, *, corresponding: bool) -> AuthorData:
    place = user.affiliations.first()
    return AuthorData(
        given=user.given,
        particle=user.particle,
        family=user.family,
        email=user.email,
        affiliation=place.name if place else "",
        corresponding=corresponding,
    )


def finish_jobs(workshop: Workshop) -> None:
    """Do the waiting work of this workshop here, or wait for the worker that has taken it."""
    papers = list(Submission.objects.of(workshop.pk).values_list("pk", flat=True))
    mine = Job.objects.about("workshop", workshop.pk) | Job.objects.filter(root_type="submission", root_id__in=papers)
    give_up = time.monotonic() + PATIENCE
    while open_ := list(mine.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING]).values_list("pk", flat=True)):
        for job_id in open_:
            run_job(job_id)
        if time.monotonic() > give_up:
            raise RehearsalError(f"{len(open_)} jobs did not end within {PATIENCE:.0f} s.")
        if mine.filter(status=JobStatus.RUNNING).exists():
            time.sleep(0.2)


def send(batch: Batch, by: User) -> None:
    """Confirm a bulk mail as a person would, and end its hold."""
    batch.refresh_from_db()
    if batch.status == BatchStatus.DRAFT:
        number = batch.messages.filter(status=MessageStatus.HELD).count()
        confirm_batch(batch=batch, by=by, typed=number, hold_minutes=10)
        batch.refresh_from_db()
    if batch.status == BatchStatus.HELD:
        send_now(batch=batch, by=by)


def deliver(workshop: Workshop) -> None:
    """Send what is due, and wait for what another worker has taken."""
    give_up = time.monotonic() + PATIENCE
    ours = messages_of(workshop)
    while time.monotonic() < give_up:
        if deliver_lot().claimed:
            continue
        busy = [MessageStatus.CLAIMED, MessageStatus.SENDING]
        if not ours.filter(status__in=busy).exists():
            return
        time.sleep(0.2)


def deliver_undoable(workshop: Workshop) -> None:
    """Single mails wait half a minute for an undo; wait with them, so that the summary counts them as sent."""
    soon = timezone.now() + timedelta(seconds=45)
    last = messages_of(workshop).filter(status=MessageStatus.DUE, due_at__lte=soon).aggregate(at=Max("due_at"))["at"]
    if last is not None:
        time.sleep(max(0.0, (last - timezone.now()).total_seconds()) + 0.1)
        deliver(workshop)


def messages_of(workshop: Workshop) -> MessageQuerySet:
    papers = Submission.objects.of(workshop.pk).values("pk")
    return Message.objects.about("workshop", workshop.pk) | Message.objects.filter(
        root_type="submission", root_id__in=papers
    )
