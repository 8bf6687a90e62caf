"""How fast the outbox sends, against a bare smtplib loop over the same mails and against one connection a mail.

    python -m benchmarks.mail [--messages 1000] [--rounds 3] [--processes 1 2] [--sqlite]

All three run in turn against the same SMTP server on loopback, with as many processes, over mails that are already
rendered. The bare loop keeps no record of anything: it is the ceiling. Absolute numbers depend on the machine; the
ratios are what to compare. (The tests' PostgreSQL does not wait for the disk; --sqlite does.)
"""

import argparse
import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import servers

ROOT = Path(__file__).resolve().parents[1]
SENDER = "noreply@papers.test"


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")
    import django

    django.setup()


def fill(count: int) -> None:
    """Empty the outbox and put so many mails in."""
    from django.utils import timezone

    from notifications.kinds import kind_of
    from notifications.models import Attempt, Message
    from notifications.rendering import default_words, render_words
    from notifications.services.enqueue import message_id

    kind = kind_of("assignments")
    rendered = render_words(default_words(kind.name), kind.values)
    Attempt.objects.all().delete()
    Message.objects.all().delete()
    Message.objects.bulk_create(
        Message(
            dedupe_key=f"bench:{number}",
            kind=kind.name,
            root_type="workshop",
            root_id=1,
            aspect="staff",
            address=f"p{number}@people.test",
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            due_at=timezone.now(),
            message_id=message_id(f"bench:{number}"),
        )
        for number in range(count)
    )


def _share(place: int, of: int) -> Iterator[tuple[str, bytes]]:
    """This process's part of the mails, as they go over the wire."""
    from notifications.models import Message
    from notifications.services.deliver import email_of

    for message in Message.objects.order_by("pk")[place::of]:
        yield message.address, email_of(message).message().as_bytes(linesep="\r\n")


def bare(port: int, place: int, of: int) -> Callable[[], Any]:
    mails = list(_share(place, of))

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for address, content in mails:
                smtp.sendmail(SENDER, [address], content)

    return send


def single(port: int, place: int, of: int) -> Callable[[], Any]:
    """A connection for each mail: what one task a mail comes to, without even the cost of its task."""
    mails = list(_share(place, of))

    def send() -> None:
        for address, content in mails:
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.sendmail(SENDER, [address], content)

    return send


def outbox(port: int, place: int, of: int) -> Callable[[], Any]:
    from notifications.services.deliver import deliver_lot, open_channels

    def send() -> None:
        with open_channels() as channels:
            while deliver_lot(channels=channels).claimed:
                pass

    return send


WAYS: dict[str, Callable[[int, int, int], Callable[[], Any]]] = {"bare": bare, "outbox": outbox, "single": single}


def child(way: str, port: int, place: int, of: int) -> None:
    """Get ready, wait for the word to begin on standard input, and print when it began and ended."""
    send = WAYS[way](port, place, of)
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.time()
    send()
    print(json.dumps([begun, time.time()]), flush=True)


def rate(way: str, processes: int, messages: int, env: dict[str, str]) -> float:
    """Mails a second. Ends the benchmark when a mail is missing at the server, or there twice."""
    subprocess.run([sys.executable, "-m", "benchmarks.mail", "--fill", str(messages)], env=env, cwd=ROOT, check=True)
    with servers.smtp() as smtp:
        command = [sys.executable, "-m", "benchmarks.mail", "--child", way, str(smtp.port)]
        started = [
            subprocess.Popen(
                [*command, str(place), str(processes)],
                env={**env, "EMAIL_URL": smtp.url},
                cwd=ROOT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for place in range(processes)
        ]
        for each in started:
            assert each.stdout is not None
            each.stdout.readline()
        times = [json.loads(each.communicate("go\n")[0]) for each in _told(started)]
        counts = Counter(entry["message_id"] for entry in smtp.accepted())
    if len(counts) != messages or set(counts.values()) != {1}:
        sys.exit(f"{way}: {len(counts)} of {messages} mails arrived, {counts.most_common(1)} most often.")
    return messages / (max(end for _, end in times) - min(begun for begun, _ in times))


def _told(started: list["subprocess.Popen[str]"]) -> list["subprocess.Popen[str]"]:
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return started


def compare(processes: int, messages: int, rounds: int, env: dict[str, str]) -> None:
    rates = dict.fromkeys(WAYS, 0.0)
    for _ in range(rounds):
        for way in WAYS:
            rates[way] = max(rates[way], rate(way, processes, messages, env))
    share, gain = rates["outbox"] / rates["bare"], rates["outbox"] / rates["single"]
    each = "process" if processes == 1 else "processes"
    print(f"{processes} {each}, {messages} mails: " + ", ".join(f"{way} {found:.0f}/s" for way, found in rates.items()))
    print(f"  the outbox reaches {share:.0%} of the bare loop, and {gain:.1f} times one connection a mail")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts, each way in its turn")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill or options.child:
        _django()
        if options.fill:
            fill(options.fill)
        else:
            way, *numbers = options.child
            child(way, *map(int, numbers))
        return
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        env = {**os.environ, "DATA_DIR": data, "SECRET_KEY": "for-the-benchmark-only"}
        database = f"sqlite:///{data}/db.sqlite3" if options.sqlite else stack.enter_context(servers.postgres())
        env |= {"DATABASE_URL": database, "REDIS_URL": "redis://127.0.0.1:1"}
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=env, cwd=ROOT, check=True)
        for processes in options.processes:
            compare(processes, options.messages, options.rounds, env)


if __name__ == "__main__":
    main()
