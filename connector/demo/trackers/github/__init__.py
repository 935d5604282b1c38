"""GitHub: a world of one repository, and its REST and GraphQL faces."""
