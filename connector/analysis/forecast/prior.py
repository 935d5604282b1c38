"""General experience: what the finish dates of open projects taught, before a project has its own.

Numbers only, printed by `python -m benchmarks.forecast.table`; nothing of the trackers' text is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.analysis.forecast.ridge import Moments

FEATURES: Final = ("constant", "log elapsed", "log open", "busiest", "behind", "idle")
NEVER_BELOW_ZERO: Final = frozenset({2, 4, 5})
"""More open work, another one begun earlier, or nobody working never brings a date forward."""

WEIGHT: Final = 4.0  # of general experience, in finished milestones of the project's own
PENALTY: Final = 0.02
MOMENTS: Final = Moments(
    (
        (1.0000, 3.5362, 1.2739, 0.5036, 0.4191, 0.3491),
        (3.5362, 13.9710, 4.3726, 1.7379, 1.4145, 1.5594),
        (1.2739, 4.3726, 2.7717, 0.6732, 0.7724, 0.3629),
        (0.5036, 1.7379, 0.6732, 0.5036, 0.2144, 0.0409),
        (0.4191, 1.4145, 0.7724, 0.2144, 0.4191, 0.1217),
        (0.3491, 1.5594, 0.3629, 0.0409, 0.1217, 0.3491),
    ),
    (3.5911, 13.0112, 4.6528, 1.5664, 1.5126, 1.4636),
)
"""Mean products of the features with each other, and with log(1 + days left)."""

ERRORS: Final = (
    -2.331,
    -1.937,
    -1.702,
    -1.549,
    -1.334,
    -1.154,
    -1.064,
    -0.988,
    -0.841,
    -0.734,
    -0.636,
    -0.550,
    -0.491,
    -0.416,
    -0.361,
    -0.299,
    -0.213,
    -0.144,
    -0.074,
    -0.029,
    0.046,
    0.115,
    0.169,
    0.274,
    0.314,
    0.390,
    0.481,
    0.528,
    0.597,
    0.717,
    0.766,
    0.825,
    0.940,
    1.051,
    1.181,
    1.347,
    1.491,
    1.727,
    2.093,
    2.686,
)
"""Errors of log(1 + days left) on projects that the coefficients had not seen, as even quantiles."""

OVERRUNS: Final = (
    -0.083,
    0.000,
    0.000,
    0.000,
    0.000,
    0.071,
    0.071,
    0.077,
    0.091,
    0.143,
    0.143,
    0.167,
    0.273,
    0.445,
    1.000,
    1.500,
    1.500,
    1.500,
    1.500,
    1.500,
)
"""Overruns of dated milestones and sprints in shares of their planned length, as even quantiles."""

SPRINT_OVERRUNS: Final = (
    -0.083,
    0.000,
    0.000,
    0.000,
    0.000,
    0.000,
    0.000,
    0.071,
    0.071,
    0.071,
    0.077,
    0.077,
    0.091,
    0.143,
    0.143,
    0.143,
    0.167,
    0.214,
    0.273,
    0.714,
)
"""The same of sprints alone."""

SPRINT_FEATURES: Final = ("constant", "log committed", "done", "added", "removed")
"""The last three in shares of what was committed."""

SPRINT_LEVEL_VARIANCE: Final = 1.0  # of how much less, or more, a team takes on than others, in logits

SPRINT_COEFFICIENTS: Final = (
    (0.0, (-0.180, 0.504, -2.381, 0.948, -1.426)),
    (0.3, (0.106, 0.674, -2.679, 1.254, -1.764)),
    (0.5, (0.242, 0.710, -2.709, 1.555, -2.115)),
    (0.8, (0.439, 0.819, -2.683, 2.037, -2.865)),
)
"""By share of the planned time: what makes a sprint fall short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class General:
    """General experience that dates lean on; another one serves to measure projects left out of it."""

    moments: Moments = MOMENTS
    errors: Sequence[float] = ERRORS
    overruns: Sequence[float] = OVERRUNS
    sprint_overruns: Sequence[float] = SPRINT_OVERRUNS


GENERAL: Final = General()
