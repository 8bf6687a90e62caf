"""Mails about a paper and its deadline: which there are, and with which values."""

from notifications.kinds import Kind, register
from submissions.emails import PAPER

KEPT_LATE = "kept_late"
LATE_ACCEPTED = "late_accepted"
LATE_REFUSED = "late_refused"
EXTENDED = "extended"
EXTENSION_ENDED = "extension_ended"

_AT = "25 Nov 2026, 00:12 AoE (25 Nov 2026, 12:12 UTC)"
_DEADLINE = "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)"
_UNTIL = "26 Nov 2026, 23:59 AoE (27 Nov 2026, 11:59 UTC)"

register(
    [
        Kind(
            name=KEPT_LATE,
            label="A save came after the deadline",
            values=PAPER | {"at": _AT, "deadline": _DEADLINE, "begun_late": ""},
        ),
        Kind(
            name=LATE_ACCEPTED, label="A late save counts", values=PAPER | {"at": _AT, "reason": "The site was slow."}
        ),
        Kind(
            name=LATE_REFUSED,
            label="A late save does not count",
            values=PAPER | {"at": _AT, "reason": "Too late."},
        ),
        Kind(
            name=EXTENDED,
            label="A paper is open for longer",
            values=PAPER | {"until": _UNTIL, "reason": "A storm cut the power."},
        ),
        Kind(
            name=EXTENSION_ENDED,
            label="A paper is no longer open",
            values=PAPER | {"until": _UNTIL, "reason": "It was opened by mistake."},
        ),
    ]
)
