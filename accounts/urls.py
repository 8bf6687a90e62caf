"""Addresses of a person's own pages, under /profile/."""

from django.urls import path

from accounts.views import merge, profile, relations, security

app_name = "accounts"
urlpatterns = [
    path("", profile.profile, name="profile"),
    path("publications/", profile.publications, name="publications"),
    path("publications/<int:pk>/remove/", profile.remove, name="remove_publication"),
    path("relations/", relations.add, name="relations"),
    path("relations/<int:pk>/", relations.change, name="relation"),
    path("put-back/", profile.put_back, name="put_back"),
    path("security/", security.security, name="security"),
    path("security/second-factor/", security.second_factor, name="second_factor"),
    path("security/sessions/", security.sessions, name="sessions"),
    path("security/sessions/<str:name>/end/", security.end, name="end_session"),
    path("security/sign-out-elsewhere/", security.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("addresses/<int:pk>/forget/", security.forget_address, name="forget_address"),
    path("merge/", merge.merge, name="merge"),
    path("merge/code/", merge.code, name="merge_code"),
    path("merge/look/", merge.look, name="merge_look"),
]
