"""Faults of what people write (rule files, wording, configuration), found all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a file that a person writes. `line` counts from 1; 0 where there is none."""

    file: str
    line: int
    key: str  # dotted, e.g. `rule[3].when.type`
    found: str
    expected: str

    def __str__(self) -> str:
        """Tell it on one line, the way compilers do."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: found {self.found}; expected {self.expected}"


class FaultsError(Exception):
    """A file cannot be used. `faults` holds every fault in it, at least one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep all faults; the message lists them, one a line."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
