"""When something needs the project manager's care although every tolerance holds."""

from __future__ import annotations

import datetime as dt

from connector.config.section import Section
from connector.config.values import Days, Duration, Ratio


class WatchSettings(Section):
    """`[project.watch]`: from when on the project manager is told."""

    goal_idle_days: Days = 28
    ageing_days: Days = 28
    waiting_days: Days = 10  # working days
    risk_days: Days = 28
    edition_days: Days = 5  # working days
    stale_after: Duration = dt.timedelta(days=1)
    unmapped_ratio: Ratio = 0.1
