"""Saves of files that are killed at each step, and whether a flipped bit is found.

    python -m benchmarks file_store [ROUNDS]                             on SQLite, fifty saves for each step
    python -m tests.servers exec -- python -m benchmarks file_store      on PostgreSQL

Each save is a process that is killed (SIGKILL) at the step that the line names; the last line is killed from outside
after a random time. Afterwards everything stored is read again. Exits 1 when anything is wrong.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 50


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATA_DIR": folder, "SECRET_KEY": "for the benchmark", "LOG_LEVEL": "ERROR"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, check=True)
        begin = time.monotonic()
        command = [sys.executable, "-m", "tests.submissions.killed_saves", str(rounds)]
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
        results = json.loads(done.stdout)
        print(f"{'killed':>6} {'acknowledged':>12} {'wrong':>6}  step")
        for result in results:
            print(f"{result['killed']:6} {result['acknowledged']:12} {len(result['wrong']):6}  {result['step']}")
            for sentence in result["wrong"][:3]:
                print(f"       {sentence}")
        print(f"{time.monotonic() - begin:.0f} s, {os.environ.get('DATABASE_URL', 'SQLite').split(':')[0]}")
        verify = [sys.executable, "manage.py", "verify_files"]
        sound = subprocess.run(verify, env=env, check=True, capture_output=True, text=True)
        flipped = flip(Path(folder) / "files", sound.stdout)
        found = subprocess.run(verify, env=env, capture_output=True, text=True)
        is_found = found.returncode == 1 and found.stderr.splitlines()[0] == f"damaged: {flipped}"
        print(f"one bit of {flipped[:12]}… flipped: {'found' if is_found else 'NOT FOUND'}")
    if not is_found or any(result["wrong"] for result in results):
        sys.exit(1)


def flip(files: Path, left_over: str) -> str:
    """Change one bit of one stored file that a row knows (it is not told as left over); returns its hash."""
    chosen = random.choice([path for path in sorted(files.glob("??/??/*")) if path.name not in left_over])
    content = bytearray(chosen.read_bytes())
    place = random.randrange(len(content))
    content[place] ^= 1 << random.randrange(8)
    chosen.write_bytes(content)
    return chosen.name


if __name__ == "__main__":
    main()
