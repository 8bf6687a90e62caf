"""A whole site with its worker and beat, a browser, and the mail that arrived."""

import email.policy
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests import servers

# Playwright leaves an event loop running in this process; the tests that share it are no less safe for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
PHONE, DESKTOP = ViewportSize(width=400, height=800), ViewportSize(width=1280, height=900)
SCHEMES: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("light", DESKTOP), ("dark", PHONE))
SERIOUS = {"serious", "critical"}
PATIENCE = 60  # seconds until a mail must have arrived


@dataclass(frozen=True)
class Site:
    """A running site: its address, the folder that its mail stays in, and a way to run code in it."""

    url: str
    mail: Path
    env: dict[str, str]

    def run(self, code: str) -> None:
        """Run Python in the site's own process, as an operator would in ``manage.py shell``."""
        manage(self.env, "shell", "--verbosity", "0", "--command", code)

    def letter(self, to: str, about: str, *, seconds: float = PATIENCE) -> EmailMessage:
        """The newest mail to this address whose subject holds these words; waits until it is there."""
        until = time.monotonic() + seconds
        while True:
            found = [one for one in self._letters() if to in one["To"] and about in one["Subject"]]
            if found:
                return found[-1]
            if time.monotonic() > until:
                have = [f"{one['To']}: {one['Subject']}" for one in self._letters()]
                raise AssertionError(f"No mail to {to} about {about!r}. There are: {have}")
            time.sleep(0.2)

    def _letters(self) -> list[EmailMessage]:
        paths = sorted(self.mail.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        parser = BytesParser(policy=email.policy.default)
        return [parser.parsebytes(path.read_bytes()) for path in paths]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def code_of(letter: EmailMessage) -> str:
    """The code that stands alone on a line."""
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", text_of(letter), re.MULTILINE)
    assert found, text_of(letter)
    return found[1]


def manage(env: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The embedded default: SQLite, Redis, two web processes, a worker, the beat; mail stays in a folder."""
    data = tmp_path_factory.mktemp("site")
    (data / "run").mkdir()
    with ExitStack() as stack:
        env = {
            "DATA_DIR": str(data),
            "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
            "REDIS_URL": stack.enter_context(servers.redis()),
            "SECRET_KEY": "for-the-browser-tests-only-and-never-for-a-site",
            "EMAIL_URL": "",
        }
        manage(env, "migrate", "--verbosity", "0")
        url = stack.enter_context(servers.site(env, log=data / "web.log"))
        env["SITE_URL"] = url
        stack.enter_context(servers.worker(env, log=data / "worker.log"))
        beat = [servers.BIN / "celery", "-A", "neurreps", "beat", "--loglevel", "WARNING"]
        stack.enter_context(servers.process(beat, log=data / "beat.log", env={**os.environ, **env}))
        yield Site(url, data / "mail", env)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = servers.browser()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found.path, args=list(found.flags))
        yield launched
        launched.close()


@dataclass
class Visitor:
    """A person at a browser of their own. What is wrong with the pages that they look at is kept in ``problems``."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.site.url + path)

    def fills(self, **values: str) -> None:
        """Fields by their name in the form."""
        for name, value in values.items():
            self.page.locator(f"[name='{name}']").first.fill(value)

    def presses(self, words: str) -> None:
        """A button or a link by its words, and wait for what comes."""
        self.page.get_by_role("button", name=words).or_(self.page.get_by_role("link", name=words)).first.click()
        self.page.wait_for_load_state("load")

    def reads(self, words: str) -> None:
        """These words are on the page, at the latest in a while."""
        self.page.get_by_text(words).first.wait_for(state="attached", timeout=30_000)

    def enters_the_code(self, address: str, about: str) -> None:
        self.page.locator("[name='code']").fill(code_of(self.site.letter(address, about)))
        self.presses("Continue")

    def signs_up(self, address: str, given: str, family: str) -> None:
        self.fills(email=address, given=given, family=family)
        self.presses("Make my account")
        self.enters_the_code(address, "onfirm")

    def signs_in(self, address: str) -> None:
        self.goes_to("/accounts/login/")
        self.page.locator("[name='login'], [name='email']").first.fill(address)
        if self.page.get_by_role("link", name="Send me a sign-in code").count():
            self.presses("Send me a sign-in code")
            self.page.locator("[name='email']").fill(address)
        self.page.locator("main form button[type='submit']").first.click()
        self.enters_the_code(address, "sign")

    def looks(self, name: str) -> None:
        """At the page in light on a desktop and in dark on a phone; what is serious, or too wide, is a problem."""
        found = []
        for scheme, size in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(50)
            found += [f"{scheme}, {size['width']} pixels: {problem}" for problem in serious(self.page)]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"at {size['width']} pixels the page is {wide} pixels too wide")
            self._picture(f"{name}-{scheme}")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)
        self.problems += [f"{name}: {problem}" for problem in (*found, *self.complaints)]
        self.complaints.clear()

    def _picture(self, name: str) -> None:
        if os.environ.get("SCREENSHOTS"):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


class Keyboard:
    """Somebody who has no mouse. ``moves`` counts the keys that are no text, ``typed`` those that are."""

    def __init__(self, page: Page) -> None:
        self.page, self.moves, self.typed = page, 0, 0
        page.on("filechooser", lambda chooser: None)  # from now on no dialog of the system opens

    def presses(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.moves += 1

    def goes_to(self, selector: str) -> None:
        for _ in range(150):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.presses("Tab")
        raise AssertionError(f"Tab does not come to {selector} on {self.page.url}")

    def types(self, selector: str, text: str) -> None:
        self.goes_to(selector)
        self.page.keyboard.type(text)
        self.typed += len(text)

    def follows(self, selector: str, key: str = "Enter") -> None:
        """To a link or a button, press it, and wait for the page that comes."""
        self.goes_to(selector)
        with self.page.expect_navigation():
            self.presses(key)

    def chooses(self, selector: str, path: Path) -> None:
        self.goes_to(selector)
        with self.page.expect_file_chooser() as chooser:
            self.presses("Space")
        chooser.value.set_files(path)


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, with the first places where it is.

    A page gets axe once, though it is looked at twice: half a megabyte of script takes longer to read than to run.
    """
    axe = Axe(axe_script="") if page.evaluate("'axe' in window") else Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found if one["impact"] in SERIOUS
    ]


@pytest.fixture
def visit(live: Site, chromium: Browser) -> Iterator[Callable[[], Visitor]]:
    """Opens a browser for one more person."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(_visitor(live, chromium))


@contextmanager
def _visitor(live: Site, chromium: Browser) -> Iterator[Visitor]:
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    visitor = Visitor(live, context, context.new_page())
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(f"error: {error}"))
    visitor.page.on("console", lambda message: _note(visitor, message))
    yield visitor
    context.close()


def _note(visitor: Visitor, message: Any) -> None:
    """Errors and warnings; among them what the Content Security Policy stopped."""
    if message.type in ("error", "warning"):
        visitor.complaints.append(f"{message.type} at {visitor.page.url}: {message.text}")
