"""GitHub, public and Enterprise Server."""
