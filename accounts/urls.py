"""Addresses of a person's own pages, under /profile/."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("publications/", views.publications, name="publications"),
    path("publications/<int:pk>/remove/", views.remove, name="remove_publication"),
]
