"""Forecasts on open data, beside what others say: `CLIENTVIEW_TEST_DATA` names the folder of the data.

Every project is forecast by the product itself, with general experience fitted on the other projects
alone. A folder `forecast` beside the data may hold answers of other methods (`ref_dev`,
`ref_dev_weekly`); they are scored on the same days.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from benchmarks.forecast import dated, delivery, tables, undated
from benchmarks.forecast.fit import Example, examples
from benchmarks.forecast.scoring import HEAD, Scored, row
from benchmarks.forecast.sources import WHOLE, Named, everything
from connector.analysis.forecast.chronicle import Kind

VARIABLE = "CLIENTVIEW_TEST_DATA"
REFERENCES = {"2090": "ref_dev", "weekly": "ref_dev_weekly"}
METHODS = ("c_mc", "z1_elapsed", "g_learned")
LEAST_MILESTONES = 3


def main() -> None:
    """Print all tables."""
    folder = os.environ.get(VARIABLE, "")
    if not folder or not Path(folder).is_dir():
        print(f"{VARIABLE} names no folder of open data: nothing to measure")
        return
    data = Path(folder)
    for line in chain(_undated(data), _dated(data), _delivery(data)):
        print(line, flush=True)


def _undated(data: Path) -> Iterator[str]:
    projects = list(everything(data))
    found = examples(projects)
    for design in undated.DESIGNS:
        yield f"milestones without a planned date, design {design}; losses in days\n{HEAD}"
        for project in projects:
            reference = data.parent / "forecast" / REFERENCES[design]
            yield from _project(project, found, design, reference)


def _project(project: Named, found: list[Example], design: str, reference: Path) -> Iterator[str]:
    compared = project.name in WHOLE and reference.is_dir()
    asked = (
        undated.asked_by(project, reference / f"{METHODS[1]}.jsonl")
        if compared
        else list(undated.points(project, design))
    )
    if len({track.key for track, _ in asked}) < LEAST_MILESTONES:
        return
    yield row(f"{project.name}", undated.scored(project, asked, undated.left_out(found, project.name)))
    yield row("  elapsed rule", undated.elapsed(asked))
    for method in METHODS if compared else ():
        answers = undated.read_answers(reference / f"{method}.jsonl")
        yield row(f"  {method}", undated.of_reference(asked, answers))


def _dated(data: Path) -> Iterator[str]:
    yield f"with a planned date, at 0, 30, 50 and 80 % of the planned time\n{HEAD}"
    for kind, told in ((Kind.ITERATION, tables.sprints(data)), (Kind.MILESTONE, tables.milestones(data))):
        by_project = dated.projects(told)
        ours: dict[str, Scored] = {}
        for name, own in by_project.items():
            others = [one for one in told if one.project != name]
            ours[name], face = dated.measured(own, others, kind)
            if len(own) >= LEAST_MILESTONES and ours[name]:
                yield row(f"{name} ({kind})", ours[name])
                yield row("  planned date at face value", face)


def _delivery(data: Path) -> Iterator[str]:
    yield "sprints that deliver less than committed, boards left out in turn"
    yield f"{'':12}{'n':>6}{'Brier':>9}{'base rate':>11}{'AUC':>7}"
    for share in tables.SHARES:
        judged = delivery.judged(tables.iterations(data, share))
        ours = [(likely, outcome) for likely, _, outcome in judged]
        base = [(running, outcome) for _, running, outcome in judged]
        yield (
            f"at {share:2} %{'':5}{len(judged):6}{delivery.brier(ours):9.3f}"
            f"{delivery.brier(base):11.3f}{delivery.area(ours):7.2f}"
        )
