"""My desk, and the organizers' desk under /admin/w/<workshop>/, behind the door of the admin site."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

app_name = "desk"


def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """A page of one workshop's desk."""
    return path(f"admin/w/<slug:slug>/{route}", admin.site.admin_view(view), name=name)


urlpatterns: list[URLPattern] = []
