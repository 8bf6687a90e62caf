"""The dates of a call as a calendar file (RFC 5545): an entry keeps its UID when it is moved and counts SEQUENCE up."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Alarm, Calendar, Event

from workshops.calls import Date
from workshops.instants import both
from workshops.models import Workshop
from workshops.states import DeadlineKind

PRODUCT = "-//NeurReps//Deadlines//EN"
TO_DO = (DeadlineKind.SUBMISSION, DeadlineKind.RESPONSE, DeadlineKind.CAMERA_READY)
ALARMS = (timedelta(days=3), timedelta(days=1), timedelta(hours=3))
REFRESH = timedelta(hours=6)  # how often a calendar that subscribes looks again


def calendar_of(workshop: Workshop, dates: list[Date], *, url: str, now: datetime) -> bytes:
    """The file. ``url`` is the address of the call, ``now`` becomes DTSTAMP."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{workshop} – dates")
    calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
    for date in dates:
        calendar.add_component(_deadline(workshop, date, url, now))
    if workshop.starts:
        calendar.add_component(_the_workshop(workshop, url, now))
    return bytes(calendar.to_ical())


def _deadline(workshop: Workshop, date: Date, url: str, now: datetime) -> Event:
    about = f"{date.label} ({date.track})" if date.track else date.label
    event = _event(f"deadline-{date.deadline_id}", f"{workshop}: {about}", url, now)
    event.add("sequence", date.version)
    event.add("dtstart", date.at)
    event.add("description", f"{about}: {both(date.at)}\n{url}")
    event.add("transp", "TRANSPARENT")
    if date.kind in TO_DO:
        for before in ALARMS:
            event.add_component(_alarm(f"{workshop}: {about}", before))
    return event


def _alarm(summary: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -before)
    return alarm


def _the_workshop(workshop: Workshop, url: str, now: datetime) -> Event:
    assert workshop.starts is not None
    event = _event(f"workshop-{workshop.pk}", str(workshop), url, now)
    event.add("dtstart", workshop.starts)
    event.add("dtend", (workshop.ends or workshop.starts) + timedelta(days=1))
    if workshop.venue:
        event.add("location", workshop.venue)
    return event


def _event(name: str, summary: str, url: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", now)
    event.add("summary", summary)
    event.add("url", url)
    return event
