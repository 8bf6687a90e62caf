"""Addresses of the public pages of accepted papers."""

from django.urls import path

from proceedings import views

app_name = "proceedings"
urlpatterns = [path("w/<slug:slug>/papers/", views.papers, name="papers")]
