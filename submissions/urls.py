from django.urls import path

from submissions.views import files, follow, paper, start

app_name = "submissions"

urlpatterns = [
    path("w/<slug:slug>/submit/", start.start, name="start"),
    path("w/<slug:slug>/papers/<int:number>/", paper.paper, name="paper"),
    path("w/<slug:slug>/papers/<int:number>/status/", follow.status, name="status"),
    path("w/<slug:slug>/papers/<int:number>/withdraw/", follow.withdraw, name="withdraw"),
    path("w/<slug:slug>/papers/<int:number>/undo-withdrawal/", follow.undo_withdraw, name="undo_withdraw"),
    path("files/<uuid:pk>/", files.serve_file, name="file"),
]
