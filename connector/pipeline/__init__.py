"""Says in which order the others work: sync, judge, preview, publish."""
