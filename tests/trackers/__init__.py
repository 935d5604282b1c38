"""Test trackers: real HTTP servers on loopback that behave as trackers do, faults included."""
