"""What a command may end with, and how it is told. A user never sees a traceback for these.

ConnectorError
├── UsageError      2  usage or configuration
├── TrackerError    3  a tracker could not be read
├── SafetyError     4  refused for safety: guard, leak, missing approval
└── DeviationFound  5  `status --fail-on`
"""

from __future__ import annotations

from typing import ClassVar


class ConnectorError(Exception):
    """Base: shown as its message alone, ends the process with `exit_code`."""

    exit_code: ClassVar[int] = 1


class UsageError(ConnectorError):
    """Wrong use or configuration; the message names file, key, what was found and expected."""

    exit_code = 2


class TrackerError(ConnectorError):
    """A tracker could not be read; what was stored before stays as it was."""

    exit_code = 3


class SafetyError(ConnectorError):
    """Refused for safety: a guard tripped, a leak was found, an approval is missing."""

    exit_code = 4


class DeviationFoundError(ConnectorError):
    """A deviation at or above the asked level exists."""

    exit_code = 5
