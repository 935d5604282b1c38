"""The client's pages in a real browser."""
