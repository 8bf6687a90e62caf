"""Five hundred people, a worker that is killed ten times: nobody gets two, and nobody is forgotten."""

import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings as site
from django.db import connection, connections
from django.utils import timezone

from notifications.models import Message
from notifications.services.deliver import deliver_lot, sweep
from notifications.services.enqueue import message_id
from notifications.services.messages import settle_in_doubt
from notifications.states import MessageStatus
from tests import servers

PEOPLE, KILLS, PROCESSES = 500, 10, 2
KIND = "receipt"  # a kind that the worker knows too

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


@contextmanager
def database_on_disk(path: Path) -> Iterator[str]:
    """The DATABASE_URL of the tests' database. SQLite's lives in memory: a copy on disk stands in for it."""
    if connection.vendor == "postgresql":
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
        return
    memory = connections["default"]
    memory.ensure_connection()
    with sqlite3.connect(path) as copy:
        memory.connection.backup(copy)
    disk = memory.copy()
    disk.settings_dict = {**memory.settings_dict, "NAME": str(path)}
    connections["default"] = disk
    try:
        yield f"sqlite:///{path}"
    finally:
        disk.close()
        connections["default"] = memory


def fill() -> None:
    keys = [f"{KIND}:workshop:1:p{number}@people.test:killed" for number in range(PEOPLE)]
    Message.objects.bulk_create(
        Message(
            dedupe_key=key,
            kind=KIND,
            root_type="workshop",
            root_id=1,
            aspect="staff",
            address=key.split(":")[3],
            subject="Hello",
            text="A few lines.\n" * 20,
            due_at=timezone.now(),
            message_id=message_id(key),
        )
        for key in keys
    )


def let_leases_run_out() -> None:
    """Nobody is alive who holds one: two and a half minutes pass at once."""
    held = Message.objects.filter(status__in=[MessageStatus.CLAIMED, MessageStatus.SENDING])
    held.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def test_worker_killed_ten_times_sends_nothing_twice_and_loses_nothing(tmp_path: Path, settings: Any) -> None:
    moments = random.Random(7)
    with (
        database_on_disk(tmp_path / "db.sqlite3") as database,
        servers.redis() as redis,
        servers.smtp(delay=0.03) as smtp,
    ):
        fill()
        env = {"DATABASE_URL": database, "REDIS_URL": redis, "EMAIL_URL": smtp.url, "DATA_DIR": str(tmp_path)}
        bell = Celery(broker=redis.replace("unix://", "redis+socket://"))
        for _ in range(KILLS):
            with servers.worker(env, log=tmp_path / "worker.log", concurrency=PROCESSES) as worker:
                for _ in range(PROCESSES):
                    bell.send_task("notifications.tasks.deliver", queue=site.CELERY_TASK_DEFAULT_QUEUE)
                time.sleep(moments.uniform(0.15, 0.6))
                servers.kill_group(worker)
            let_leases_run_out()
        killed = states()

        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        while deliver_lot().claimed:
            pass
        ended, arrived = states(), Counter(entry["message_id"] for entry in smtp.accepted())
        assert killed[MessageStatus.SENT] > 0, "the worker was killed before it had sent anything"
        assert set(arrived.values()) == {1}
        assert ended[MessageStatus.IN_DOUBT] <= KILLS * PROCESSES
        assert ended[MessageStatus.SENT] + ended[MessageStatus.IN_DOUBT] == PEOPLE
        sent = {f"<{name}>" for name in Message.objects.filter(status="sent").values_list("message_id", flat=True)}
        assert sent - set(arrived) == set()

        for message in Message.objects.filter(status=MessageStatus.IN_DOUBT):
            settle_in_doubt(message=message, by=None, arrived=f"<{message.message_id}>" in arrived)
        while deliver_lot().claimed:
            pass
        arrived = Counter(entry["message_id"] for entry in smtp.accepted())
        assert states() == {MessageStatus.SENT: PEOPLE}
        assert (len(arrived), set(arrived.values())) == (PEOPLE, {1})
