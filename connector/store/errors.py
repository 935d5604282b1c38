"""What can go wrong with the store, and how the database's own errors are told.

ConnectorError
├── StoreError    2  the store cannot be used as it is: full, locked, damaged, too new
└── LockedError   2  another process works on this project
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.exc import DBAPIError

from connector.errors import ConnectorError

_REMEDIES = (
    ("full", "the disk is full", "free some space and run the command again"),
    (
        "disk i/o error",
        "the disk is full or failing",
        "free some space, check the disk, run the command again",
    ),
    ("database is locked", "another process has been writing for too long", "run the command again later"),
    ("readonly", "the file or its folder is read-only", "give this user write access to both"),
    (
        "unable to open",
        "the file or its folder cannot be opened",
        "check that the folder exists and its rights",
    ),
    ("not a database", "the file is no clientview store", "check `[store] url`"),
    ("malformed", "the file is damaged", "put back a backup of it"),
)


class StoreError(ConnectorError):
    """The store cannot be used as it is; nothing of the failed step was stored, all before it was."""

    exit_code = 2


class LockedError(ConnectorError):
    """Another process works on the project."""

    exit_code = 2

    def __init__(self, project: str, *, owner: str, expires_at: dt.datetime) -> None:
        """Keep who holds the lock, and until when it holds without a sign of life."""
        super().__init__(
            f"project {project}: another process ({owner}) works on it."
            f" Wait for it to end; if it died, its lock expires at {expires_at:%Y-%m-%dT%H:%M:%SZ}."
        )
        self.owner = owner
        self.expires_at = expires_at


def told(exc: DBAPIError, *, where: str) -> StoreError | None:
    """Say in plain words what the database refused; statements and values stay out of it.

    Args:
        exc: The driver's error.
        where: The store as people know it: the file's path.

    Returns:
        The error for people; None where the fault is the program's own.
    """
    return _remedied(str(exc.orig), where)


def plain(exc: Exception, *, where: str) -> StoreError:
    """Say in plain words what the driver itself refused, as far as its words are known.

    Args:
        exc: The driver's error; it has neither statements nor values.
        where: The store as people know it: the file's path.
    """
    return _remedied(str(exc), where) or StoreError(f"store {where}: {exc}. Nothing of this step was stored.")


def _remedied(text: str, where: str) -> StoreError | None:
    for sign, what, remedy in _REMEDIES:
        if sign in text.lower():
            return StoreError(f"store {where}: {what}. Nothing of this step was stored; {remedy}.")
    return None
