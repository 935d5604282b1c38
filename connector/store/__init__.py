"""The store: what was pulled, agreed, told and sent. Nothing once stored is lost.

`open_store` gives a `Store`, whose methods are grouped by subject: `store.pulls`, `store.comparison`,
`store.hints`, `store.notes`, `store.facts`, `store.milestones`, `store.baselines`, `store.changes`,
`store.feedback`, `store.evidence`, `store.rules`, `store.drafts`, `store.editions`, `store.chain`,
`store.alerts`, `store.outbox`, `store.runs`, `store.locks`. Every query names its project; every write
is one transaction.
"""

from connector.store.errors import LockedError, StoreError
from connector.store.store import Store, open_store

__all__ = ["LockedError", "Store", "StoreError", "open_store"]
