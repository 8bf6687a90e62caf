"""What this app writes into the log."""

ACTIONS = {
    "person.registered": "made an account",
    "person.confirmed_address": "confirmed an e-mail address",
    "person.added_address": "added an e-mail address, not confirmed yet",
    "person.forgot_address": "took an unconfirmed e-mail address off",
    "person.removed_address": "removed an e-mail address",
    "person.tied_orcid": "signed in at ORCID, which told their iD",
    "person.lost_orcid": "lost an ORCID iD that is somebody else’s",
    "person.second_factor_reset": "had the second factor removed",
    "person.ended_session": "signed out on one of their devices",
    "person.signed_out_everywhere": "signed out everywhere",
    "person.merged": "became one account with another",
    "person.changed_profile": "changed their profile",
    "person.added_publications": "added publications",
    "person.removed_publication": "removed a publication",
    "person.changed_relation": "changed whom they are tied to",
    "person.removed_relation": "removed a tie to somebody",
}
