"""Addresses of a person's own pages, under /profile/."""

from django.urls import path

from accounts.views import profile

app_name = "accounts"
urlpatterns = [
    path("", profile.profile, name="profile"),
    path("publications/", profile.publications, name="publications"),
    path("publications/<int:pk>/remove/", profile.remove, name="remove_publication"),
]
