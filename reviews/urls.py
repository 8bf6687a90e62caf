"""Addresses of reviewers' pages."""

from django.urls import path

from reviews import views

app_name = "reviews"
urlpatterns = [
    path("i/<str:token>/", views.link, name="link"),
    path("invitation/", views.invitation, name="invitation"),
    path("w/<slug:slug>/reviewing/", views.profile, name="profile"),
    path("w/<slug:slug>/reviewing/publications/", views.publications, name="publications"),
    path("w/<slug:slug>/reviewing/accept/", views.accept, name="accept"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/autosave/", views.autosave, name="autosave"),
    path("reviews/<uuid:pk>/decline/", views.decline, name="decline"),
]
