"""Whether, when and how to disturb the PM. Alerts are internal: they never go to a client's address.

`decide` and `message` are pure; `deliver` keeps the outbox; `channels` is the only door out.
"""
