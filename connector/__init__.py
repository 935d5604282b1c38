"""Top floor: what is done about the facts: time, storage, comparison, disclosure, delivery, commands."""

__version__ = "0.1.0"
