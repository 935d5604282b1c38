"""Saved raw payloads as a source: the same records as the live adapter gives, without a tracker."""

from adapters.replay.adapter import ReplayAdapter
from adapters.replay.settings import ReplaySettings

__all__ = ["ReplayAdapter", "ReplaySettings"]
