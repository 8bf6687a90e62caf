"""Settle who handles or reads a paper where conflicts leave nobody on the organizers' desk who may."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.prove import owner_of
from audit.errors import Refused
from submissions.models import Submission
from submissions.services.break_glass import allow_as_operator
from submissions.services.guest_chairs import call_as_operator
from submissions.services.waivers import approve_as_operator


class Command(BaseCommand):
    help = "Approve a waiver, call a guest chair or let a sealed paper be read, where no organizer may."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["waiver", "guest", "reading"])
        parser.add_argument("paper", type=int, help="its number")
        parser.add_argument("address", help="of the person: a confirmed one; of a guest chair any")
        parser.add_argument("--workshop", required=True, metavar="SLUG")
        parser.add_argument("--reason", required=True, help="organizers who are no authors of the paper read it")
        parser.add_argument("--name", default="", help="of a guest chair")
        parser.add_argument("--hours", type=int, default=24, help="how long a sealed paper may be read")

    def handle(self, *args: Any, **options: Any) -> None:
        papers = Submission.objects.select_related("workshop", "track")
        paper = papers.filter(workshop__slug=options["workshop"], number=options["paper"]).first()
        if paper is None:
            raise CommandError("There is no such paper.")
        reason = options["reason"]
        try:
            if options["what"] == "guest":
                call_as_operator(submission=paper, address=options["address"], name=options["name"], reason=reason)
                said = f"The call is on its way to {options['address']}."
            elif options["what"] == "waiver":
                person = self._person(options["address"])
                approve_as_operator(submission=paper, user=person, reason=reason)
                said = f"{person.name} handles paper {paper.number} by waiver."
            else:
                person = self._person(options["address"])
                allow_as_operator(submission=paper, user=person, hours=options["hours"], reason=reason)
                said = f"{person.name} may read paper {paper.number} for {options['hours']} hours; all were told."
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(said)

    def _person(self, address: str) -> User:
        person = owner_of(normalise_email(address))
        if person is None:
            raise CommandError("There is no account with this confirmed address.")
        return person
