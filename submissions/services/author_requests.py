"""Ask for a change of the list of authors, dispute it, and have it answered. States: REQUEST_MOVES."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from notifications.services.enqueue import enqueue
from submissions import emails, links
from submissions.author_rules import LOCKED, is_by_request, is_locked
from submissions.models import AuthorListRequest, Authorship, Submission
from submissions.services import tell
from submissions.services.author_list import keep_list, record_list, renumber
from submissions.services.claim import claim_authorships
from submissions.services.conflicts import conflicts_if_added, find_conflicts
from submissions.services.save import AuthorData, clean_authors, confirmed_owners
from submissions.states import (
    DISPUTES,
    REQUEST_MOVES,
    AuthorshipStatus,
    RequestKind,
    RequestStatus,
    SubmissionStatus,
)
from workshops.models import Workshop

LONGEST_REASON = 2000
ADDS = (RequestKind.ADD, RequestKind.MISSING)
CHANGED_MEANWHILE = (
    "Who would come to have a conflict has changed since this page was drawn. Look at it again; nothing was granted."
)


# --- an author asks ---------------------------------------------------------------------------------------------------


def ask_to_add(*, submission: Submission, by: User, author: AuthorData, reason: str) -> AuthorListRequest:
    """Ask the organizers to add somebody. Raises Refused without a reason or an address, and before the deadline."""
    require(acting(by), "own", submission)
    cleaned = clean_authors([author])[0]
    if not cleaned.email:
        raise Refused(
            "Give their e-mail address: conflicts of interest are computed from it before anybody is added.",
            field="email",
        )
    with transaction.atomic():
        row = _askable(submission)
        if row.authorships.filter(email=cleaned.email).exists():
            raise Refused("Somebody with this address is on the list already.", field="email")
        if _open(row, RequestKind.ADD).filter(data__email=cleaned.email).exists():
            raise Refused("This is asked for already; the organizers have not answered yet.", field="email")
        return _ask(row, RequestKind.ADD, by=by, data=asdict(cleaned), reason=reason)


def ask_to_remove(*, submission: Submission, by: User, authorship: Authorship, reason: str) -> AuthorListRequest:
    """Ask the organizers to take somebody off. Raises Refused without a reason, and before the deadline."""
    require(acting(by), "own", submission)
    with transaction.atomic():
        row = _askable(submission)
        if _open(row, RequestKind.REMOVE).filter(authorship=authorship).exists():
            raise Refused("This is asked for already; the organizers have not answered yet.", field="author")
        if row.authorships.count() < 2:
            raise Refused("Nobody would be left. To take the paper back, withdraw it.", field="author")
        return _ask(row, RequestKind.REMOVE, by=by, data=_data(authorship), reason=reason, authorship=authorship)


def _askable(submission: Submission) -> Submission:
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if row.status != SubmissionStatus.SUBMITTED:
        raise Refused("The list of authors of this paper is not under review; there is nobody to ask.")
    if not is_by_request(row, timezone.now()):
        raise Refused("Until the deadline you change the list of authors yourself, on the paper's page.")
    if is_locked(row):
        raise Refused(LOCKED)
    return row


# --- somebody disputes ------------------------------------------------------------------------------------------------


def say_not_me(*, authorship: Authorship, by: User | None = None, reason: str = "") -> AuthorListRequest:
    """“This is not me”, by the link of the mail or by the person who is tied to the entry. No account is needed.

    They no longer count as an author and get no more mail of the paper; the list is locked until organizers answer.
    Saying it twice is saying it once.
    """
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=authorship.submission_id)
        known = AuthorListRequest.objects.disputes().filter(authorship=authorship, kind=RequestKind.NOT_ME).first()
        if known is not None:
            return known
        if row.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
            raise Refused(f"The paper is {row.get_status_display().lower()}, so its authors are not asked any more.")
        Authorship.objects.filter(pk=authorship.pk).update(status=AuthorshipStatus.DISOWNED)
        made = _ask(
            row, RequestKind.NOT_ME, by=by, data=_data(authorship), reason=reason, authorship=authorship, needed=False
        )
        find_conflicts(workshop=row.workshop, by=None, submission=row)
    authorship.refresh_from_db()
    return made


def say_missing(*, workshop: Workshop, number: int, by: User, reason: str) -> None:
    """“I am missing from the list”. What is answered, and the mail that follows, are the same whatever exists.

    A dispute is opened where there is a submitted paper of this number that does not list the person.
    Raises Refused only for what was typed.
    """
    words = _checked(reason)
    address = by.email
    with transaction.atomic():
        papers = Submission.objects.select_for_update().filter(workshop=workshop, number=number)
        paper = papers.filter(status=SubmissionStatus.SUBMITTED).first()
        if paper is not None and _is_missing(paper, by):
            data = asdict(AuthorData(by.given, by.particle, by.family, address, _place(by)))
            _ask(paper, RequestKind.MISSING, by=by, data=data, reason=words)
        _say_received(workshop, number, by)


def take_back_missing(*, workshop: Workshop, number: int, by: User) -> None:
    """Take back what was said of this number. The same whether there was anything."""
    rows = AuthorListRequest.objects.disputes().filter(
        submission__workshop=workshop, submission__number=number, kind=RequestKind.MISSING, by=by
    )
    for request in rows.select_related("submission__workshop", "submission__track", "by"):
        take_back(request=request, by=by)


def _is_missing(paper: Submission, by: User) -> bool:
    listed = paper.authorships.filter(user=by).exclude(status=AuthorshipStatus.DISOWNED).exists()
    return not listed and not _open(paper, RequestKind.MISSING).filter(by=by).exists()


def _place(by: User) -> str:
    return by.affiliations.filter(end=None).order_by("-start", "pk").values_list("name", flat=True).first() or ""


def _say_received(workshop: Workshop, number: int, by: User) -> None:
    """One mail a person, number and day, about the workshop and not about a paper."""
    enqueue(
        kind=emails.MISSING_AUTHOR,
        key=f"{number}-{timezone.now():%Y%m%d}",
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="staff",
        values={
            "workshop": str(workshop),
            "name": by.name,
            "number": str(number),
            "url": emails.page("submissions:missing_author", workshop.slug),
            "contact": workshop.contact,
        },
        recipient=by,
        scope=f"w:{workshop.pk}",
        reply_to=workshop.contact,
    )


# --- it ends ----------------------------------------------------------------------------------------------------------


def take_back(*, request: AuthorListRequest, by: User | None, by_link: bool = False) -> AuthorListRequest:
    """The asker does not want it any more. ``by_link``: whoever asked holds the link of the entry it is about."""
    mine = by is not None and request.by_id == by.pk
    if not (mine or by_link):
        raise Refused("Only whoever asked takes it back.")
    with transaction.atomic():
        move(request, RequestStatus.TAKEN_BACK, REQUEST_MOVES, answered_at=timezone.now())
        if request.kind == RequestKind.NOT_ME:
            _own_again(request)
        record_list("author_list.taken_back", request.submission, by, request=request.pk)
        tell.author_list_answered(request)
    return request


def grant_request(*, request: AuthorListRequest, by: User | None, answer: str = "", seen: Iterable[int] = ()) -> None:
    """Do what is asked. ``seen``: the people of whom the page said that they would come to have a conflict.

    Raises Refused when these are others by now. Who reviews the paper and has a conflict from now on no longer has it.
    """
    _require_answerer(request, by)
    with transaction.atomic():
        paper = Submission.objects.select_for_update().get(pk=request.submission_id)
        if request.status != RequestStatus.OPEN:
            raise Refused(f"This is {request.get_status_display().lower()} already.")
        if paper.status != SubmissionStatus.SUBMITTED and request.kind != RequestKind.NOT_ME:
            raise Refused(f"The paper is {paper.get_status_display().lower()}, so its list of authors stays.")
        arisen = set(foreseen(request))
        if arisen != set(seen):
            raise Refused(CHANGED_MEANWHILE)
        added = _add(request, paper) if request.kind in ADDS else None
        if added is None:
            _take_off(request, paper)
        _answer(request, RequestStatus.GRANTED, by, answer)
        revision = keep_list(paper, by=by, received_at=timezone.now())
        record_list("author_list.granted", paper, by, request=request.pk, revision=revision.number)
        links.conflicts_arose(paper, arisen, by)
        find_conflicts(workshop=paper.workshop, by=None, submission=paper)
        tell.author_list_answered(request)
        if added is not None and request.kind == RequestKind.ADD:
            tell.listed_since(added, listed_by=tell.asker_of(request))


def refuse_request(*, request: AuthorListRequest, by: User | None, answer: str) -> None:
    """Leave the list as it is. Raises Refused without words: they are all that the authors learn."""
    _require_answerer(request, by)
    if not answer.strip():
        raise Refused("Say why it is refused; all authors read it.", field="answer")
    with transaction.atomic():
        if request.status != RequestStatus.OPEN:
            raise Refused(f"This is {request.get_status_display().lower()} already.")
        _answer(request, RequestStatus.REFUSED, by, answer)
        if request.kind == RequestKind.NOT_ME:
            _own_again(request)
        record_list("author_list.refused", request.submission, by, request=request.pk)
        tell.author_list_answered(request)


def _require_answerer(request: AuthorListRequest, by: User | None) -> None:
    require(acting(by), "act", request.submission)
    if by is not None and request.by_id == by.pk:
        raise Refused("You asked this yourself: another organizer answers it.")


def foreseen(request: AuthorListRequest) -> dict[int, set[str]]:
    """Who would come to have a conflict by granting it, with the reasons; computed before it is granted."""
    return foreseen_by_each(request.submission, [request])[request.pk]


def foreseen_by_each(submission: Submission, requests: Sequence[AuthorListRequest]) -> dict[int, dict[int, set[str]]]:
    """The same of several about one paper, by request. The same number of queries for any number of them."""
    adding = [request for request in requests if request.kind in ADDS]
    names = ("email", "given", "particle", "family")
    people = [{name: request.data.get(name, "") for name in names} for request in adding]
    arisen = conflicts_if_added(submission=submission, people=people)
    found = dict(zip((request.pk for request in adding), arisen, strict=True))
    return {request.pk: found.get(request.pk, {}) for request in requests}


def _add(request: AuthorListRequest, paper: Submission) -> Authorship:
    typed = {name: request.data.get(name, "") for name in ("given", "particle", "family", "email", "affiliation")}
    if paper.authorships.filter(email=typed["email"]).exists():
        raise Refused("Somebody with this address is on the list by now.")
    owner = confirmed_owners([typed["email"]]).get(typed["email"])
    claimed = owner is not None and owner == request.by_id
    row = Authorship.objects.create(
        submission=paper,
        position=paper.authorships.count() + 1,
        user_id=owner,
        status=AuthorshipStatus.CLAIMED if claimed else AuthorshipStatus.LISTED,
        **typed,
    )
    request.authorship = row
    request.save(update_fields=["authorship"])
    return row


def _take_off(request: AuthorListRequest, paper: Submission) -> None:
    others = paper.authorships.exclude(pk=request.authorship_id or 0)
    if not others.exclude(status=AuthorshipStatus.DISOWNED).exists():
        raise Refused("Nobody would be left on the list. Withdraw the paper instead, or refuse this in words.")
    Authorship.objects.filter(pk=request.authorship_id or 0).delete()
    request.authorship = None
    renumber(paper)


def _own_again(request: AuthorListRequest) -> None:
    """The entry stands as it did before the dispute."""
    row = request.authorship
    if row is None or row.status != AuthorshipStatus.DISOWNED:
        return
    row.status = AuthorshipStatus.LISTED
    row.save(update_fields=["status"])
    if row.user is None and row.email in (owners := confirmed_owners([row.email])):
        claim_authorships(User.objects.get(pk=owners[row.email]), row.email)
    find_conflicts(workshop=row.submission.workshop, by=None, submission=row.submission)


def _answer(request: AuthorListRequest, to: str, by: User | None, answer: str) -> None:
    _fits(answer, "answer")
    move(request, to, REQUEST_MOVES, answered_by=by, answered_at=timezone.now(), answer=answer.strip())


# --- shared -----------------------------------------------------------------------------------------------------------


def _ask(
    paper: Submission,
    kind: RequestKind,
    *,
    by: User | None,
    data: dict[str, Any],
    reason: str,
    authorship: Authorship | None = None,
    needed: bool = True,
) -> AuthorListRequest:
    words = _checked(reason) if needed else _fits(reason, "reason")
    made = AuthorListRequest.objects.create(
        submission=paper, kind=kind, by=by, data=data, reason=words, authorship=authorship
    )
    verb = "author_list.disputed" if kind in DISPUTES else "author_list.asked"
    record_list(verb, paper, by, request=made.pk, kind=str(kind))
    if paper.submitted_at is not None:
        tell.author_list_asked(made)
    return made


def _checked(reason: str) -> str:
    if not reason.strip():
        raise Refused("Say why, in a sentence or two.", field="reason")
    return _fits(reason, "reason")


def _fits(text: str, field: str) -> str:
    if len(text) > LONGEST_REASON:
        raise Refused(f"This has {len(text)} characters; at most {LONGEST_REASON} fit. Shorten it.", field=field)
    return text.strip()


def _open(paper: Submission, kind: RequestKind) -> Any:
    return AuthorListRequest.objects.open().filter(submission=paper, kind=kind)


def _data(authorship: Authorship) -> dict[str, Any]:
    names = ("given", "particle", "family", "email", "affiliation", "corresponding")
    return {name: getattr(authorship, name) for name in names}
