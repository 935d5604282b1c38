"""Jira: a world of projects and issues, and its Cloud and Data Center faces."""
