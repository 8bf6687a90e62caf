"""Form edits: 50 organizers' browsers change the same question 200 times each, on PostgreSQL.

Other sizes are named on the command line: ``python -m benchmarks form_edits 10 50``. Each client reads the draft,
changes the question and saves; where somebody was quicker it reads again and saves its words on what is there now. At
the end every accepted save must be in the history, in order, and the last one be what is asked. Exits 1 otherwise.
Needs an empty PostgreSQL database in DATABASE_URL.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

CLIENTS, EDITS = 50, 200
LOOKS = 0.5  # seconds at most


@dataclass
class Seen:
    """What the clients were told."""

    accepted: list[tuple[int, str]] = field(default_factory=list)
    conflicts: int = 0
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    sizes = [int(number) for number in sys.argv[1:]]
    clients, edits = sizes if len(sizes) == 2 else (CLIENTS, EDITS)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")
        os.environ["DATA_DIR"] = folder
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        draft, people = make_draft(clients)
        began = time.perf_counter()
        seen = edit_all(draft.pk, people, edits)
        took = time.perf_counter() - began
    print_result(seen, clients * edits, took)
    if problems := list(wrong(draft.pk, seen, clients * edits)):
        sys.exit("\n".join(problems))


def make_draft(clients: int) -> tuple[Any, list[Any]]:
    """A draft of a form with one question, and its organizers."""
    from accounts.services.register import create_person
    from workshops.models import Form
    from workshops.services.create import create_workshop
    from workshops.services.forms import new_form_version
    from workshops.services.roles import give_role

    name = f"edits-{os.getpid()}-{int(time.time())}"
    people = [
        create_person(email=f"client{n}@{name}.test", given="Client", family=str(n), by=None) for n in range(clients)
    ]
    workshop = create_workshop(by=None, slug=name, name="Edits", year=2027)
    for person in people:
        give_role(workshop=workshop, user=person, role="organizer", by=None)
    question = {"key": "text", "kind": "text", "text": "What is it about?"}
    return new_form_version(form=Form.objects.filter(workshop=workshop).first(), by=None, questions=[question]), people


def edit_all(draft: int, people: list[Any], edits: int) -> Seen:
    seen = Seen()
    with ThreadPoolExecutor(len(people)) as pool:
        for done in [pool.submit(edit, draft, person, edits, seen) for person in people]:
            done.result()
    return seen


def edit(draft: int, person: Any, edits: int, seen: Seen) -> None:
    """Change the question so many times; whatever is refused is read again and saved on what is there now."""
    from django.db import connection

    from audit.errors import StaleState
    from workshops.models import FormVersion
    from workshops.services.forms import change_questions

    chance = random.Random(person.pk)
    with closing(connection):
        for number in range(edits):
            words = f"{person.family}: change {number}"
            while True:
                version = FormVersion.objects.select_related("form__workshop").get(pk=draft)
                question = {"key": "text", "kind": "text", "text": words}
                began = time.perf_counter()
                try:
                    saved = change_questions(version=version, by=person, questions=[question], edit=version.edit)
                except StaleState:
                    with seen.lock:
                        seen.conflicts += 1
                    time.sleep(chance.uniform(0, LOOKS))  # whoever is shown both looks before pressing again
                    continue
                with seen.lock:
                    seen.accepted.append((saved.edit, words))
                    seen.seconds.append(time.perf_counter() - began)
                break


@contextmanager
def closing(connection: Any) -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


def wrong(draft: int, seen: Seen, wanted: int) -> Iterator[str]:
    """What the history lacks, in sentences."""
    from workshops.models import FormEdit, Question

    kept = FormEdit.objects.filter(version=draft, number__gt=0).order_by("number")
    history = [(number, questions[0]["text"]) for number, questions in kept.values_list("number", "questions")]
    if len(seen.accepted) != wanted:
        yield f"{len(seen.accepted)} saves were accepted; {wanted} were to be made."
    if history != sorted(seen.accepted):
        yield "The history is not what was accepted, in its order."
    if [number for number, _ in history] != list(range(1, len(history) + 1)):
        yield "The numbers of the saves have gaps."
    if history and Question.objects.get(version=draft).text != history[-1][1]:
        yield "What is asked is not what was saved last."


def print_result(seen: Seen, wanted: int, took: float) -> None:
    slow = statistics.quantiles(seen.seconds, n=100)
    print(f"{len(seen.accepted)} of {wanted} saves accepted in {took:.1f} s, {len(seen.accepted) / took:.0f} a second")
    print(f"{seen.conflicts} times somebody was quicker: both were shown, and saved on what was there then")
    print(f"a save takes {1000 * slow[49]:.0f} ms at the median, {1000 * slow[94]:.0f} ms at the 95th percentile")


if __name__ == "__main__":
    main()
