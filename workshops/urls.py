"""Addresses of the public pages."""

from django.urls import path

from workshops import views

app_name = "workshops"
urlpatterns = [
    path("", views.home, name="home"),
    path("w/<slug:slug>/", views.call, name="call"),
    path("w/<slug:slug>/deadlines.ics", views.calendar, name="calendar"),
]
