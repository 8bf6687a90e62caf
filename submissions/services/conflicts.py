"""Find who must not assess which paper, from what is known; and settle it by a person's word.

One pass over a workshop: people, addresses, affiliations and authors are read whole (a fixed number of statements),
compared in memory through indexes, and written in bulk. See docs/algorithms/conflicts.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.rights import require
from access.viewer import acting
from accounts.addresses import domain_of, institution_of
from accounts.models import Affiliation, Relation, UnconfirmedAddress, User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions import links
from submissions.models import Authorship, Conflict, Handler, Submission
from submissions.services.handlers import follow_levels
from submissions.states import (
    CONFLICT_MOVES,
    EFFECTIVE,
    AuthorshipStatus,
    ConflictReason,
    ConflictState,
    SubmissionStatus,
)
from submissions.ties import Author, Pair, Shelf, Ties, by_declarations, by_publications, by_relations, read_shelf
from workshops.deadlines import bidding_open
from workshops.models import Membership, Workshop
from workshops.states import Role

FOUND_BY_MACHINE = (
    ConflictReason.AUTHORSHIP,
    ConflictReason.SHARED_PAPER,
    ConflictReason.INSTITUTION,
    ConflictReason.RELATION,
    ConflictReason.PUBLICATION,
    ConflictReason.BY_AUTHOR,
)
AFTER_BIDDING = timedelta(days=3)
ORGANIZERS_YEARS = 1
"""How long an institution that somebody has left counts for whoever organizes."""

Key = tuple[int, int, str]  # paper, person, reason
DECLARED = (
    ConflictReason.INSTITUTION,
    ConflictReason.RELATION,
    ConflictReason.PUBLICATION,
    ConflictReason.BY_AUTHOR,
)
"""Reasons that somebody can bring about, and take away, by what they tell. While bidding is open they only come."""


@dataclass(frozen=True)
class Found:
    """A conflict as the facts have it. ``evidence`` holds ids and domains."""

    state: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Changes:
    """What a comparison changed: conflicts that came or became certain or doubtful, and those that went."""

    arisen: list[Key]
    effective: list[Key]
    gone: list[Key]


@dataclass
class Facts:
    """What is known about a workshop's people and papers, keyed for comparing. ``settled``: what the conflicts of one
    paper are already. ``shelf``: where several lists of authors are compared, what is read for all of them.
    """

    people: set[int] = field(default_factory=set)
    organizers: set[int] = field(default_factory=set)
    confirmed: dict[str, int] = field(default_factory=dict)
    unconfirmed: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    institutions: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    lately: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    at_institution: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    authors: list[Author] = field(default_factory=list)
    drafts: set[int] = field(default_factory=set)
    everyone: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    addresses: dict[int, str] = field(default_factory=dict)
    since: date = date.min
    declared: dict[int, str] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    settled: list[tuple[int, str, str]] = field(default_factory=list)
    shelf: Shelf | None = None


@transaction.atomic
def find_conflicts(
    *, workshop: Workshop, by: User | None, submission: Submission | None = None, user: User | None = None
) -> int:
    """Compare the people of a workshop (or one ``user``) with its papers (or one ``submission``, and what it makes of
    its authors elsewhere). Returns how many conflicts came, changed or went.

    A waived, pinned or otherwise settled conflict is never touched; one that the machine found and that no longer
    holds is removed and logged.
    """
    if by is not None:
        require(acting(by), "staff", workshop)
    people = None if user is None else _roles_of(workshop, user)
    facts = _read(workshop, people, _papers_to_compare(workshop, submission))
    wanted = {key: found for key, found in _compare(facts, workshop) if _in_scope(key, submission)}
    existing = _existing(workshop, submission, user)
    changes = _write(workshop, wanted, existing)
    _follow(workshop, changes, facts.organizers, by)
    return len(changes.arisen) + len(changes.gone)


def conflicts_if_added(*, submission: Submission, people: Sequence[Mapping[str, str]]) -> list[dict[int, set[str]]]:
    """Who would come to have an effective conflict with the paper if each of these people, alone, were on its list of
    authors: for each, by person, the reasons. Nothing is written. Whoever has a conflict already is not named.

    ``people``: email, given, particle, family. The same number of queries for any number of them, and no other papers
    are read than those of the same authors.
    """
    if not people:
        return []
    around: dict[str, list[Any]] = _around(submission.workshop_id, submission.pk, *(one["email"] for one in people))
    more = _authors_to_be(submission, people, dict(around["owners"]))
    facts = _read(submission.workshop, None, {submission.pk, *around["papers"]}, more=more, about=submission)
    listed = facts.authors[: -len(more)]
    if ConflictReason.PUBLICATION in _counted(submission.workshop):
        ties = Ties.of(facts.names, facts.authors, facts.confirmed)
        facts.shelf = read_shelf(ties, facts.people, facts.everyone, facts.since)
    return [_arisen(replace(facts, authors=[*listed, author]), submission) for author in more]


def _arisen(facts: Facts, submission: Submission) -> dict[int, set[str]]:
    """Who has a certain conflict with the paper by these facts, and has none now."""
    settled = {person for person, _, state in facts.settled if state in EFFECTIVE}
    waived = {(person, reason) for person, reason, state in facts.settled if state == ConflictState.WAIVED}
    found: dict[int, set[str]] = defaultdict(set)
    for (paper, person, reason), conflict in _compare(facts, submission.workshop):
        new = person not in settled and (person, reason) not in waived
        if paper == submission.pk and new and conflict.state == ConflictState.CONFIRMED:
            found[person].add(ConflictReason(reason).label)
    return dict(found)


def _authors_to_be(
    submission: Submission, people: Sequence[Mapping[str, str]], owners: Mapping[str, int]
) -> list[Author]:
    """Each under a key that no author has, with the account that has confirmed their address."""
    names = ("given", "particle", "family")
    return [
        Author(-number, submission.pk, owners.get(one["email"]), one["email"], *(one.get(name, "") for name in names))
        for number, one in enumerate(people, start=1)
    ]


def _owners(addresses: Iterable[str]) -> dict[str, int]:
    """The account that has confirmed each of these addresses. One query."""
    rows = EmailAddress.objects.filter(email__in=list(addresses), verified=True)
    return dict(rows.values_list("email", "user"))


def check_person_given_a_role(membership: Membership) -> None:
    """Whoever gets a role is compared with every paper before being shown any, in the same transaction."""
    find_conflicts(workshop=membership.workshop, by=None, user=membership.user)
    if membership.role == Role.ORGANIZER:
        follow_levels(workshop=membership.workshop, by=None)  # who was the only free one may not be any more


def check_person_who_told_more(user: User) -> None:
    """Whoever changes their profile is compared again, as somebody who judges and as an author, in the same
    transaction. Workshops that are over stay as they were; one whose bidding is open waits for the night, so that
    nobody learns who wrote what by telling of somebody and looking again (compare_at_night).
    """
    papers: dict[int, list[Submission]] = defaultdict(list)
    for paper in Submission.objects.filter(authorships__user=user).distinct():
        papers[paper.workshop_id].append(paper)
    judged = set(Membership.objects.open().filter(user=user).values_list("workshop", flat=True))
    today = timezone.now().date()
    current = Workshop.objects.filter(pk__in=judged | papers.keys(), frozen_at=None).exclude(ends__lt=today)
    tonight = bidding_open(timezone.now())
    for workshop in current.order_by("pk"):
        if workshop.pk in tonight:
            continue
        written = papers[workshop.pk]
        if not written:
            find_conflicts(workshop=workshop, by=None, user=user)
        elif workshop.pk not in judged and len(written) == 1:
            find_conflicts(workshop=workshop, by=None, submission=written[0])
        else:
            find_conflicts(workshop=workshop, by=None)


def compare_at_night(now: datetime) -> int:
    """Find the conflicts anew where bidding is open or has ended within three days. Returns in how many workshops."""
    waiting = bidding_open(now, lately=AFTER_BIDDING)
    for workshop in Workshop.objects.filter(pk__in=waiting, frozen_at=None).order_by("pk"):
        find_conflicts(workshop=workshop, by=None)
    return len(waiting)


def conflicts_of(workshop: Workshop, people: Iterable[int], papers: Collection[int]) -> dict[int, set[int]]:
    """Which of these papers each person would conflict with, or be suspected to, if they had a role. Three queries.

    Other papers of the workshop are not looked at: nothing of them can be guessed from the answer.
    """
    facts = _read(workshop, set(people), papers)
    found: dict[int, set[int]] = defaultdict(set)
    for paper, person, _ in dict(_compare(facts, workshop)):
        found[person].add(paper)
    return found


def conflicts_foreseen(
    workshop: Workshop, guests: Mapping[str, str], papers: Collection[int]
) -> dict[str, dict[int, dict[str, str]]]:
    """Which of these papers each of these addresses would conflict with, or be suspected to, if it had a role here: by
    paper the reasons, each with its state.

    ``guests`` are names by address; who has an account is known by what they tell there, the others by address and
    name. As in ``conflicts_of``, nothing of other papers can be guessed from the answer. Nothing is written. Four
    queries.
    """
    keys = _owners(guests)
    facts = _read(workshop, set(keys.values()), papers)
    for number, address in enumerate((one for one in guests if one not in keys), start=1):
        keys[address] = -number  # no account has such a key
        _add_guest(facts, -number, address, guests[address])
    found: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for (paper, person, reason), conflict in _compare(facts, workshop):
        found[person][paper][reason] = conflict.state
    return {address: dict(found[key]) for address, key in keys.items()}


def _add_guest(facts: Facts, person: int, address: str, name: str) -> None:
    facts.people.add(person)
    facts.confirmed[address] = person
    facts.names[person] = name
    if institution := institution_of(domain_of(address)):
        facts.institutions[person].add(institution)
        facts.at_institution[institution].add(person)


def set_conflict(*, submission: Submission, user: User, reason: str, state: str, by: User | None, why: str) -> Conflict:
    """Settle a conflict by a person's word: confirm, waive (with a reason) or pin it, or declare one that is new.

    Only whoever may act for the paper does it. Raises Refused for waiving an authorship, what authors have declared
    (they are asked: services.declared) or anything without a reason, and for a move that makes no sense.
    """
    require(acting(by), "act", submission)
    if reason not in ConflictReason.values or state not in ConflictState.values:
        raise Refused("Choose a reason and a state from the lists.")
    if state == ConflictState.WAIVED and reason == ConflictReason.AUTHORSHIP:
        raise Refused("Being an author cannot be waived. If the person is none, have the list of authors corrected.")
    if state == ConflictState.WAIVED and reason == ConflictReason.BY_AUTHOR:
        raise Refused("The paper's authors have said this themselves. Ask them: if they agree, it is waived.")
    if state == ConflictState.WAIVED and not why.strip():
        raise Refused("Say why the conflict is waived; it is kept with it.", field="why")
    return settle(submission=submission, user=user, reason=reason, state=state, by=by, why=why)


@transaction.atomic
def settle(*, submission: Submission, user: User, reason: str, state: str, by: User | None, why: str) -> Conflict:
    """The same for a caller that has asked for the right in another way, as when the authors have agreed."""
    conflict = _settle(submission, user, reason, state, by, why.strip())
    record(
        "conflict.set",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="act",
        about=conflict,
        data={"user": user.pk, "reason": reason, "state": state},
    )
    key = (submission.pk, user.pk, reason)
    _follow_one(submission, user, Changes([key], [key] if state in EFFECTIVE else [], []), by)
    return conflict


@transaction.atomic
def take_back_conflict(*, submission: Submission, user: User, reason: str) -> bool:
    """A person does not stand by a conflict that they themselves have told of. True where there was one.

    The caller has asked whether they may. Raises Refused where an organizer has settled it in the meantime.
    """
    row = Conflict.objects.select_for_update().filter(submission=submission, user=user, reason=reason).first()
    if row is None or row.state == ConflictState.WAIVED:
        return False
    if not _is_machines(row):
        raise Refused("The organizers have settled this conflict. Write to them if it is none.")
    row.delete()
    key = (submission.pk, user.pk, reason)
    _record("conflict.gone", [key])
    _follow_one(submission, user, Changes([], [], [key]), user)
    return True


def _settle(submission: Submission, user: User, reason: str, state: str, by: User | None, why: str) -> Conflict:
    rows = Conflict.objects.select_for_update().filter(submission=submission, user=user, reason=reason)
    conflict = rows.first()
    if conflict is None:
        if state == ConflictState.WAIVED:
            raise Refused("There is no such conflict to waive.")
        return Conflict.objects.create(
            submission=submission, user=user, reason=reason, state=state, set_by=by, evidence={"why": why}
        )
    if conflict.state != state and state not in CONFLICT_MOVES[conflict.state]:
        raise Refused(f"A conflict that is {conflict.get_state_display().lower()} cannot become “{state}”.")
    conflict.state, conflict.set_by = state, by
    conflict.evidence = conflict.evidence | {"why": why}
    conflict.save(update_fields=["state", "set_by", "evidence", "at"])
    return conflict


# --- what is known ---------------------------------------------------------------------------------------------------


def _roles_of(workshop: Workshop, user: User) -> set[int]:
    """The person, where they have a role."""
    return set(Membership.objects.open().filter(workshop=workshop, user=user).values_list("user", flat=True))


def _is_draft(submission: Submission | None) -> bool:
    """A draft makes no conflicts on other papers: nobody was told of it. So those need not be compared again."""
    return submission is not None and submission.status == SubmissionStatus.DRAFT


def _papers_to_compare(workshop: Workshop, submission: Submission | None) -> set[int] | None:
    """None for all of the workshop's; of a draft those that one of its authors has written too: its conflicts are made
    of no others, and in the last hour hundreds of drafts are saved.
    """
    if submission is None or not _is_draft(submission):
        return None
    around: dict[str, list[Any]] = _around(workshop.pk, submission.pk)
    return {submission.pk, *around["papers"]}


@prepared
def _around(workshop_id: int, about: int, *addresses: str) -> dict[str, QuerySet]:
    """Who has confirmed these addresses, and which papers of the workshop somebody has written who has one of them, or
    who is an author of this one: by account, by a confirmed address, or by the same address.
    """
    listed = Authorship.objects.filter(submission=about)
    confirmed = EmailAddress.objects.filter(verified=True)
    owners = confirmed.filter(email__in=addresses)
    theirs = Q(email__in=addresses) | Q(email__in=listed.exclude(email="").values("email"))
    accounts = Q(user__in=listed.filter(user__isnull=False).values("user"))
    accounts |= Q(user__in=confirmed.filter(theirs).values("user"))
    wrote = accounts | theirs | Q(email__in=confirmed.filter(accounts).values("email"))
    papers = Submission.objects.of(workshop_id).filter(pk__in=Authorship.objects.filter(wrote).values("submission"))
    return {"owners": owners.values_list("email", "user"), "papers": papers.values_list("pk", flat=True)}


_OF_AUTHORS = ("pk", "submission_id", "user_id", "email", "given", "particle", "family")


@prepared
def _known(people: Any, accounts: list[int], papers: Any, workshop_id: int, about: int) -> dict[str, QuerySet]:
    """What is compared. ``accounts``: of whom else, beside the people and the authors, what they tell is read."""
    members = Membership.objects.open().filter(workshop=workshop_id)
    people = members.values("user") if people is None else people
    papers = Submission.objects.of(workshop_id).values("pk") if papers is None else papers
    authors = Authorship.objects.filter(submission__in=papers).exclude(status=AuthorshipStatus.DISOWNED)
    listed = authors.filter(user__isnull=False).values("user")
    everyone = Q(user__in=people) | Q(user__in=accounts) | Q(user__in=listed)
    roles = members.filter(role=Role.ORGANIZER, user=OuterRef("pk"))
    compared = User.objects.filter(pk__in=people).annotate(organizes=Exists(roles))
    told = Submission.objects.filter(Q(status=SubmissionStatus.DRAFT) | ~Q(declared_conflicts=""), pk__in=papers)
    places = Affiliation.objects.filter(everyone).exclude(domain="").exclude(kind=Affiliation.Kind.INTERNSHIP)
    return {
        "authors": authors.values_list(*_OF_AUTHORS),
        "papers": told.values_list("pk", "status", "declared_conflicts"),
        "people": compared.values_list("pk", "email", "given", "family", "organizes"),
        "addresses": EmailAddress.objects.filter(everyone).values_list("user_id", "email", "verified"),
        "unconfirmed": UnconfirmedAddress.objects.filter(everyone).values_list("user_id", "email"),
        "affiliations": places.values_list("user_id", "domain", "end"),
        "relations": Relation.objects.filter(everyone),
        "settled": Conflict.objects.filter(submission=about).values_list("user", "reason", "state"),
    }


def _read(
    workshop: Workshop,
    people: set[int] | None,
    papers: Collection[int] | None,
    *,
    more: Sequence[Author] = (),
    about: Submission | None = None,
) -> Facts:
    """One query. ``people``: None for whoever has a role; ``papers``: None for all of the workshop's. ``more``: authors
    to be, after the others; ``about``: the paper whose conflicts are read too.
    """
    accounts = {author.user_id for author in more if author.user_id}
    rows: dict[str, list[Any]] = _known(people, accounts, papers, workshop.pk, about.pk if about else 0)
    facts = Facts(people={person for person, *_ in rows["people"]} if people is None else people)
    facts.relations = sorted(rows["relations"], key=lambda row: row.pk)
    facts.settled = rows["settled"]
    facts.authors = [*(Author(*row) for row in sorted(rows["authors"])), *more]
    for paper, status, declared in rows["papers"]:
        facts.declared[paper] = declared
        if status == SubmissionStatus.DRAFT:
            facts.drafts.add(paper)
    facts.everyone = facts.people | {a.user_id for a in facts.authors if a.user_id}
    facts.since = _years_ago(timezone.now().date(), workshop.conflict_years)
    _take_people(facts, rows["people"])
    _take_addresses(facts, rows)
    _take_affiliations(facts, rows["affiliations"])
    for person in facts.people:
        for institution in facts.institutions.get(person, ()):
            facts.at_institution[institution].add(person)
    return facts


def _take_people(facts: Facts, rows: Iterable[tuple[int, str, str, str, bool]]) -> None:
    for person, address, given, family, organizes in rows:
        facts.names[person] = f"{given} {family}"
        facts.addresses[person] = address
        if organizes:
            facts.organizers.add(person)


def _take_addresses(facts: Facts, rows: Mapping[str, list[Any]]) -> None:
    for person, address, verified in rows["addresses"]:
        if not verified:
            facts.unconfirmed[address].add(person)
            continue
        facts.confirmed[address] = person
        if institution := institution_of(domain_of(address)):
            facts.institutions[person].add(institution)
            facts.lately[person].add(institution)
    for person, address in rows["unconfirmed"]:
        facts.unconfirmed[address].add(person)
    for person, address in facts.addresses.items():
        if facts.confirmed.get(address) != person:
            facts.unconfirmed[address].add(person)


def _take_affiliations(facts: Facts, rows: Iterable[tuple[int, str, date | None]]) -> None:
    """Whoever has left counts for the workshop's years where they review, and for one where they organize."""
    left_lately = _years_ago(timezone.now().date(), ORGANIZERS_YEARS)
    for person, domain, end in rows:
        if end is not None and end < facts.since:
            continue
        if institution := institution_of(domain):
            facts.institutions[person].add(institution)
            if end is None or end >= left_lately:
                facts.lately[person].add(institution)


def _years_ago(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day - timedelta(days=365 * years + years // 4)


# --- comparing -------------------------------------------------------------------------------------------------------


def _compare(facts: Facts, workshop: Workshop) -> Iterator[tuple[Key, Found]]:
    """Every conflict that the facts make, authorship first: whoever is an author has no need of other reasons."""
    counts = _counted(workshop)
    authorships = dict(_authorships(facts))
    yield from authorships.items()
    certain = {(paper, person) for (paper, person, _), found in authorships.items() if found.state == "confirmed"}
    others: list[tuple[Key, Found]] = []
    if ConflictReason.SHARED_PAPER in counts:
        others += _shared_papers(facts)
    if ConflictReason.INSTITUTION in counts:
        others += _institutions(facts)
    others += _told(facts, counts)
    yield from ((key, found) for key, found in others if key[:2] not in certain)


def _counted(workshop: Workshop) -> set[str]:
    """The reasons that count in a workshop."""
    return set(workshop.conflict_sources) or set(ConflictReason.values)


def _authorships(facts: Facts) -> Iterator[tuple[Key, Found]]:
    """By an address that nobody has confirmed: suspected. By account or confirmed address: certain, and said last."""
    for author in facts.authors:
        for person in facts.unconfirmed.get(author.email, ()) if author.email else ():
            if person in facts.people:
                evidence = {"authorship": author.pk, "unconfirmed_address": True}
                yield _key(author, person, ConflictReason.AUTHORSHIP), Found(ConflictState.SUSPECTED, evidence)
    for author in facts.authors:
        owner = author.user_id or facts.confirmed.get(author.email)
        if owner in facts.people:
            yield _key(author, owner, ConflictReason.AUTHORSHIP), _confirmed(authorship=author.pk)


def _shared_papers(facts: Facts) -> Iterator[tuple[Key, Found]]:
    """Co-authors of one paper conflict on each other's other papers. Drafts make none: nobody was told of them."""
    papers_of: dict[Any, set[int]] = defaultdict(set)
    authors_of: dict[int, set[Any]] = defaultdict(set)
    for author in facts.authors:
        if who := _identity(author, facts):
            papers_of[who].add(author.submission_id)
            authors_of[author.submission_id].add(who)
    for person in sorted(facts.people):
        shared: dict[int, set[int]] = defaultdict(set)
        own = papers_of.get(person, set())
        for paper in own - facts.drafts:
            for coauthor in authors_of[paper] - {person}:
                for other in papers_of[coauthor] - own:
                    shared[other].add(paper)
        for other, through in sorted(shared.items()):
            key = (other, person, ConflictReason.SHARED_PAPER)
            yield key, _confirmed(papers=sorted(through))
        for other, through in sorted(_perhaps_shared(facts, person, papers_of, authors_of).items()):
            if other not in shared:
                evidence = {"papers": sorted(through), "unconfirmed_address": True}
                yield (other, person, ConflictReason.SHARED_PAPER), Found(ConflictState.SUSPECTED, evidence)


def _perhaps_shared(
    facts: Facts, person: int, papers_of: dict[Any, set[int]], authors_of: dict[int, set[Any]]
) -> dict[int, set[int]]:
    """The other papers of whoever wrote one with an address that the person has not confirmed, and through which."""
    perhaps: dict[int, set[int]] = defaultdict(set)
    theirs = {address for address, people in facts.unconfirmed.items() if person in people and address}
    own = papers_of.get(person, set()).union(*(papers_of.get(address, set()) for address in theirs))
    for paper in own - papers_of.get(person, set()) - facts.drafts:
        for coauthor in authors_of[paper] - theirs - {person}:
            for other in papers_of[coauthor] - own:
                perhaps[other].add(paper)
    return perhaps


def _institutions(facts: Facts) -> Iterator[tuple[Key, Found]]:
    """The domain of an author's address, or of what their account says, against the same of the person."""
    domains: dict[tuple[int, int], set[str]] = defaultdict(set)
    for author in facts.authors:
        theirs = set(facts.institutions.get(author.user_id or 0, ()))
        lately = set(facts.lately.get(author.user_id or 0, ()))
        if author.email and (institution := institution_of(domain_of(author.email))):
            theirs.add(institution)
            lately.add(institution)
        for institution in theirs:
            for person in facts.at_institution.get(institution, ()):
                of_late = institution in lately and institution in facts.lately.get(person, ())
                if of_late or person not in facts.organizers:
                    domains[author.submission_id, person].add(institution)
    for (paper, person), shared in sorted(domains.items()):
        yield (paper, person, ConflictReason.INSTITUTION), _confirmed(domains=sorted(shared))


def _told(facts: Facts, counts: set[str]) -> Iterator[tuple[Key, Found]]:
    """What people tell on their profiles, and authors of others (submissions.ties)."""
    ties = Ties.of(facts.names, facts.authors, facts.confirmed)
    if ConflictReason.RELATION in counts:
        found = by_relations(ties, facts.relations, facts.people, facts.confirmed, facts.since)
        yield from _by_pairs(ConflictReason.RELATION, found)
    if ConflictReason.PUBLICATION in counts:
        found = by_publications(ties, facts.people, facts.everyone, facts.since, facts.shelf)
        yield from _by_pairs(ConflictReason.PUBLICATION, found)
    if ConflictReason.BY_AUTHOR in counts:
        found = by_declarations(facts.declared, facts.people, facts.confirmed)
        yield from _by_pairs(ConflictReason.BY_AUTHOR, found)


def _by_pairs(reason: str, pairs: Iterable[Pair]) -> Iterator[tuple[Key, Found]]:
    for paper, person, sure, evidence in pairs:
        yield (paper, person, reason), Found(ConflictState.CONFIRMED if sure else ConflictState.SUSPECTED, evidence)


def _identity(author: Author, facts: Facts) -> Any:
    return author.user_id or facts.confirmed.get(author.email) or author.email


def _key(author: Author, person: int, reason: str) -> Key:
    return author.submission_id, person, reason


def _confirmed(**evidence: Any) -> Found:
    return Found(ConflictState.CONFIRMED, evidence)


def _in_scope(key: Key, submission: Submission | None) -> bool:
    if submission is None or key[0] == submission.pk:
        return True
    return key[2] == ConflictReason.SHARED_PAPER and not _is_draft(submission)


# --- writing ---------------------------------------------------------------------------------------------------------


def _existing(workshop: Workshop, submission: Submission | None, user: User | None) -> dict[Key, Conflict]:
    rows: QuerySet[Conflict] = Conflict.objects.filter(submission__workshop=workshop, reason__in=FOUND_BY_MACHINE)
    if user is not None:
        rows = rows.filter(user=user)
    if _is_draft(submission):
        rows = rows.filter(submission=submission)
    elif submission is not None:
        rows = rows.filter(Q(submission=submission) | Q(reason=ConflictReason.SHARED_PAPER))
    return {(row.submission_id, row.user_id, row.reason): row for row in rows}


def _write(workshop: Workshop, wanted: dict[Key, Found], existing: dict[Key, Conflict]) -> Changes:
    new = [key for key in wanted if key not in existing]
    Conflict.objects.bulk_create(
        (
            Conflict(submission_id=k[0], user_id=k[1], reason=k[2], state=wanted[k].state, evidence=wanted[k].evidence)
            for k in new
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
    machine = {key: row for key, row in existing.items() if _is_machines(row)}
    weaker = {key for key, row in machine.items() if _weakens(row, wanted.get(key))}
    if weaker and workshop.pk in bidding_open(timezone.now()):
        machine = {key: row for key, row in machine.items() if key not in weaker}
    changed = [key for key, row in machine.items() if key in wanted and row.state != wanted[key].state]
    refreshed = [key for key, row in machine.items() if key in wanted and _differs(row, wanted[key])]
    for key in refreshed:
        machine[key].state, machine[key].evidence = wanted[key].state, wanted[key].evidence
        machine[key].at = timezone.now()
    Conflict.objects.bulk_update([machine[key] for key in refreshed], ["state", "evidence", "at"], batch_size=500)
    gone = [key for key in machine if key not in wanted]
    Conflict.objects.filter(pk__in=[machine[key].pk for key in gone]).delete()
    _record("conflict.found", [*new, *changed])
    _record("conflict.gone", gone)
    arisen = [*new, *changed]
    return Changes(arisen, [key for key in arisen if wanted[key].state == ConflictState.CONFIRMED], gone)


def _follow(workshop: Workshop, changes: Changes, organizers: set[int], by: User | None) -> None:
    """Where organizers and handlers are concerned, what hangs on their levels follows at once."""
    keys = [*changes.arisen, *changes.gone]
    if not keys:
        return
    papers = {paper for paper, _, _ in keys}
    posts = Handler.objects.filter(submission__in=papers, until=None).values_list("submission", "user")
    concerned = {(paper, person) for paper, person, _ in keys if person in organizers} | set(posts)
    touched = {paper for paper, person, _ in keys if (paper, person) in concerned}
    if not touched:
        return
    follow_levels(workshop=workshop, papers=touched, by=by)
    barred: dict[int, set[int]] = defaultdict(set)
    for paper, person, _ in changes.effective:
        if (paper, person) in concerned:
            barred[paper].add(person)
    for submission in Submission.objects.filter(pk__in=barred).select_related("workshop").order_by("pk"):
        links.organizers_barred(submission, barred[submission.pk], by)


def _follow_one(submission: Submission, user: User, changes: Changes, by: User | None) -> None:
    roles = Membership.objects.open().filter(workshop=submission.workshop_id, role=Role.ORGANIZER, user=user)
    _follow(submission.workshop, changes, set(roles.values_list("user", flat=True)), by)


def _weakens(row: Conflict, found: Found | None) -> bool:
    """Would something that was declared go, or become a mere suspicion?"""
    less = found is None or (row.state == ConflictState.CONFIRMED and found.state == ConflictState.SUSPECTED)
    return row.reason in DECLARED and less


def _is_machines(row: Conflict) -> bool:
    """Found by the machine and settled by nobody."""
    return row.set_by_id is None and row.state in (ConflictState.SUSPECTED, ConflictState.CONFIRMED)


def _differs(row: Conflict, found: Found) -> bool:
    return row.state != found.state or row.evidence != found.evidence


def _record(action: str, keys: Iterable[Key]) -> None:
    """One line a paper, for those who may act for it."""
    by_paper: dict[int, list[list[Any]]] = defaultdict(list)
    for paper, person, reason in keys:
        by_paper[paper].append([person, str(reason)])
    for paper, pairs in sorted(by_paper.items()):
        record(
            action,
            by=None,
            root_type=Root.SUBMISSION,
            root_id=paper,
            aspect="act",
            data={"pairs": sorted(pairs)},
        )
