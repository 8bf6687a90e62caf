"""Addresses of the public pages."""

from django.urls import path

from workshops import views

app_name = "workshops"
urlpatterns = [
    path("", views.home, name="home"),
    path("w/<slug:slug>/", views.public, name="public"),
    path("w/<slug:slug>/call/", views.call, name="call"),
    path("w/<slug:slug>/banner/", views.banner, name="banner"),
    path("w/<slug:slug>/deadlines.ics", views.calendar, name="calendar"),
]
