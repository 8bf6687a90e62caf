"""Say how the site is."""

from typing import Any

from django.core.management.base import BaseCommand

from desk.doctor import Health, examine


class Command(BaseCommand):
    help = "Look at the database, worker, beat, queue, disk, clock, backups and mail. Exits 1 when something is bad."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        for finding in findings:
            mend = f" → {finding.mend}" if finding.mend else ""
            self.stdout.write(f"{finding.health.value:5} {finding.name}: {finding.sentence}{mend}")
        if any(finding.health == Health.BAD for finding in findings):
            raise SystemExit(1)
