"""What this app writes into the log."""

ACTIONS = {
    "decision.made": "decided tentatively",
    "decision.cleared": "took a tentative decision back",
    "decision.confirmed": "confirmed a decision",
    "decision.unconfirmed": "took a confirmation back",
    "decision.released": "the authors were told",
    "decision.imported": "imported a decision",
    "release.started": "started a release",
    "release.took_effect": "a release took effect",
    "release.cancelled": "cancelled a release",
}
