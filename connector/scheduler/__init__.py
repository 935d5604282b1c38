"""The service: syncs, alerts and editions on the configured rhythm, in one process."""

from connector.scheduler.once import run_once
from connector.scheduler.service import Service

__all__ = ["Service", "run_once"]
