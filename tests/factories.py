"""Plain factories and the fixed cast. Rows that a service makes in the product are made by that service here too.

The cast: Ada (author), Ben (her co-author), Rui (assigned reviewer), Rae (another of the same paper), Noor (reviewer,
not assigned to it), Cleo (reviewer with a conflict: Ada's institution), Mara (area chair), Olga (organizer), Ines
(organizer of Ada's institution), Otto (organizer and author of another paper), Zed (stranger with an account), Opal
(runs the site), Ivy (invited, has not answered, has no account).
"""

import io
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone

from access.viewer import acting
from accounts.models import Affiliation, Publication, User
from accounts.services.publications import add_publications
from accounts.services.relations import Tie, add_relation
from decisions.models import Decision, Outcome, Release
from decisions.services.decide import confirm, decide
from decisions.services.outcomes import add_default_outcomes
from decisions.services.release import start_release
from jobs.models import Job
from jobs.services.run import run_job
from notifications.models import Message
from notifications.services.batches import send_now
from notifications.services.deliver import deliver_lot
from reviews.matching import Mode, solve
from reviews.matching.problem import Problem
from reviews.models import Assignment, AssignmentRun, EmergencyOffer, Invitation, Review
from reviews.problem import problem_of
from reviews.services.affinity import bring_up_to_date
from reviews.services.assign import assign
from reviews.services.bid import begin_bidding, place_bid
from reviews.services.emergency import offer_place
from reviews.services.extension_request import ask_for_days
from reviews.services.invite import invite
from reviews.services.nominate import nominate
from reviews.services.review import open_review, save_draft, submit_review
from reviews.services.reviewers import add_reviewer
from reviews.services.run import start_run
from reviews.services.solve import write_answer
from reviews.services.volunteer import offer_to_review
from reviews.states import AssignmentKind
from submissions.models import Submission
from submissions.services.author_requests import ask_to_add
from submissions.services.conflicts import find_conflicts
from submissions.services.files import add_file
from submissions.services.handlers import appoint_handlers
from submissions.services.save import AuthorData, save_submission
from submissions.services.start import start_submission
from submissions.states import SubmissionStatus
from tests.workshops.pictures import picture
from tests.worlds import played_once
from workshops.models import Track, Workshop
from workshops.reading import open_form, questions_of
from workshops.services.banner import set_banner
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
from workshops.services.roles import give_role
from workshops.states import DeadlineKind, Role

PHASES = ("submission", "bidding", "review", "discussion", "released")
DAY = timedelta(days=1)
# How long ago the season began. Papers close after 14 days, reviews 15 days later, notification 3 days after those.
BEGAN = {
    "submission": timedelta(0),
    "bidding": 16 * DAY,
    "review": 20 * DAY,
    "discussion": 30.5 * DAY,
    "released": 34 * DAY,
}


def make_user(given: str, *, email: str = "", family: str = "Example", **fields: Any) -> User:
    """A person with a confirmed address ``<given>@<given>.test``, so that no two share an institution."""
    name = given.lower()
    user = User.objects.create_user(email or f"{name}@{name}.test", given=given, family=family, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def canary(name: str) -> str:
    """A word that is nowhere else: where it is found, that person was named."""
    return f"{name.upper()}-CANARY-{secrets.token_hex(4)}"


def author(user: User, *, corresponding: bool = False) -> AuthorData:
    place = user.affiliations.first()
    return AuthorData(user.given, user.particle, user.family, user.email, place.name if place else "", corresponding)


@cache
def pdf(text: str = "A paper", *, who: str = "") -> bytes:
    """A small PDF whose metadata names its author."""
    from tests.submissions import pdfs

    made = pdfs.writer(1, text)
    made.add_metadata({"/Author": who or "Somebody", "/Title": text})
    return pdfs.finish(made)


def run_jobs() -> None:
    """Do, here and now, the long work that a worker would."""
    while waiting := list(Job.objects.claimable(timezone.now()).values_list("pk", flat=True)):
        for pk in waiting:
            run_job(pk)


def deliver(*, later: timedelta = timedelta(0)) -> int:
    """Send what is due now, or after a while; returns how many mails left. They are in settings.MAIL_DIR."""
    sent = 0
    with time_machine.travel(timezone.now() + later, tick=True):
        while (lot := deliver_lot()).claimed:
            sent += lot.sent
    return sent


@dataclass
class Cast:
    """A workshop in a phase, its people, and what they have made. What a phase does not have yet is None.

    ``elsewhere`` is another workshop, which nobody of the cast organizes, ``unannounced`` one that is not open yet.
    """

    phase: str
    workshop: Workshop
    elsewhere: Workshop
    unannounced: Workshop
    track: Track
    ada: User
    ben: User
    rui: User
    rae: User
    noor: User
    cleo: User
    mara: User
    olga: User
    ines: User
    otto: User
    zed: User
    opal: User
    invitation: Invitation
    paper: Submission
    ottos_paper: Submission
    assignment: Assignment | None = None
    raes_assignment: Assignment | None = None
    chairing: Assignment | None = None
    review: Review | None = None
    run: AssignmentRun | None = None
    asked: EmergencyOffer | None = None
    decision: Decision | None = None
    release: Release | None = None

    PEOPLE = ("ada", "ben", "rui", "rae", "noor", "cleo", "mara", "olga", "ines", "otto", "zed", "opal")

    def people(self) -> dict[str, User]:
        return {name: getattr(self, name) for name in self.PEOPLE}

    def author_link(self) -> str:
        """The address in the mail that tells Ben that he is listed, without the site's name."""
        text = Message.objects.filter(kind="listed_as_author", recipient=self.ben).earliest("pk").text
        start = text.index("/a/")
        return text[start : text.index("/", start + 3) + 1]

    @property
    def publication(self) -> Publication:
        return self.ada.publications.get()

    def invitation_link(self) -> str:
        """The address behind “yes” in the mail to Ivy, without the site's name."""
        text = Message.objects.get(kind="invitation", address=self.invitation.address).text
        start = text.index("/i/")
        return text[start : text.index("?", start)]


def make_people() -> dict[str, User]:
    """The cast's accounts. Every name, address and institution holds a word that is nowhere else."""
    people = {}
    institution = canary("institute")
    domain = f"{institution.lower()}.test"
    for name in Cast.PEOPLE:
        word = canary(name)
        address = f"{word.lower()}@{domain if name == 'ada' else f'{word.lower()}.test'}"
        people[name] = make_user(name.title(), family=word, email=address)
    ada = people["ada"]
    for name in ("ada", "cleo", "ines"):
        Affiliation.objects.create(user=people[name], name=institution, domain=domain)
    add_publications(user=ada, by=ada, text=f"On {canary('publication')}")
    rui = people["rui"]
    add_publications(user=rui, by=rui, text=f"Symmetry, {canary('shelf')}")  # it shares a word with every paper
    add_relation(user=ada, by=ada, tie=Tie("advisor", name=f"Ms {canary('tie')}"))
    opal = people["opal"]
    opal.is_staff = opal.is_superuser = True
    opal.save(update_fields=["is_staff", "is_superuser"])
    return people


@played_once
def make_cast(phase: str = "submission", *, papers: int = 1) -> Cast:
    """The cast in one of PHASES, its past played through the services at the times when it happened.

    ``papers``: how many there are by Ada and Ben, each with the same reviews and decision; Otto has one more.
    """
    assert phase in PHASES, phase
    began = timezone.now() - BEGAN[phase]
    with time_machine.travel(began, tick=True):
        cast = _open_call(phase, make_people(), papers)
    closed = began + 14 * DAY
    steps = {
        "bidding": (closed + 1 * DAY, _close),
        "review": (closed + 5 * DAY, _assign),
        "discussion": (closed + 15.5 * DAY, _discuss),
        "released": (closed + 18 * DAY, _release),
    }
    for name in PHASES[1 : PHASES.index(phase) + 1]:
        at, step = steps[name]
        with time_machine.travel(at, tick=True):
            step(cast)
    for name in ("paper", "ottos_paper", "review", "decision", "release"):
        if getattr(cast, name) is not None:
            getattr(cast, name).refresh_from_db()
    return cast


# --- submission -------------------------------------------------------------------------------------------------------


def _open_call(phase: str, people: dict[str, User], papers: int) -> Cast:
    olga = people["olga"]
    workshop = create_workshop(
        by=olga,
        slug="neurreps",
        name="NeurReps",
        year=timezone.now().year,
        contact="organizers@neurreps.test",
        submission_at=timezone.now() + 14 * DAY,
        announced=True,
    )
    add_default_outcomes(workshop=workshop, by=olga)
    for name in ("ines", "otto"):
        give_role(workshop=workshop, user=people[name], role=Role.ORGANIZER, by=olga)
    give_role(workshop=workshop, user=people["mara"], role=Role.AREA_CHAIR, by=olga)
    for name in ("rui", "rae", "noor", "cleo"):
        add_reviewer(workshop=workshop, user=people[name], by=olga)
    ivy = canary("ivy")
    knows = f"Gauge theory, {canary('offer')}"
    offer_to_review(workshop=workshop, by=people["ben"], received_at=timezone.now(), load=3, statement=knows)
    invitation = invite(workshop=workshop, by=olga, address=f"{ivy.lower()}@ivy.test", name=f"Ivy {ivy}")
    track = workshop.tracks.get(slug="proceedings")
    made = [submit_paper(track, people["ada"], people["ben"]) for _ in range(papers)]
    ottos = submit_paper(track, people["otto"])
    find_conflicts(workshop=workshop, by=None)
    elsewhere = create_workshop(
        by=make_user("Elsa"), slug="elsewhere", name="Elsewhere", year=workshop.year, announced=True
    )
    add_default_outcomes(workshop=elsewhere, by=None)
    unannounced = create_workshop(
        by=elsewhere.memberships.get().user, slug="unannounced", name=canary("unannounced"), year=workshop.year
    )
    for one in (workshop, unannounced):
        set_banner(workshop=one, by=None, picture=picture())
    return Cast(
        phase,
        workshop,
        elsewhere,
        unannounced,
        track,
        **people,
        invitation=invitation,
        paper=made[0],
        ottos_paper=ottos,
    )


def submit_paper(track: Track, *authors: User, at: datetime | None = None) -> Submission:
    """A paper of these people that has come all the way: saved, its PDF checked, submitted."""
    by, at = authors[0], at or timezone.now()
    title = f"On {canary('title')}"
    paper = start_submission(workshop=track.workshop, track=track, by=by, received_at=at, title=title)
    save_submission(
        submission=paper,
        by=by,
        received_at=at,
        version=paper.version,
        title=title,
        abstract=f"What we found on symmetry, {canary('abstract')}.",
        authors=[author(user, corresponding=user == by) for user in authors],
    )
    content = io.BytesIO(pdf(title, who=by.family))
    add_file(submission=paper, by=by, upload=content, name=f"{by.family}.pdf", received_at=at)
    run_jobs()
    paper.refresh_from_db()
    assert paper.status == SubmissionStatus.SUBMITTED, paper.status
    return paper


# --- bidding, review, discussion, release -----------------------------------------------------------------------------


def _close(cast: Cast) -> None:
    now = timezone.now()
    set_deadline(workshop=cast.workshop, kind=DeadlineKind.BIDDING, opens_at=now, at=now + 3 * DAY, by=cast.olga)
    appoint_handlers(workshop=cast.workshop, by=None)
    for name in ("rui", "rae", "noor", "cleo"):
        begin_bidding(workshop=cast.workshop, by=getattr(cast, name), received_at=now)
    for user, paper, value in ((cast.rui, cast.paper, "very_high"), (cast.noor, cast.ottos_paper, "high")):
        place_bid(submission=paper, by=user, value=value, received_at=now)
    word = canary("cy")
    cy = AuthorData("Cy", "", word, f"{word.lower()}@{word.lower()}.test")
    ask_to_add(submission=cast.paper, by=cast.ada, author=cy, reason=f"The figures are theirs, {canary('whycy')}.")


def papers_of_ada(cast: Cast) -> "list[Submission]":
    return list(Submission.objects.filter(workshop=cast.workshop, authorships__user=cast.ada).order_by("number"))


def _assign(cast: Cast) -> None:
    assign(submission=cast.ottos_paper, user=cast.noor, by=cast.olga)
    for paper in papers_of_ada(cast):
        assignment = assign(submission=paper, user=cast.rui, by=cast.olga)
        raes = assign(submission=paper, user=cast.rae, by=cast.olga)
        chairing = assign(submission=paper, user=cast.mara, by=cast.olga, kind=AssignmentKind.AREA_CHAIR)
        review = write_review(assignment, "rui")
        draft = open_review(assignment=raes, by=cast.rae)
        save_draft(review=draft, by=cast.rae, version=draft.version, answers={"summary": canary("raesdraft")})
        if paper == cast.paper:
            word = canary("nex")
            why = f"Knows fibre bundles, {canary('whynex')}."
            address = f"{word.lower()}@nex.test"
            nominate(assignment=assignment, by=cast.rui, name=f"Nex {word}", address=address, why=why)
            cast.assignment, cast.raes_assignment, cast.chairing, cast.review = assignment, raes, chairing, review
            (cast.asked,) = offer_place(submission=paper, users=[cast.noor], by=cast.olga)
    # Another workshop's come first, so that no number is the key by chance.
    AssignmentRun.objects.bulk_create(
        AssignmentRun(workshop=cast.elsewhere, number=number, status="discarded") for number in (1, 2)
    )
    cast.run = solved(start_run(workshop=cast.workshop, by=cast.olga))


def solved(run: AssignmentRun, mode: Mode = "total") -> AssignmentRun:
    """A proposal that is made by the same steps as the worker's, in this process, which is quicker."""
    bring_up_to_date(run.workshop, {})
    problem = problem_of(run, acting(run.created_by))
    write_answer(run, problem, solve(Problem.from_dict(problem), mode=mode, seed=run.seed))
    Job.objects.filter(pk=run.job_id).update(status="done")
    run.refresh_from_db()
    return run


def answers(workshop_id: int, track_id: int, word: str) -> dict[str, Any]:
    """Answers to every question of the track's form; each text holds a word of its own, named for its readers."""
    given: dict[str, Any] = {}
    for question in questions_of(open_form(workshop_id, track_id).pk):
        if question.kind == "text":
            given[question.key] = f"Well written. {canary(f'{word}for{question.readers}')}"
        elif question.kind == "scale":
            given[question.key] = question.high - 1
    return given


def write_review(assignment: Assignment, word: str) -> Review:
    """A submitted review by whoever has the paper."""
    review = open_review(assignment=assignment, by=assignment.user)
    paper = assignment.submission
    submit_review(
        review=review,
        by=assignment.user,
        version=review.version,
        answers=answers(paper.workshop_id, paper.track_id, word),
        received_at=timezone.now(),
    )
    review.refresh_from_db()
    return review


def _discuss(cast: Cast) -> None:
    write_review(Assignment.objects.get(submission=cast.ottos_paper), "noor")
    now = timezone.now()
    set_deadline(workshop=cast.workshop, kind=DeadlineKind.DISCUSSION, opens_at=now, at=now + 2 * DAY, by=cast.olga)
    for paper in papers_of_ada(cast):
        made = decide_on(paper, cast.olga, "accept")
        confirm(decision=made, by=cast.otto)
        if paper == cast.paper:
            cast.decision = made


def decide_on(paper: Submission, by: User, key: str) -> Decision:
    outcome = Outcome.objects.get(track=paper.track_id, key=key)
    reason, words = canary("reason"), canary("toauthors")
    return decide(submission=paper, outcome=outcome, by=by, reason=reason, to_authors=words)


def _release(cast: Cast) -> None:
    ask_for_days(assignment=cast.raes_assignment, by=cast.rae, days=2)
    confirm(decision=decide_on(cast.ottos_paper, cast.olga, "reject"), by=cast.ines)
    letters = 2 * len(papers_of_ada(cast)) + 1
    cast.release = start_release(workshop=cast.workshop, by=cast.olga, typed=letters)
    send_now(batch=cast.release.batch, by=cast.olga)
