"""The list of people, or of invitations, as a table that leaves the house."""

from typing import Any

from desk.reading.people import InvitationRow, PeoplePage, PersonRow
from desk.reading.table import Table
from workshops.instants import utc

PEOPLE = (
    "name",
    "address",
    "roles",
    "senior",
    "emergency pool",
    "papers",
    "papers at most",
    "reviews in",
    "reviews to come",
    "overdue",
    "sign",
    "last work",
    "last signed in",
    "conflicts",
    "mails",
    "mails failed or in doubt",
    "publications",
    "bids",
)
INVITATIONS = ("name", "address", "as", "answer", "papers at most", "reason", "sent", "times sent", "answered")


def table_of(found: PeoplePage, *, invitations: bool) -> Table:
    if invitations:
        return Table("Invitations", INVITATIONS, [_invitation(row) for row in found.invitations])
    return Table("People", PEOPLE, [_person(row) for row in found.people])


def _person(row: PersonRow) -> list[Any]:
    reviews = row.load_max is not None
    tally = row.tally
    return [
        row.name,
        row.email,
        row.role_words,
        "yes" if row.senior else "",
        "yes" if row.emergency else "",
        *((tally.load, row.load_max, tally.done, tally.to_come, tally.overdue) if reviews else [""] * 5),
        tally.sign.reason if tally.sign else "",
        utc(tally.seen) if tally.seen else "",
        utc(row.signed_in) if row.signed_in else "",
        row.conflicts,
        row.mails.number,
        row.mails.wrong,
        row.publications,
        "" if row.bids is None else row.bids,
    ]


def _invitation(row: InvitationRow) -> list[Any]:
    return [
        row.name,
        row.address,
        row.role,
        row.status_label,
        "" if row.load is None else row.load,
        row.reason,
        utc(row.at),
        row.sent,
        utc(row.answered_at) if row.answered_at else "",
    ]
