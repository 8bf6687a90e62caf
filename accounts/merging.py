"""When two accounts of one person become one: what happens to each row that points at the account that goes.

Each app registers every foreign key to a person of its own in ``AppConfig.ready()`` (its ``merging.py``); a test of the
house walks them all. This file holds the registry, and what the library, the ground floor and this app need.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from accounts.models import (
    Affiliation,
    Merge,
    Publication,
    Relation,
    SecondFactorReset,
    Session,
    UnconfirmedAddress,
    User,
)
from audit.models import Entry
from jobs.models import Job
from notifications.models import Batch, Message, Template

Same = Callable[[Any, int], Q]
Refusals = Callable[[User, User], Iterable[str]]


@dataclass(frozen=True)
class Link:
    """A foreign key to a person.

    ``words``: what one and what several of its rows are called to the person; none: they are not counted to them.
    ``twin``: rows that cannot be there twice for one person: ``twin(row, kept_id)`` finds the kept account's row that
    says the same, and ``join(theirs, row)`` brings the two together before ``row`` is deleted.
    ``move``: instead of a plain change of the column; returns how many rows moved.
    ``stays``: why the column is left as it is.
    """

    model: type[Model]
    field: str
    words: tuple[str, str] | None = None
    twin: Same | None = None
    join: Callable[[Any, Any], None] | None = None
    move: Callable[[User, User], int] | None = None
    stays: str = ""

    def rows(self, person: User) -> Any:
        return self.model._base_manager.filter(**{self.field: person.pk})

    def bring(self, kept: User, gone: User) -> int:
        """Give the rows of ``gone`` to ``kept``; returns how many."""
        if self.stays:
            return 0
        if self.move is not None:
            return self.move(kept, gone)
        if self.twin is not None:
            self._drop_twins(kept, gone)
        return int(self.rows(gone).update(**{self.field: kept.pk}))

    def _drop_twins(self, kept: User, gone: User) -> None:
        assert self.twin is not None
        for row in list(self.rows(gone)):
            theirs = self.model._base_manager.filter(self.twin(row, kept.pk), **{self.field: kept.pk}).first()
            if theirs is not None:
                if self.join is not None:
                    self.join(theirs, row)
                row.delete()


_LINKS: dict[tuple[type[Model], str], Link] = {}
_REFUSALS: list[Refusals] = []


def links(*many: Link) -> None:
    """Register what happens to these columns."""
    for link in many:
        _LINKS[link.model, link.field] = link


def stays(why: str, *columns: tuple[type[Model], str]) -> None:
    """Register columns that are left as they are, because they tell what was."""
    links(*(Link(model, field, stays=why) for model, field in columns))


def refuses(function: Refusals) -> Refusals:
    """Have ``function(kept, gone)`` say, in sentences with a remedy, what must be settled before the two become one."""
    if function not in _REFUSALS:
        _REFUSALS.append(function)
    return function


def all_links() -> list[Link]:
    return list(_LINKS.values())


def all_refusals(kept: User, gone: User) -> list[str]:
    return [sentence for function in _REFUSALS for sentence in function(kept, gone)]


def counted(kept: User, gone: User) -> Iterator[tuple[str, int]]:
    """What comes along, in words, and how many."""
    for link in _LINKS.values():
        if link.words and (count := link.rows(gone).count()):
            yield f"{count} {link.words[0 if count == 1 else 1]}", count


# --- what stands on this floor and below ------------------------------------------------------------------------------


def _addresses(kept: User, gone: User) -> int:
    """All keep what they were, but there is one main one."""
    rows = EmailAddress.objects.filter(user=gone)
    EmailAddress.objects.filter(
        user=kept, verified=False, email__in=rows.filter(verified=True).values("email")
    ).delete()
    mine = EmailAddress.objects.filter(user=kept).values("email")
    rows.filter(verified=False, email__in=list(mine.values_list("email", flat=True))).delete()
    return int(rows.update(user=kept, primary=False))


def _ends(kept: User, gone: User) -> int:
    """The factors of the account that goes were for signing in to it."""
    Authenticator.objects.filter(user=gone).delete()
    return 0


def _ends_sessions(kept: User, gone: User) -> int:
    """Nobody is signed in any more to the account that goes."""
    Session.objects.filter(user=gone).delete()
    return 0


def _noted(kept: User, gone: User) -> int:
    both = UnconfirmedAddress.objects.filter(user__in=(kept, gone))
    both.filter(email__in=EmailAddress.objects.filter(user=kept, verified=True).values("email")).delete()
    rows = UnconfirmedAddress.objects.filter(user=gone)
    rows.filter(email__in=list(both.filter(user=kept).values_list("email", flat=True))).delete()
    return int(rows.update(user=kept))


def _relations(kept: User, gone: User) -> int:
    """Nobody is related to themself."""
    Relation.objects.filter(Q(user=gone, other=kept) | Q(user=kept, other=gone)).delete()
    return int(Relation.objects.filter(user=gone).update(user=kept))


def _same_affiliation(row: Affiliation, kept: int) -> Q:
    return Q(name=row.name, domain=row.domain, kind=row.kind, start=row.start, end=row.end)


def register() -> None:
    """The library's rows, the ground floor's and this app's."""
    history = "It tells who did it then."
    links(
        Link(EmailAddress, "user", words=("e-mail address", "e-mail addresses"), move=_addresses),
        Link(UnconfirmedAddress, "user", move=_noted),
        Link(SocialAccount, "user", words=("account elsewhere", "accounts elsewhere")),
        Link(Authenticator, "user", move=_ends),
        Link(Session, "user", move=_ends_sessions),
        Link(Affiliation, "user", words=("affiliation", "affiliations"), twin=_same_affiliation),
        Link(
            Publication,
            "user",
            words=("publication", "publications"),
            twin=lambda row, kept: Q(text_hash=row.text_hash),
        ),
        Link(Relation, "user", words=("tie to somebody", "ties to somebody"), move=_relations),
        Link(Relation, "other"),
        Link(Job, "created_by"),
        Link(Batch, "created_by"),
        Link(Batch, "confirmed_by"),
    )
    stays(
        history,
        (Entry, "actor"),
        (Entry, "through"),
        (LogEntry, "user"),
        (Template, "updated_by"),
        (Message, "recipient"),
        (SecondFactorReset, "user"),
        (SecondFactorReset, "by"),
        (Merge, "kept"),
        (Merge, "gone"),
        (Merge, "by"),
    )
    stays(
        "Groups and single permissions are not used.",
        (User.groups.through, "user"),
        (User.user_permissions.through, "user"),
    )
