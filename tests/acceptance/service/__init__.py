"""Ten projects through a fortnight or a year: their lives, what goes wrong, and what was told of it."""
