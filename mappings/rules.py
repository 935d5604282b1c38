"""Skeleton: the schema of a rule file. The mappings room fills this in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A parsed rule file."""

    name: str
