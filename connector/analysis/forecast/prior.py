"""General experience: what the finish dates of open projects taught, before a project has its own.

Numbers only, fitted by `python -m benchmarks forecast --fit`; nothing of the trackers' text is in them.
"""

from __future__ import annotations

from typing import Final

from connector.analysis.forecast.ridge import Moments

FEATURES: Final = ("constant", "log elapsed", "log open", "busiest", "behind", "idle")
NEVER_BELOW_ZERO: Final = frozenset({2, 4, 5})
"""More open work, another one begun earlier, or nobody working never brings a date forward."""

WEIGHT: Final = 4.0  # of general experience, in finished milestones of the project's own
PENALTY: Final = 0.02
MOMENTS: Final = Moments(
    (
        (1.0000, 3.5561, 1.2787, 0.5020, 0.4232, 0.3532),
        (3.5561, 14.0840, 4.4066, 1.7412, 1.4273, 1.5768),
        (1.2787, 4.4066, 2.7922, 0.6760, 0.7792, 0.3671),
        (0.5020, 1.7412, 0.6760, 0.5020, 0.2161, 0.0416),
        (0.4232, 1.4273, 0.7792, 0.2161, 0.4232, 0.1228),
        (0.3532, 1.5768, 0.3671, 0.0416, 0.1228, 0.3532),
    ),
    (3.6094, 13.1168, 4.6843, 1.5722, 1.5275, 1.4791),
)
"""Mean products of the features with each other, and with log(1 + days left)."""

ERRORS: Final = (
    -2.331,
    -1.947,
    -1.694,
    -1.518,
    -1.318,
    -1.148,
    -1.047,
    -0.938,
    -0.802,
    -0.689,
    -0.604,
    -0.531,
    -0.488,
    -0.415,
    -0.345,
    -0.275,
    -0.205,
    -0.137,
    -0.073,
    -0.026,
    0.056,
    0.113,
    0.204,
    0.253,
    0.307,
    0.395,
    0.462,
    0.524,
    0.606,
    0.695,
    0.757,
    0.824,
    0.942,
    1.039,
    1.160,
    1.350,
    1.478,
    1.731,
    2.048,
    2.669,
)
"""Errors of log(1 + days left) on projects that the coefficients had not seen, as even quantiles."""

OVERRUNS: Final = (-0.46, 0.0, 0.1, 0.1, 0.1, 0.45, 1.0, 1.4, 2.0, 2.0, 2.0, 2.3, 3.0, 4.4)
SPRINT_OVERRUNS: Final = (0.0, 0.0, 0.0, 0.07, 0.14, 0.14, 0.2, 0.3)
