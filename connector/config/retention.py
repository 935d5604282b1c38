"""How long what is personal is kept: a table of the configuration."""

from __future__ import annotations

from connector.config.section import Section
from connector.config.values import Duration


class RetentionSettings(Section):
    """`[project.retention]`: from when on a project's raw data is taken out. Ledgers stay."""

    raw_for: Duration | None = None  # texts of closed issues and their history, since they were closed
    people_for: Duration | None = None  # names of people in closed issues and their history, likewise
