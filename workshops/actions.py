"""What this app writes into the log."""

ACTIONS = {
    "workshop.created": "created the workshop",
    "workshop.cloned": "began the workshop from an earlier edition",
    "workshop.announced": "opened the call",
    "workshop.unannounced": "took the call back",
    "workshop.banner_changed": "changed the picture of the workshop",
    "deadline.set": "set a deadline",
    "deadline.moved": "moved a deadline",
    "deadline.move_undone": "took the move of dates back",
    "role.given": "gave a role",
    "role.ended": "ended a role",
    "form.drafted": "began a new version of a form",
    "form.changed": "changed the draft of a form",
    "form.discarded": "threw away the draft of a form",
    "form.opened": "opened a version of a form",
}
