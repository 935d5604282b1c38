"""Run all benchmarks, or those named: `python -m benchmarks [pull]`."""

from __future__ import annotations

import sys

from benchmarks import dates, judge, operating, pull, rendering, service, timemachine
from benchmarks.forecast import report

BENCHMARKS = {
    "forecast": report.main,
    "pull": pull.main,
    "large": pull.large,
    "judge": judge.main,
    "dates": dates.main,
    "timemachine": timemachine.main,
    "rendering": rendering.main,
    "service": service.main,
    "operating": operating.main,
}


def main() -> int:
    """Run what is named; without a name, everything."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}\n")
        return 2
    for name in wanted:
        print(f"== {name}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
