"""Compares two moments, or this with what was agreed. Pure: values in, values out."""
