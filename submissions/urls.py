from django.urls import path

from submissions.views import authors, begun, declared, files, follow, history, paper, start, typing, uploads

app_name = "submissions"

urlpatterns = [
    path("w/<slug:slug>/submit/", start.start, name="start"),
    path("w/<slug:slug>/papers/<int:number>/", paper.paper, name="paper"),
    path("w/<slug:slug>/papers/<int:number>/keep/", typing.keep, name="keep"),
    path("w/<slug:slug>/papers/<int:number>/working-copy/", typing.working_copy, name="working_copy"),
    path("w/<slug:slug>/papers/<int:number>/preview/", typing.preview, name="preview"),
    path("w/<slug:slug>/papers/<int:number>/address/", begun.address, name="address"),
    path("w/<slug:slug>/papers/<int:number>/claim/", begun.claim, name="claim"),
    path("p/<str:token>/", begun.link, name="link"),
    path("p/confirm/<str:token>/", begun.confirm_link, name="confirm_link"),
    path("confirm-address/", begun.confirm, name="confirm"),
    path("w/<slug:slug>/papers/<int:number>/status/", follow.status, name="status"),
    path("w/<slug:slug>/papers/<int:number>/withdraw/", follow.withdraw, name="withdraw"),
    path("w/<slug:slug>/papers/<int:number>/undo-withdrawal/", follow.undo_withdraw, name="undo_withdraw"),
    path("w/<slug:slug>/papers/<int:number>/authors/", authors.authors, name="authors"),
    path("w/<slug:slug>/papers/<int:number>/versions/", history.versions, name="versions"),
    path("w/<slug:slug>/papers/<int:number>/versions/<int:version>/restore/", history.restore, name="restore"),
    path("w/<slug:slug>/papers/<int:number>/receipt/", history.receipt, name="receipt"),
    path("w/<slug:slug>/papers/<int:number>/receipt.txt", history.receipt_text, name="receipt_text"),
    path("w/<slug:slug>/papers/<int:number>/declared/<int:pk>/", declared.answer, name="answer_declared"),
    path("w/<slug:slug>/missing-author/", authors.missing_author, name="missing_author"),
    path("a/<str:token>/", authors.author_link, name="author_link"),
    path("authorship/", authors.authorship, name="authorship"),
    path("w/<slug:slug>/papers/<int:number>/uploads/", uploads.begin, name="uploads"),
    path("w/<slug:slug>/papers/<int:number>/uploads/<uuid:pk>/", uploads.piece, name="upload"),
    path("files/<uuid:pk>/", files.serve_file, name="file"),
]
