"""What the registries hold fits together: kinds of mail and their words, tasks and their schedule, jobs and runners."""

import ast
from importlib import import_module

import pytest
from django.conf import settings

from jobs import registry as jobs_registry
from neurreps.celery import app as celery
from notifications.kinds import Kind, all_kinds
from notifications.rendering import default_words, validate
from tests.house.floors import ROOT, sources

KINDS = all_kinds()
HEAD = 40  # how much of a subject a list of mails shows


def test_there_are_kinds() -> None:
    names = {kind.name for kind in KINDS}

    assert {"receipt", "invitation", "assignments", "decision_accept", "account"} <= names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind_of_mail_has_default_words_that_render_with_its_samples(kind: Kind) -> None:
    words = default_words(kind.name)
    rendered = validate(kind, words.subject, words.text)

    assert "\n" not in rendered.subject
    assert rendered.text.strip()
    assert "{{" not in rendered.text + rendered.subject + rendered.html


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "workshop" in kind.values], ids=lambda kind: kind.name)
def test_mail_names_workshop_and_edition_in_the_head_of_its_subject(kind: Kind) -> None:
    words = default_words(kind.name)
    subject = validate(kind, words.subject, words.text).subject

    assert str(kind.values["workshop"]) in subject[:HEAD]


def test_every_folder_of_words_belongs_to_a_kind() -> None:
    folders = {path.name for path in (ROOT / "templates" / "emails").iterdir() if path.is_dir()}

    assert folders == {kind.name for kind in KINDS}


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_scheduled_task_exists(name: str) -> None:
    celery.loader.import_default_modules()

    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in celery.tasks


def test_work_that_is_started_has_somebody_who_does_it() -> None:
    celery.loader.import_default_modules()
    started = set()
    for path, tree in sources("services/*.py"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "start_job":
                kind, module = node.args[0], import_module(path.removesuffix(".py").replace("/", "."))
                started.add(getattr(module, kind.id) if isinstance(kind, ast.Name) else getattr(kind, "value", None))

    assert started == set(jobs_registry._RUNNERS)
