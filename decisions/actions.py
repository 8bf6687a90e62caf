"""What this app writes into the log."""

ACTIONS = {
    "decision.made": "decided tentatively",
    "decision.made_as_sole": "decided tentatively as sole handler, guest chair or by waiver",
    "decision.fell_back": "a tentative decision was dropped: who made it has a conflict",
    "decision.confirmation_fell_back": "a confirmation was dropped: who gave it has a conflict",
    "decision.upheld": "said that a decision stands that somebody with a conflict had made",
    "decision.seconded_by_nobody": "let a decision be told that no second person had confirmed",
    "decision.cleared": "took a tentative decision back",
    "decision.confirmed": "confirmed a decision",
    "decision.unconfirmed": "took a confirmation back",
    "decision.released": "the authors were told",
    "decision.imported": "imported a decision",
    "release.started": "started a release",
    "release.took_effect": "a release took effect",
    "release.cancelled": "cancelled a release",
}
