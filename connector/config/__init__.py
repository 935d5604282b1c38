"""Configuration: TOML in, validated values out; every fault at once."""
