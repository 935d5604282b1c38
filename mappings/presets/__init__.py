"""Shipped rule files."""
