"""The figures of the installation in Prometheus's text format, made anew at each scrape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from connector.pipeline.vitals import Vitals
from connector.store.counts import Pair
from connector.store.totals import RunTotal

Sample = tuple[Sequence[str], float]
"""Values of a figure's labels, and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric: what it is called, what it tells, and where its values come from.

    A `counter` only grows over the life of a store, a `gauge` goes up and down, a `summary` has a
    count and a sum.
    """

    name: str
    kind: str
    about: str
    labels: tuple[str, ...] = ()
    read: Callable[[Vitals], Iterable[Sample]]
    counts: Callable[[Vitals], Iterable[Sample]] | None = None  # of a summary; `read` gives its sums

    def family(self, vitals: Vitals) -> Metric:
        """Give the metric with its samples."""
        if self.counts is not None:
            summary = SummaryMetricFamily(self.name, self.about, labels=self.labels)
            counts = {tuple(labels): value for labels, value in self.counts(vitals)}
            for labels, value in self.read(vitals):
                summary.add_metric(labels, int(counts[tuple(labels)]), value)
            return summary
        made = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = made(self.name, self.about, labels=self.labels)
        for labels, value in self.read(vitals):
            family.add_metric(labels, value)
        return family


def text(vitals: Vitals) -> bytes:
    """Write the figures as Prometheus reads them (text format 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_OneScrape(vitals))
    return generate_latest(registry)


class _OneScrape(Collector):
    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        """Give every figure."""
        return (figure.family(self._vitals) for figure in FIGURES)


def _pairs(read: Callable[[Vitals], Iterable[tuple[Pair, int]]]) -> Callable[[Vitals], Iterator[Sample]]:
    return lambda vitals: ((pair, number) for pair, number in sorted(read(vitals)))


def _runs(vitals: Vitals) -> Iterator[RunTotal]:
    return (one for one in vitals.totals if not one.source)


def _summed(
    vitals: Vitals, value: Callable[[RunTotal], float], *, by_source: bool
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Sum over outcomes; by project, or by project and source."""
    sums: dict[tuple[str, ...], float] = {}
    for one in vitals.totals:
        if bool(one.source) == by_source:
            key = (one.project, one.source) if by_source else (one.project,)
            sums[key] = sums.get(key, 0) + value(one)
    yield from sums.items()


def _last(vitals: Vitals, value: Callable[[RunTotal], float]) -> Iterator[Sample]:
    newest: dict[str, RunTotal] = {}
    for one in _runs(vitals):
        if one.project not in newest or newest[one.project].last_at < one.last_at:
            newest[one.project] = one
    return (((project,), value(one)) for project, one in newest.items())


def _succeeded(vitals: Vitals) -> Iterator[Sample]:
    for one in vitals.counts.sources:
        if one.last_success_at is not None:
            yield (one.project, one.source), one.last_success_at.timestamp()


def _age_s(vitals: Vitals, since: dt.datetime) -> float:
    return max((vitals.at - since).total_seconds(), 0.0)


FIGURES: Final[tuple[Figure, ...]] = (
    Figure(
        name="clientview_build_info",
        kind="gauge",
        about="1, labelled with the version that runs",
        labels=("version",),
        read=lambda v: [((v.version,), 1)],
    ),
    Figure(
        name="clientview_clock_moved",
        kind="gauge",
        about="1 where CLIENTVIEW_NOW moves the clock: a rehearsal, never the real service",
        read=lambda v: [((), v.is_clock_moved)],
    ),
    Figure(
        name="clientview_project_readable",
        kind="gauge",
        about="0 where a project's rules or sources have faults, so that it is not synced",
        labels=("project",),
        read=lambda v: (((project,), is_readable) for project, is_readable in v.readable),
    ),
    Figure(
        name="clientview_syncs_total",
        kind="counter",
        about=(
            "Syncs that ended, by outcome: done, tracker_failed, refused, not_possible, interrupted,"
            " unforeseen"
        ),
        labels=("project", "outcome"),
        read=lambda v: (((one.project, one.outcome), one.runs) for one in _runs(v)),
    ),
    Figure(
        name="clientview_sync_duration_seconds",
        kind="summary",
        about="How long syncs took, waits included",
        labels=("project",),
        read=lambda v: _summed(v, lambda one: one.seconds, by_source=False),
        counts=lambda v: _summed(v, lambda one: one.runs, by_source=False),
    ),
    Figure(
        name="clientview_sync_last_duration_seconds",
        kind="gauge",
        about="How long the last sync took",
        labels=("project",),
        read=lambda v: _last(v, lambda one: one.last_s),
    ),
    Figure(
        name="clientview_sync_last_timestamp_seconds",
        kind="gauge",
        about="When the last sync ended, well or not",
        labels=("project",),
        read=lambda v: _last(v, lambda one: one.last_at.timestamp()),
    ),
    Figure(
        name="clientview_requests_total",
        kind="counter",
        about="Requests sent to trackers",
        labels=("project", "source"),
        read=lambda v: _summed(v, lambda one: one.requests, by_source=True),
    ),
    Figure(
        name="clientview_waited_seconds_total",
        kind="counter",
        about="Time waited because trackers asked for patience or did not answer",
        labels=("project", "source"),
        read=lambda v: _summed(v, lambda one: one.waited_s, by_source=True),
    ),
    Figure(
        name="clientview_issues",
        kind="gauge",
        about="Issues known and not gone",
        labels=("project", "source"),
        read=lambda v: (((one.project, one.source), one.issues) for one in v.counts.sources),
    ),
    Figure(
        name="clientview_source_last_success_timestamp_seconds",
        kind="gauge",
        about="When a source was last read well; none before the first time",
        labels=("project", "source"),
        read=_succeeded,
    ),
    Figure(
        name="clientview_source_failing",
        kind="gauge",
        about="1 from the first failure until a source is read well again",
        labels=("project", "source"),
        read=lambda v: (
            ((one.project, one.source), one.failed_since is not None) for one in v.counts.sources
        ),
    ),
    Figure(
        name="clientview_alerts",
        kind="gauge",
        about="Alerts by severity and state: pending, firing, acknowledged; resolved ones are not counted",
        labels=("project", "severity", "state"),
        read=lambda v: sorted(v.counts.alerts.items()),
    ),
    Figure(
        name="clientview_messages",
        kind="gauge",
        about="Messages to the project manager that the store holds, by state: waiting, sent, failed",
        labels=("project", "state"),
        read=_pairs(lambda v: v.counts.messages.items()),
    ),
    Figure(
        name="clientview_message_oldest_waiting_seconds",
        kind="gauge",
        about="Age of the oldest message that waits; none where none does",
        labels=("project",),
        read=lambda v: (
            ((project,), _age_s(v, since)) for project, since in sorted(v.counts.waiting_since.items())
        ),
    ),
    Figure(
        name="clientview_deliveries",
        kind="gauge",
        about="Editions to addresses, by state: waiting, sending, sent, failed, in_doubt, cancelled",
        labels=("project", "state"),
        read=_pairs(lambda v: v.counts.deliveries.items()),
    ),
    Figure(
        name="clientview_editions_total",
        kind="counter",
        about="Editions published",
        labels=("project", "audience"),
        read=lambda v: (((one.project, one.audience), one.number) for one in v.counts.editions),
    ),
    Figure(
        name="clientview_edition_age_seconds",
        kind="gauge",
        about="Age of the newest edition; none before the first",
        labels=("project", "audience"),
        read=lambda v: (
            ((one.project, one.audience), _age_s(v, one.published_at)) for one in v.counts.editions
        ),
    ),
    Figure(
        name="clientview_draft_waiting_seconds",
        kind="gauge",
        about="How long a draft has waited to be published; none where there is no draft",
        labels=("project", "audience"),
        read=lambda v: ((pair, _age_s(v, since)) for pair, since in sorted(v.counts.drafts.items())),
    ),
    Figure(
        name="clientview_links_active",
        kind="gauge",
        about="Links for readers that are neither revoked nor expired",
        labels=("project", "audience"),
        read=_pairs(lambda v: v.counts.links.items()),
    ),
    Figure(
        name="clientview_store_size_bytes",
        kind="gauge",
        about="Size of the store's files",
        read=lambda v: [((), v.store_bytes)],
    ),
    Figure(
        name="clientview_disk_free_bytes",
        kind="gauge",
        about="Free space where the store lies",
        read=lambda v: [((), v.free_bytes)],
    ),
)
"""Every metric, in the order it is written."""
