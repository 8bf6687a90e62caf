from django.urls import path

from submissions import views

app_name = "submissions"

urlpatterns = [
    path("w/<slug:slug>/submit/", views.start, name="start"),
    path("w/<slug:slug>/papers/<int:number>/", views.paper, name="paper"),
    path("w/<slug:slug>/papers/<int:number>/status/", views.status, name="status"),
    path("w/<slug:slug>/papers/<int:number>/withdraw/", views.withdraw, name="withdraw"),
    path("w/<slug:slug>/papers/<int:number>/undo-withdrawal/", views.undo_withdraw, name="undo_withdraw"),
    path("files/<uuid:pk>/", views.serve_file, name="file"),
]
