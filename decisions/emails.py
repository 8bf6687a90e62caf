"""The mail that tells authors what was decided."""

DECISION = "decision"
