"""What this app writes into the log."""

ACTIONS = {
    "settings.added": "added a setting",
    "settings.changed": "changed a setting",
    "identity.revealed": "looked at names",
}
