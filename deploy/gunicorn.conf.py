"""The web server, the same everywhere: `gunicorn -c deploy/gunicorn.conf.py neurreps.wsgi:application`.

BIND, PORT, WEB_PROCESSES and WEB_THREADS come from the environment (docs/operating.md).
"""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger

from neurreps.logs import SECRETS


class MaskingLogger(Logger):
    """The access log without the secrets of links."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        atoms = super().atoms(*args, **kwargs)
        atoms["U"] = SECRETS.sub(r"\1…", str(atoms["U"]))
        return dict(atoms)


logger_class = MaskingLogger
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # a process that was killed is back in milliseconds, and they share what they do not change
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  (heartbeats never wait for a disk)
timeout = 60
graceful_timeout = 10
keepalive = 15
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 8190
control_socket_disable = True
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"


def when_ready(server: Any) -> None:
    """What the whole site is made of is looked through once: its processes never search it for garbage again."""
    gc.collect()
    gc.freeze()
