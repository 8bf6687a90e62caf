"""How the site is: what works, what does not, and how to mend it. For the command and the operator's page."""

import shutil
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import redis
from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Q
from django.utils import timezone

from jobs.models import Heartbeat, Job
from jobs.states import JobStatus
from notifications.models import Message
from notifications.states import MessageStatus

ALIVE = timedelta(seconds=90)
LATE = timedelta(minutes=5)
BACKUP_AGE = timedelta(days=2)
ROOM = 2 * 1024**3


class Health(StrEnum):
    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``mend`` is empty when there is nothing to do."""

    name: str
    health: Health
    sentence: str
    mend: str = ""


def examine(*, connect_to_mail: bool = True) -> list[Finding]:
    """Look at everything. Nothing here raises: what cannot be looked at is a bad finding itself."""
    checks: list[Callable[[], Finding]] = [_database, _migrations, _redis, _worker, _queue, _mail_queue, _jobs]
    checks += [_disk, _clock, _last_backup]
    findings = [_safely(check) for check in checks]
    if connect_to_mail:
        findings.append(_safely(_mail_server))
    return findings


def _safely(check: Callable[[], Finding]) -> Finding:
    name = check.__name__.strip("_").replace("_", " ").capitalize()
    try:
        return check()
    except (OSError, DatabaseError, redis.RedisError, ValueError) as error:
        return Finding(name, Health.BAD, f"Could not be looked at: {error}", "See the log of the site.")


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("Database", Health.GOOD, f"{connection.display_name} answers.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("Migrations", Health.BAD, f"{len(plan)} are not applied.", "Run: python manage.py migrate")
    return Finding("Migrations", Health.GOOD, "All are applied.")


def _redis() -> Finding:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    client.ping()
    return Finding("Redis", Health.GOOD, "Answers.")


def _worker() -> Finding:
    beat = Heartbeat.objects.filter(name="beat").first()
    if beat is None:
        return Finding("Worker and beat", Health.BAD, "Have never been seen.", "Start the worker and the beat.")
    age = timezone.now() - beat.at
    if age > ALIVE:
        return Finding(
            "Worker and beat", Health.BAD, f"Were last seen {_ago(age)} ago.", "Restart the worker and the beat."
        )
    return Finding("Worker and beat", Health.GOOD, f"Were last seen {_ago(age)} ago.")


def _queue() -> Finding:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    length = int(client.llen(settings.CELERY_TASK_DEFAULT_QUEUE))
    health = Health.GOOD if length < 1000 else Health.LOOK
    return Finding("Queue", health, f"{length} tasks wait.", "" if length < 1000 else "Start more workers.")


def _mail_queue() -> Finding:
    counts = Message.objects.aggregate(
        late=Count("pk", filter=Q(status=MessageStatus.DUE, due_at__lt=timezone.now() - LATE)),
        doubt=Count("pk", filter=Q(status=MessageStatus.IN_DOUBT)),
        failed=Count("pk", filter=Q(status=MessageStatus.FAILED)),
    )
    late, doubt, failed = counts["late"], counts["doubt"], counts["failed"]
    sentence = f"{late} are late, {doubt} in doubt, {failed} failed."
    if late:
        return Finding("Mail", Health.BAD, sentence, "Is the worker alive, and the mail server reachable?")
    if doubt or failed:
        return Finding("Mail", Health.LOOK, sentence, "Settle them on the mail page of the workshop.")
    return Finding("Mail", Health.GOOD, "Nothing is late, in doubt or failed.")


def _jobs() -> Finding:
    old = timezone.now() - LATE
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(status=JobStatus.WAITING, created_at__lt=old)),
        failed=Count("pk", filter=Q(status=JobStatus.FAILED, finished_at__gt=timezone.now() - timedelta(days=1))),
    )
    waiting, failed = counts["waiting"], counts["failed"]
    health = Health.BAD if waiting else Health.LOOK if failed else Health.GOOD
    return Finding("Long work", health, f"{waiting} wait too long, {failed} failed in the last day.")


def _disk() -> Finding:
    usage = shutil.disk_usage(settings.DATA_DIR)
    sentence = f"{usage.free / 1024**3:.1f} GB of {usage.total / 1024**3:.0f} GB are free."
    if usage.free < ROOM:
        return Finding("Disk", Health.BAD, sentence, "Make room: uploads stop when the disk is full.")
    return Finding("Disk", Health.GOOD, sentence)


NOW = {"postgresql": "SELECT extract(epoch FROM clock_timestamp())", "sqlite": "SELECT strftime('%s', 'now')"}


def _clock() -> Finding:
    """Compare our clock with the database server's; on one machine they are one clock."""
    with connection.cursor() as cursor:
        cursor.execute(NOW[connection.vendor])
        drift = abs(float(cursor.fetchone()[0]) - time.time())
    if drift > 2:
        return Finding("Clock", Health.BAD, f"The database's clock is {drift:.0f} s away.", "Switch on NTP on both.")
    now = f"{datetime.now(UTC):%d %b %Y, %H:%M:%S} UTC"
    return Finding("Clock", Health.GOOD, f"{now}; the database's clock agrees.")


def _last_backup() -> Finding:
    folder = Path(settings.BACKUP_DIR)
    newest = max((path.stat().st_mtime for path in folder.glob("*.tar")), default=None)
    if newest is None:
        return Finding("Backup", Health.LOOK, "There is none yet.", "Run: python manage.py backup")
    age = timedelta(seconds=time.time() - newest)
    if age > BACKUP_AGE:
        return Finding("Backup", Health.LOOK, f"The last one is {_ago(age)} old.", "Run: python manage.py backup")
    return Finding("Backup", Health.GOOD, f"The last one is {_ago(age)} old.")


def _mail_server() -> Finding:
    if not settings.EMAIL_URL:
        return Finding(
            "Mail server", Health.LOOK, f"Mail stays here, in {settings.MAIL_DIR}.", "Set EMAIL_URL to send mail."
        )
    try:
        mail = get_connection(timeout=5)
        mail.open()
        mail.close()
    except smtplib.SMTPException as error:
        return Finding("Mail server", Health.BAD, f"Refuses us: {error}", "Check EMAIL_URL.")
    return Finding("Mail server", Health.GOOD, "Answers.")


def _ago(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    if seconds < 120:
        return f"{max(seconds, 0)} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172800 else f"{seconds // 86400} days"
