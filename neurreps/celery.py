"""The Celery application. Tasks carry ids; the schedule is in settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")

app = Celery("neurreps")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
