"""Migrations, run when a store is opened. Once released, a migration is never edited."""
