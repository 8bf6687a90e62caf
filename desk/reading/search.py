"""One box for everything that an organizer may see of a workshop: papers, people, invitations, mail and pages.

Every group asks for its own right, so that what is found is what would be found if the rest did not exist. A sealed
paper is found by what its line says: its number and the words of its title.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Window
from django.urls import reverse

from access.prepared import Prepared, prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import User
from audit.text import fold, whole_number
from desk.reading.levels import flag, open_line, papers_on_desk, sealed_papers
from desk.reading.pages import pages_found
from desk.reading.paper_filters import numbers_meant, with_words
from desk.reading.roots import about
from notifications.models import Message
from reviews.models import Invitation, Offer
from reviews.states import InvitationStatus, OfferStatus
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.instants import aoe
from workshops.models import Membership, Workshop
from workshops.states import Role

WHILE_TYPING, A_GROUP, WHOLE = 5, 10, 50
LONGEST = 200
PAPERS, PEOPLE, INVITED, MAIL, PAGES = "papers", "people", "invited", "mail", "pages"
LABELS = {PAGES: "Pages", PAPERS: "Papers", PEOPLE: "People", INVITED: "Invitations", MAIL: "Mail"}


@dataclass(frozen=True)
class SearchQuery:
    """What the address asks for. ``only``: one group, whole; ``page`` of it."""

    q: str = ""
    only: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "SearchQuery":
        only, page = given.get("in", ""), given.get("page", "1")
        return cls(
            q=" ".join(given.get("q", "").replace("\x00", "").split())[:LONGEST],
            only=only if only in LABELS else "",
            page=whole_number(page, digits=4) or 1,
        )

    @property
    def words(self) -> list[str]:
        return fold(self.q).split()

    @property
    def number(self) -> int | None:
        """The paper that is meant where a number is all that was typed: 17 or #17."""
        text = self.q.removeprefix("#")
        return whole_number(text, digits=8)

    @property
    def everywhere(self) -> str:
        """The same words in all groups."""
        return SearchQuery(self.q).url()

    def url(self, **changes: Any) -> str:
        said = {"q": self.q, "in": self.only, "page": self.page} | changes
        return "?" + urlencode({name: value for name, value in said.items() if value and (name, value) != ("page", 1)})


@dataclass(frozen=True)
class Hit:
    """One line: what it is, what is said of it, where it leads."""

    title: str
    about: str
    url: str
    mathematics: bool = False


@dataclass(frozen=True)
class Group:
    """``all_url``: where all of them are, where there are more than are shown."""

    key: str
    hits: list[Hit]
    total: int
    all_url: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.key]


@dataclass(frozen=True)
class Result:
    groups: list[Group]
    newer: str = ""
    older: str = ""

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


@dataclass(frozen=True)
class _Search:
    """``first`` and ``most``: which part of each group."""

    workshop: Workshop
    viewer: Viewer
    query: SearchQuery
    first: int
    most: int

    def page(self, name: str, query: str = "", *more: object) -> str:
        return reverse(f"desk:{name}", args=[self.workshop.slug, *more]) + query

    def cut(self, read: Prepared, *given: Any) -> tuple[list[Any], int]:
        """The rows of this part, and how many there are in all, of what ``_counted`` reads. One query."""
        found = read(self.viewer, self.workshop.pk, *given, first=self.first, last=self.first + self.most)
        return [row[1:] for row in found], found[0][0] if found else 0


def _counted(rows: QuerySet, first: int, last: int, *names: str) -> QuerySet:
    """This part of the rows: how many there are in all, then these columns."""
    return rows.annotate(hits=Window(Count("pk"))).values_list("hits", *names)[first:last]


def numbered(workshop: Workshop, viewer: Viewer, query: SearchQuery) -> int | None:
    """The number of the paper that a number alone means, where the viewer may know that there is one. One query."""
    if query.number is None:
        return None
    return next(iter(_number_of(viewer, workshop.pk, query.number)), None)


@prepared
def _number_of(viewer: Viewer, workshop_id: int, number: int) -> QuerySet:
    papers = visible_to(viewer, "title", Submission).filter(workshop=workshop_id, number=number)
    return papers.values_list("number", flat=True)


def search(workshop: Workshop, viewer: Viewer, query: SearchQuery, *, most: int = A_GROUP) -> Result:
    """What is found, in groups; seven queries at most, none for nothing typed."""
    if not query.words:
        return Result([])
    first = (query.page - 1) * WHOLE if query.only else 0
    asked = _Search(workshop, viewer, query, first, WHOLE if query.only else most)
    kinds = [query.only] if query.only else list(LABELS)
    groups = [group for kind in kinds if (group := FIND[kind](asked)).total or group.hits]
    if not query.only:
        return Result(groups)
    total = groups[0].total if groups else 0
    return Result(
        groups,
        newer=query.url(page=query.page - 1) if query.page > 1 else "",
        older=query.url(page=query.page + 1) if total > first + WHOLE else "",
    )


def _group(asked: _Search, key: str, hits: list[Hit], total: int, all_url: str = "") -> Group:
    more = total > asked.first + len(hits) and not asked.query.only
    everything = all_url or asked.page("search", SearchQuery(asked.query.q, key).url())
    return Group(key, hits, total, everything if more else "")


# --- the groups -------------------------------------------------------------------------------------------------------


def _pages(asked: _Search) -> Group:
    found = pages_found(asked.query.words)
    hits = [Hit(page.title, page.about, page.url(asked.workshop)) for page in found]
    return Group(PAGES, hits[asked.first : asked.first + asked.most], len(hits))


@prepared
def _papers_found(viewer: Viewer, workshop_id: int, *given: Any, first: int, last: int) -> QuerySet:
    """``given``: the words, then the numbers that they may mean."""
    words, numbers = given[: len(given) // 2], given[len(given) // 2 :]
    rows = papers_on_desk(workshop_id, viewer).annotate(knows_authors=flag(right(Submission, "authors", viewer)))
    found = with_words(rows, words, numbers).order_by("number")
    return _counted(found, first, last, "pk", "number", "title", "track__name", "status", "knows_authors")


def _papers(asked: _Search) -> Group:
    """Open lines by their text, their number and, where the viewer knows them, their authors; then sealed ones."""
    words = asked.query.words
    found, total = asked.cut(_papers_found, *words, *numbers_meant(words))
    authors = _authors([row[0] for row in found if row[-1]])
    hits = [
        Hit(
            f"#{number} {title or 'No title yet'}",
            " · ".join(filter(None, (track, SubmissionStatus(status).label, authors.get(pk, "")))),
            asked.page("paper", "", number),
            mathematics=True,
        )
        for pk, number, title, track, status, _ in found
    ]
    sealed = _sealed(asked)
    hits += sealed[: max(asked.most - len(hits), 0)] if not asked.first else []
    everything = asked.page("papers", "?" + urlencode({"q": asked.query.q}))
    return _group(asked, PAPERS, hits, total + len(sealed), everything)


@prepared
def _sealed_rows(viewer: Viewer, workshop_id: int) -> QuerySet:
    return sealed_papers(workshop_id, viewer).order_by("number").values_list("number", "title", "track__name")


def _sealed(asked: _Search) -> list[Hit]:
    return [
        Hit(f"#{number} {title}", f"{track} · You have a conflict", asked.page("paper", "", number), mathematics=True)
        for number, title, track in _sealed_rows(asked.viewer, asked.workshop.pk)
        if all(word in fold(title) or word.removeprefix("#") == str(number) for word in asked.query.words)
    ]


@prepared
def _author_rows(papers: list[int]) -> QuerySet:
    rows = Authorship.objects.filter(submission__in=papers).exclude(status=AuthorshipStatus.DISOWNED)
    return rows.values_list("submission", "given", "particle", "family")


def _authors(papers: list[int]) -> dict[int, str]:
    found: dict[int, list[str]] = defaultdict(list)
    for paper, *names in _author_rows(papers) if papers else ():
        found[paper].append(" ".join(filter(None, names)))
    return {paper: ", ".join(names[:3]) + (" …" if len(names) > 3 else "") for paper, names in found.items()}


def _what_for(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """Who has a role here, offers to review, or is an author of a paper whose authors the viewer knows."""
    known = Submission.objects.of(workshop_id).filter(open_line(viewer), right(Submission, "authors", viewer))
    written = Authorship.objects.filter(submission__in=known.values("pk"), user__isnull=False)
    return {
        "roles": Membership.objects.open().filter(workshop=workshop_id),
        "offers": Offer.objects.filter(workshop=workshop_id, status=OfferStatus.OPEN),
        "written": written.exclude(status=AuthorshipStatus.DISOWNED),
    }


@prepared
def _people_found(viewer: Viewer, workshop_id: int, *words: str, first: int, last: int) -> QuerySet:
    here = Q(pk__in=[])
    for rows in _what_for(viewer, workshop_id).values():
        here |= Q(pk__in=rows.values("user"))
    people = visible_to(viewer, "directory", User).filter(here)
    for word in words:
        people = people.filter(search_identity__contains=word)
    return _counted(people.order_by("family", "given", "pk"), first, last, "pk", "given", "particle", "family", "email")


def _people(asked: _Search) -> Group:
    found, total = asked.cut(_people_found, *asked.query.words)
    what = _what_people_are(asked, [row[0] for row in found])
    hits = [
        Hit(" ".join(filter(None, names)), f"{what[pk].words} · {email}", asked.page(*what[pk].page(email)))
        for pk, *names, email in found
    ]
    return _group(asked, PEOPLE, hits, total)


@dataclass(frozen=True)
class _Person:
    roles: list[str]
    papers: list[int]
    offers: bool

    @property
    def words(self) -> str:
        said = list(self.roles)
        if self.offers and not self.roles:
            said.append("Offers to review")
        if self.papers:
            said.append(f"Author of {', '.join(f'#{number}' for number in self.papers)}")
        return " · ".join(said)

    def page(self, email: str) -> tuple[Any, ...]:
        """The page where most is said of them: its name, its query and what its address holds besides."""
        by_address = "?" + urlencode({"q": email})
        if self.roles:
            return ("people", by_address)
        if self.offers:
            return ("volunteers", by_address)
        return ("paper", "", self.papers[0])


@prepared
def _what_rows(viewer: Viewer, workshop_id: int, keys: list[int]) -> dict[str, QuerySet]:
    what_for = {name: rows.filter(user__in=keys) for name, rows in _what_for(viewer, workshop_id).items()}
    columns = {"roles": "role", "offers": "status", "written": "submission__number"}
    return {name: rows.values_list("user", columns[name]) for name, rows in what_for.items()}


def _what_people_are(asked: _Search, keys: list[int]) -> Mapping[int, _Person]:
    """One query, none for nobody."""
    if not keys:
        return {}
    rows = _what_rows(asked.viewer, asked.workshop.pk, keys)
    offering = {user for user, _ in rows["offers"]}
    named: dict[int, set[str]] = defaultdict(set)
    for user, role in rows["roles"]:
        named[user].add(str(Role(role).label))
    papers: dict[int, list[int]] = defaultdict(list)
    for user, number in sorted(rows["written"]):
        papers[user].append(number)
    return {key: _Person(sorted(named[key]), papers[key], key in offering) for key in keys}


@prepared
def _invited_rows(viewer: Viewer, workshop_id: int) -> QuerySet:
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop_id)
    rows = rows.exclude(status=InvitationStatus.ACCEPTED).order_by("-created_at", "-pk")
    return rows.values_list("name", "address", "role", "status")


def _invited(asked: _Search) -> Group:
    """Invitations that nobody has accepted: whoever has is among the people. Their names are not stored folded."""
    found = [
        Hit(
            name or address,
            f"{Role(role).label}: {InvitationStatus(status).label.lower()} · {address}",
            asked.page("people", "?" + urlencode({"role": "invited", "q": address})),
        )
        for name, address, role, status in _invited_rows(asked.viewer, asked.workshop.pk)
        if all(word in fold(f"{name} {address}") for word in asked.query.words)
    ]
    return _group(asked, INVITED, found[asked.first : asked.first + asked.most], len(found))


@prepared
def _mail_found(viewer: Viewer, workshop_id: int, *words: str, first: int, last: int) -> QuerySet:
    rows = Message.objects.filter(about(workshop_id, viewer))
    for word in words:
        rows = rows.filter(search_text__contains=word)
    return _counted(rows.order_by("-pk"), first, last, "pk", "subject", "address", "created_at")


def _mail(asked: _Search) -> Group:
    found, total = asked.cut(_mail_found, *asked.query.words)
    hits = [
        Hit(subject or "Without a subject", f"to {address}, {aoe(at)}", asked.page("message", "", pk))
        for pk, subject, address, at in found
    ]
    return _group(asked, MAIL, hits, total, asked.page("mail", "?" + urlencode({"q": asked.query.q})))


FIND = {PAGES: _pages, PAPERS: _papers, PEOPLE: _people, INVITED: _invited, MAIL: _mail}
