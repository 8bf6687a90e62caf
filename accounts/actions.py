"""What this app writes into the log."""

ACTIONS = {
    "person.registered": "made an account",
    "person.confirmed_address": "confirmed an e-mail address",
    "person.changed_profile": "changed their profile",
    "person.added_publications": "added publications",
    "person.removed_publication": "removed a publication",
    "person.changed_relation": "changed whom they are tied to",
    "person.removed_relation": "removed a tie to somebody",
}
