"""The shape of what is answered."""

from typing import Any

Finding = dict[str, Any]
Answer = dict[str, Any]
ERROR, WARNING, INFO = "error", "warning", "info"


def finding(code: str, severity: str, *, sure: bool = True, page: int | None = None, **data: Any) -> Finding:
    return {"code": code, "severity": severity, "sure": sure, "page": page, "data": data}


def refused(code: str, *, pages: int | None = None, **data: Any) -> Answer:
    return {"pages": pages, "findings": [finding(code, ERROR, **data)]}
