"""Two accounts of one person become one."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import merging
from accounts.emails import ACCOUNTS_MERGED
from accounts.links import profile_changed
from accounts.models import Merge, User
from accounts.services.sessions import end_sessions
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from notifications.services.enqueue import enqueue

PROVED_FOR = 15 * 60  # seconds


@dataclass(frozen=True)
class Proof:
    """That whoever is signed in as ``kept`` has shown that the account ``gone`` is theirs too, and when."""

    kept: int
    gone: int
    at: float

    def holds(self, kept: User, gone: User) -> bool:
        return (self.kept, self.gone) == (kept.pk, gone.pk) and 0 <= time.time() - self.at < PROVED_FOR


@dataclass(frozen=True)
class Preview:
    """What would come along, and what stands in the way, in sentences with a remedy."""

    moves: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def preview(*, kept: User, gone: User) -> Preview:
    """What merging would do. Writes nothing."""
    moves = [words for words, _ in merging.counted(kept, gone)]
    return Preview(moves, [*_between(kept, gone), *merging.all_refusals(kept, gone)])


@transaction.atomic
def merge_accounts(*, kept: User, gone: User, by: User | None, proof: Proof | None = None, reason: str = "") -> Merge:
    """Bring all that hangs on ``gone`` to ``kept``, close ``gone``, compare conflicts anew, and tell both addresses.

    ``by`` is ``kept`` with a ``proof``, or None from the site's shell with a ``reason``. Raises PermissionDenied
    without a proof that holds, Refused with the sentences of whatever must be settled first.
    """
    first, second = sorted((kept.pk, gone.pk))
    people = {
        person.pk: person for person in User.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk")
    }
    kept, gone = people[kept.pk], people[gone.pk]
    _check(kept, gone, by, proof, reason)
    if refusals := preview(kept=kept, gone=gone).refusals:
        raise Refused(" ".join(refusals))
    told = [words for words, _ in merging.counted(kept, gone)]
    former = gone.email
    moved = {f"{link.model._meta.label_lower}.{link.field}": link.bring(kept, gone) for link in merging.all_links()}
    moved = {name: count for name, count in moved.items() if count}
    _close(kept, gone)
    merge = Merge.objects.create(kept=kept, gone=gone, by=by, reason=reason.strip(), moved=moved)
    for person in (kept, gone):
        record(
            "person.merged",
            by=by,
            root_type=Root.PERSON,
            root_id=person.pk,
            aspect="account",
            about=merge,
            data={"kept": kept.pk, "gone": gone.pk, "moved": moved},
        )
    profile_changed(kept)
    _tell(kept, former, merge, told)
    return merge


def _check(kept: User, gone: User, by: User | None, proof: Proof | None, reason: str) -> None:
    if by is None and not reason.strip():
        raise Refused("Say why, and how you know that both are one person: it is kept with it.", field="reason")
    if by is not None and not (by.pk == kept.pk and proof is not None and proof.holds(kept, gone)):
        raise PermissionDenied


def _between(kept: User, gone: User) -> list[str]:
    """What stands in the way between the two accounts themselves."""
    if kept.pk == gone.pk:
        return ["These are the same account."]
    found = []
    if not kept.is_active or not gone.is_active:
        found.append("One of the two accounts is closed already.")
    if gone.is_superuser:
        found.append("The other account runs this site. Sign in with it, and bring this one to it.")
    if kept.orcid and gone.orcid and kept.orcid != gone.orcid:
        found.append("The accounts have different ORCID iDs. Take the wrong one off its profile first.")
    return found


def _close(kept: User, gone: User) -> None:
    """Nobody signs in to ``gone`` any more and no address finds it; what it told about the person is kept."""
    changes: dict[str, Any] = {"orcid": kept.orcid or gone.orcid, "homepage": kept.homepage or gone.homepage}
    changes["is_staff"] = kept.is_staff or gone.is_staff
    end_sessions(user=gone)
    gone.set_unusable_password()
    gone.orcid, gone.is_active, gone.is_staff = None, False, False
    gone.email, gone.search_identity = f"merged-{gone.pk}@accounts.invalid", ""
    gone.save(update_fields=["password", "orcid", "is_active", "is_staff", "email", "search_identity"])
    for name, value in changes.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(changes))


def _tell(kept: User, former: str, merge: Merge, told: list[str]) -> None:
    by = "you" if merge.by_id else "whoever runs this site, because you asked for it"
    for address in (kept.email, former):
        enqueue(
            kind=ACCOUNTS_MERGED,
            key=f"{merge.pk}:{address}",
            root_type=Root.PERSON,
            root_id=kept.pk,
            aspect="account",
            recipient=kept,
            address=address,
            values={"name": kept.name, "kept": kept.email, "gone": former, "by": by, "moved": told},
        )
