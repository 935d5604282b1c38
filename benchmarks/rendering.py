"""Rendering: what every form of an edition costs as a project grows, in CPU time and in bytes.

Every item is told in words of its own, which no usual project does: it is the most there can be to
write. Sizes are compared within one run; the best of several runs counts, after one to warm up.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import Final

from connector.disclosure.portal_view import past_edition
from connector.disclosure.view import ClientView
from connector.publish.bundle import beside, can_print, printed
from connector.publish.mail import email
from connector.publish.render import render
from tests.connector.made_views import Shape, made_view

SIZES = (10, 100, 500, 2_000, 10_000)
RUNS = 3
LIMIT_ITEMS, LIMIT_MS = 500, 100
ITEMS_A_THING = 20  # for every so many items: one goal, milestone, need, risk, decision, request, feedback
MOST_GOALS, MOST_MILESTONES = 40, 500

Form = Callable[[ClientView], Mapping[str, bytes]]
PAST = (past_edition(made_view(Shape(milestones=5))),)
FORMS: Final[Mapping[str, Form]] = {"page": render, "mail": email, "beside": lambda view: beside(view, PAST)}
PRINTED_ITEMS = (10, 500)


def main() -> None:
    """Print CPU milliseconds and kilobytes by form and size; then what ten times the items cost."""
    spent: dict[int, float] = {}
    print(f"{'items':>7}{'form':>10}{'CPU ms':>9}{'kB':>9}  files")
    for items in SIZES:
        spent[items] = sum(_row(items, name, form) for name, form in FORMS.items())
        print(f"{items:7}{'all':>10}{spent[items]:9.0f}")
    told = "under" if spent[LIMIT_ITEMS] < LIMIT_MS else "NOT under"
    print(f"{LIMIT_ITEMS} items: {told} {LIMIT_MS} ms")
    for fewer, more in ((100, 2_000), (500, 10_000)):
        print(f"{more // fewer} times the items cost {spent[more] / spent[fewer]:.1f} times the time")
    print("apart, where the extra `pdf` is installed:")
    for items in PRINTED_ITEMS if can_print() else ():
        _row(items, "pdf", printed)


def view_of(items: int) -> ClientView:
    """Return a view of so many told items, and of everything else what goes with them."""
    things = max(2, items // ITEMS_A_THING)
    goals, milestones = min(MOST_GOALS, things), min(MOST_MILESTONES, things)
    return made_view(Shape(work=items, things=things, goals=goals, milestones=milestones))


def _row(items: int, name: str, form: Form) -> float:
    view = view_of(items)
    form(view)
    spent_ms, files = min((_once(form, view) for _ in range(RUNS)), key=lambda each: each[0])
    size_kb = sum(map(len, files.values())) / 1000
    print(f"{items:7}{name:>10}{spent_ms:9.1f}{size_kb:9.1f}  {', '.join(files)}", flush=True)
    return spent_ms


def _once(form: Form, view: ClientView) -> tuple[float, Mapping[str, bytes]]:
    gc.collect()
    began_s = time.process_time()
    files = form(view)
    return 1000 * (time.process_time() - began_s), files
