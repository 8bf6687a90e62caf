"""Run the benchmarks: ``python -m benchmarks [NAME …] [SIZE …]``; sizes are for those that have some."""

import runpy
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main() -> None:
    sizes = [given for given in sys.argv[1:] if given.isdecimal()]
    wanted = [given for given in sys.argv[1:] if not given.isdecimal()] or NAMES
    if unknown := set(wanted) - set(NAMES):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    sys.argv = [*sys.argv[:1], *sizes]
    for name in wanted:
        print(f"== {name}")
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
