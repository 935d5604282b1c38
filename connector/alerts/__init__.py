"""Decides whether to disturb the project manager, and delivers what it decided."""
