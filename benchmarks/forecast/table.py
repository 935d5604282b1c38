"""Prints general experience as `connector/analysis/forecast/prior.py` holds it.

`python -m benchmarks.forecast.table`; `CLIENTVIEW_TEST_DATA` names the folder of open data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.forecast import tables
from benchmarks.forecast.dated import QUANTILES
from benchmarks.forecast.fit import examples, fit, logistic, overrun_shares
from benchmarks.forecast.report import VARIABLE
from benchmarks.forecast.sources import everything


def main() -> int:
    """Fit everything and print it."""
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        sys.stderr.write(f"{VARIABLE}: found nothing, expected the folder of open data\n")
        return 2
    print("\n".join(_lines(Path(folder))))
    return 0


def _lines(data: Path) -> Iterator[str]:
    fitted = fit(examples(everything(data)))
    sprints = tables.sprints(data)
    teams = [replace(one, project=one.project.split()[0]) for one in tables.milestones(data)]
    yield f"MOMENTS: Final = Moments(\n    ({', '.join(_tuple(row, 4) for row in fitted.moments.gram)}),"
    yield f"    {_tuple(fitted.moments.cross, 4)},\n)"
    yield f"ERRORS: Final = {_tuple(fitted.errors)}"
    yield f"OVERRUNS: Final = {_tuple(overrun_shares([*sprints, *teams], QUANTILES))}"
    yield f"SPRINT_OVERRUNS: Final = {_tuple(overrun_shares(sprints, QUANTILES))}"
    models = [(share / 100, logistic(tables.iterations(data, share).values())) for share in tables.SHARES]
    told = ", ".join(f"({share}, {_tuple(model)})" for share, model in models)
    yield f"SPRINT_COEFFICIENTS: Final = ({told})"


def _tuple(values: Iterable[float] | Sequence[float], places: int = 3) -> str:
    return f"({', '.join(f'{value:.{places}f}' for value in values)})"


if __name__ == "__main__":
    sys.exit(main())
