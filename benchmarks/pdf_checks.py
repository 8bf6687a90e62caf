"""What the checks of PDFs and of ZIP files find: over the corpus of the tests and over good papers.

    python -m benchmarks.pdf_checks [--all]

Each file is looked at as the worker does it, in a limited process of its own. A line for each kind of file and for each
file that was told wrongly (or for every file with --all): what was found of what is in it, what was missed, what was
said without a reason, seconds of processor and of wall time, with the start of the process.
"""

import argparse
import os
import resource
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.submissions import archives, corpus


@dataclass
class Result:
    case: corpus.Case
    found: list[str]
    counted: int | None
    refused: bool
    cpu: float
    wall: float

    @property
    def missed(self) -> list[str]:
        return sorted(set(self.case.codes) - set(self.found))

    @property
    def false_alarms(self) -> list[str]:
        return sorted(set(self.found) - set(self.case.codes))

    @property
    def is_right(self) -> bool:
        counted_right = self.case.kind != "good" or self.counted == self.case.counted
        return not self.missed and not self.false_alarms and self.refused == self.case.refused and counted_right


def measure(case: corpus.Case) -> Result:
    from submissions.services import check

    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "in", Path(folder) / "out"
        path.write_bytes(case.make())
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        question = archives.QUESTION if case in archives.ARCHIVES else corpus.QUESTION
        answer = check._ask(path, out, question | {"name": case.file_name})
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        refused = not out.exists()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    counted = [entry["data"]["counted"] for entry in answer["findings"] if entry["code"] == "references"]
    found = [entry["code"] for entry in answer["findings"] if entry["code"] != "references"]
    return Result(case, found, counted[0] if counted else None, refused, cpu, wall)


def line(name: str, results: list[Result]) -> str:
    cpu = sorted(result.cpu for result in results)
    wanted = sum(len(result.case.codes) for result in results)
    missed = sum(len(result.missed) for result in results)
    alarms = sum(len(result.false_alarms) for result in results)
    right = sum(result.is_right for result in results)
    return (
        f"{name:17} {len(results):5} {right:5} {wanted - missed:5} of {wanted:<3} {missed:6} {alarms:12} "
        f"{cpu[len(cpu) // 2]:10.2f} {cpu[-1]:8.2f} {max(result.wall for result in results):9.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What the checks of PDFs and of ZIP files find.")
    parser.add_argument("--all", action="store_true", help="a line for every file")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")
    import django

    django.setup()
    kinds: dict[str, list[Result]] = defaultdict(list)
    for case in [*corpus.CORPUS, *archives.ARCHIVES]:
        result = measure(case)
        kinds[case.kind].append(result)
        if options.all or not result.is_right:
            told = ", ".join(result.found) or "nothing"
            wrong = "" if result.is_right else f"  WRONG: missed {result.missed}, said {result.false_alarms}"
            pages = f", {result.counted} pages before the references" if result.counted else ""
            print(f"{result.cpu:6.2f} s  {case.kind}: {case.name}: {told}{pages}{wrong}")
    print(f"{'kind':17} {'files':>5} {'right':>5} {'found':>12} {'missed':>6} {'false alarms':>12} "
          f"{'median CPU':>10} {'most CPU':>8} {'most wall':>9}")  # fmt: skip
    for kind, results in kinds.items():
        print(line(kind, results))
    print(line("all", [result for results in kinds.values() for result in results]))


if __name__ == "__main__":
    main()
