"""The project: settings, addresses, Celery and the servers' entry points."""

from neurreps.celery import app as celery_app

__all__ = ["celery_app"]
