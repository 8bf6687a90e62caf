"""Bring in people with their roles, or invite them."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.profile import update_profile
from accounts.services.prove import owner_of
from accounts.services.register import create_person
from audit.errors import Refused
from notifications.models import Batch
from notifications.services.batches import draft_batch
from reviews import emails
from reviews.importing.records import PersonRow
from reviews.models import Reviewer
from reviews.services.import_rows import CHANGED, NEW, SAME, Done, each
from reviews.services.invite import invite
from reviews.services.reviewers import LARGEST_LOAD, add_reviewer, change_reviewer
from workshops.models import Membership, Topic, Track, Workshop
from workshops.services.roles import give_role
from workshops.states import Role

USUAL_LOAD = 6
MAY_BE_INVITED = frozenset({Role.REVIEWER, Role.AREA_CHAIR, Role.ORGANIZER})


@transaction.atomic
def import_people(
    *, workshop: Workshop, by: User | None, people: Sequence[PersonRow], ask: bool = False
) -> tuple[list[Done], Batch | None]:
    """Give each their roles, load and topics; what a person says of themself is never changed, and nothing is taken.

    ``ask``: whoever does not have the role yet is invited instead, by mails that wait in a drafted batch (None when
    nobody was). Without it nobody is mailed. A row that cannot be is a problem among the answers, and does nothing.
    """
    require(acting(by), "settings", workshop)
    importing = _Importing(workshop, by, ask)
    done = each(people, lambda row: row.name or row.email, importing.one)
    return done, importing.batch


class _Importing:
    def __init__(self, workshop: Workshop, by: User | None, ask: bool) -> None:
        self.workshop = workshop
        self.by = by
        self.ask = ask
        self.batch: Batch | None = None
        self.tracks = {name: track for track in workshop.tracks.all() for name in _names(track)}
        self.topics = {topic.name.casefold(): topic for topic in workshop.topics.all()}

    def one(self, row: PersonRow) -> tuple[str, str]:
        if row.load is not None and not 1 <= row.load <= LARGEST_LOAD:
            raise Refused(f"The number of papers is between 1 and {LARGEST_LOAD}.")
        roles = [(role, self._track(name)) for role, name in row.roles]
        topics = self._topics(row)
        person = find_person(row.email)
        missing = [pair for pair in roles if person is None or not self._has(person, *pair)]
        if self.ask and missing:
            return NEW, self._invite(row, missing)
        is_new = person is None
        person = person or self._make(row)
        said = [self._give(person, row, role, track) for role, track in missing]
        said += self._offer(person, row, topics)
        if not said:
            return SAME, "has all of it already"
        return NEW if is_new or missing else CHANGED, "; ".join(said)

    def _track(self, name: str) -> Track | None:
        if not name:
            return None
        if track := self.tracks.get(name.casefold()):
            return track
        raise Refused(f"There is no track “{name}”. It is one of: {', '.join(self._track_names())}.")

    def _track_names(self) -> list[str]:
        return list(dict.fromkeys(track.name for track in self.tracks.values()))

    def _topics(self, row: PersonRow) -> list[Topic] | None:
        if row.topics is None:
            return None
        if unknown := [name for name in row.topics if name.casefold() not in self.topics]:
            raise Refused(f"The workshop has no topic “{unknown[0]}”. Add it in the settings, or correct the row.")
        return [self.topics[name.casefold()] for name in row.topics]

    def _has(self, person: User, role: str, track: Track | None) -> bool:
        roles = Membership.objects.open().filter(workshop=self.workshop, user=person, role=role)
        return roles.filter(track=track).exists()

    def _invite(self, row: PersonRow, roles: list[tuple[str, Track | None]]) -> str:
        """One invitation a role; only some roles can be asked for."""
        for role, track in roles:
            if role not in MAY_BE_INVITED:
                label = Role(role).label
                raise Refused(f"Nobody is invited as {label.lower()} by mail. Import this row without the mails.")
            self.batch = self.batch or draft_batch(workshop_id=self.workshop.pk, kind=emails.INVITATION, by=self.by)
            invite(
                workshop=self.workshop,
                by=self.by,
                address=row.email,
                name=row.name,
                load=row.load if role == Role.REVIEWER else None,
                role=role,
                track=track,
                batch=self.batch,
            )
        return f"is asked by mail: {_in_words(roles)}"

    def _make(self, row: PersonRow) -> User:
        person = create_person(email=row.email, given=row.given, particle=row.particle, family=row.family, by=self.by)
        if row.affiliations:
            names = {"given": person.given, "particle": person.particle, "family": person.family}
            places: list[dict[str, Any]] = [{"name": name} for name in row.affiliations]
            update_profile(user=person, by=None, **names, affiliations=places)
        return person

    def _give(self, person: User, row: PersonRow, role: str, track: Track | None) -> str:
        if role == Role.REVIEWER and track is None:
            add_reviewer(workshop=self.workshop, user=person, by=self.by, load_max=row.load or USUAL_LOAD)
        else:
            give_role(workshop=self.workshop, user=person, role=role, by=self.by, track=track)
        return f"becomes {_in_words([(role, track)])}"

    def _offer(self, person: User, row: PersonRow, topics: list[Topic] | None) -> list[str]:
        """Load and topics, of whoever reviews here."""
        reviewer = Reviewer.objects.filter(workshop=self.workshop, user=person).first()
        if reviewer is None:
            return []
        said = []
        if row.load is not None and row.load != reviewer.load_max:
            said.append(f"at most {row.load} papers instead of {reviewer.load_max}")
            least = min(reviewer.load_min, row.load)
            change_reviewer(reviewer=reviewer, by=self.by, load_max=row.load, load_min=least)
        known = set(reviewer.interests.values_list("topic", flat=True))
        if topics is not None and {topic.pk for topic in topics} != known:
            said.append(f"{len(topics)} {'topic' if len(topics) == 1 else 'topics'} instead of {len(known)}")
            change_reviewer(reviewer=reviewer, by=self.by, topics=topics)
        return said


def find_person(address: str) -> User | None:
    """Whoever has confirmed this address, or has an account under it that nobody has used yet."""
    known = normalise_email(address)
    return owner_of(known) or User.objects.filter(email=known).first()


def _names(track: Track) -> set[str]:
    return {track.name.casefold(), track.slug}


def _in_words(roles: list[tuple[str, Track | None]]) -> str:
    labels = [Role(role).label.lower() + (f" ({track.name})" if track else "") for role, track in roles]
    return ", ".join(labels)
