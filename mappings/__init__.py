"""Middle floor: what the facts mean. Pure: knows records; knows no tracker, clock, disk or network."""
