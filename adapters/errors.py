"""What can go wrong on the ground floor, one class per decision of the caller.

AdapterError
├── SettingsError           the source's settings cannot work: configuration (exit 2)
├── UnreachableError        no answer, or none we may wait for: try later (exit 3)
│   ├── OverloadedError     it did not manage what was asked: ask for less, or later
│   └── WaitTooLongError    the tracker asks for more patience than a run has: `retry_at`
├── RefusedError            credentials or rights: a person must act (exit 3)
├── NotFoundError           the project or repository is not there, or not for us (exit 3)
│   ├── GoneError           it was there, and the tracker says that it is no more (410)
│   └── MovedError          it is elsewhere, and the tracker does not say where
├── MalformedError          the answer is not what the tracker documents (exit 3)
├── ForbiddenRequestError   our own fault: a request outside the allow-list (a defect)
└── PluginError             a plug-in cannot be loaded or broke its contract (exit 2)
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar


class AdapterError(Exception):
    """Base of everything an adapter raises. `str()` never holds a secret or a payload body."""

    retryable: ClassVar[bool] = False
    remedy: ClassVar[str] = "Report this with the log of the run."


class SettingsError(AdapterError):
    """The source's settings cannot work."""

    remedy = "Correct the source in the configuration file, then run `clientview check --online`."


class UnreachableError(AdapterError):
    """The tracker gave no usable answer within the time and attempts we have."""

    retryable = True
    remedy = "Nothing is lost: the next sync goes on where this one stopped."


class OverloadedError(UnreachableError):
    """The tracker answers, but did not manage this request (502, 503, 504): a smaller one may pass."""


class WaitTooLongError(UnreachableError):
    """The tracker asks for a wait longer than a run may take."""

    def __init__(self, message: str, *, retry_at: dt.datetime) -> None:
        """Keep when to come again."""
        super().__init__(message)
        self.retry_at = retry_at


class RefusedError(AdapterError):
    """The tracker refused the credentials, or they lack a right."""

    remedy = "Check the token: not expired, right account, read access. Then `clientview check --online`."


class NotFoundError(AdapterError):
    """The project, repository or issue is missing, or invisible to this token."""

    remedy = "Check the name, and that the token's account may see it."


class GoneError(NotFoundError):
    """It was there, and the tracker says that it is no more."""


class MovedError(NotFoundError):
    """It is elsewhere, and the tracker does not say where."""


class MalformedError(AdapterError):
    """An answer lacks what the tracker documents, or is no JSON at all."""

    remedy = "If a proxy or login page stands between, let the tracker's API pass; else report it."


class ForbiddenRequestError(AdapterError):
    """A request outside the allow-list of reading calls and hosts was attempted."""


class PluginError(AdapterError):
    """A plug-in could not be loaded or does not keep the protocol."""

    remedy = "Update or remove the plug-in named in the message."
