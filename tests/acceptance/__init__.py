"""The contract, tried from outside: the command line, served trackers, and what lies on disk afterwards."""
