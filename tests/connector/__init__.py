"""Top floor."""
