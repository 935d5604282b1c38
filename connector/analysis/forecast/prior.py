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
PENALTY: Final = 0.1  # on squares of coefficients, per milestone
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
    -2.290,
    -1.895,
    -1.693,
    -1.513,
    -1.363,
    -1.209,
    -1.082,
    -0.952,
    -0.866,
    -0.729,
    -0.619,
    -0.566,
    -0.500,
    -0.434,
    -0.359,
    -0.297,
    -0.209,
    -0.142,
    -0.093,
    -0.026,
    0.037,
    0.125,
    0.190,
    0.240,
    0.333,
    0.390,
    0.467,
    0.558,
    0.589,
    0.691,
    0.765,
    0.851,
    0.938,
    1.042,
    1.206,
    1.352,
    1.505,
    1.807,
    2.135,
    2.614,
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
