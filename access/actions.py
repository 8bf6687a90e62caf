"""What this app writes into the log."""

ACTIONS = {
    "settings.added": "added a setting",
    "settings.changed": "changed a setting",
    "settings.removed": "removed a setting",
    "identity.revealed": "looked at names",
    "view_as.begun": "began to look at the site as somebody else",
    "view_as.ended": "stopped looking at the site as somebody else",
}
