"""The demo: one workshop that stands in the middle of its season, with a made-up person for every role.

Proceedings are under review with first decisions, Extended Abstracts can still be submitted, and Findings are decided
and told, so that every page has something on it.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from decisions.models import Decision
from decisions.states import DecisionStatus
from rehearsal.season import Plan, Season, deliver, person_of, send
from rehearsal.showcase import dress_up
from reviews.models import Assignment, Review
from reviews.services.assign import assign
from reviews.services.publish import publish_run
from reviews.services.review import open_review, save_draft
from reviews.services.reviewers import add_reviewer
from reviews.states import AssignmentKind
from submissions.models import Submission
from submissions.services.conflicts import find_conflicts
from submissions.services.handlers import appoint_handlers
from workshops.instants import AOE, aoe_end_of_day
from workshops.models import Track, Workshop
from workshops.services.deadlines import set_deadline
from workshops.services.roles import give_role
from workshops.states import DeadlineKind, Role

SLUG = "demo"
NAME = "NeurReps"
PASSWORD = "made-up-person"  # noqa: S105 (of made-up people, on a workshop whose mail stays here)


@dataclass(frozen=True)
class Guest:
    given: str
    email: str
    role: str


CAST = (
    Guest("Ada", "ada@ada.test", "author"),
    Guest("Ben", "ben@ben.test", "co-author"),
    Guest("Rui", "rui@rui.test", "reviewer of Ada's paper"),
    Guest("Noor", "noor@noor.test", "reviewer without papers"),
    Guest("Cleo", "cleo@ada.test", "reviewer with a conflict (Ada's institution)"),
    Guest("Mara", "mara@mara.test", "area chair of Ada's paper"),
    Guest("Olga", "olga@olga.test", "organizer, free on every paper"),
    Guest("Otto", "otto@otto.test", "organizer and author of a paper"),
)


def table(address: str) -> str:
    """The sign-ins of the demo, as ``make run`` prints them."""
    wide = max(len(guest.email) for guest in CAST)
    lines = [f"  {guest.email:{wide}}  {guest.role}" for guest in CAST]
    return "\n".join([f"{address}  —  sign in as one of these, password “{PASSWORD}”:", "", *lines])


class Demo(Season):
    """A season that stops in the middle, different in each track."""

    def build(self) -> Workshop:
        for guest in CAST:
            person_of(guest.email, guest.given, "Example", password=PASSWORD)
        self.begin()
        dress_up(self.workshop, self.organizers[-1])
        proceedings, abstracts, findings = self.workshop.tracks.order_by("position")[:3]
        self._submit(proceedings, findings)
        self._assign(proceedings, findings)
        self._review(proceedings, findings)
        self._decide(proceedings, findings)
        self._open(abstracts)
        deliver(self.workshop)
        return self.workshop

    def cast(self, given: str) -> User:
        return User.objects.get(email=next(guest.email for guest in CAST if guest.given == given))

    def paper_of(self, given: str, track: Track) -> Submission:
        return Submission.objects.filter(track=track, authorships__user=self.cast(given)).order_by("number")[0]

    def _submit(self, proceedings: Track, findings: Track) -> None:
        ada, ben = self.cast("Ada"), self.cast("Ben")
        self.track = proceedings
        self.write_paper([ada, ben])
        self.write_papers(9)
        self.close_submissions()
        self.track = findings
        self.write_paper([ada])
        self.write_paper([self.person(), self.person()])
        self.close_submissions()
        today = timezone.now().astimezone(AOE).date()
        set_deadline(
            workshop=self.workshop,
            kind=DeadlineKind.REVIEW,
            track=proceedings,
            at=aoe_end_of_day(today + timedelta(days=5)),
            by=self.chair,
        )

    def _assign(self, *tracks: Track) -> None:
        for given in ("Rui", "Cleo"):
            add_reviewer(workshop=self.workshop, user=self.cast(given), by=self.chair)
            self.tell_what_they_know(self.cast(given))
        self.invite(10)
        find_conflicts(workshop=self.workshop, by=self.chair)
        self.settle_suspicions()
        for track in tracks:
            self.track = track
            self.play_bidding()
            self.close_bidding()
        appoint_handlers(workshop=self.workshop, by=self.chair)
        assign(submission=self.paper_of("Ada", tracks[0]), user=self.cast("Rui"), by=self.chair)
        for track in tracks:
            self.track = track
            send(publish_run(run=self.propose(), by=self.chair), self.chair)
        self.acknowledge()
        add_reviewer(workshop=self.workshop, user=self.cast("Noor"), by=self.chair)
        give_role(workshop=self.workshop, user=self.cast("Mara"), role=Role.AREA_CHAIR, by=self.chair)
        paper, kind = self.paper_of("Ada", tracks[0]), AssignmentKind.AREA_CHAIR
        assign(submission=paper, user=self.cast("Mara"), by=self.chair, kind=kind)

    def _review(self, proceedings: Track, findings: Track) -> None:
        self.track = findings
        self.play_review()
        todo = Assignment.objects.current().filter(submission__track=proceedings, kind=AssignmentKind.REVIEWER)
        rows = list(
            todo.select_related("submission__track", "submission__workshop", "user").order_by("submission", "handle")
        )
        mine = [row for row in rows if row.user == self.cast("Rui")]
        others = [row for row in rows if row.user != self.cast("Rui")]
        for row in others[: len(others) * 3 // 4] + mine[1:2]:
            self.review(row)
        draft = open_review(assignment=mine[0], by=mine[0].user)
        words = {"summary": "The paper asks which symmetries survive noise."}
        save_draft(review=draft, by=mine[0].user, version=draft.version, answers=words)

    def _decide(self, proceedings: Track, findings: Track) -> None:
        self.track = findings
        self.play_decision()
        self.play_release()
        deliver(self.workshop)
        self.track = proceedings
        for paper in self.papers():
            if Review.objects.counted().filter(assignment__submission=paper).count() >= paper.track.reviews_per_paper:
                self.decide(paper)
        waiting = Decision.objects.filter(submission__track=proceedings, status=DecisionStatus.TENTATIVE)
        for row in waiting.select_related("submission__track", "submission__workshop", "decided_by")[:2]:
            self.confirm(row)

    def _open(self, abstracts: Track) -> None:
        today = timezone.now().astimezone(AOE).date()
        set_deadline(
            workshop=self.workshop,
            kind=DeadlineKind.SUBMISSION,
            track=abstracts,
            at=aoe_end_of_day(today + timedelta(days=2)),
            by=self.chair,
        )
        self.track = abstracts
        self.write_paper([self.cast("Ada")], with_file=False)
        self.write_paper([self.person(), self.person()])


def build_demo() -> Workshop:
    """Make the demo workshop. Raises RehearsalError or Refused; what was made until then stays."""
    return Demo(Plan(slug=SLUG, name=NAME, seed=7), tell=lambda line: None).build()
