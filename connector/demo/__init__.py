"""The demonstration: a fictional project served by a small tracker over real HTTP."""
