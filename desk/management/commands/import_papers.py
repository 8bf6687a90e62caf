"""Import papers (and from OpenReview their reviews and decisions) into a track of a workshop."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from desk.services.import_file import ImportPlan, import_file, plan_import
from workshops.models import Track, Workshop


class Command(BaseCommand):
    help = "Import papers from BibTeX, CSV or OpenReview's API v2 notes (JSON, with their reviews and decisions)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--workshop", required=True, metavar="SLUG")
        parser.add_argument("--track", required=True, metavar="NAME", help="the track's name or its short name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and write nothing")
        parser.add_argument("--rest", action="store_true", help="import the rest when some entries are broken")

    def handle(self, *args: Any, **options: Any) -> None:
        workshop, track = self._place(options["workshop"], options["track"])
        plan = plan_import(path=options["file"], workshop=workshop, track=track)
        self._tell(plan, options["file"])
        if options["dry_run"]:
            self.stdout.write("Nothing was written: this was a dry run.")
            raise SystemExit(0 if plan.is_clear else 1)
        if not plan.new:
            if plan.errors:
                raise CommandError("Nothing was written: no entry could be read.")
            self.stdout.write("There is nothing new to import.")
            return
        confirmed = plan.is_clear or options["rest"] or self._ask(plan)
        try:
            done = import_file(plan=plan, workshop=workshop, track=track, by=None, confirmed=confirmed)
        except Refused as refusal:
            raise CommandError(f"Nothing was written. {refusal.sentence} (--rest confirms.)") from None
        self.stdout.write(f"Imported: {_count(len(done.papers), done.reviews, done.decisions)}.")

    def _place(self, slug: str, name: str) -> tuple[Workshop, Track]:
        workshop = Workshop.objects.filter(slug=slug).first()
        if workshop is None:
            known = ", ".join(Workshop.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no workshop “{slug}”. Known: {known}.")
        for track in workshop.tracks.all():
            if name.casefold() in {track.name.casefold(), track.slug}:
                return workshop, track
        tracks = ", ".join(f"“{track.name}”" for track in workshop.tracks.all())
        raise CommandError(f"{workshop} has no track “{name}”. It has: {tracks}.")

    def _tell(self, plan: ImportPlan, path: Path) -> None:
        for problem in plan.problems:
            self.stderr.write(f"{problem.severity}: {problem}")
        known = f"; {len(plan.known)} are here already" if plan.known else ""
        self.stdout.write(f"{path.name}: {_count(len(plan.new), plan.reviews, plan.decisions)} to import{known}.")

    def _ask(self, plan: ImportPlan) -> bool:
        if not sys.stdin.isatty():
            return False
        answer = input(f"{len(plan.errors)} entries are broken. Import the other {len(plan.new)}? [y/N] ")
        return answer.strip().lower() in {"y", "yes"}


def _count(papers: int, reviews: int, decisions: int) -> str:
    words = [f"{papers} papers"]
    words += [f"{reviews} reviews"] if reviews else []
    words += [f"{decisions} decisions"] if decisions else []
    return ", ".join(words)
