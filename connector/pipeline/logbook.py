"""The log of a process that runs by itself: in the form and from the level that `[service]` asks for."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import TextIO

from connector import logs
from connector.config.service import ServiceSettings


def begin(settings: ServiceSettings, *, stream: TextIO, now: Callable[[], dt.datetime]) -> None:
    """Write the log as configured from here on; also after the configuration was read anew.

    `log_level` is that of this program's own lines. Libraries are heard from warnings on: at lower
    levels they tell of requests and statements with what these hold.

    Args:
        settings: `[service]` of the configuration.
        stream: Where lines go: stderr.
        now: The clock, for the lines' instants.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    libraries = max(level, logging.WARNING)
    logs.set_up(stream=stream, level=level, libraries=libraries, as_json=settings.log == "json", now=now)
