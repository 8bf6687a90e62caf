"""What people tell of themselves, compared with the authors of papers: declared ties, and joint publications.

A tie is sure where an address says who is meant, and only suspected where a name does: two people may share one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from accounts.addresses import normalise_email
from accounts.models import Publication, PublishedWith, Relation, full_name
from accounts.names import name_key

ADDRESS = re.compile(r"[^\s<>()\[\],;:\"“”]+@[^\s<>()\[\],;:\"“”]+\.[^\s<>()\[\],;:\"“”.]+")
LASTING = (Relation.Kind.ADVISOR, Relation.Kind.FAMILY)
"""Kinds that count for good; the others count while they last and for the workshop's years after."""

Pair = tuple[int, int, bool, dict[str, Any]]  # paper, person, sure, evidence


class Author(NamedTuple):
    """What is compared of an authorship: no model, for thousands are read at a time."""

    pk: int
    submission_id: int
    user_id: int | None
    email: str
    given: str
    particle: str
    family: str

    @property
    def name(self) -> str:
        return full_name(self.given, self.particle, self.family)


@dataclass
class Ties:
    """``people``: who may judge here, by the key of their name. ``accounts``: the account that each author has."""

    people: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    authors_by_account: dict[int, list[Author]] = field(default_factory=lambda: defaultdict(list))
    authors_by_email: dict[str, list[Author]] = field(default_factory=lambda: defaultdict(list))
    authors_by_name: dict[str, list[Author]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Mapping[int, str], authors: list[Author], confirmed: Mapping[str, int]) -> "Ties":
        """Indexes over ``names`` of the people who may judge, and over the authors. No query."""
        ties = cls()
        for person, name in names.items():
            if key := name_key(name):
                ties.people[key].add(person)
        for author in authors:
            account = author.user_id or confirmed.get(author.email)
            if account:
                ties.accounts[author.pk] = account
                ties.authors_by_account[account].append(author)
            if author.email:
                ties.authors_by_email[author.email].append(author)
            if key := name_key(author.name):
                ties.authors_by_name[key].append(author)
        return ties


# --- declared ties ----------------------------------------------------------------------------------------------------


def by_relations(
    ties: Ties, relations: Iterable[Relation], people: set[int], confirmed: Mapping[str, int], since: date
) -> Iterator[Pair]:
    """Ties that either side has declared. No query. What is sure is said last, so that it wins."""
    rows = [row for row in relations if _counts(row, since)]
    pairs = [pair for row in rows for pair in _of_relation(row, ties, people, confirmed)]
    yield from sorted(pairs, key=lambda pair: pair[2])


def _counts(row: Relation, since: date) -> bool:
    return row.kind in LASTING or row.end is None or row.end >= since


def _of_relation(row: Relation, ties: Ties, people: set[int], confirmed: Mapping[str, int]) -> Iterator[Pair]:
    other = row.other_id or confirmed.get(row.other_email)
    key = name_key(row.other_name)
    sure = row.kind != Relation.Kind.OTHER
    if row.user_id in people:
        for author in ties.authors_by_name.get(key, ()) if key else ():
            yield author.submission_id, row.user_id, False, _evidence(row, author)
        for author in [*ties.authors_by_email.get(row.other_email, ()), *ties.authors_by_account.get(other or 0, ())]:
            yield author.submission_id, row.user_id, sure, _evidence(row, author)
    for author in ties.authors_by_account.get(row.user_id, ()):
        for person in ties.people.get(key, ()) if key else ():
            yield author.submission_id, person, False, _evidence(row, author)
        if other in people:
            yield author.submission_id, other, sure, _evidence(row, author)


def _evidence(row: Relation, author: Author) -> dict[str, Any]:
    return {"relation": row.pk, "authorship": author.pk}


# --- joint publications -----------------------------------------------------------------------------------------------


Match = tuple[int, int, int, int, str, int]  # paper, person, the other one's account, publication, its hash, authorship


@dataclass(frozen=True)
class Shelf:
    """Publications that name somebody who is compared, and which of them are on whose lists."""

    rows: list[tuple[int, int, str, str]]
    both: set[tuple[int, str]]


def by_publications(
    ties: Ties, people: set[int], everyone: set[int], since: date, shelf: Shelf | None = None
) -> Iterator[Pair]:
    """One has published with somebody of the other's name; sure where both have the same paper on their lists.

    Two queries, the second only where there is something to look at; none with a ``shelf`` that is read already.
    """
    rows = shelf.rows if shelf else _published(ties, everyone, since)
    matches = _matches(ties, people, rows)
    both = shelf.both if shelf else _on_both_lists(matches)
    pairs: list[Pair] = [
        (paper, person, (other, text_hash) in both, {"publication": publication, "authorship": author})
        for paper, person, other, publication, text_hash, author in matches
    ]
    yield from sorted(pairs, key=lambda pair: pair[2])


def read_shelf(ties: Ties, people: set[int], everyone: set[int], since: date) -> Shelf:
    """For comparing several times, each time with some of these authors."""
    rows = _published(ties, everyone, since)
    return Shelf(rows, _on_both_lists(_matches(ties, people, rows)))


def _published(ties: Ties, everyone: set[int], since: date) -> list[tuple[int, int, str, str]]:
    keys = ties.authors_by_name.keys() | ties.people.keys()
    rows = PublishedWith.objects.filter(
        publication__user__in=everyone, publication__year__gte=since.year, key__in=keys
    ).order_by("publication", "key")
    return list(rows.values_list("publication", "publication__user", "publication__text_hash", "key"))


def _on_both_lists(matches: list[Match]) -> set[tuple[int, str]]:
    others = {other for _, _, other, *_ in matches if other}
    if not others:
        return set()
    hashes = {text_hash for *_, text_hash, _ in matches}
    return set(Publication.objects.filter(user__in=others, text_hash__in=hashes).values_list("user", "text_hash"))


def _matches(ties: Ties, people: set[int], rows: Iterable[tuple[int, int, str, str]]) -> list[Match]:
    return [
        (paper, person, other, publication, text_hash, author)
        for publication, owner, text_hash, key in rows
        for paper, person, other, author in _named(ties, people, owner, key)
    ]


def _named(ties: Ties, people: set[int], owner: int, key: str) -> Iterator[tuple[int, int, int, int]]:
    """(paper, person, the other one's account or 0, authorship) where the owner's publication names this key."""
    if owner in people:
        for author in ties.authors_by_name.get(key, ()):
            yield author.submission_id, owner, ties.accounts.get(author.pk, 0), author.pk
    for author in ties.authors_by_account.get(owner, ()):
        for person in ties.people.get(key, ()):
            yield author.submission_id, person, person, author.pk


# --- what authors say of others ---------------------------------------------------------------------------------------


def by_declarations(declared: Mapping[int, str], people: set[int], confirmed: Mapping[str, int]) -> Iterator[Pair]:
    """Whom authors name as unfit to judge, by a confirmed address. ``declared`` is by paper, as typed. No query.

    A name alone is for the organizers to read: it never bars somebody by itself.
    """
    for paper, text in sorted(declared.items()):
        for address in dict.fromkeys(normalise_email(found) for found in ADDRESS.findall(text)):
            person = confirmed.get(address)
            if person in people:
                yield paper, person, True, {"declared": True}
