"""A dress rehearsal of a season."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from rehearsal.season import PHASES, Plan, RehearsalError, Season
from rehearsal.summary import summary


class Command(BaseCommand):
    help = (
        "Play a season with made-up people on a workshop that is marked as a rehearsal (created when there is none), "
        "and print a summary as JSON. Its mail stays in DATA_DIR/mail, or goes to REHEARSAL_EMAIL_URL on this machine."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workshop", metavar="WORKSHOP", help="the short name in the address, such as rehearsal-1")
        parser.add_argument("--papers", type=Path, metavar="FILE", help="papers to import (.bib, .csv, .json)")
        parser.add_argument(
            "--made-up", type=int, default=24, metavar="N", help="how many papers to make up without a file"
        )
        parser.add_argument("--reviewers", type=int, metavar="N", help="default: three for every four papers")
        parser.add_argument("--seed", type=int, default=0, metavar="N")
        parser.add_argument("--until", choices=PHASES, default=PHASES[-1], metavar="PHASE", help=", ".join(PHASES))

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(
            slug=options["workshop"],
            papers=options["papers"],
            made_up=options["made_up"],
            reviewers=options["reviewers"],
            seed=options["seed"],
            until=options["until"],
        )
        season = Season(plan, tell=self.stderr.write if options["verbosity"] else (lambda line: None))
        try:
            workshop = season.play()
        except RehearsalError as error:
            raise CommandError(str(error)) from None
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(json.dumps(summary(workshop), indent=2))
