"""Write a backup of everything the site holds."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from desk.services.backup import backup


class Command(BaseCommand):
    help = "Write every row and every file into one tar (default: DATA_DIR/backups/). Safe while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        tell = self.stderr.write if options["verbosity"] > 1 else (lambda line: None)
        try:
            path = backup(to=options["to"], tell=tell)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
