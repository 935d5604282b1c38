"""Decides who may read what, and how it is worded for them. Default deny."""
