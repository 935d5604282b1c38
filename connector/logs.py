"""Logging: one sentence for people plus an event name for machines; secrets filtered."""
