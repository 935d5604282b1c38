"""The store's front: opens the database, brings it up to date, offers its subjects."""

from __future__ import annotations

import logging
from pathlib import Path
from types import TracebackType
from typing import Self

from connector.store.alerts import Alerts
from connector.store.backtests import Backtests
from connector.store.baselines import Baselines
from connector.store.chain import Chain
from connector.store.changes import Changes
from connector.store.client_links import ClientLinks
from connector.store.comparison import Comparison
from connector.store.counts import Counting
from connector.store.deliveries import Deliveries
from connector.store.drafts import Drafts
from connector.store.editions import Editions
from connector.store.engine import Database, open_database
from connector.store.erasure import Erasure
from connector.store.evidence import EvidenceFiles
from connector.store.facts import Facts
from connector.store.feedback import FeedbackEntries
from connector.store.hints import HintsTold
from connector.store.locks import Locks
from connector.store.migrate import migrate
from connector.store.milestones import Milestones
from connector.store.notes import Notes
from connector.store.outbox import Outbox
from connector.store.probe import Probe
from connector.store.pulls import Pulls
from connector.store.retention import Retention
from connector.store.rules import RuleUses
from connector.store.runs import Runs
from connector.store.silences import Silences
from connector.store.totals import Totals

logger = logging.getLogger(__name__)


class Store:
    """All that is kept. Its attributes are its subjects; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.where = database.where
        self.pulls = Pulls(database)
        self.comparison = Comparison(database)
        self.hints = HintsTold(database)
        self.notes = Notes(database)
        self.facts = Facts(database)
        self.milestones = Milestones(database)
        self.baselines = Baselines(database)
        self.changes = Changes(database)
        self.feedback = FeedbackEntries(database)
        self.evidence = EvidenceFiles(database)
        self.rules = RuleUses(database)
        self.drafts = Drafts(database)
        self.editions = Editions(database)
        self.chain = Chain(database)
        self.alerts = Alerts(database)
        self.silences = Silences(database)
        self.outbox = Outbox(database)
        self.deliveries = Deliveries(database)
        self.client_links = ClientLinks(database)
        self.runs = Runs(database)
        self.totals = Totals(database)
        self.counting = Counting(database)
        self.probe = Probe(database)
        self.backtests = Backtests(database)
        self.locks = Locks(database)
        self.erasure = Erasure(database)
        self.retention = Retention(database)

    def close(self) -> None:
        """Give back all connections. Idempotent."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, folder: Path) -> Store:
    """Open the store, made or brought to this version if need be (an older one is backed up first).

    Args:
        url: `[store] url` of the configuration.
        folder: The folder that relative paths start from: the configuration's.

    Raises:
        UsageError: The URL cannot be used.
        StoreError: The store is of a newer program, is no store, or cannot be opened.
    """
    database = open_database(url, folder=folder)
    try:
        backup = migrate(database)
    except BaseException:
        database.close()
        raise
    if backup is not None:
        logger.info(
            "The store was brought up to date; a backup lies at %s", backup, extra={"event": "store.migrated"}
        )
    return Store(database)
