"""The store: what was pulled, agreed, told and sent. Nothing once stored is lost."""
