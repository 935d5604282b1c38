"""Middle floor."""
