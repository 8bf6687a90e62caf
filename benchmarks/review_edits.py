"""Fifty tabs write the same review at once: is anything lost?

    python -m benchmarks review_edits [TABS [EDITS]]

On PostgreSQL that waits for the disk; every tab is a client of its own that posts to the site's own pages, in a thread.
Each edit puts a word of its own into the text that the tab knows, in place of the tab's word before. Every tenth is a
save by button, the others are autosaves. A tab whose page is old gets 409: for a save by button the page shows both
texts, out of which the tab makes one, as a person would, and presses again after a pause as if it had read them. The
pause grows with every refusal (a random part of FIRST_PAUSE, doubled each time up to LONGEST_PAUSE), or fifty tabs that
press again within the same instant would be refused some fifty times each.

Then it is looked up: an accepted write (a save by button, or a tab's first autosave in each minute) stands in the
history with its very words, in the order in which it was accepted; no two saves were given the same version; every
refused save by button showed both texts; and the draft is the last text that was accepted. Else the script exits 1.
"""

import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from tests import servers

TABS, EDITS = 50, 200
BY_BUTTON = 10
"""Every so many-th edit is a save by button."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 8.0  # seconds

THEIRS = re.compile(r'value="theirs".*?<p class="merge-text"[^>]*>(.*?)</p>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Accepted:
    """A save that the server took: the version of the review after it, and the words. ``minute``: of an autosave."""

    tab: str
    version: int
    text: str
    by_button: bool
    minute: str = ""


@dataclass
class Tab:
    """One window with the review, and what became of what was typed in it."""

    name: str
    client: Any
    path: str
    text: str = ""
    version: int = 1
    accepted: list[Accepted] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    unseen: list[str] = field(default_factory=list)
    edits: int = 0

    def edit(self, number: int) -> None:
        self._say(self.text, f"{self.name}.{number}")
        data = {"version": str(self.version), "tab": self.name, "q-text": self.text}
        if number % BY_BUTTON == 0:
            self._press(data)
        else:
            self._autosave(data)

    def _is_own(self, word: str) -> bool:
        return word.startswith(f"{self.name}.")

    def _say(self, text: str, word: str) -> None:
        """That text, with the tab's own word in it."""
        self.text = " ".join([*(each for each in text.split() if not self._is_own(each)), word])

    def _autosave(self, data: dict[str, str]) -> None:
        answer = self.client.post(f"{self.path}autosave/", data)
        self.answers[f"autosave {answer.status_code}"] += 1
        if answer.status_code == 200:
            said = answer.json()
            self._took(said["version"], said["saved_at"][:16])

    def _press(self, data: dict[str, str]) -> None:
        """Save, and where another tab was quicker put the two texts together and save again, until it is taken."""
        pause = FIRST_PAUSE
        while True:
            answer = self.client.post(self.path, {**data, "do": "save"})
            self.answers[f"save {answer.status_code}"] += 1
            if answer.status_code == 302:
                self._took(int(data["version"]) + 1)
                return
            page = answer.content.decode()
            theirs = THEIRS.search(page)
            if answer.status_code != 409 or not theirs or "Both texts, where they differ" not in page:
                self.unseen.append(f"{self.name}: {answer.status_code} without both texts")
                return
            own = next(word for word in self.text.split() if self._is_own(word))
            self._say(TAG.sub("", theirs[1]), own)
            found = re.search(r'name="version" value="(\d+)"', page)
            data |= {"version": found[1] if found else "0", "q-text": self.text}
            time.sleep(random.uniform(0, pause))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _took(self, version: int, minute: str = "") -> None:
        self.version = version
        self.accepted.append(Accepted(self.name, version, self.text, not minute, minute))


def write(tabs: Sequence[Tab], edits: int, *, at_once: bool = True) -> float:
    """Every tab makes its edits; returns the seconds."""
    from django.db import connection

    def one(tab: Tab) -> None:
        try:
            for number in range(1, edits + 1):
                tab.edit(number)
                tab.edits += 1
        finally:
            connection.close()

    began = time.monotonic()
    if at_once:
        threads = [threading.Thread(target=one, args=(tab,)) for tab in tabs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        for number in range(1, edits + 1):
            for tab in tabs:
                tab.edit(number)
    return time.monotonic() - began


def expected(tabs: Sequence[Tab]) -> list[Accepted]:
    """The accepted writes that belong into the history, in the order in which they were accepted."""
    seen: set[tuple[str, str]] = set()
    found = []
    for one in sorted((one for tab in tabs for one in tab.accepted), key=lambda one: one.version):
        if one.by_button or (one.tab, one.minute) not in seen:
            found.append(one)
        if not one.by_button:
            seen.add((one.tab, one.minute))
    return found


def what_is_wrong(tabs: Sequence[Tab], review: Any) -> list[str]:
    """One sentence for everything that is not as it should be."""
    taken = sorted((one for tab in tabs for one in tab.accepted), key=lambda one: one.version)
    history = [row.answers.get("text", "") for row in review.versions.order_by("number")]
    numbers = list(review.versions.order_by("number").values_list("number", flat=True))
    wrong = [sentence for tab in tabs for sentence in tab.unseen]
    if [one.version for one in taken] != list(range(2, len(taken) + 2)):
        wrong.append("Two saves were given the same version, or one is missing.")
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append("The numbers of the history have gaps.")
    if history != [one.text for one in expected(tabs)]:
        wrong.append(f"The history has {len(history)} versions for {len(expected(tabs))}, or they differ in order.")
    if taken and review.draft.get("text") != taken[-1].text:
        wrong.append("The draft is not the last text that was accepted.")
    return wrong


def tabs_of(review_path: str, person: Any, count: int) -> list[Tab]:
    """So many windows of one person, each signed in by itself."""
    from django.test import Client

    tabs = []
    for number in range(count):
        client = Client(SERVER_NAME="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        tabs.append(Tab(f"t{number}", client, review_path))
    return tabs


def main() -> None:
    given = [int(number) for number in sys.argv[1:]]
    count = given[0] if given else TABS
    edits = given[1] if len(given) > 1 else EDITS
    with ExitStack() as stack:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "neurreps.settings",
            "SECRET_KEY": "for-this-benchmark-only-and-for-no-site-that-people-use",
            "DATA_DIR": stack.enter_context(tempfile.TemporaryDirectory(prefix="nr-edits-")),
            "DATABASE_URL": stack.enter_context(servers.postgres(durable=True)),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }
        import django

        django.setup()
        import logging

        from django.core.management import call_command

        logging.disable(logging.WARNING)  # every 409 is a line of the log
        call_command("migrate", verbosity=0)
        good = _run(count, edits)
    sys.exit(0 if good else 1)


def _run(count: int, edits: int) -> bool:
    from reviews.models import Review
    from tests.reviews.stage import given, make_stage

    stage = make_stage(papers=1)
    assignment = given(stage)
    tabs = tabs_of(f"/reviews/{assignment.pk}/", stage.rui, count)
    cpu, seconds = time.process_time(), write(tabs, edits)
    cpu = time.process_time() - cpu
    wrong = what_is_wrong(tabs, Review.objects.get(assignment=assignment))
    wrong += [f"{tab.name} stopped after {tab.edits} edits." for tab in tabs if tab.edits != edits]
    answers: Counter[str] = sum((tab.answers for tab in tabs), Counter())
    asked = sum(answers.values())
    print(f"{count} tabs × {edits} edits: {asked} requests in {seconds:.0f} s, {cpu * 1000 / asked:.1f} ms of CPU each")
    print(f"  answers: {dict(sorted(answers.items()))}")
    taken = sum(len(tab.accepted) for tab in tabs)
    print(f"  accepted: {taken}, of which {len(expected(tabs))} belong into the history")
    for sentence in wrong or ["Every accepted write is in the history, in order; every conflict was shown."]:
        print(f"  {sentence}")
    return not wrong


if __name__ == "__main__":
    main()
