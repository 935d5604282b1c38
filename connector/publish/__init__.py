"""Turns a ClientView into bytes, and puts them where clients read. Imports nothing internal."""
