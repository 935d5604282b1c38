"""Files of the demonstration."""
