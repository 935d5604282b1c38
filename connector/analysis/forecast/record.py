"""The record of a project's own forecasts, as the forecast's users import it.

It stands in `connector.analysis.record`, below the facts that carry it.
"""

from connector.analysis.record import LEAST_RECALL, MOST_FALSE_ALARMS, Record

__all__ = ["LEAST_RECALL", "MOST_FALSE_ALARMS", "Record"]
