"""What this app writes into the log."""

ACTIONS = {
    "settings.added": "added a setting",
    "settings.changed": "changed a setting",
    "settings.removed": "removed a setting",
    "identity.revealed": "looked at names",
}
