"""Addresses of reviewers' pages."""

from django.urls import path

from reviews.views import (
    bidding,
    copies,
    emergency,
    first_visit,
    nominate,
    own_words,
    reviewing,
    stack,
    telling,
    volunteer,
    writing,
)

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
    path("w/<slug:slug>/reviewing/bids/", bidding.bids, name="bids"),
    path("w/<slug:slug>/reviewing/bids/begin/", bidding.begin, name="begin_bidding"),
    path("w/<slug:slug>/reviewing/bids/<int:number>/", bidding.bid, name="bid"),
    path("w/<slug:slug>/reviewing/order/", stack.order, name="order"),
    path("w/<slug:slug>/reviewing/copies/", copies.copies, name="copies"),
    path("w/<slug:slug>/reviewing/copies/all/", copies.all_copies, name="all_copies"),
    path("w/<slug:slug>/reviewing/copies/save/", copies.save_read, name="save_copies"),
    path("reviews/<uuid:pk>/", writing.review, name="review"),
    path("reviews/<uuid:pk>/autosave/", writing.autosave, name="autosave"),
    path("reviews/<uuid:pk>/versions/", own_words.versions, name="versions"),
    path("reviews/<uuid:pk>/versions/<int:number>/restore/", own_words.restore, name="restore"),
    path("reviews/<uuid:pk>/copy/", own_words.copy, name="copy"),
    path("reviews/<uuid:pk>/decline/", telling.decline, name="decline"),
    path("reviews/<uuid:pk>/conflict/", telling.conflict, name="conflict"),
    path("reviews/<uuid:pk>/authors-known/", telling.authors_known, name="authors_known"),
    path("reviews/<uuid:pk>/more-days/", telling.more_days, name="more_days"),
    path("emergency/<uuid:pk>/", emergency.emergency, name="emergency"),
    path("reviews/<uuid:pk>/propose/", nominate.nominate, name="nominate"),
]
