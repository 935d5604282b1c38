"""The demonstration: a fictional project served by two small trackers over real HTTP."""
