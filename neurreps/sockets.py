"""Where the embedded Redis listens. A socket's path has at most 107 bytes, so a deep DATA_DIR gets a stand-in."""

import hashlib
import os
import tempfile
from pathlib import Path

LONGEST = 100


def redis_socket(data_dir: Path) -> Path:
    """DATA_DIR/run/redis.sock, or, where that is too long, a short path of this user's own, the same at each start."""
    path = data_dir / "run" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"neurreps-{os.getuid()}" / f"{name}.sock"
