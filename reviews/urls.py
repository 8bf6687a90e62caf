"""Addresses of reviewers' pages."""

from django.urls import path

from reviews.views import first_visit, nominate, reviewing, volunteer

app_name = "reviews"
urlpatterns = [
    path("i/<str:token>/", reviewing.link, name="link"),
    path("invitation/", reviewing.invitation, name="invitation"),
    path("w/<slug:slug>/reviewing/", reviewing.profile, name="profile"),
    path("w/<slug:slug>/reviewing/first-visit/", first_visit.first_visit, name="first_visit"),
    path("w/<slug:slug>/reviewing/publications/", reviewing.publications, name="publications"),
    path("w/<slug:slug>/reviewing/accept/", reviewing.accept, name="accept"),
    path("w/<slug:slug>/review-for-us/", volunteer.volunteer, name="volunteer"),
    path("w/<slug:slug>/review-for-us/take-back/", volunteer.take_back, name="take_back_offer"),
    path("reviews/<uuid:pk>/", reviewing.review, name="review"),
    path("reviews/<uuid:pk>/autosave/", reviewing.autosave, name="autosave"),
    path("reviews/<uuid:pk>/propose/", nominate.nominate, name="nominate"),
    path("reviews/<uuid:pk>/decline/", reviewing.decline, name="decline"),
]
